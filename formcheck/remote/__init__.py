"""Remote sessions as such: rooms, invitations, consents, what may pass between people; no web, no records."""
