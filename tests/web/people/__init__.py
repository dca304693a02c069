"""Layer: the pages about people."""
