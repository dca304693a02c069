"""What a rubric says about one measured value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """How good a value is. A caution is mentioned in the report; a fault is cued live."""

    GOOD = "good"
    CAUTION = "caution"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """One check of a rubric applied to one value."""

    check: str
    """Id of the rubric check, such as `WS-F3`."""
    name: str
    """For people: `knee over the foot`."""
    rep: int | None
    """Index of the rep, None for a finding about the whole set."""
    leg: str
    """`left`, `right` or `both`."""
    measure: str
    """Name of the measure, with its unit: `fppa_deg`."""
    value: float
    error: float
    """Half-width of the 95 % interval of `value`."""
    band: Band
    cue: str
    """What to say about it, at most eight words; empty when the band is good or the check is for the report only."""
    at_s: float | None
    """When it was at its clearest (bottom of the rep); None for a finding about the whole set."""
    precedence: int
    """Lower is more urgent: what to change first."""
    note: str = ""
    """Why the band is milder than the value alone says, if so."""
