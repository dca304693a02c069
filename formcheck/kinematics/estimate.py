"""A number with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A measured value and how far it may be from the truth."""

    value: float
    """In the unit that the measure's name ends with."""
    error: float
    """Half-width of the 95 % interval, same unit, never negative."""
