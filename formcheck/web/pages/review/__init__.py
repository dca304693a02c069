"""Review: one set, its video and its corrections."""
