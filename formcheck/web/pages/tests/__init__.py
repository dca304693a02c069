"""Tests of function and questionnaires: done, answered, kept."""
