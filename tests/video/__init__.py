"""Tests of reading and writing video files, cheapest first: arithmetic, then clips made on the spot."""
