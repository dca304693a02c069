"""What is known of each measure, in one record a measure; `registry.py` holds them all."""
