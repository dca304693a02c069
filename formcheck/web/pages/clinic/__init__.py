"""Clinic: what stands at the head and the foot of documents."""
