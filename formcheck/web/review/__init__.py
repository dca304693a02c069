"""Review of a recorded set: upload, analysis in the background, result."""
