"""Tests of formcheck.session."""
