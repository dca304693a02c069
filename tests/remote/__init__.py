"""Tests of `formcheck.remote`."""
