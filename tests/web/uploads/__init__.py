"""Layer: what browsers and pages do with uploads."""
