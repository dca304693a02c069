"""Videos: uploads and what came of them."""
