"""Tests of `formcheck.web.remote`."""
