"""The review of one set: player, corrections, notes, documents."""
