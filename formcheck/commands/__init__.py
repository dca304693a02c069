"""What the command line does, apart from reading its arguments: many videos in turn, and what is said about each."""
