"""What a rubric says about one measured value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Final, Literal


class Band(StrEnum):
    """How good a value is. A caution is mentioned in the report; a fault is cued live."""

    GOOD = "good"
    CAUTION = "caution"
    FAULT = "fault"


class Level(StrEnum):
    """How something came out."""

    GOOD = "good"
    CAUTION = "caution"
    """Surely not good, and not surely a fault."""
    FAULT = "fault"
    NOT_JUDGED = "not_judged"
    """Measured; but nobody says what is good, or it is too close to tell."""
    NOT_MEASURED = "not_measured"


WORST_LAST: Final = (Level.NOT_MEASURED, Level.NOT_JUDGED, Level.GOOD, Level.CAUTION, Level.FAULT)
"""Of several the last one counts: what was judged outweighs what was not."""
LEVEL_WORDS: Final = {
    Level.GOOD: "good",
    Level.CAUTION: "caution",
    Level.FAULT: "fault",
    Level.NOT_JUDGED: "not judged",
    Level.NOT_MEASURED: "not measured",
}
"""How each is said wherever a word stands for it."""
TOO_CLOSE: Final = "too close to tell"
"""In place of the word of what is not judged, where that is why."""


SURE: Final = 0.975
"""Probability that a value is past the near end of its 95 % interval."""
_NORMAL: Final = NormalDist()

Interval = tuple[float, float]
"""Lowest and highest value, both still inside; infinite where the end is open."""

Direction = Literal["low", "high"]
"""Below or above the good values."""


def reach_of(error: float, sureness: float = SURE) -> float:
    """Return how far past an edge a value must lie to be past it with a probability; `error` is of 95 %."""
    return error * _NORMAL.inv_cdf(sureness) / _NORMAL.inv_cdf(SURE)


@dataclass(frozen=True)
class Bands:
    """Good values inside the values that are not yet a fault.

    Raises
    ------
    ValueError
        If an interval ends before it starts, or `good` does not lie inside `caution`.
    """

    good: Interval
    caution: Interval
    """Encloses `good`; what lies outside it is a fault."""

    def __post_init__(self) -> None:
        if not (self.caution[0] <= self.good[0] <= self.good[1] <= self.caution[1]):
            raise ValueError(f"expected caution to enclose good, got good {self.good} and caution {self.caution}")

    @property
    def can_be_fault(self) -> bool:
        """Whether any value lies beyond the caution; what cannot be a fault shows nothing to be without one."""
        return self.caution != (-math.inf, math.inf)

    def band_of(self, value: float) -> Band:
        """Return the band a value lies in; a value on an edge has the milder band."""
        if self.good[0] <= value <= self.good[1]:
            return Band.GOOD
        if self.caution[0] <= value <= self.caution[1]:
            return Band.CAUTION
        return Band.FAULT

    def is_surely_fault(self, value: float, error: float, sureness: float = SURE) -> bool:
        """Say whether a value is a fault, on one side, with at least this probability. False where the error is NaN.

        Parameters
        ----------
        value, error
            The error is the half-width of the 95 % interval, of a normal distribution.
        sureness
            From 0.5, where the value alone decides, to below 1. By default the whole interval must be a fault.
        """
        reach = reach_of(error, sureness)
        return value + reach < self.caution[0] or value - reach > self.caution[1]

    def may_be_good(self, value: float, error: float, sureness: float = SURE) -> bool:
        """Say whether a value may as well be good, as it is off with less than this probability.

        Parameters are those of `is_surely_fault`; by default `value` ± `error` must reach into the good values. False
        where the error is NaN.
        """
        reach = reach_of(error, sureness)
        return value - reach <= self.good[1] and value + reach >= self.good[0]

    def direction(self, value: float) -> Direction | None:
        """Say on which side of the good values a value lies, None where it is good."""
        if value < self.good[0]:
            return "low"
        return "high" if value > self.good[1] else None

    def shifted(self, by: float) -> Bands:
        """Return the same bands with `by` added to every edge."""
        return Bands((self.good[0] + by, self.good[1] + by), (self.caution[0] + by, self.caution[1] + by))

    @property
    def open_directions(self) -> frozenset[Direction]:
        """The sides on which every value is good."""
        low: frozenset[Direction] = frozenset({"low"}) if self.good[0] == -math.inf else frozenset()
        high: frozenset[Direction] = frozenset({"high"}) if self.good[1] == math.inf else frozenset()
        return low | high


@dataclass(frozen=True)
class Finding:
    """One check of a rubric applied to one value."""

    check: str
    """Id of the rubric check, such as `WS-F3`."""
    name: str
    """For people: `knee alignment`."""
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
    unsure: bool = False
    """Whether it cannot be told that the value is off: its interval reaches into the good ones, or what else was
    measured does not bear it out. Then nothing is said about it, and it is no verdict."""
    bands: Bands | None = None
    """What it was judged by, as the plan makes it; None where nobody kept it."""
    sureness: float = SURE
    """How probable it had to be that the value lies beyond the caution's edge for it to be a fault."""
    aim: float | None = None
    """The value that the cue asks for; None where any of the good ones will do."""


def worst(levels: Iterable[Level]) -> Level:
    """Return the level that counts of several; not measured where there is none."""
    return max(levels, key=WORST_LAST.index, default=Level.NOT_MEASURED)


def word_of(finding: Finding) -> str:
    """Return the word for what a finding comes to."""
    return TOO_CLOSE if finding.unsure else LEVEL_WORDS[level_of(finding)]


def level_of(finding: Finding) -> Level:
    """Return what a finding comes to: its band, unless it cannot be told that the value is off."""
    return Level.NOT_JUDGED if finding.unsure else Level(finding.band.value)
