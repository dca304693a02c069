"""formcheck: how straight and how deep a knee moves in wall squats and step-downs, measured from ordinary video."""

__version__ = "0.1.0"
