"""The review player: a set's video, landmarks and measures in one view, and the tools to correct them."""
