"""Video files as streams of upright frames with true times, and H.264 out."""
