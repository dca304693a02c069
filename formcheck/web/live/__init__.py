"""The live socket: pictures from a browser's camera in, one answer a picture out."""
