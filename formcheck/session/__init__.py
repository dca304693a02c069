"""One set of an exercise, from frames to an assessment."""
