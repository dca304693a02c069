"""One value for a whole set: the middle value of its counted reps, with the error of that middle value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, stdev
from typing import Final

import numpy as np

from formcheck.exercises.judge import BOTH
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.uncertainty import TWO_SIDED_95
from formcheck.pose.landmarks import SIDES
from formcheck.session.assessment import Assessment, Rep

LEG_ORDER: Final = (*(side.value for side in SIDES), BOTH)
"""Left before right before the whole body."""
_FEWEST_FOR_SPREAD: Final = 3
_MEDIAN_AGAINST_MEAN: Final = math.sqrt(math.pi / 2)
"""How much more the median of normally distributed values scatters than their mean."""


@dataclass(frozen=True)
class SetValue:
    """A measure of one set."""

    estimate: Estimate
    """Median of the reps with the half-width of its 95 % interval."""
    reps: int
    """How many reps have a value."""
    rep_sd: float
    """Standard deviation between the reps, same unit; NaN with fewer than three."""


def counted_reps(assessment: Assessment) -> tuple[Rep, ...]:
    """Return the reps that count: complete and not excluded by whoever reviewed the set."""
    return assessment.complete_reps


def set_value(assessment: Assessment, measure: str, leg: str) -> SetValue | None:
    """Return a measure of a set.

    Parameters
    ----------
    assessment
        The set.
    measure
        A name as `Rep.measures` has it, or of a measure of the whole set that the rubric looks at.
    leg
        `left`, `right`, or `both` for a measure of the whole body.

    Returns
    -------
    SetValue or None
        None where no counted rep has a value, nor the set.
    """
    known = MEASURES.get(measure)
    if known is not None and known.scopes == {Scope.SET}:
        return _of_whole_set(assessment, measure, leg)
    found = (rep.measures.get(measure, {}).get(leg) for rep in counted_reps(assessment))
    return value_of_reps([each for each in found if each is not None and math.isfinite(each.value)])


def _of_whole_set(assessment: Assessment, measure: str, leg: str) -> SetValue | None:
    found = (each for each in assessment.findings if each.rep is None and (each.measure, each.leg) == (measure, leg))
    finding = next(found, None)
    if finding is None:
        return None
    return SetValue(Estimate(finding.value, finding.error), len(counted_reps(assessment)), float("nan"))


def value_of_reps(estimates: Sequence[Estimate]) -> SetValue | None:
    """Return the middle of several values of one set or one day.

    What a rep's error is made of (pose model, camera, scale) is nearly the same in every rep of a set and does not get
    smaller by counting more of them, so the middle one of the reps' errors stays whole; the unsteadiness of the median
    comes on top. Both are independent and add as squares.

    Returns
    -------
    SetValue or None
        None where there are no values. The error is NaN where a value has none.
    """
    if not estimates:
        return None
    values = [each.value for each in estimates]
    sd = stdev(values) if len(values) >= _FEWEST_FOR_SPREAD else float("nan")
    unsteady = 0.0 if math.isnan(sd) else TWO_SIDED_95 * _MEDIAN_AGAINST_MEAN * sd / math.sqrt(len(values))
    errors = [each.error for each in estimates]
    of_a_rep = float("nan") if any(map(math.isnan, errors)) else median(errors)
    error = float(np.hypot(of_a_rep, unsteady))
    return SetValue(Estimate(float(median(values)), error), len(values), sd)


def legs_with_values(assessment: Assessment, measure: str) -> tuple[str, ...]:
    """Return whose values a set has of a measure: `left`, `right`, `both`, in this order; empty for none."""
    return tuple(leg for leg in LEG_ORDER if set_value(assessment, measure, leg) is not None)


def legs_of(assessment: Assessment) -> tuple[str, ...]:
    """Return the legs that a set is about: the standing legs of step-downs, the near one of a side view, else both."""
    standing = {rep.leg for rep in counted_reps(assessment)}
    near = assessment.view.near_leg
    if BOTH in standing and near is not None and not assessment.views:
        return (near.value,)
    return tuple(leg for leg in LEG_ORDER[:2] if BOTH in standing or leg in standing)


def works_one_leg(assessments: Iterable[Assessment]) -> bool:
    """Say whether the counted reps stand on one leg, so that every measure belongs to that leg."""
    return any(rep.leg != BOTH for assessment in assessments for rep in counted_reps(assessment))
