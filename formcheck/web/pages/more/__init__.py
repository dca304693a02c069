"""More: the pages for which a telephone's tab bar has no room."""
