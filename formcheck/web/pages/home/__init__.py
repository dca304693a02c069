"""Home: what is due, and the ways in."""
