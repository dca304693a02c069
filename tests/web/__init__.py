"""Tests of what browsers see."""
