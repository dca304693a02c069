"""How well the measures agree with a truth: clips with known angles, statistics of agreement, a report."""
