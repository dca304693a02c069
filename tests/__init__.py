"""Tests, a package for each package of formcheck, and what they share."""
