"""Layer: the records, on both kinds of database."""
