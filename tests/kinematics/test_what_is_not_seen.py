"""Layer: the kinematics through a made-up person. What is hidden, missing or told wrongly invents nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.kinematics.analysis import measure_set
from formcheck.kinematics.cleaning import cleaned
from formcheck.kinematics.hidden import somebody_else
from formcheck.kinematics.rep_measures import measure_rep
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import Side

from ..skeleton import LEFT, RIGHT, Camera, Film, Move, Person, film
from .alterations import hidden, only
from .sets import READS_LOW_DEG, RULES, count, filmed, measured

Frames = NDArray[np.bool_]
FEET = [29, 30, 31, 32]
WRISTS = [15, 16]


@pytest.mark.parametrize("yaw", [90.0, -90.0])
def test_hidden_feet_do_not_turn_a_person_round(yaw: float) -> None:
    made = filmed(Person(moves=(Move(depth_deg=70.0),) * 2, yaw_deg=yaw))
    seen, unseen = measured(made), measured(hidden(made, FEET))
    assert count(unseen) == count(seen) == 2
    near = Side.LEFT if yaw > 0 else Side.RIGHT
    depth = measure_rep(unseen, 0, {})["knee_flexion_max_deg"][near.value]
    assert depth is not None
    assert depth.value == pytest.approx(70.0, abs=2.0)


def test_missing_frames_are_a_gap_and_no_movement() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 4))
    t = made.track.t_s
    middle = float(made.reps[1].bottom_start_s)
    m = measured(only(made, (t < middle - 1.0) | (t > middle + 2.1)))
    seen = [rep for rep in m.reps if rep.end_s < middle - 1.0 or rep.start_s > middle + 2.1]
    assert all(rep.descent_s + rep.hold_s + rep.ascent_s < 6.0 for rep in seen)
    (unseen,) = [rep for rep in m.reps if rep not in seen]
    assert np.isnan([unseen.descent_s, unseen.hold_s]).all()
    assert measure_rep(m, m.reps.index(unseen), {})["fppa_deg"]["left"] is None


def test_who_is_lost_in_a_fast_movement_is_the_same_further_on() -> None:
    """In a blurred picture the landmarks stay behind, and are somewhere else from one frame to the next."""
    made = filmed(Person("squat", (Move(depth_deg=110.0, down_s=0.8),) * 3))
    t, image = made.track.t_s, made.track.image_px.copy()
    for rep in made.reps[:2]:
        late = np.flatnonzero((t > rep.start_s) & (t < rep.bottom_start_s))
        image[late] = image[late[0]]
    m = measured(replace(made, track=replace(made.track, image_px=image)), "squat")
    assert [rep.complete for rep in m.reps] == [True] * 3


def test_hidden_wrists_are_not_hands_that_stayed() -> None:
    m = measured(hidden(filmed(Person("step-down", (Move(),) * 2, LEFT)), WRISTS), "step-down")
    assert measure_rep(m, 0, {})["arms_moved_s"]["both"] is None


def test_a_leg_that_is_told_does_not_overrule_the_picture() -> None:
    made = filmed(Person("step-down", (Move(fppa_deg=(14.0, 0.0)),) * 2, LEFT))
    m = measure_set(made.track, RULES["step-down"], leg=Side.RIGHT)
    assert set(m.legs) == {Side.LEFT}
    assert m.told_leg_denied


def test_a_squat_taken_for_a_step_down_has_no_standing_leg() -> None:
    m = measured(filmed(Person("squat", (Move(),) * 2)), "step-down")
    assert set(m.legs) == {None}
    fppa = measure_rep(m, 0, {})["fppa_deg"]
    assert fppa == {"left": None, "right": None}


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
def test_the_standing_leg_is_known_by_the_other_foot_alone(stance: int) -> None:
    feet = [27, 29, 31] if stance == LEFT else [28, 30, 32]
    m = measured(hidden(filmed(Person("step-down", (Move(),) * 2, stance)), feet), "step-down")
    assert set(m.legs) <= {(Side.LEFT, Side.RIGHT)[stance]}


def test_fppa_of_a_thigh_that_points_sideways_means_nothing() -> None:
    """Knees far out at hip height, as in a deep squat: the thigh is long in the picture, and level."""
    made = filmed(Person("squat", (Move(depth_deg=60.0),) * 2))
    deep = made.knee_flexion_deg.max(axis=1) > 58
    for hip, knee, outward in ((23, 25, 1.0), (24, 26, -1.0)):
        made.track.image_px[deep, knee] = made.track.image_px[deep, hip] + np.array([90.0 * outward, 5.0])
    m = measured(made)
    inner = deep & np.roll(deep, 6) & np.roll(deep, -6)
    assert inner.any()
    assert np.isnan(m.series.per_leg["fppa_deg"][inner]).all()
    assert np.isnan(m.series.per_leg["hip_adduction_deg"][inner]).all()


def test_a_tilted_camera_gives_low_confidence() -> None:
    m = measured(filmed(Person("wall-squat", (Move(),) * 2), Camera(roll_deg=7.0)), "wall-squat")
    assert m.view.verdict is ViewQuality.LOW
    assert abs(m.roll_deg) == pytest.approx(7.0, abs=1.0)


def test_too_few_frames_a_second_are_refused() -> None:
    made = filmed(Person("squat", (Move(),) * 2))
    every_tenth = np.arange(len(made.track)) % 10 == 0
    with pytest.raises(NotAssessableError, match="frames a second"):
        measured(only(made, every_tenth))


def test_a_sideways_lean_that_is_a_turn_is_within_its_error() -> None:
    m = measured(film(Person("squat", (Move(depth_deg=90.0),) * 2, yaw_deg=3.0), reads_low_deg=READS_LOW_DEG))
    lean = measure_rep(m, 0, {})["trunk_lean_deg"]["both"]
    assert lean is not None
    assert abs(lean.value) <= lean.error < 15


def moved_out(made: Film, landmarks: list[int], frames: Frames) -> Film:
    """Put landmarks below the lower edge of the picture, as an estimator does that believes in them all the same."""
    image = made.track.image_px.copy()
    image[np.flatnonzero(frames)[:, None], np.array(landmarks), 1] = made.track.source.height + 20.0
    return replace(made, track=replace(made.track, image_px=image))


def between(made: Film, start_s: float, stop_s: float) -> Frames:
    return (made.track.t_s >= start_s) & (made.track.t_s < stop_s)


def test_feet_below_the_picture_leave_no_knee_angle() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2, yaw_deg=90.0))
    middle = float(made.reps[1].bottom_start_s)
    out = between(made, middle, middle + 0.5)
    flexion = measured(moved_out(made, [27, 28, *FEET], out)).series.per_leg["knee_flexion_deg"][:, LEFT]
    assert np.isnan(flexion[out]).all()
    assert np.isfinite(flexion[~out]).mean() > 0.95


def test_glimpses_of_a_hidden_knee_do_not_bridge_the_time_between_them() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2, yaw_deg=90.0))
    start = float(made.reps[1].start_s)
    behind = between(made, start, start + 1.0)
    glimpsed = behind & (np.arange(len(made.track)) % 5 == 0)
    m = measured(hidden(made, [25], behind & ~glimpsed))
    inner = between(made, start + 0.2, start + 0.8)
    assert np.isnan(m.series.per_leg["knee_flexion_deg"][inner, LEFT]).all()


def test_a_track_that_goes_over_to_somebody_else_and_back_is_not_measured_meanwhile() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 3, yaw_deg=0.0))
    there = between(made, 4.0, 5.0)
    image = made.track.image_px.copy()
    image[there, :, 0] += 100.0
    other = replace(made.track, image_px=image)
    assert (somebody_else(other) == there).all()
    assert not np.isfinite(cleaned(other).image_px[there]).any()
    assert not somebody_else(made.track).any()


def test_somebody_larger_at_the_same_place_is_somebody_else() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 3))
    there = between(made, 4.0, 5.0)
    image = made.track.image_px.copy()
    middle = image[there].mean(axis=1, keepdims=True)
    image[there] = middle + 1.5 * (image[there] - middle)
    assert (somebody_else(replace(made.track, image_px=image)) == there).all()


def test_who_walks_in_is_the_person() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 3))
    image = made.track.image_px + np.maximum(0.0, 3.0 - made.track.t_s)[:, None, None] * np.array([250.0, 0.0])
    assert not somebody_else(replace(made.track, image_px=image)).any()


def test_one_leg_drawn_on_top_of_the_other_has_no_fppa() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2))
    middle = float(made.reps[1].bottom_start_s)
    covered = between(made, middle, middle + 0.5)
    image = made.track.image_px.copy()
    for left, right in ((23, 24), (25, 26), (27, 28)):
        image[covered, left] = image[covered, right] + np.array([2.0, 1.0])
    m = measured(replace(made, track=replace(made.track, image_px=image)))
    assert np.isnan(m.series.per_leg["fppa_deg"][covered]).all()
    assert np.isfinite(m.series.per_leg["fppa_deg"][~covered]).mean() > 0.9


def test_a_head_out_of_the_picture_leaves_a_person() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2))
    image = made.track.image_px.copy()
    image[:, :11, 1] = -20.0
    m = measured(replace(made, track=replace(made.track, image_px=image)))
    assert m.track.found.all()
    assert count(m) == 2


@pytest.mark.parametrize(("fps", "depth", "down_s"), [(24.0, 110.0, 0.4), (24.0, 120.0, 0.6), (30.0, 120.0, 0.8)])
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_fast_deep_squat_with_the_trunk_toward_the_camera_stays_the_same_person(
    fps: float, depth: float, down_s: float, yaw: float
) -> None:
    """The trunk is seen short then, as if somebody smaller had come; the shoulders are as wide as before."""
    made = filmed(Person(moves=(Move(depth_deg=depth, down_s=down_s),) * 3, yaw_deg=yaw), Camera(fps=fps))
    assert not somebody_else(made.track).any()
    assert count(measured(made)) == 3


def test_a_knee_that_flickers_but_is_mostly_seen_keeps_its_values() -> None:
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2, yaw_deg=90.0))
    flickering = np.arange(len(made.track)) % 3 == 0
    seen = np.isfinite(cleaned(hidden(made, [25], flickering).track).image_px[:, 25, 0])
    assert seen[3:-3].all()


@pytest.mark.parametrize("start", range(60, 66))
def test_a_glimpse_is_as_short_at_every_time(start: int) -> None:
    """Three frames at 30 a second are 0.1 s, whichever way their times are rounded."""
    made = filmed(Person(moves=(Move(depth_deg=60.0),) * 2, yaw_deg=90.0))
    frames = np.arange(len(made.track))
    away = ((frames >= start) & (frames < start + 40)) & ~((frames >= start + 20) & (frames < start + 23))
    seen = np.isfinite(cleaned(hidden(made, [25], away).track).image_px[start : start + 40, 25, 0])
    assert seen.sum() == 3
