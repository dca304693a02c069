"""Tests of access: who is let in, and that nobody comes to what is another's."""
