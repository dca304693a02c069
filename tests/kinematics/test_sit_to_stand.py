"""Layer: pure functions on made-up landmarks. Stands from a chair are counted and timed, whoever else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.exercises.plan import Plan
from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.kinematics.phase_rule import Begins, PhaseRule
from formcheck.kinematics.reps import ASCENT, DESCENT, SIT, STAND, Cut, away_deg, find_reps
from formcheck.kinematics.view import ViewKind
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment, spans_of
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.verdict import verdict_of_set
from tests.chair_figure import Sitter, Stand, film_sitter, five_s, when_bent
from tests.skeleton import Camera

REQUEST = SetRequest("sit-to-stand", plan=Plan(reps=5))
RULE = REQUEST.rubric.phases
FRONT, OBLIQUE, SIDE = 0.0, 45.0, 90.0
EVERY_VIEW = (FRONT, OBLIQUE, 60.0, SIDE, -90.0)
QUICK = Stand(0.15, 0.6, 0.1, 0.6)


def trembling(track: PoseTrack, px: float = 1.0) -> PoseTrack:
    return replace(track, image_px=track.image_px + np.random.default_rng(5).normal(0, px, track.image_px.shape))


def measured(sitter: Sitter) -> SetMeasurement:
    return measure_set(trembling(film_sitter(sitter).track), RULE)


def assessed(sitter: Sitter) -> Assessment:
    return assess(trembling(film_sitter(sitter).track), REQUEST)


def found_value(assessment: Assessment, measure: str) -> float:
    (found,) = [finding.value for finding in assessment.findings if finding.measure == measure]
    return found


def test_the_rubric_says_that_reps_begin_seated() -> None:
    assert RULE.begins is Begins.SEATED
    assert RULE.seated
    assert not PhaseRule(True, 15.0, 0.8, 0.3).seated


def test_a_signal_is_turned_over_for_who_rests_seated() -> None:
    q = np.array([90.0, 5.0, np.nan])
    np.testing.assert_array_equal(away_deg(q, RULE), [90.0, 175.0, np.nan])
    np.testing.assert_array_equal(away_deg(q, replace(RULE, begins=Begins.STANDING)), q)


@pytest.mark.parametrize("stand", [Stand(), QUICK, Stand(1.0, 2.2, 1.5, 2.0)], ids=["usual", "quick", "slow"])
@pytest.mark.parametrize("yaw", EVERY_VIEW)
def test_every_stand_is_counted_and_timed_within_a_tenth_of_a_second(yaw: float, stand: Stand) -> None:
    sitter = Sitter(stands=(replace(stand, sits_s=1.5), *(stand,) * 4), yaw_deg=yaw)
    reps = [rep for rep in measured(sitter).reps if rep.complete]
    assert len(reps) == 5
    for rep, true in zip(reps, when_bent(sitter), strict=True):
        read = (rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s)
        np.testing.assert_allclose(
            read, (true.start_s, true.bottom_start_s, true.bottom_end_s, true.end_s), atol=0.1, rtol=0
        )


@pytest.mark.parametrize("yaw", EVERY_VIEW)
@pytest.mark.parametrize("stand", [Stand(), QUICK], ids=["usual", "quick"])
def test_five_stands_are_timed_to_standing_and_to_sitting(yaw: float, stand: Stand) -> None:
    sitter = Sitter(stands=(replace(stand, sits_s=1.5), *(stand,) * 4), yaw_deg=yaw)
    assessment = assessed(sitter)
    read = [found_value(assessment, name) for name in ("five_stands_s", "five_sit_to_stands_s")]
    np.testing.assert_allclose(read, five_s(sitter), atol=0.1, rtol=0)


@pytest.mark.parametrize("yaw", EVERY_VIEW)
def test_who_stands_at_first_and_sits_down_has_done_no_stand(yaw: float) -> None:
    reps = measured(Sitter(yaw_deg=yaw, stands_first_s=3.0)).reps
    assert [rep.complete for rep in reps] == [False, *[True] * 5]
    assert reps[0].cut_by is Cut.CLIP


@pytest.mark.parametrize("yaw", EVERY_VIEW)
def test_half_stands_and_leaning_are_none(yaw: float) -> None:
    half, leans = Stand(share=0.6), Stand(sits_s=2.5, fidgets_deg=40.0)
    reps = measured(Sitter(stands=(Stand(), half, Stand(), leans, Stand(), half, Stand()), yaw_deg=yaw)).reps
    assert [rep.complete for rep in reps] == [True, False, True, True, True, False, True]
    assert {rep.cut_by for rep in reps if not rep.complete} == {Cut.SHORT}


@pytest.mark.parametrize("yaw", EVERY_VIEW)
def test_a_stand_counts_though_the_recording_ends_with_it(yaw: float) -> None:
    sitter = Sitter(stands=(*(Stand(),) * 4, Stand(stands_s=3.0)), last_sits_s=-2.4, yaw_deg=yaw)
    assessment = assessed(sitter)
    assert len(assessment.complete_reps) == 5
    assert abs(found_value(assessment, "five_stands_s") - five_s(sitter)[0]) < 0.1
    (gap,) = [each for each in assessment.not_measured if each.measure == "five_sit_to_stands_s"]
    assert gap.reason == "nobody is seen to sit down again after the fifth stand"


def test_who_goes_down_half_way_between_two_stands_has_not_sat() -> None:
    t = np.arange(0, 12, 1 / 30)
    flexion = np.interp(t, [0, 2, 3, 4, 5, 6, 7, 8, 9, 12], [90, 90, 5, 5, 45, 5, 5, 90, 90, 90])
    (rep,) = find_reps(t, away_deg(flexion, RULE), RULE)
    assert (rep.complete, rep.pulses) == (True, 1)


def test_fewer_than_five_stands_are_no_test_of_five() -> None:
    assessment = assessed(Sitter(stands=(Stand(),) * 4))
    reasons = {each.measure: each.reason for each in assessment.not_measured}
    assert reasons["five_stands_s"] == "4 full stands were seen, and it takes five"
    assert reasons["stands_in_30_s_count"] == "the stands do not go on for 30 seconds"


@pytest.mark.parametrize(("rise_s", "count"), [(0.75, 11), (1.0, 9)])
def test_stands_in_half_a_minute_count_from_half_way_up(rise_s: float, count: int) -> None:
    stand = Stand(0.6, rise_s, 0.4, 1.0)
    sitter = Sitter(stands=(stand,) * 14, yaw_deg=SIDE)
    first = when_bent(sitter)[0]
    begun = first.start_s - 0.2475 * rise_s
    half_up = [rep.start_s + (0.5 - 0.2475) * rise_s for rep in when_bent(sitter)]
    assert sum(at <= begun + 30 for at in half_up) == found_value(assessed(sitter), "stands_in_30_s_count")
    assert found_value(assessed(sitter), "stands_in_30_s_count") >= count


def test_who_only_sits_is_told_to_film_the_stand() -> None:
    assessment = assessed(Sitter(stands=(Stand(share=0.0, sits_s=3.0),) * 2, stands_first_s=3.0))
    assert not assessment.complete_reps
    assert verdict_of_set(assessment).title == "Film the whole movement, from sitting to standing"


def test_the_phases_are_those_of_who_sits() -> None:
    assessment = assessed(Sitter())
    assert set(assessment.phase) == {SIT, ASCENT, STAND, DESCENT}
    assert assessment.phase[0] == SIT
    rep = assessment.complete_reps[0]
    assert [span.phase for span in spans_of(rep)] == [ASCENT, STAND, DESCENT]
    assert abs(rep.measures["ascent_s"]["both"].value - 1.0) < 0.1  # type: ignore[union-attr]


@pytest.mark.parametrize(("left", "right"), [(8.0, -3.0), (0.0, 12.0)])
def test_the_knee_line_is_that_of_the_way_up(left: float, right: float) -> None:
    sitter = Sitter(stands=(Stand(fppa_deg=(left, right)),) * 5)
    film = film_sitter(sitter, pose_model="exact")
    assessment = assess(film.track, REQUEST)
    assert assessment.view.kind is ViewKind.FRONT
    for rep, true in zip(assessment.complete_reps, when_bent(sitter), strict=True):
        rising = (film.track.t_s >= true.start_s) & (film.track.t_s <= true.bottom_start_s)
        for leg, side in enumerate(("left", "right")):
            estimate = rep.measures["fppa_deg"][side]
            assert estimate is not None
            shown = rising & (film.knee_flexion_deg[:, leg] < 65)
            assert abs(estimate.value - np.median(film.fppa_deg[shown, leg])) < 2.0


def test_the_lean_of_the_trunk_is_the_furthest_of_the_stand() -> None:
    sitter = Sitter(stands=(Stand(lean_deg=30.0), Stand(lean_deg=45.0), Stand(lean_deg=38.0)), yaw_deg=SIDE)
    leans = [rep.measures["trunk_flexion_deg"]["both"] for rep in assessed(sitter).complete_reps]
    np.testing.assert_allclose([lean.value for lean in leans if lean], [30.0, 45.0, 38.0], atol=2.0)


def test_a_push_of_the_arms_is_not_measured_and_that_is_said() -> None:
    reasons = {each.measure: each.reason for each in assessed(Sitter()).not_measured}
    assert "cannot tell a hand that rests" in reasons["arm_push_count"]


def test_a_camera_at_hip_height_close_by_counts_too() -> None:
    film = film_sitter(Sitter(yaw_deg=20.0), Camera(distance_m=2.2, aim_m=0.7, pitch_deg=8.0))
    assert len([rep for rep in measure_set(film.track, RULE).reps if rep.complete]) == 5
