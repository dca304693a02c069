"""Scores that clinicians give by eye, estimated from the measures of a set.

An estimate of a score is not that score: its agreement with clinicians is unproven, and its rubric says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from formcheck.exercises.judge import BOTH, MeasuredValues
from formcheck.exercises.rubric import ScoreCriterion, ScoreRule
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import MEASURES


def estimated_score(rule: ScoreRule, reps: Sequence[tuple[str, MeasuredValues]]) -> Estimate | None:
    """Score a set of reps.

    Parameters
    ----------
    rule
        The items of the score and what earns their points.
    reps
        For each complete rep the stance leg (`left` or `right`) and what was measured in it.

    Returns
    -------
    Estimate or None
        The points, with an error that covers the scores which the measures' own errors leave possible. None where any
        criterion was measured in fewer than `rule.min_reps` reps: a missing item would pass for a good one.
    """
    score = {-1: 0, 0: 0, 1: 0}
    items: dict[str, list[ScoreCriterion]] = {}
    for criterion in rule.criteria:
        items.setdefault(criterion.item, []).append(criterion)
    for criteria in items.values():
        best = {-1: 0, 0: 0, 1: 0}
        for criterion in criteria:
            values = _values(criterion, reps)
            if len(values) < rule.min_reps:
                return None
            for shift in best:
                if _is_met(criterion, [each.value + shift * each.error for each in values]):
                    best[shift] = max(best[shift], criterion.points)
        for shift, points in best.items():
            score[shift] += points
    return Estimate(float(score[0]), float(max(score[1] - score[0], score[0] - score[-1])))


def _values(criterion: ScoreCriterion, reps: Sequence[tuple[str, MeasuredValues]]) -> list[Estimate]:
    per_leg = MEASURES[criterion.measure].per is Per.LEG
    found = [measures.get(criterion.measure, {}).get(leg if per_leg else BOTH) for leg, measures in reps]
    return [each for each in found if each is not None and math.isfinite(each.value)]


def _is_met(criterion: ScoreCriterion, values: Sequence[float]) -> bool:
    above = sum(value > criterion.above for value in values)
    return above > 0 and above >= criterion.share_of_reps * len(values)
