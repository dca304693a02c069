"""Remote sessions: planned, invited to, opened, and what is kept of them."""
