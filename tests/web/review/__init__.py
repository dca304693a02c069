"""Layer: the page on which one set is reviewed."""
