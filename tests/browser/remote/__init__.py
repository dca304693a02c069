"""Remote sessions in real browsers."""
