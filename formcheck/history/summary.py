"""What progress needs of one set: small enough to keep beside every set, so that months can be looked at at once.

It holds what the log of a set holds (measurement specification §7.8): when, which exercise and leg, the view, the plan,
the reps, the middle values with their errors, the tempo and the pain. Angles and percents are as in `Assessment`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Any, Final

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.judge import BOTH
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import SAFETY_UP_TO
from formcheck.history.set_values import SetValue, counted_reps, legs_with_values, set_value
from formcheck.kinematics.measures.registry import in_order
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.session.assessment import Assessment, Rep

SCHEMA: Final = "formcheck.summary/1"
KEPT: Final = tuple(measure.name for measure in in_order(lambda measure: measure.followed))
"""The measures that are followed over months."""
_HEEL_SEEN_SHARE: Final = 0.5


@dataclass(frozen=True)
class ResultSummary:
    """The result of one set in a few numbers."""

    exercise: str
    leg: str
    """`left` or `right` for a set on one leg, `both` for one on both, or that changes legs."""
    view: ViewKind
    view_verdict: ViewQuality
    plan: Plan
    reps_done: int
    """All that were seen."""
    reps_complete: int
    """Those that count."""
    values: Mapping[str, Mapping[str, SetValue]]
    """By measure, then by leg (`left`, `right`, `both`). What was not measured is absent."""
    safe_share: float | None
    """Share of the judged reps, 0 to 1, without a fault in a check that concerns safety; None where none was judged."""
    heels_down: bool | None
    """Whether the heels stayed down in the reps; None where that was not seen."""
    reps_left_out: int = 0
    """Whole ones that were taken out in review: they neither count nor are they missing."""

    @property
    def all_reps_done(self) -> bool | None:
        """Whether the planned reps were done, but for those that were taken out; None where no number is left to do."""
        asked = self.plan.without(self.reps_left_out).reps
        return None if asked is None else self.reps_complete >= asked

    def document(self) -> dict[str, Any]:
        """Return what JSON can hold of it, null for what is not known; see `summary_from_document`."""
        return {
            "schema": SCHEMA,
            "exercise": self.exercise,
            "leg": self.leg,
            "view": {"kind": self.view.value, "verdict": self.view_verdict.value},
            "plan": asdict(self.plan),
            "reps_done": self.reps_done,
            "reps_complete": self.reps_complete,
            "reps_left_out": self.reps_left_out,
            "values": {
                measure: {leg: _value_document(each) for leg, each in legs.items()}
                for measure, legs in self.values.items()
            },
            "safe_share": self.safe_share,
            "heels_down": self.heels_down,
        }


@dataclass(frozen=True)
class PainReport:
    """How it hurt, from 0 to 10 each; None where nobody answered."""

    before: int | None = None
    during: int | None = None
    """The worst in the set."""
    after: int | None = None
    plus_60min: int | None = None
    next_morning: int | None = None

    @property
    def worst(self) -> int | None:
        """The worst of the set itself: during it or just after; None where neither was answered."""
        return max((each for each in (self.during, self.after) if each is not None), default=None)


@dataclass(frozen=True)
class SetSummary:
    """A set in the course of months: its result, when it was done and how it hurt."""

    done_at: datetime
    """With time zone."""
    result: ResultSummary
    pain: PainReport = field(default_factory=PainReport)
    swelling: bool | None = None
    """None where nobody answered."""
    set_id: str = ""
    """Of the records; empty where there are none."""

    def __post_init__(self) -> None:
        if self.done_at.utcoffset() is None:
            raise ValueError("expected a time with its time zone")

    def value(self, measure: str, leg: str) -> SetValue | None:
        """Return a middle value; None where it was not measured."""
        return self.result.values.get(measure, {}).get(leg)

    def day(self, zone: tzinfo | None = None) -> date:
        """Return the day on which it was done, where the person lives; None for the zone of `done_at` itself."""
        return (self.done_at if zone is None else self.done_at.astimezone(zone)).date()


def summary_of(assessment: Assessment) -> ResultSummary:
    """Sum up a set.

    Parameters
    ----------
    assessment
        The set as it counts, with its corrections.
    """
    reps = counted_reps(assessment)
    values: dict[str, Mapping[str, SetValue]] = {}
    for measure in KEPT:
        of_legs = {leg: set_value(assessment, measure, leg) for leg in legs_with_values(assessment, measure)}
        if of_legs:
            values[measure] = MappingProxyType({leg: each for leg, each in of_legs.items() if each is not None})
    return ResultSummary(
        exercise=assessment.exercise,
        leg=_leg(reps),
        view=assessment.view.kind,
        view_verdict=assessment.view.verdict,
        plan=assessment.plan,
        reps_done=len(assessment.reps),
        reps_complete=len(reps),
        values=MappingProxyType(values),
        safe_share=_safe_share(assessment.findings, reps),
        heels_down=_heels_down(assessment.findings, reps),
        reps_left_out=assessment.reps_left_out,
    )


def _leg(reps: Sequence[Rep]) -> str:
    legs = {rep.leg for rep in reps}
    return next(iter(legs)) if len(legs) == 1 else BOTH


def _safe_share(findings: Sequence[Finding], reps: Sequence[Rep]) -> float | None:
    counted = {rep.index for rep in reps}
    about = [
        each
        for each in findings
        if each.rep in counted and each.precedence <= SAFETY_UP_TO and (each.bands is None or each.bands.can_be_fault)
    ]
    judged = {each.rep for each in about}
    faulty = {each.rep for each in about if each.band is Band.FAULT}
    return 1 - len(faulty) / len(judged) if judged else None


def _heels_down(findings: Sequence[Finding], reps: Sequence[Rep]) -> bool | None:
    counted = {rep.index for rep in reps}
    about = [each for each in findings if each.rep in counted and each.measure == "heel_lift_pct"]
    if not counted or len({each.rep for each in about}) < _HEEL_SEEN_SHARE * len(counted):
        return None
    return all(each.band is not Band.FAULT for each in about)


def _value_document(value: SetValue) -> dict[str, Any]:
    return {
        "value": value.estimate.value,
        "error": _or_null(value.estimate.error),
        "reps": value.reps,
        "rep_sd": _or_null(value.rep_sd),
    }


def _or_null(number: float) -> float | None:
    return number if math.isfinite(number) else None
