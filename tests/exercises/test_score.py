"""Layer: pure functions. The lateral step-down score, estimated from measures."""

from __future__ import annotations

import pytest

from formcheck.exercises.judge import MeasuredValues, estimated_score
from formcheck.exercises.rubric import ScoreRule
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import MEASURES


@pytest.fixture
def rule() -> ScoreRule:
    rule = builtin_rubric("step-down").score
    assert rule is not None
    return rule


def rep(error: float = 0.0, without: str = "", **changed: float) -> tuple[str, MeasuredValues]:
    values = {
        "arms_moved_s": 0.0, "trunk_lean_deg": 3.0, "pelvic_drop_deg": 2.0, "fppa_deg": -2.0, "wobble_pct": 0.5,
        "touch_downs": 0.0,
    } | changed  # fmt: skip
    measured = {name: Estimate(value, error) for name, value in values.items() if name != without}
    return "left", {
        name: {"left": each, "right": Estimate(99, 0)} if MEASURES[name].per is Per.LEG else {"both": each}
        for name, each in measured.items()
    }


def test_clean_reps_score_nothing(rule: ScoreRule) -> None:
    assert estimated_score(rule, [rep()] * 5) == Estimate(0, 0)


def test_everything_wrong_scores_six(rule: ScoreRule) -> None:
    worst = rep(arms_moved_s=2, trunk_lean_deg=15, pelvic_drop_deg=9, fppa_deg=11, wobble_pct=3, touch_downs=1)
    assert estimated_score(rule, [worst] * 5) == Estimate(6, 0)


def test_the_knee_counts_once_or_twice_by_how_far_it_goes(rule: ScoreRule) -> None:
    for fppa, points in ((6.0, 0), (6.1, 1), (10.0, 1), (10.1, 2)):
        score = estimated_score(rule, [rep(fppa_deg=fppa)] * 5)
        assert score is not None
        assert score.value == points


def test_arms_count_from_two_reps_in_five(rule: ScoreRule) -> None:
    off = rep(arms_moved_s=1)
    assert estimated_score(rule, [off, off, rep(), rep(), rep()]) == Estimate(1, 0)
    assert estimated_score(rule, [off, rep(), rep(), rep(), rep()]) == Estimate(0, 0)


def test_the_error_covers_the_scores_that_the_measures_leave_possible(rule: ScoreRule) -> None:
    score = estimated_score(rule, [rep(error=1.0, fppa_deg=10.5, pelvic_drop_deg=4.5)] * 5)
    assert score is not None
    assert score.value == 2
    assert score.error == 3  # arms, pelvis and stance could each be a point more
    surer = estimated_score(rule, [rep(error=0.1, fppa_deg=10.05)] * 5)
    assert surer is not None
    assert (surer.value, surer.error) == (2, 1)  # the knee a point less, or the stance a point more


def test_a_set_with_an_item_not_measured_has_no_score(rule: ScoreRule) -> None:
    assert estimated_score(rule, [rep(without="arms_moved_s")] * 5) is None
    assert estimated_score(rule, [rep()] * 2) is None
