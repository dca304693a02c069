"""Layer: a whole set, from simulated landmarks to reps. The same reps from every camera, at the times they happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.analysis import SetMeasurement

from ..skeleton import LEFT, Camera, Exercise, Film, Move, Person, duration_s, film
from .alterations import hidden, only, picture_moved, trembling
from .sets import READS_LOW_DEG, count, filmed, measured

EXERCISES: tuple[Exercise, ...] = ("squat", "wall-squat", "step-down")
NAMES = ("start_s", "bottom_start_s", "bottom_end_s", "end_s")


def worst_s(m: SetMeasurement, made: Film) -> float:
    """Return the largest error of any time of any rep."""
    assert [rep.complete for rep in m.reps] == [True] * len(made.reps)
    return max(
        float(abs(getattr(rep, name) - getattr(true, name)))
        for rep, true in zip(m.reps, made.reps, strict=True)
        for name in NAMES
    )


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("fps", [15.0, 24.0, 30.0, 60.0])
def test_from_the_side_reps_are_on_time_at_any_frame_rate(exercise: Exercise, fps: float) -> None:
    made = filmed(Person(exercise, yaw_deg=90.0), Camera(fps=fps))
    assert worst_s(measured(made, exercise), made) < 0.05


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("yaw", [0.0, 45.0, 180.0])
@pytest.mark.parametrize("distance", [3.0, 4.0])
def test_from_other_views_reps_are_on_time(exercise: Exercise, yaw: float, distance: float) -> None:
    made = filmed(Person(exercise, yaw_deg=yaw), Camera(distance_m=distance))
    assert worst_s(measured(made, exercise), made) < 0.15


@pytest.mark.parametrize(
    ("exercise", "pitch"), [("squat", 8.0), ("wall-squat", 8.0), ("step-down", 8.0), ("wall-squat", -8.0)]
)
def test_a_camera_tilted_up_or_down_sees_the_same_reps(exercise: Exercise, pitch: float) -> None:
    made = filmed(Person(exercise), Camera(pitch_deg=pitch))
    assert worst_s(measured(made, exercise), made) < 0.15


@pytest.mark.parametrize("exercise", ["squat", "step-down"])
@pytest.mark.parametrize(
    "camera", [Camera(distance_m=2.0, width=720, height=1280), Camera(pitch_deg=-8.0)], ids=["near", "low"]
)
def test_a_trunk_that_leans_toward_the_camera_does_not_delay_the_reps(exercise: Exercise, camera: Camera) -> None:
    made = filmed(Person(exercise), camera)
    assert worst_s(measured(made, exercise), made) < 0.15


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_frame_rate_does_not_change_the_reps(exercise: Exercise, yaw: float) -> None:
    times = []
    for fps in (15.0, 24.0, 30.0, 60.0):
        m = measured(filmed(Person(exercise, yaw_deg=yaw), Camera(fps=fps)), exercise)
        times.append([getattr(rep, name) for rep in m.reps for name in NAMES])
    for other in times[:-1]:
        assert other == pytest.approx(times[-1], abs=0.03)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_uneven_and_dropped_frames_do_not_change_the_reps(yaw: float) -> None:
    person = Person(yaw_deg=yaw)
    random = np.random.default_rng(12)
    t = np.cumsum(random.uniform(0.02, 0.05, 800))
    made = film(person, t_s=t[t < duration_s(person)], reads_low_deg=READS_LOW_DEG)
    thinned = only(made, random.random(len(made.track)) > 0.15)
    assert worst_s(measured(thinned), made) < 0.15


SINKS_PX = np.array([20.0, -90.0])
"""The person then stands a third of a leg higher in these pictures."""


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("yaw", [0.0, 90.0])
@pytest.mark.parametrize("rep", [1, 3], ids=["in the second rep", "in the last rep"])
def test_a_camera_that_sinks_and_stays_low_costs_no_rep(exercise: Exercise, yaw: float, rep: int) -> None:
    made = filmed(Person(exercise, (Move(),) * 4, yaw_deg=yaw))
    t, begins = made.track.t_s, made.reps[rep].bottom_start_s
    sunk = picture_moved(made, np.clip((t - begins) / 1.5, 0, 1)[:, None] * SINKS_PX)
    m = measured(sunk, exercise)
    assert count(m) == 4
    assert worst_s(m, made) < 0.25


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_a_camera_that_is_still_being_placed_leaves_the_first_rep_whole(yaw: float) -> None:
    made = filmed(Person(moves=(Move(),) * 4, yaw_deg=yaw))
    t = made.track.t_s
    late = only(picture_moved(made, np.clip(1.8 - t, 0, 1)[:, None] * SINKS_PX), t >= made.reps[0].start_s - 0.4)
    assert count(measured(late)) == 4


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_what_is_seen_from_another_place_has_times_and_no_angles(yaw: float) -> None:
    made = filmed(Person(moves=(Move(),) * 4, yaw_deg=yaw))
    # Not at once: a body that jumps is taken for somebody else.
    share = np.clip((made.track.t_s - made.reps[2].end_s - 0.2) / 0.5, 0, 1)
    moved = share == 1
    m = measured(picture_moved(made, share[:, None] * SINKS_PX))
    assert count(m) == 4
    for values in (*m.series.per_leg.values(), *m.series.whole_body.values()):
        assert not np.isfinite(values[moved]).any()


def test_walking_in_with_bouncing_hips_is_no_rep() -> None:
    made = filmed(Person(moves=(Move(), Move())))
    track, steps = made.track, made.track.t_s < made.reps[0].start_s - 0.3
    left_s = np.clip(made.reps[0].start_s - 0.3 - track.t_s, 0, None)
    walks = np.zeros((len(track), 33, 2))
    walks[..., 0] = 250 * left_s[:, None]  # about one leg length a second
    walks[:, 11:27, 1] += np.where(steps, 12 * np.sin(2 * np.pi * 2 * track.t_s), 0)[:, None]
    for foot, phase in ((range(27, 33, 2), 0.0), (range(28, 33, 2), np.pi)):
        walks[:, list(foot), 0] += np.where(steps, 40 * np.sin(2 * np.pi * track.t_s + phase), 0)[:, None]
    walked = replace(made, track=replace(track, image_px=track.image_px + walks))
    assert count(measured(walked)) == 2


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_tremble_changes_no_count(exercise: Exercise, yaw: float) -> None:
    made = trembling(filmed(Person(exercise, (Move(),) * 5, yaw_deg=yaw)), seed=21, px=2.0)
    assert count(measured(made, exercise)) == 5


@pytest.mark.parametrize("yaw", [0.0, 90.0])
@pytest.mark.parametrize("mark", [12, 24], ids=["right shoulder", "right hip"])
def test_one_hidden_shoulder_or_hip_costs_no_rep(yaw: float, mark: int) -> None:
    made = filmed(Person(yaw_deg=yaw))
    assert count(measured(hidden(made, [mark]))) == 3


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_a_wall_sit_filmed_from_start_to_end_is_one_rep_and_its_hold_has_its_length(yaw: float) -> None:
    made = filmed(Person("wall-squat", (Move(hold_s=25.0),), yaw_deg=yaw))
    m = measured(made, "wall-squat")
    assert count(m) == 1
    assert m.reps[0].hold_s == pytest.approx(25.0, abs=0.3)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_standing_about_has_no_reps(yaw: float) -> None:
    made = trembling(filmed(Person(moves=(Move(depth_deg=5.0),), yaw_deg=yaw)), seed=2, px=1.0)
    assert measured(made).reps == ()


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_shifts_of_weight_are_not_reps(yaw: float) -> None:
    shift = Move(depth_deg=14.0, down_s=0.8, hold_s=0.2, up_s=0.8)
    made = filmed(Person(moves=(Move(), shift, Move(), shift, Move()), yaw_deg=yaw))
    assert count(measured(made)) == 3


@pytest.mark.parametrize("exercise", ["squat", "step-down"])
@pytest.mark.parametrize("yaw", [0.0, 45.0])
@pytest.mark.parametrize("stairs", [2, 3, 4])
def test_who_stops_on_the_way_down_still_starts_on_time(exercise: Exercise, yaw: float, stairs: int) -> None:
    made = filmed(Person(exercise, (Move(down_s=4.0, stairs=stairs),) * 2, yaw_deg=yaw))
    bend = made.knee_flexion_deg[:, LEFT]
    low = bend.min() + 0.1 * np.ptp(bend)
    starts = made.track.t_s[1:][(bend[1:] >= low) & (bend[:-1] < low)]
    assert [rep.start_s for rep in measured(made, exercise).reps] == pytest.approx(starts, abs=0.1)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_stepped_descent_is_one_rep(yaw: float) -> None:
    stepped = Move(down_s=4.0, stairs=3)
    assert count(measured(filmed(Person(moves=(stepped, stepped), yaw_deg=yaw)))) == 2


def test_phases_are_given_for_every_frame() -> None:
    made = filmed(Person(yaw_deg=90.0))
    m = measured(made)
    assert set(m.phase.tolist()) == {"stand", "descent", "hold", "ascent"}
    assert (made.knee_flexion_deg[m.phase == "hold", LEFT] > 50).all()
    assert (made.knee_flexion_deg[m.phase == "stand", LEFT] < 15).all()
