"""Progress: sets over months."""
