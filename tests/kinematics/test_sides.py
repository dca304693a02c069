"""Layer: pure functions on simulated tracks. Legs that the estimator exchanged are put right, and no others."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.kinematics.sides import exchanged_frames, repair_exchanged_sides
from formcheck.kinematics.standing import rough_leg_px
from formcheck.pose.landmarks import Landmark

from ..skeleton import HIP, LEGS, RIGHT, Exercise, Film, Move, Person, film
from .alterations import exchanged, hidden, trembling, without_person

VIEWS = [0.0, 35.0, -50.0, 90.0, -90.0]
LENGTHS = [1, 2, 5, 12, 30]


def seen_from(yaw_deg: float, exercise: Exercise = "squat", stance: int = 0) -> Film:
    made = film(Person(exercise, (Move(), Move()), stance, yaw_deg))
    return trembling(made, seed=11, px=1.0, m=0.006)


def repaired(made: Film) -> tuple[Film, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    track, frames = repair_exchanged_sides(made.track, rough_leg_px(made.track))
    return Film(**{**vars(made), "track": track}), frames


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("start", [40, 95])
def test_exchanged_legs_are_put_right(yaw: float, length: int, start: int) -> None:
    made = seen_from(yaw)
    swap = np.zeros(len(made.track), dtype=np.bool_)
    swap[start : start + length] = True
    again, frames = repaired(exchanged(made, swap))
    assert (frames == swap).all()
    assert (again.track.image_px == made.track.image_px).all()
    assert (again.track.world_m == made.track.world_m).all()


@pytest.mark.parametrize("yaw", VIEWS)
def test_several_exchanges_in_one_set_are_all_put_right(yaw: float) -> None:
    made = seen_from(yaw, "step-down", RIGHT)
    swap = np.zeros(len(made.track), dtype=np.bool_)
    for a, b in ((20, 25), (60, 90), (150, 151), (200, 212)):
        swap[a:b] = True
    again, _ = repaired(exchanged(made, swap))
    assert (again.track.image_px == made.track.image_px).all()


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
def test_legs_that_were_never_exchanged_are_left_alone(yaw: float, exercise: Exercise) -> None:
    made = seen_from(yaw, exercise)
    _, frames = repaired(made)
    assert not frames.any()


def test_lower_legs_exchanged_without_the_hips_are_put_right() -> None:
    made = seen_from(0.0)
    swap = np.zeros(len(made.track), dtype=np.bool_)
    swap[50:70] = True
    lower = [mark for mark in LEGS if mark not in HIP]
    again, _ = repaired(exchanged(made, swap, lower))
    assert (again.track.image_px == made.track.image_px).all()


def test_frames_without_a_person_are_passed_over() -> None:
    made = seen_from(90.0)
    gone = np.zeros(len(made.track), dtype=np.bool_)
    gone[60:66] = True
    swap = np.zeros_like(gone)
    swap[66:80] = True
    _, frames = repaired(without_person(exchanged(made, swap), gone))
    assert (frames == swap).all()


def test_a_hidden_far_leg_does_not_trigger_a_repair() -> None:
    made = seen_from(90.0)
    far = [mark for mark in LEGS if mark % 2 == 0]
    _, frames = repaired(hidden(made, far, visibility=0.2))
    assert not frames.any()


def test_nothing_is_exchanged_where_nobody_is_seen() -> None:
    made = seen_from(0.0)
    empty = without_person(made, np.ones(len(made.track), dtype=np.bool_)).track
    assert not exchanged_frames(empty, (Landmark.LEFT_HIP, Landmark.RIGHT_HIP), 300.0).any()
