"""Tests of formcheck.kinematics."""
