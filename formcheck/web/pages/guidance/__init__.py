"""Guidance: how the exercises are done and what the numbers mean."""
