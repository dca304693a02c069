"""Tests of what a clinic's server is made of."""
