"""*Today*: what is due of a programme, and being led through it."""
