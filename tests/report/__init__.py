"""Tests of what is written for people and machines, cheapest first: pure functions, then pictures, then files."""
