"""Made-up pictures: a background with corners, somebody in front of it, and a camera that moves as told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.video.motion import CameraWatch, RepeatWatch

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 1280, 720
PERSON = (0.4, 0.15, 0.6, 0.95)


def room(seed: int = 1) -> Picture:
    """Return a wall with things on it, larger than the picture by 100 pixels on each side."""
    drawn = np.full((HEIGHT + 200, WIDTH + 200, 3), 190, dtype=np.uint8)
    random = np.random.default_rng(seed)
    for _ in range(60):
        x, y = (int(value) for value in random.integers(0, (WIDTH + 100, HEIGHT + 100)))
        wide, high = (int(value) for value in random.integers(30, 120, 2))
        colour = tuple(int(value) for value in random.integers(30, 230, 3))
        cv2.rectangle(drawn, (x, y), (x + wide, y + high), colour, -1)
    return np.asarray(cv2.GaussianBlur(drawn, (5, 5), 0), dtype=np.uint8)


ROOM = room()


def seen(dx: float, dy: float, roll_deg: float = 0.0, person_down: float = 0.0, wall: Picture = ROOM) -> Picture:
    """Return the picture of a camera that moves the background so far right and down and turns it clockwise."""
    turn = cv2.getRotationMatrix2D((100 + WIDTH / 2, 100 + HEIGHT / 2), -roll_deg, 1.0)
    turn[:, 2] += (dx - 100, dy - 100)
    picture = cv2.warpAffine(wall, turn, (WIDTH, HEIGHT))
    left, top, right, bottom = (round(e * s) for e, s in zip(PERSON, (WIDTH, HEIGHT) * 2, strict=True))
    down = round(person_down + dy)
    across = round(dx)
    cv2.rectangle(picture, (left + across + 60, top + down), (right + across - 60, bottom), (60, 60, 140), -1)
    for k in range(6):
        cv2.circle(picture, (left + across + 80 + 15 * k, top + down + 40 * k), 8, (250, 250, 120), -1)
    return np.asarray(picture, dtype=np.uint8)


def test_a_camera_that_stands_is_seen_to_stand() -> None:
    watch = CameraWatch(WIDTH)
    found = [watch(seen(0, 0, person_down=4.0 * i), PERSON) for i in range(30)]
    known = np.array([each for each in found if each is not None])
    assert len(known) >= 5
    assert np.abs(known[:, :2]).max() < 0.5


@pytest.mark.parametrize("size_px", [5.0, 20.0, 50.0])
def test_a_camera_in_the_hand_is_followed_whatever_the_person_does(size_px: float) -> None:
    watch = CameraWatch(WIDTH)
    off = []
    for i in range(60):
        dx, dy = size_px * np.sin(2 * np.pi * 0.7 * i / 30), 0.6 * size_px * np.sin(2 * np.pi * 0.9 * i / 30)
        roll = 1.5 * np.sin(2 * np.pi * 0.5 * i / 30)
        found = watch(seen(dx, dy, roll, person_down=3.0 * i), PERSON)
        if found is not None:
            off.append((found[0] - dx, found[1] - dy, found[2] - roll, found[3] - 1.0))
    assert len(off) >= 40
    assert np.abs(np.array(off)).max(axis=0) == pytest.approx([0.0, 0.0, 0.0, 0.0], abs=1.0)
    assert np.sqrt(np.mean(np.square(np.array(off)[:, :2]))) < 0.5


def test_a_camera_that_goes_far_is_still_followed() -> None:
    watch = CameraWatch(WIDTH)
    wide = np.hstack([room(seed) for seed in range(3)])
    found = None
    for i in range(80):
        now = watch(seen(-6.0 * i, 0.0, wall=wide), PERSON)
        found = now or found
    assert found is not None
    assert found[0] == pytest.approx(-6.0 * 79, abs=12.0)


def test_a_bare_wall_tells_nothing() -> None:
    watch = CameraWatch(WIDTH)
    bare = np.full_like(ROOM, 190)
    assert all(watch(seen(5.0 * i, 0.0, wall=bare), PERSON) is None for i in range(10))


def noisy(picture: Picture, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 1.5, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_a_picture_that_is_coded_again_is_the_same() -> None:
    watch = RepeatWatch()
    assert [watch(noisy(seen(0, 0), seed)) for seed in range(4)] == [False, True, True, True]


@pytest.mark.parametrize("step_px", [3.0, 10.0])
def test_somebody_who_moves_makes_another_picture(step_px: float) -> None:
    watch = RepeatWatch()
    found = [watch(seen(0, 0, person_down=step_px * i)) for i in range(10)]
    assert not any(found)


def test_slow_movement_adds_up_to_another_picture() -> None:
    watch = RepeatWatch()
    found = [watch(seen(0, 0, person_down=0.5 * i)) for i in range(20)]
    assert not all(found[1:])
