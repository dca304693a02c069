"""What pages and routes have in common."""
