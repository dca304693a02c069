"""A server for a clinic: what it is made of, as files that are written, and whether it is well."""
