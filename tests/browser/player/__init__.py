"""The review player in Chromium."""
