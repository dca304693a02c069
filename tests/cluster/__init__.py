"""Many videos on a Dask cluster."""
