"""Layer: pure functions on made-up sets, then on sample clips as they were measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.plan import Plan
from formcheck.history.change import Apart, Obstacle, Verdict
from formcheck.history.comparison import Comparison, ComparisonRow, DatedSet, Kind, compare_legs, compare_sets
from formcheck.history.set_values import value_of_reps
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import Side
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.sample_tracks import sample_track

from .made_up import DAY, assessment, each_leg, whole_body


def on(made: Assessment, days: float = 0.0) -> DatedSet:
    return DatedSet(made, DAY + timedelta(days=days))


def row(comparison: Comparison, measure: str, leg: str = "left") -> ComparisonRow:
    (found,) = [each for each in comparison.rows if (each.measure, each.leg) == (measure, leg)]
    return found


def fppa(left: float | None, right: float | None = None, **more: Any) -> Assessment:
    return assessment([each_leg("fppa_deg", left, right)] * 3, **more)


def test_before_and_after_a_month_a_large_change_is_named() -> None:
    comparison = compare_sets(on(fppa(20, 4)), on(fppa(6, 5), 30))
    assert comparison.apart is Apart.DAYS
    assert row(comparison, "fppa_deg").change.verdict is Verdict.CHANGED_BETTER
    assert row(comparison, "fppa_deg").change.difference == pytest.approx(-14)
    assert row(comparison, "fppa_deg", "right").change.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert [each.leg for each in comparison.changed] == ["left"]


def test_a_row_says_what_changed_what_is_good_and_what_each_set_came_to() -> None:
    found = row(compare_sets(on(fppa(20, 4)), on(fppa(6, 5), 30)), "fppa_deg")
    assert found.words == "Changed: 14° less inward, and good now."
    assert found.good == "up to 6° inward"


def test_sets_that_cannot_be_compared_say_so_first_and_why() -> None:
    squat, step = fppa(20, 4), replace(fppa(6, 5), exercise="step-down")
    told = compare_sets(on(squat), on(step))
    assert told.refusal == "Not comparable: the exercises are not the same."
    assert {each.words for each in told.rows} == {told.refusal}
    assert compare_sets(on(squat), on(squat, 3)).refusal == ""


def test_exchanged_sets_have_the_opposite_sign_in_every_row() -> None:
    one = on(assessment([each_leg("fppa_deg", 20, 4) | whole_body("descent_s", 1.0)] * 3))
    two = on(assessment([each_leg("fppa_deg", 6, 9) | whole_body("descent_s", 2.5)] * 3), 3)
    forth, back = compare_sets(one, two), compare_sets(two, one)
    assert len(forth.rows) == len(back.rows) == 3
    for a, b in zip(forth.rows, back.rows, strict=True):
        assert a.change.difference == pytest.approx(-(b.change.difference or 0))
        assert (a.first, a.second) == (b.second, b.first)


def test_a_set_beside_itself_has_not_changed() -> None:
    same = on(fppa(20, 4))
    assert {each.change.verdict for each in compare_sets(same, same).rows} == {Verdict.NO_DETECTABLE_CHANGE}


def test_sets_of_one_session_go_by_the_rule_for_a_session() -> None:
    comparison = compare_sets(on(fppa(20, 4)), on(fppa(12, 4), 1 / 24))
    assert comparison.apart is Apart.SESSION
    assert row(comparison, "fppa_deg").change.is_change


def test_sets_whose_day_is_guessed_go_by_the_rule_for_days() -> None:
    guessed = replace(on(fppa(5, 5)), date_is_guessed=True)
    for pair in ((on(fppa(13, 5)), guessed), (guessed, on(fppa(13, 5)))):
        comparison = compare_sets(*pair)
        assert comparison.apart is Apart.DAYS
        assert row(comparison, "fppa_deg").change.verdict is Verdict.NO_DETECTABLE_CHANGE
        assert "guessed from its file" in " ".join(comparison.notes)
    assert compare_sets(guessed, on(fppa(13, 5), 3)).notes == ()


def test_reps_that_do_not_count_are_left_out() -> None:
    reps = [each_leg("fppa_deg", 5, None), each_leg("fppa_deg", 60, None), each_leg("fppa_deg", 5, None)]
    made = assessment(reps, excluded=[2])
    first = row(compare_sets(on(made), on(made, 1)), "fppa_deg").first
    assert first is not None
    assert first.value == pytest.approx(5)


def test_the_error_of_a_set_does_not_shrink_with_the_number_of_reps() -> None:
    few, many = (assessment([each_leg("fppa_deg", 5, None, 4.0)] * n) for n in (3, 30))
    found = row(compare_sets(on(few), on(many, 1)), "fppa_deg")
    assert found.first is not None
    assert found.second is not None
    assert found.first.error == found.second.error == pytest.approx(4.0)


@given(st.permutations([1.0, 2.0, 30.0, float("nan")]))
def test_a_rep_whose_error_is_not_known_leaves_that_of_the_set_unknown(errors: list[float]) -> None:
    value = value_of_reps([Estimate(5.0, error) for error in errors])
    assert value is not None
    assert np.isnan(value.estimate.error)


@pytest.mark.parametrize(
    ("other", "obstacle"),
    [
        (fppa(5, 5, exercise="squat"), Obstacle.EXERCISE),
        (fppa(5, 5, view=ViewKind.OBLIQUE), Obstacle.VIEW),
    ],
)
def test_other_exercises_and_views_are_not_comparable(other: Assessment, obstacle: Obstacle) -> None:
    found = row(compare_sets(on(fppa(5, 5)), on(other, 1)), "fppa_deg")
    assert found.change.verdict is Verdict.NOT_COMPARABLE
    assert found.change.reason == obstacle.value


def test_a_refused_view_is_not_comparable_with_one_that_carries() -> None:
    made = fppa(5, 5)
    refused = replace(made, view=replace(made.view, verdict=ViewQuality.REFUSED))
    assert row(compare_sets(on(made), on(refused, 1)), "fppa_deg").change.reason == Obstacle.VIEW.value


def test_tempo_is_comparable_from_any_side() -> None:
    front = assessment([whole_body("descent_s", 1.0)] * 3)
    side = assessment([whole_body("descent_s", 3.0)] * 3, view=ViewKind.SIDE, near_leg=Side.LEFT)
    assert row(compare_sets(on(front), on(side, 1)), "descent_s", "both").change.is_change


def step_down(leg: str, height_cm: float | None = 15.0, number: float = 5.0) -> Assessment:
    left, right = (number if leg == side else None for side in ("left", "right"))
    values = each_leg("fppa_deg", left, right) | whole_body("trunk_lean_deg", 2.0)
    return assessment([values] * 3, exercise="step-down", leg=leg, plan=Plan(step_height_cm=height_cm))


def test_steps_of_other_heights_are_not_comparable() -> None:
    found = compare_sets(on(step_down("left")), on(step_down("left", 20.0), 1))
    assert {each.change.reason for each in found.rows} == {Obstacle.STEP.value}
    assert not found.curves


def test_a_step_of_unknown_height_is_pointed_out() -> None:
    found = compare_sets(on(step_down("left")), on(step_down("left", None), 1))
    assert row(found, "fppa_deg").change.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert any("height of the step is not known" in note for note in found.notes)


def test_before_on_one_leg_and_after_on_the_other_is_not_comparable() -> None:
    found = compare_sets(on(step_down("left")), on(step_down("right"), 1))
    assert {each.change.reason for each in found.rows} == {Obstacle.LEG.value}


def test_a_set_in_which_no_rep_counts_is_not_one_of_another_leg() -> None:
    none = fppa(6, 5, excluded=(1, 2, 3))
    found = row(compare_sets(on(fppa(20, 4)), on(none, 30)), "fppa_deg").change
    assert found.reason == Obstacle.SECOND_MISSING.value


def test_left_and_right_of_two_sets_are_compared_in_everything() -> None:
    found = compare_legs(on(step_down("left", number=2.0)), on(step_down("right", number=14.0)))
    assert found.kind is Kind.LEFT_RIGHT
    assert row(found, "fppa_deg", "").change.is_change
    assert row(found, "trunk_lean_deg", "").change.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert [curve.measure for curve in found.curves] == ["fppa_deg", "trunk_lean_deg"]


def test_legs_that_were_not_both_seen_are_not_comparable() -> None:
    found = compare_legs(on(step_down("left")))
    assert {each.change.reason for each in found.rows} == {Obstacle.LEGS_UNSEEN.value}


def both_legs(fppa_deg: tuple[float, float], kmf_pct: tuple[float, float]) -> DatedSet:
    return on(assessment([each_leg("fppa_deg", *fppa_deg) | each_leg("kmf_pct", *kmf_pct, error=1.0)] * 3))


def test_an_angle_alone_never_tells_the_legs_apart() -> None:
    found = compare_legs(both_legs((16, -2), (3, 3)))
    change = row(found, "fppa_deg", "").change
    assert change.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert "turned camera" in change.reason


def test_an_angle_that_the_knees_place_contradicts_does_not_tell_the_legs_apart() -> None:
    assert not row(compare_legs(both_legs((16, -2), (-3, 6))), "fppa_deg", "").change.is_change


def test_an_angle_borne_out_by_the_knees_place_tells_the_legs_apart() -> None:
    change = row(compare_legs(both_legs((16, -2), (8, 1))), "fppa_deg", "").change
    assert change.is_change
    assert change.difference == pytest.approx(-18)


def test_curves_are_laid_on_one_axis_whatever_the_tempo() -> None:
    slow = fppa(5, 5, tempo_s=[(4.0, 3.0, 2.0)] * 3)
    (left, right) = compare_sets(on(fppa(5, 5)), on(slow, 1)).curves
    assert (left.leg, right.leg) == ("left", "right")
    assert left.limit == pytest.approx(9.0)
    np.testing.assert_allclose(left.first.mean, left.second.mean, atol=0.4)


def test_another_plan_and_another_pose_model_are_pointed_out() -> None:
    one = fppa(5, 5, plan=Plan(target_depth_deg=45.0))
    two = fppa(5, 5, plan=Plan(target_depth_deg=60.0, ball=True), model="b")
    notes = " ".join(compare_sets(on(one), on(two, 1)).notes)
    assert "45° in the first and 60° in the second" in notes
    assert "pose models" in notes
    assert "ball" in notes


def test_a_deeper_squat_that_was_planned_deeper_is_no_change_for_the_worse() -> None:
    def deep(number: float) -> Assessment:
        plan = Plan(target_depth_deg=number)
        values = each_leg("knee_flexion_max_deg", number, None, 3.0)
        return assessment([values] * 3, view=ViewKind.SIDE, near_leg=Side.LEFT, plan=plan)

    change = row(compare_sets(on(deep(45.0)), on(deep(60.0), 30)), "knee_flexion_max_deg").change
    assert change.verdict is Verdict.CHANGED


def measured(name: str, exercise: str) -> DatedSet:
    return on(assess(sample_track(name), SetRequest(exercise)))


def test_a_real_front_set_has_the_knees_and_the_tempo() -> None:
    one = measured("wall_squat_front", "wall-squat")
    found = compare_sets(one, replace(one, done_at=DAY + timedelta(days=7)))
    shown = {each.measure for each in found.rows}
    assert {"fppa_deg", "kmf_pct", "descent_s"} <= shown
    assert "knee_flexion_max_deg" not in shown
    assert {each.change.difference for each in found.rows} == {0.0}
    assert {curve.measure for curve in found.curves} >= {"fppa_deg", "kmf_pct"}


def test_a_real_front_set_and_side_set_share_their_tempo_only() -> None:
    found = compare_sets(measured("wall_squat_front", "wall-squat"), measured("wall_squat_side", "wall-squat"))
    comparable = {each.measure for each in found.rows if each.change.verdict is not Verdict.NOT_COMPARABLE}
    assert comparable == {"descent_s", "hold_s", "ascent_s"}
    assert not found.curves
