"""A person over months: charts, milestones, sessions against the plan, and suggestions for a clinician to answer."""
