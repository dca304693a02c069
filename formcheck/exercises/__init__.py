"""What good form is: one rubric per exercise, as data, and the findings it makes of measured values."""
