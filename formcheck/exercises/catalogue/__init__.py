"""The catalogue of exercises: each is one folder, and the rest of the program asks here what it needs to know of it."""
