"""Comparison and progress."""
