"""Layer: pure functions on simulated and saved tracks. Legs that the estimator exchanged are put right, no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.kinematics.sides import exchanged_frames, repair_exchanged_sides
from formcheck.kinematics.standing import rough_leg_px

from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import HIP, LEGS, RIGHT, Exercise, Film, Move, Person, film
from .alterations import exchanged, hidden, shaken, trembling, without_person

VIEWS = [0.0, 35.0, -50.0, 90.0, -90.0]
LENGTHS = [1, 2, 5, 12, 30]
LOWER_LEGS = [mark for mark in LEGS if mark not in HIP]
PARTS: dict[str, Sequence[int]] = {"both legs": LEGS, "hips": HIP, "lower legs": LOWER_LEGS}
Mask = NDArray[np.bool_]


def seen_from(yaw_deg: float, exercise: Exercise = "squat", stance: int = 0) -> Film:
    made = film(Person(exercise, (Move(), Move()), stance, yaw_deg))
    return trembling(made, seed=11, px=1.0, m=0.006)


def mask(n: int, *runs: tuple[int, int]) -> Mask:
    """Return which of `n` frames lie in the runs, each from its first frame to before its last."""
    inside = np.zeros(n, dtype=np.bool_)
    for first, end in runs:
        inside[first:end] = True
    return inside


def repaired(made: Film) -> tuple[Film, Mask]:
    track, frames = repair_exchanged_sides(made.track, rough_leg_px(made.track))
    return Film(**{**vars(made), "track": track}), frames


def random_runs(n: int, random: np.random.Generator) -> list[Mask]:
    """Return runs of 1 to 30 frames: anywhere, at the start, at the end, and two close together."""
    one, other, gap = (int(k) for k in random.integers(1, (31, 31, 8)))
    first = int(random.integers(0, n - one - gap - other))
    second = first + one + gap
    return [
        mask(n, (first, first + one)),
        mask(n, (0, one)),
        mask(n, (n - one, n)),
        mask(n, (first, first + one), (second, second + other)),
    ]


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("start", [40, 95])
def test_exchanged_legs_are_put_right(yaw: float, length: int, start: int) -> None:
    made = seen_from(yaw)
    swap = mask(len(made.track), (start, start + length))
    again, frames = repaired(exchanged(made, swap))
    assert (frames == swap).all()
    assert (again.track.image_px == made.track.image_px).all()
    assert (again.track.world_m == made.track.world_m).all()


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
@pytest.mark.parametrize("part", PARTS)
def test_exchanges_in_what_the_estimator_saw_are_put_right(name: str, part: str) -> None:
    seen = sample_track(name)
    leg_px = rough_leg_px(seen)
    random = np.random.default_rng(4)
    wrong = total = 0
    for swap in [swap for _ in range(8) for swap in random_runs(len(seen), random)]:
        again, _ = repair_exchanged_sides(seen.with_sides_exchanged(swap, list(PARTS[part])), leg_px)
        differs = (again.image_px[:, list(LEGS)] != seen.image_px[:, list(LEGS)]).any(axis=(1, 2))
        assert not differs[~swap].any()
        wrong += int(differs.sum())
        total += int(swap.sum())
    assert wrong <= 0.01 * total


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_what_the_estimator_saw_rightly_is_left_alone(name: str) -> None:
    seen = sample_track(name)
    _, frames = repair_exchanged_sides(seen, rough_leg_px(seen))
    assert not frames.any()


@pytest.mark.parametrize("yaw", VIEWS)
def test_several_exchanges_in_one_set_are_all_put_right(yaw: float) -> None:
    made = seen_from(yaw, "step-down", RIGHT)
    swap = mask(len(made.track), (20, 25), (60, 90), (150, 151), (200, 212))
    again, _ = repaired(exchanged(made, swap))
    assert (again.track.image_px == made.track.image_px).all()


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
def test_legs_that_were_never_exchanged_are_left_alone(yaw: float, exercise: Exercise) -> None:
    made = seen_from(yaw, exercise)
    _, frames = repaired(made)
    assert not frames.any()


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_shaking_camera_neither_hides_an_exchange_nor_feigns_one(part: str, yaw: float) -> None:
    made = shaken(seen_from(yaw), seed=5, px=80.0)
    swap = mask(len(made.track), (50, 70))
    again, frames = repaired(exchanged(made, swap, PARTS[part]))
    assert (frames == swap).all()
    assert (again.track.image_px == made.track.image_px).all()


def test_hips_exchanged_in_most_frames_are_told_by_the_thighs_that_cross() -> None:
    made = seen_from(0.0)
    n = len(made.track)
    swap = mask(n, (10, n - 40))
    again, frames = repaired(exchanged(made, swap, HIP))
    assert (frames == swap).all()
    assert (again.track.image_px == made.track.image_px).all()


def test_legs_exchanged_in_most_frames_keep_the_names_of_the_majority() -> None:
    made = seen_from(0.0)
    n = len(made.track)
    _, frames = repaired(exchanged(made, mask(n, (30, n))))
    assert (frames == mask(n, (0, 30))).all()


def test_a_leg_drawn_wrongly_outside_the_picture_moves_no_label() -> None:
    made = seen_from(0.0)
    image, world = made.track.image_px.copy(), made.track.world_m.copy()
    below = mask(len(made.track), (50, 60))
    feet = [mark for mark in LOWER_LEGS if mark > 26]
    crossed = exchanged(made, below, feet).track
    image[below], world[below] = crossed.image_px[below], crossed.world_m[below]
    image[np.flatnonzero(below)[:, None], feet, 1] += made.track.source.height
    track = replace(made.track, image_px=image, world_m=world)
    _, frames = repair_exchanged_sides(track, rough_leg_px(made.track))
    assert not frames.any()


def test_hips_that_slip_past_each_other_in_one_frame_are_no_exchange() -> None:
    made = film(Person("squat", (Move(), Move())))
    image, world = made.track.image_px.copy(), made.track.world_m.copy()
    for points in (image, world):
        middle = points[60, HIP].mean(axis=0)
        points[60, HIP] = middle - 0.25 * (points[60, HIP] - middle)
    track = replace(made.track, image_px=image, world_m=world)
    _, frames = repair_exchanged_sides(track, rough_leg_px(made.track))
    assert not frames.any()


def test_frames_without_a_person_are_passed_over() -> None:
    made = seen_from(90.0)
    gone = mask(len(made.track), (60, 66))
    swap = mask(len(made.track), (66, 80))
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
    assert not np.any(exchanged_frames(empty, 300.0))
