"""People: everybody whose sets are kept."""
