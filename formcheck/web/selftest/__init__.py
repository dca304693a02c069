"""The links of the chain from the camera to the report, each tried by itself."""
