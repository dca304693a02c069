"""Programmes: exercises in phases with gates between them; what of them is due, done and to come."""
