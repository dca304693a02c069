"""Landmarks of a person: their names, the arrays they travel in, and the estimator that finds them."""
