"""Videos on their way into the records: the queue, the worker processes, and what is guessed about a video."""
