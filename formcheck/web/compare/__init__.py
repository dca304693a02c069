"""Two sets side by side: choosing them, what became of each measure, curves by phase, key frames."""
