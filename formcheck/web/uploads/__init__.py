"""Videos on their way from browsers to the disk: routes, and the writing of what comes."""
