"""Units as the ends of measures' names carry them: `fppa_deg` is in degrees."""

from __future__ import annotations

from typing import Final, NamedTuple


class Unit(NamedTuple):
    """How a unit is written for people and how finely its numbers are given."""

    symbol: str
    """As it follows a number, with a space where one belongs; empty for a bare ratio or count."""
    decimals_stored: int
    """In JSON and CSV."""
    decimals_shown: int
    """To people: no finer than a camera can tell."""


_UNITS: Final[dict[str, Unit]] = {
    "deg_per_s": Unit("°/s", 2, 0),
    "deg_s": Unit("°/s", 2, 0),
    "deg": Unit("°", 2, 0),
    "pct": Unit(" %", 2, 1),
    "s": Unit(" s", 3, 1),
    "cm": Unit(" cm", 2, 0),
    "m": Unit(" m", 3, 2),
    "px": Unit(" px", 1, 0),
    "count": Unit("", 0, 0),
    "score": Unit("", 0, 0),
    "downs": Unit("", 0, 0),
    "reversals": Unit("", 0, 0),
    "ratio": Unit("", 3, 2),
}
_BARE: Final = Unit("", 3, 2)
_PART_OF_NAME: Final = {"score", "downs", "reversals"}
"""Endings that say what is counted: they stay at the name when a leg is put into it."""


def split_unit(measure: str) -> tuple[str, str]:
    """Split a measure's name into what is measured and the unit at its end.

    Returns
    -------
    tuple of str
        `("knee_flexion", "deg")` for `knee_flexion_deg`; the second is empty where the name ends with no known unit.
    """
    for ending in _UNITS:
        stem = measure.removesuffix(f"_{ending}")
        if stem != measure:
            return stem, ending
    return measure, ""


def unit_of(measure: str) -> Unit:
    """Return the unit of a measure by its name; a bare ratio where the name ends with none."""
    return _UNITS.get(split_unit(measure)[1], _BARE)


def decimals_of(measure: str) -> int:
    """Return the number of decimals a measure is stored with."""
    return unit_of(measure).decimals_stored


def leg_column(measure: str, leg: str) -> str:
    """Name a measure of one leg: `fppa_deg` of the left leg is `fppa_left_deg`."""
    stem, ending = split_unit(measure)
    if not ending or ending in _PART_OF_NAME:
        return f"{measure}_{leg}"
    return f"{stem}_{leg}_{ending}"
