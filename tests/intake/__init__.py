"""Layer: the intake of videos, on both kinds of database where it keeps something."""
