"""Layer: pure functions on made-up pictures. What comes in front of a joint is noticed, what the joint does is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose.covered import WATCHED, CoverWatch
from formcheck.pose.landmarks import N_LANDMARKS, Landmark

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

HEIGHT, WIDTH, LEG_PX = 360, 480, 160.0
KNEE, ANKLE = Landmark.LEFT_KNEE, Landmark.LEFT_ANKLE
GREY = (128, 128, 128)
FRAME_S = 1 / 30


def standing() -> Floats:
    """Return landmarks of somebody seen from the front, px; those that are not watched lie at the shoulders."""
    at = np.tile([240.0, 60.0], (N_LANDMARKS, 1))
    heights = {"SHOULDER": 40.0, "HIP": 140.0, "KNEE": 220.0, "ANKLE": 300.0, "HEEL": 310.0, "FOOT_INDEX": 330.0}
    for name, y in heights.items():
        at[Landmark[f"LEFT_{name}"]], at[Landmark[f"RIGHT_{name}"]] = (270.0, y), (210.0, y)
    return at


@cache
def noise(number: int) -> Picture:
    """Return a wall as a camera sees it."""
    return np.random.default_rng(number).normal(190, 3, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def scene(at: Floats, number: int = 0) -> Picture:
    """Draw a patterned patch at every watched joint on a quiet wall, with the noise of a camera."""
    pattern = np.random.default_rng(1).integers(20, 100, (N_LANDMARKS, 8, 8, 3))
    picture = noise(number % 5).copy()
    for mark in WATCHED:
        x, y = np.round(at[mark]).astype(int)
        picture[y - 16 : y + 16, x - 16 : x + 16] = pattern[mark].repeat(4, 0).repeat(4, 1)
    return picture


def box(picture: Picture, at: Floats, mark: int) -> None:
    x, y = np.round(at[mark]).astype(int)
    picture[y - 20 : y + 20, x - 20 : x + 20] = GREY


def still(_i: int) -> float:
    return 0.0


def watched(
    frames: int,
    change: Callable[[Picture, Floats, int], None],
    move: Callable[[int], float] = still,
    visibility: float = 1.0,
) -> NDArray[np.bool_]:
    """Return what is called covered in each frame, shape (frames, 33); `move` shifts the whole body downwards, px."""
    watch, result = CoverWatch(), []
    for i in range(frames):
        at = standing()
        at[:, 1] += move(i)
        trembling = at + np.random.default_rng(i).normal(0, 1.0, at.shape)
        picture = scene(at, i)
        change(picture, at, i)
        result.append(watch.covered(i * FRAME_S, picture, trembling, np.full(N_LANDMARKS, visibility)))
    return np.array(result)


def nothing(_picture: Picture, _at: Floats, _i: int) -> None:
    pass


def box_on_the_knee(picture: Picture, at: Floats, i: int) -> None:
    if 40 <= i < 70:
        box(picture, at, KNEE)


def test_a_box_on_a_knee_is_noticed_at_once_and_only_there() -> None:
    covered = watched(90, box_on_the_knee)
    assert covered[40:70, KNEE].all()
    assert not np.delete(covered, KNEE, axis=1).any()


def test_a_knee_that_comes_back_is_seen_within_a_tenth_of_a_second() -> None:
    covered = watched(90, box_on_the_knee)
    assert not covered[:40].any()
    assert not covered[73:].any()


def test_a_knee_that_moves_is_not_covered() -> None:
    covered = watched(120, nothing, move=lambda i: 10 * np.sin(i / 10))
    assert not covered.any()


def test_a_hand_that_comes_slowly_is_noticed() -> None:
    def slides_in(picture: Picture, at: Floats, i: int) -> None:
        if i >= 40:
            x, y = np.round(at[KNEE]).astype(int)
            picture[y - 20 : y + 20, x - 20 : min(x - 20 + 10 * (i - 39), x + 20)] = GREY

    assert watched(70, slides_in)[46:, KNEE].all()


def test_light_that_is_switched_on_covers_nothing() -> None:
    def brighter(picture: Picture, _at: Floats, i: int) -> None:
        if i >= 40:
            picture[:] = np.minimum(picture.astype(np.int64) + 45, 255)

    assert not watched(90, brighter).any()


def test_an_ankle_the_model_itself_does_not_see_is_not_judged() -> None:
    covered = watched(90, box_on_the_knee, visibility=0.3)
    assert not covered.any()


def test_a_cover_there_from_the_first_frame_is_not_noticed_and_nothing_sticks_when_it_goes_for_long() -> None:
    def goes(picture: Picture, at: Floats, i: int) -> None:
        if i < 40:
            box(picture, at, ANKLE)

    covered = watched(200, goes)
    assert not covered[:40].any()
    assert not covered[130:].any()  # 40 frames of learning that look, believed for twice as long


def test_whoever_is_found_anew_is_learnt_anew() -> None:
    watch = CoverWatch()
    for i in range(40):
        watch.covered(i * FRAME_S, scene(standing(), i), standing(), np.ones(N_LANDMARKS))
    watch.forget()
    other = standing() + np.array([60.0, 0.0])
    picture = scene(other)
    box(picture, other, KNEE)
    assert not watch.covered(2.0, picture, other, np.ones(N_LANDMARKS)).any()


@pytest.mark.parametrize("x", [-30.0, WIDTH + 5.0])
def test_landmarks_outside_of_the_picture_do_not_disturb(x: float) -> None:
    at = standing()
    at[KNEE, 0] = x
    watch = CoverWatch()
    assert not any(watch.covered(i * FRAME_S, scene(standing(), i), at, np.ones(N_LANDMARKS)).any() for i in range(40))
