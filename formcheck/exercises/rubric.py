"""A rubric as typed objects: what is measured, what counts as good, and what to say.

A rubric holds no code and the code holds no thresholds: every number comes from the TOML file, with its source.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from statistics import NormalDist
from typing import Final, Literal

from formcheck.exercises.finding import Band
from formcheck.exercises.plan import Plan
from formcheck.kinematics.measures.record import CheckView, Per, Scope
from formcheck.kinematics.phase_rule import PhaseRule

SURE: Final = 0.975
"""Probability that a value is past the near end of its 95 % interval."""
_NORMAL: Final = NormalDist()

Interval = tuple[float, float]
"""Lowest and highest value, both still inside; infinite where the end is open."""

Direction = Literal["low", "high"]
"""Below or above the good values."""


class Phase(StrEnum):
    """The part of a set in which a value is taken."""

    STAND = "stand"
    DESCENT = "descent"
    HOLD = "hold"
    ASCENT = "ascent"
    BOTTOM = "bottom"
    REP = "rep"
    SET = "set"


class Precedence(IntEnum):
    """What to speak of first: lower is more urgent."""

    SAFETY = 0
    SETUP = 1
    PLACEMENT = 2
    KNEE_ALIGNMENT = 3
    DEPTH = 4
    TRUNK_PELVIS = 5
    TEMPO = 6


PRECEDENCE_NAMES: Final[Mapping[str, Precedence]] = {
    "safety": Precedence.SAFETY,
    "set-up": Precedence.SETUP,
    "placement": Precedence.PLACEMENT,
    "knee-alignment": Precedence.KNEE_ALIGNMENT,
    "depth": Precedence.DEPTH,
    "trunk-pelvis": Precedence.TRUNK_PELVIS,
    "tempo": Precedence.TEMPO,
}
"""Precedence classes as rubric files write them; `placement` is of ball, arms and feet."""


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
        reach = error * _NORMAL.inv_cdf(sureness) / _NORMAL.inv_cdf(SURE)
        return value + reach < self.caution[0] or value - reach > self.caution[1]

    def may_be_good(self, value: float, error: float) -> bool:
        """Say whether `value` ± `error` reaches into the good values. False where the error is NaN."""
        return value - error <= self.good[1] and value + error >= self.good[0]

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
class Check:
    """One row of a rubric: a measure, its bands and its cue."""

    id: str
    """Such as `WS-F3`."""
    name: str
    """For people: `knee over the foot`."""
    measure: str
    """A name of `formcheck.kinematics.measures.registry.MEASURES`."""
    view: CheckView
    phase: Phase
    unit: str
    per: Per
    scope: Scope
    bands: Bands
    """In the unit of the measure; from the plan's value where `relative_to` names one."""
    precedence: Precedence
    source: str
    """Where the bands come from."""
    persistence_s: float = 0.0
    """Live, how long a value must last before it is spoken of (s)."""
    hysteresis: float = 0.0
    """Live, how far inside a band a value must come back before the band changes, in the unit of the measure."""
    cue_low: str = ""
    """What to say of a value below the good ones."""
    cue_high: str = ""
    report_only: bool = False
    """True for what is shown and never spoken of."""
    relative_to: str | None = None
    """Field of the plan whose value is added to the edges of the bands."""
    needs_plan: str | None = None
    """Field of the plan without which the check is not judged."""
    confirm: tuple[str, ...] = ()
    """Other measures of the rubric that must all be off to the same side for a fault and for a cue."""
    fault_sureness: float = SURE
    """How probable it must be that a value lies beyond `caution` for it to be a fault.

    Where it is set, a view of low confidence takes no fault away by itself: what that leaves unsure is in the interval.
    """
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Other measures of the same thing: each, where it was measured, must be able to be this far off to the same side
    as the value, within its interval; one that cannot be contradicts it."""
    alternatives: Mapping[str, Bands] = field(default_factory=dict)
    """Bands for one sex, by `female` and `male`."""

    def bands_for(self, plan: Plan) -> Bands | None:
        """Return the bands as the plan makes them, None where the check needs something that was not prescribed."""
        if self.needs_plan is not None and plan.prescribed(self.needs_plan) is None:
            return None
        bands = self.alternatives.get(plan.sex, self.bands) if plan.sex is not None else self.bands
        if self.relative_to is None:
            return bands
        prescribed = plan.prescribed(self.relative_to)
        return None if prescribed is None else bands.shifted(prescribed)

    def cue(self, direction: Direction | None) -> str:
        """Return what to say of a value on that side of the good ones; empty where nothing is to be said."""
        if direction is None or self.report_only:
            return ""
        return self.cue_low if direction == "low" else self.cue_high


@dataclass(frozen=True)
class ScoreCriterion:
    """One way to earn the points of an item: `measure` exceeds `above` in at least that share of the reps."""

    item: str
    """Criteria of one item do not add up: the highest counts."""
    measure: str
    above: float
    share_of_reps: float
    points: int


@dataclass(frozen=True)
class ScoreRule:
    """A score of the whole set, made from measures of its reps."""

    measure: str
    """The name the score goes by: `lsd_score`."""
    min_reps: int
    source: str
    criteria: tuple[ScoreCriterion, ...]


@dataclass(frozen=True)
class Rubric:
    """What good form is in one exercise."""

    exercise: str
    """`wall-squat`, `step-down`, `squat` or a clinician's own."""
    name: str
    """For people: `Wall squat`."""
    version: str
    description: str
    notes: str
    """On the sources as a whole: what they can and cannot carry."""
    phases: PhaseRule
    checks: tuple[Check, ...]
    score: ScoreRule | None
    file_name: str
    sha256: str
    """Of the file's bytes, hexadecimal."""

    def check(self, check_id: str) -> Check:
        """Return a check by its id.

        Raises
        ------
        KeyError
            If the rubric has no such check.
        """
        for check in self.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)

    def checks_of(self, measure: str) -> tuple[Check, ...]:
        """Return the checks that judge a measure, in the order of the file."""
        return tuple(check for check in self.checks if check.measure == measure)
