"""Tests of the review player's server side."""
