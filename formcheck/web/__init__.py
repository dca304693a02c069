"""Everything a browser sees: pages, the live socket and the camera component."""
