"""What is kept: people, plans, sets, corrections, notes, an audit log, and the files beside them."""
