"""What is there without network."""
