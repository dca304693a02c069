"""The phone as the camera."""
