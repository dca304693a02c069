"""Layer: pure functions. What is known of a set between its analysed frames."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from formcheck.exercises.finding import Band
from formcheck.kinematics.estimate import Estimate
from formcheck.pose.landmarks import Landmark, Side
from formcheck.report.timeline import Timeline, scored_legs
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess as assess_track
from formcheck.session.request import SetRequest
from tests.sample_tracks import sample_track


def with_joints(assessment: Assessment, t_s: list[float], x: list[float]) -> Assessment:
    """Replace the track by one in which all joints stand at `x`."""
    n = len(t_s)
    image_px = np.broadcast_to(np.array(x)[:, None, None], (n, 33, 2)).copy()
    track = dataclasses.replace(
        assessment.track,
        t_s=np.array(t_s),
        image_px=image_px,
        visibility=np.full((n, 33), 0.9),
        world_m=np.zeros((n, 33, 3)),
    )
    return dataclasses.replace(
        assessment, track=track, phase=np.full(n, "stand"), rep_of_frame=np.zeros(n, dtype=np.int64)
    )


def test_joints_move_evenly_between_analysed_frames(front_set: Assessment) -> None:
    timeline = Timeline(with_joints(front_set, [0.0, 0.1, 0.2], [0.0, 10.0, 30.0]))
    assert timeline.joints_at(0.05)[Landmark.LEFT_KNEE, 0] == pytest.approx(5)
    assert timeline.joints_at(0.15)[Landmark.LEFT_KNEE, 0] == pytest.approx(20)
    assert timeline.joints_at(0.1)[Landmark.LEFT_KNEE, 0] == pytest.approx(10)


def test_gap_in_time_is_not_bridged(front_set: Assessment) -> None:
    timeline = Timeline(with_joints(front_set, [0.0, 0.5], [0.0, 10.0]))
    assert np.isnan(timeline.joints_at(0.25)).all()


def test_frame_beside_a_lost_one_is_still_known_but_not_the_time_between(front_set: Assessment) -> None:
    timeline = Timeline(with_joints(front_set, [0.0, 0.1], [4.0, float("nan")]))
    assert timeline.joints_at(0.0)[0, 0] == 4
    assert np.isnan(timeline.joints_at(0.05)).all()


def test_nothing_is_known_long_before_or_after_the_set(front_set: Assessment) -> None:
    timeline = Timeline(front_set)
    end_s = float(front_set.track.t_s[-1])
    assert np.isnan(timeline.joints_at(end_s + 0.5)).all()
    assert timeline.phase_at(-0.5) == ""
    assert np.isfinite(timeline.joints_at(end_s + 0.02)).all()


def test_hidden_joint_is_not_seen(front_set: Assessment) -> None:
    made = with_joints(front_set, [0.0, 0.1], [1.0, 1.0])
    made.track.visibility[:, Landmark.LEFT_KNEE] = 0.4
    joints = Timeline(made).joints_at(0.0)
    assert np.isnan(joints[Landmark.LEFT_KNEE]).all()
    assert np.isfinite(joints[Landmark.RIGHT_KNEE]).all()


def test_measure_is_of_the_leg_that_is_asked_for(front_set: Assessment) -> None:
    timeline = Timeline(front_set)
    assert timeline.leg_value_at("fppa_deg", Side.LEFT, 12.0) > 10
    assert abs(timeline.leg_value_at("fppa_deg", Side.RIGHT, 12.0)) < 1
    assert np.isnan(timeline.leg_value_at("knee_flexion_deg", Side.LEFT, 12.0))
    assert np.isnan(timeline.leg_value_at("fppa_deg", Side.LEFT, 5.2))


@pytest.mark.parametrize("clip", ["wall_squat_side", "step_down_side"])
def test_the_hold_that_is_drawn_is_the_one_that_is_reported(clip: str) -> None:
    made = assess_track(sample_track(clip), SetRequest(clip.rsplit("_", 1)[0].replace("_", "-")))
    timeline = Timeline(made)
    held: dict[int, float] = {}
    for t_s in np.arange(0, made.track.t_s[-1], 0.01):
        rep, now = timeline.rep_at(float(t_s)), timeline.held_s(float(t_s))
        if rep is not None and now is not None:
            held[rep.index] = now
    assert held
    for rep in made.complete_reps:
        estimate = rep.measures["hold_s"]["both"]
        assert estimate is not None
        assert held.get(rep.index, 0.0) == pytest.approx(estimate.value, abs=0.011)


def test_a_turn_without_a_hold_shows_none(front_set: Assessment) -> None:
    rep = front_set.reps[0]
    turned = dataclasses.replace(rep, measures={**rep.measures, "hold_s": {"both": Estimate(0.0, 0.1)}})
    timeline = Timeline(dataclasses.replace(front_set, reps=(turned,)))
    assert timeline.held_s(3.5) is None
    assert timeline.phase_at(3.5) == "descent"
    assert timeline.phase_at(5.5) == "ascent"


def test_hold_is_timed_from_its_own_start(front_set: Assessment) -> None:
    timeline = Timeline(front_set)
    assert timeline.held_s(3.5) == pytest.approx(0.5, abs=0.05)
    assert timeline.held_s(11.0) == pytest.approx(0.5, abs=0.05)
    assert timeline.held_s(2.0) is None


def test_rep_counts_once_it_is_over(front_set: Assessment) -> None:
    timeline = Timeline(front_set)
    assert [timeline.reps_counted(t) for t in (0.0, 4.0, 8.0, 25.4)] == [0, 0, 1, 3]


def test_fault_is_spoken_of_before_a_more_urgent_caution(front_set: Assessment) -> None:
    fault = next(f for f in front_set.findings if f.rep == 2 and f.band is Band.FAULT)
    caution = dataclasses.replace(fault, check="X", band=Band.CAUTION, precedence=0)
    silent = dataclasses.replace(fault, check="Y", cue="", precedence=0)
    timeline = Timeline(dataclasses.replace(front_set, findings=(silent, caution, fault)))
    assert timeline.flag_at(12.0) == fault
    assert timeline.flag_at(4.5) is None
    assert timeline.flag_at(8.2) is None


def test_step_down_is_about_the_standing_leg(front_set: Assessment) -> None:
    reps = tuple(dataclasses.replace(rep, leg="right") for rep in front_set.reps)
    step_down = dataclasses.replace(front_set, reps=reps)
    assert scored_legs(step_down) == (Side.RIGHT,)
    assert Timeline(step_down).legs_at(12.0) == (Side.RIGHT,)


def test_alternating_legs_are_scored_in_turn(front_set: Assessment) -> None:
    legs = ("right", "left", "right", "left")
    reps = tuple(dataclasses.replace(rep, leg=leg) for rep, leg in zip(front_set.reps, legs, strict=True))
    timeline = Timeline(dataclasses.replace(front_set, reps=reps))
    assert timeline.legs_at(4.0) == (Side.RIGHT,)
    assert timeline.legs_at(12.0) == (Side.LEFT,)
    assert timeline.legs_at(8.2) == (Side.LEFT, Side.RIGHT)


def test_side_view_is_about_the_near_leg(side_set: Assessment) -> None:
    assert scored_legs(side_set) == (Side.LEFT,)


def test_set_without_reps_shows_both_legs(front_set: Assessment) -> None:
    assert scored_legs(dataclasses.replace(front_set, reps=())) == (Side.LEFT, Side.RIGHT)
