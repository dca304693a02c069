"""Zero and sign of every measure of a rep, in words: published papers mix them, so each export says its own."""

from __future__ import annotations

from formcheck.kinematics.measures.registry import MEASURES


def convention_of(measure: str) -> str:
    """Return zero and sign of a measure in words; empty for times, counts and bare sizes, which are never negative."""
    known = MEASURES.get(measure)
    return "" if known is None else known.zero
