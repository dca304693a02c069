"""*Programme*: composing and changing what a person does for months."""
