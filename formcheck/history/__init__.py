"""Comparison of sets and progress over months: arithmetic on assessments, no storage and no pages."""
