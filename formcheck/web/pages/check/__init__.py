"""Check my form: a set in front of the camera."""
