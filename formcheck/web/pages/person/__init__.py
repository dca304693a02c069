"""Person: what is kept of one person, for their clinician and for themselves."""
