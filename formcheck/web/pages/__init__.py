"""One folder for each page of the app; none knows another."""
