"""Remote sessions in browsers: the socket of rooms, what passes over it, and its pages."""
