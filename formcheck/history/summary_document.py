"""Summaries of sets read back from the JSON in which they were kept."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, model_validator

from formcheck.doors import Door, Kept, Listed, Wrong, said, word_of
from formcheck.errors import FormcheckError
from formcheck.history.set_values import LEG_ORDER, SetValue
from formcheck.history.summary import SCHEMA, ResultSummary
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.session.request_document import KeptPlan

Leg = Annotated[str, word_of(lambda: LEG_ORDER)]
Count = Annotated[int, Field(ge=0)]


class SummaryError(FormcheckError):
    """A kept summary that cannot be read."""


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number


class _View(Kept):
    kind: Annotated[ViewKind, Listed]
    verdict: Annotated[ViewQuality, Listed]


class _Value(Kept):
    value: float
    error: float | None
    reps: Count
    rep_sd: float | None

    def of_set(self) -> SetValue:
        return SetValue(Estimate(self.value, _or_nan(self.error)), self.reps, _or_nan(self.rep_sd))


class _Summary(Kept):
    form: Annotated[str, word_of(lambda: (SCHEMA,)), Field(alias="schema")]
    exercise: str
    leg: Leg
    view: _View
    plan: KeptPlan
    reps_done: Count
    reps_complete: Count
    reps_left_out: Count = 0
    values: dict[str, dict[Leg, _Value]]
    safe_share: float | None
    heels_down: bool | None

    @model_validator(mode="after")
    def _whole_plan(self) -> _Summary:
        for name in KeptPlan.model_fields:
            if name not in self.plan.model_fields_set:
                raise said(f"`plan.{name}` is missing")
        return self


def _refused(wrong: tuple[Wrong, ...]) -> SummaryError:
    return SummaryError(f"The summary of a set cannot be read: {wrong[0].clause}.", "Have the set measured again.")


SUMMARIES: Final[Door[_Summary]] = Door(_Summary, _refused)


def summary_from_document(document: object) -> ResultSummary:
    """Read a summary back.

    Raises
    ------
    SummaryError
        If it is not a summary of this version, or a value in it is not possible.
    """
    kept = SUMMARIES.read(document)
    return ResultSummary(
        exercise=kept.exercise,
        leg=kept.leg,
        view=kept.view.kind,
        view_verdict=kept.view.verdict,
        plan=kept.plan.plan(),
        reps_done=kept.reps_done,
        reps_complete=kept.reps_complete,
        reps_left_out=kept.reps_left_out,
        values=MappingProxyType(
            {
                measure: MappingProxyType({leg: each.of_set() for leg, each in legs.items()})
                for measure, legs in kept.values.items()
            }
        ),
        safe_share=kept.safe_share,
        heels_down=kept.heels_down,
    )
