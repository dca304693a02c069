"""Compare: two sets beside each other."""
