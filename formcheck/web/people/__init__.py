"""People and what is kept of them: list, person, plan, sets, notes, erasure."""
