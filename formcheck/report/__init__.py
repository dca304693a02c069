"""An assessment for people and machines: JSON, CSV, overlay video, plots and the HTML report."""
