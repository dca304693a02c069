"""What stands before every route: what is open, to pages of which origin, how much may be sent, what is answered."""
