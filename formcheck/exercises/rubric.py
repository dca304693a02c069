"""A rubric as typed objects: what is measured, what counts as good, and what to say.

A rubric holds no code and the code holds no thresholds: every number comes from the TOML file, with its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from formcheck.exercises.finding import SURE, Bands, Direction
from formcheck.exercises.plan import Plan
from formcheck.kinematics.measures.record import CheckView, Per, Scope
from formcheck.kinematics.phase_rule import PhaseRule


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


SAFETY_UP_TO: Final = Precedence.DEPTH
"""Checks of safety, of placement (heels, ball), of knee alignment and of depth must be without a fault before a set
gets harder; trunk and tempo are form, not safety. A reading of §7.6, for a clinician to sign."""
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
class Check:
    """One row of a rubric: a measure, its bands and its cue."""

    id: str
    """Such as `WS-F3`."""
    name: str
    """For people: `knee alignment`."""
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
    aim: float | None = None
    """The value that the cue asks for, in the unit of the measure; None where any of the good ones will do."""
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

    @property
    def judges_safety(self) -> bool:
        """Whether a rep can have a fault that concerns safety: reports alone tell nobody that it was without one."""
        return any(
            check.scope is Scope.REP and check.precedence <= SAFETY_UP_TO and check.bands.can_be_fault
            for check in self.checks
        )

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
