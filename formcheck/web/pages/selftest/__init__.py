"""Self-test: camera, connection and server."""
