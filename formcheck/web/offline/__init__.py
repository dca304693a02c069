"""What is there without network, and what makes the app installable."""
