"""Landmarks of sample clips, as ordinary recordings that went wrong would give them, against the truth of the clips.

`wall_squat_side`: knee flexion 70.2 deg; down from 2.0 to 3.5 s, held until 4.5, up at 6.0, and again 4.6 s later.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from formcheck.exercises.words import NOT_MEASURED
from formcheck.kinematics.reps import Cut
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.types import PoseTrack
from formcheck.report.rep_table import rep_table
from formcheck.report.summary import headline, what_was_done
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.guess import guess_exercise
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.recordings import (
    after_one_another,
    frozen,
    in_the_hand,
    mirrored,
    played,
    with_bend_to_the_floor,
    with_leg_stretched,
    without,
)
from tests.sample_tracks import SAMPLE_TRACKS, sample_track

DEPTH_DEG, DOWN_S, HOLD_S, UP_S = 70.2, 1.5, 1.0, 1.5
NEW_REMARKS = {"SU-19", "SU-20", "SU-21"}


def measured(track: PoseTrack, exercise: str = "wall-squat") -> Assessment:
    return assess(track, SetRequest(exercise))


def value(rep: Rep, measure: str, leg: str = "both") -> float:
    estimate = rep.measures[measure].get(leg)
    return math.nan if estimate is None else estimate.value


def remarks(assessment: Assessment) -> dict[str, str]:
    return {check.id: check.message for check in assessment.setup if check.id in NEW_REMARKS}


@pytest.fixture(scope="module")
def side() -> PoseTrack:
    return sample_track("wall_squat_side")


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_a_clean_clip_gets_no_new_remark(name: str) -> None:
    found = measured(sample_track(name), "step-down" if name.startswith("step") else "wall-squat")
    assert remarks(found) == {}
    assert found.views == ()
    assert [rep.pulses for rep in found.reps] == [0] * len(found.reps)
    assert all(rep.cut_by == "" for rep in found.complete_reps)


# Two views in one film


def test_who_turns_round_is_measured_from_both_sides() -> None:
    clip = sample_track("step_down_side")
    first = clip.part(clip.t_s < 7.2)
    found = measured(after_one_another(first, mirrored(first)), "step-down")
    assert [(rep.leg, rep.view, rep.complete) for rep in found.reps] == [
        ("left", ViewKind.SIDE, True),
        ("right", ViewKind.SIDE, True),
    ]
    left, right = (value(rep, "knee_flexion_max_deg", rep.leg) for rep in found.reps)
    assert left == pytest.approx(right, abs=3)
    assert "The view changes at 7.2 s: seen from the left side, then from the right side." in remarks(found)["SU-19"]
    assert "seen from the left side and then from the right side: 2 whole reps" in what_was_done(found)
    rows = rep_table(found).rows
    assert [row.leg for row in rows] == ["left", "right"]
    assert all(row.cells[0].text != NOT_MEASURED for row in rows)


@pytest.mark.parametrize("order", [("wall_squat_front", "wall_squat_side"), ("wall_squat_side", "wall_squat_front")])
def test_front_and_side_in_one_film_give_the_measures_of_both(order: tuple[str, str]) -> None:
    alone = {name: measured(sample_track(name)) for name in order}
    found = measured(after_one_another(*(sample_track(name) for name in order)))
    assert len(found.complete_reps) == sum(len(each.complete_reps) for each in alone.values())
    by_view = {kind: [rep for rep in found.reps if rep.view is kind] for kind in (ViewKind.FRONT, ViewKind.SIDE)}
    assert value(by_view[ViewKind.SIDE][0], "knee_flexion_max_deg", "left") == pytest.approx(DEPTH_DEG, abs=3)
    assert abs(value(by_view[ViewKind.FRONT][0], "fppa_deg", "left")) < 3
    missing = {each.measure for each in found.not_measured}
    assert not missing & {"fppa_deg", "knee_flexion_max_deg"}
    assert [each.view.kind for each in found.views] == [
        ViewKind.FRONT if "front" in name else ViewKind.SIDE for name in order
    ]


def test_a_view_without_a_rep_is_not_spoken_of() -> None:
    standing = sample_track("wall_squat_front")
    found = measured(after_one_another(standing.part(standing.t_s < 1.9), sample_track("wall_squat_side")))
    assert (found.view.kind, found.views) == (ViewKind.SIDE, ())
    assert len(found.complete_reps) == 3


# Time that is not shown


@pytest.mark.parametrize("from_s", [6.8, 7.3, 7.6, 8.7])
def test_a_frozen_picture_gives_no_time_that_it_takes_part_in(side: PoseTrack, from_s: float) -> None:
    found = measured(frozen(side, from_s, from_s + 0.9))
    assert len(found.complete_reps) == 3
    assert f"The picture stands still from {from_s:.1f} to" in remarks(found)["SU-21"]
    times = {name: value(found.reps[1], name) for name in ("descent_s", "hold_s", "ascent_s")}
    assert math.isnan(times["hold_s" if from_s > 7.4 else "descent_s"])
    for name, true in (("descent_s", DOWN_S), ("hold_s", HOLD_S), ("ascent_s", UP_S)):
        assert math.isnan(times[name]) or times[name] == pytest.approx(true, abs=0.3)


def test_a_picture_that_is_coded_anew_in_between_stands_still_all_the_same(side: PoseTrack) -> None:
    hung = frozen(side, 7.0, 8.6)
    ((start_s, end_s),) = hung.source.repeated
    parts = ((start_s, 8.334), (8.334, end_s))
    found = measured(replace(hung, source=replace(hung.source, repeated=parts)))
    assert "The picture stands still from 7.0 to 8.6 s" in remarks(found)["SU-21"]
    assert math.isnan(value(found.reps[1], "descent_s"))


def test_changes_that_follow_each_other_are_somebody_small_who_begins_to_move(side: PoseTrack) -> None:
    changes = (0.0, 0.13, 0.8, 1.33, 1.67, 1.83, 2.1, 2.24)
    hung = replace(side, source=replace(side.source, repeated=tuple(pairwise(changes))))
    found = measured(hung)
    assert "SU-21" not in remarks(found)
    assert value(found.reps[0], "descent_s") == pytest.approx(DOWN_S, abs=0.3)


def test_landmarks_that_settle_at_the_start_are_no_movement(side: PoseTrack) -> None:
    settling = side.image_px + 8.0 * np.exp(-side.t_s / 0.1)[:, None, None]
    source = replace(side.source, repeated=((0.0, 0.4), (0.4, 0.6)))
    assert "SU-21" not in remarks(measured(replace(side, image_px=settling, source=source)))


@pytest.mark.parametrize(("from_s", "to_s"), [(0.3, 1.7), (8.3, 8.9)])
def test_who_holds_still_has_not_frozen(side: PoseTrack, from_s: float, to_s: float) -> None:
    found = measured(frozen(side, from_s, to_s))
    assert "SU-21" not in remarks(found)
    assert value(found.reps[1], "hold_s") == pytest.approx(HOLD_S, abs=0.15)


def test_a_gap_over_a_whole_rep_is_named(side: PoseTrack) -> None:
    found = measured(without(side, 6.3, 10.9))
    assert len(found.complete_reps) == 2
    assert remarks(found)["SU-21"].startswith("Nothing was recorded from 6.3 to 10.9 s: no rep of that time is counted")


def test_a_gap_in_the_hold_does_not_cut_the_rep_in_two(side: PoseTrack) -> None:
    found = measured(without(side, 8.3, 8.8))
    assert len(found.complete_reps) == len(found.reps) == 3
    assert math.isnan(value(found.reps[1], "hold_s"))
    assert value(found.reps[1], "ascent_s") == pytest.approx(UP_S, abs=0.3)
    assert value(found.reps[1], "knee_flexion_max_deg", "left") == pytest.approx(DEPTH_DEG, abs=3)


def test_a_turn_that_nothing_shows_has_no_depth(side: PoseTrack) -> None:
    found = measured(without(side, 7.5, 9.7))
    rep = found.reps[1]
    assert rep.complete
    assert math.isnan(value(rep, "knee_flexion_max_deg", "left"))
    assert "neither its depth nor its times are given" in remarks(found)["SU-21"]


def test_a_gap_with_time_to_stand_up_cuts_reps_and_says_so(side: PoseTrack) -> None:
    found = measured(without(side, 4.0, 8.6))
    cut = [rep for rep in found.reps if not rep.complete]
    assert len(found.complete_reps) == 1
    assert [rep.cut_by for rep in cut] == [Cut.HOLE.value] * 2
    said = what_was_done(found)
    assert "2 reps cut off by a gap in the recording" in said
    assert "start or end of the clip" not in said


def test_a_clip_that_begins_in_a_rep_says_so(side: PoseTrack) -> None:
    found = measured(side.part(side.t_s > 4.0))
    assert "1 rep cut off by the start or end of the clip" in what_was_done(found)


def test_without_a_whole_rep_the_remedy_fits_the_reason(side: PoseTrack) -> None:
    found = measured(side.part((side.t_s > 3.8) & (side.t_s < 5.95)))
    assert headline(found).detail == "No whole rep was seen. Begin and end the recording standing."


# Pulses and holds


@pytest.mark.parametrize("back_to_s", [3.05, 2.95, 2.85, 2.75])
def test_pulses_at_the_bottom_belong_to_one_rep(side: PoseTrack, back_to_s: float) -> None:
    pulse = [(4.0, back_to_s), (back_to_s, 4.0)]
    found = measured(played(side, [(0.0, 4.0), *pulse, *pulse, (4.0, 8.0 - 1.2)]))
    (rep,) = found.complete_reps
    assert len(found.reps) == 1
    assert rep.pulses == 2
    assert value(rep, "descent_s") == pytest.approx(DOWN_S, abs=0.2)
    assert value(rep, "ascent_s") == pytest.approx(UP_S, abs=0.2)
    assert value(rep, "hold_s") == pytest.approx(2 * (4.0 - 3.5), abs=0.35)
    assert value(rep, "knee_flexion_max_deg", "left") == pytest.approx(DEPTH_DEG, abs=3)
    assert "rep 1 with 2 pulses at the bottom" in what_was_done(found)


def test_a_hold_is_no_pulse(side: PoseTrack) -> None:
    found = measured(played(side, [(0.0, 4.0), (4.0, 3.7), (3.7, 4.2), (4.2, 6.8)]))
    assert [rep.pulses for rep in found.complete_reps] == [0]


def test_a_leg_that_is_lifted_in_a_hold_is_no_standing_up(side: PoseTrack) -> None:
    to_and_fro = [(4.0, 3.6), (3.6, 4.0)] * 4
    held = played(side, [(0.0, 6.4), (0.0, 4.0), *to_and_fro, (4.0, 6.6)])
    lifted = with_leg_stretched(held, Side.LEFT, [(10.6, 11.6), (12.2, 13.2)])
    found = measured(lifted)
    assert len(found.complete_reps) == len(found.reps) == 2
    assert value(found.reps[1], "ascent_s") == pytest.approx(UP_S, abs=0.3)


def test_bending_down_for_something_is_no_rep(side: PoseTrack) -> None:
    bent = with_bend_to_the_floor(played(side, [(0.0, 1.8), (1.8, 0.2), (0.2, 11.0)]), 0.9, 2.9)
    assert len(measured(bent, "squat").reps) == 2


# A camera in the hand


@pytest.mark.parametrize("size_px", [8.0, 20.0, 40.0])
def test_a_camera_in_the_hand_changes_no_number_by_more_than_it_says(side: PoseTrack, size_px: float) -> None:
    still, shaken = measured(side), measured(in_the_hand(side, size_px))
    assert len(shaken.complete_reps) == 3
    for rep, same in zip(shaken.reps, still.reps, strict=True):
        depth, before = (each.measures["knee_flexion_max_deg"]["left"] for each in (rep, same))
        assert depth is not None
        assert before is not None
        assert depth.value == pytest.approx(before.value, abs=0.5)
        assert depth.error > before.error
        assert rep.start_s == pytest.approx(same.start_s, abs=0.05)
    assert ("SU-20" in remarks(shaken)) == (size_px > 10)
    failed = {check.id for check in shaken.setup if not check.passed} - {
        check.id for check in still.setup if not check.passed
    }
    assert failed <= {"SU-20"}


def error(rep: Rep, measure: str) -> float:
    estimate = rep.measures[measure]["both"]
    assert estimate is not None
    return estimate.error


@pytest.mark.parametrize("phase", ["descent_s", "hold_s", "ascent_s"])
def test_times_are_less_sure_where_the_camera_or_the_landmarks_tremble(side: PoseTrack, phase: str) -> None:
    shaken = measured(in_the_hand(side, 40.0))
    noise = np.random.default_rng(5).normal(0, 3.0, side.image_px.shape)
    trembling = measured(replace(side, image_px=side.image_px + noise))
    for rep, camera, landmarks in zip(measured(side).reps, shaken.reps, trembling.reps, strict=True):
        assert error(camera, phase) > 1.3 * error(rep, phase)
        assert error(landmarks, phase) > error(rep, phase)
        assert abs(value(landmarks, phase) - value(rep, phase)) < error(landmarks, phase)


def test_landmarks_are_drawn_where_the_shaken_pictures_show_them(side: PoseTrack) -> None:
    shaken = in_the_hand(side, 30.0)
    drawn = measured(shaken).track.image_px
    off = np.linalg.norm(drawn - shaken.image_px, axis=-1)
    assert np.nanmedian(off) < 2.0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_exercise_is_guessed_where_the_view_changes(order: tuple[int, int]) -> None:
    films = [sample_track("step_down_side"), sample_track("step_down_front_valgus")]
    guess = guess_exercise(after_one_another(*(films[i] for i in order)))
    assert (guess.exercise, guess.leg) == ("step-down", Side.LEFT)
