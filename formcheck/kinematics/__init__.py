"""Pure arithmetic from landmarks to measures, phases and reps. No files, no clocks, no user interface."""
