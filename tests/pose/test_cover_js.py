"""Layer: Node.js. The watch over covered joints in browsers says the same as ours, on every frame."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose.covered import WATCHED, CoverWatch
from formcheck.pose.landmarks import N_LANDMARKS

from .test_covered import ANKLE, FRAME_S, GREY, HEIGHT, KNEE, WIDTH, Floats, Picture, box, scene, standing

_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Frame:
    """What both are given."""

    t_s: float
    picture: Picture
    at_px: Floats
    visibility: Floats
    forget: bool = False


Change = Callable[[Frame, int], None]


def frames(count: int, change: Change) -> Iterator[Frame]:
    """Make frames of somebody who goes down and up, with trembling landmarks."""
    for i in range(count):
        at = standing()
        at[:, 1] += 12 * np.sin(i / 9)
        trembling = at + np.random.default_rng(i).normal(0, 1.5, at.shape)
        frame = Frame(i * FRAME_S, scene(at, i), trembling, np.full(N_LANDMARKS, 0.9))
        change(frame, i)
        yield frame


def box_comes_and_goes(frame: Frame, i: int) -> None:
    if 40 <= i < 62:
        box(frame.picture, frame.at_px, KNEE)


def cover_from_the_start(frame: Frame, i: int) -> None:
    if i < 40:
        box(frame.picture, frame.at_px, ANKLE)


def hand_slides_in(frame: Frame, i: int) -> None:
    if i >= 40:
        x, y = np.round(frame.at_px[KNEE]).astype(int)
        frame.picture[y - 20 : y + 20, x - 20 : min(x - 20 + 5 * (i - 39), x + 20)] = GREY


def light(frame: Frame, i: int) -> None:
    if 40 <= i < 60:
        frame.picture[:] = np.minimum(frame.picture.astype(np.int64) + 45, 255)


def walks_and_hops(frame: Frame, i: int) -> None:
    frame.at_px[:, 0] += 8 * max(0, i - 50) if i < 62 else -90
    if i >= 70:
        box(frame.picture, frame.at_px, KNEE)


def hidden_and_found_anew(frame: Frame, i: int) -> None:
    if 35 <= i < 45:
        frame.visibility[ANKLE] = 0.2
    frame.forget = i == 60
    if 50 <= i < 90:
        box(frame.picture, frame.at_px, ANKLE)


def out_of_the_picture(frame: Frame, i: int) -> None:
    frame.at_px[KNEE, 0] += -300.0 if i % 40 > 25 else 0.0
    if 46 <= i < 70:
        box(frame.picture, frame.at_px, ANKLE)


def noise_on_everything(frame: Frame, i: int) -> None:
    strong = 4 if i < 45 else 40
    shake = np.random.default_rng(i).normal(0, strong, frame.picture.shape)
    frame.picture[:] = np.clip(frame.picture + shake, 0, 255).astype(np.uint8)


def packed(given: list[Frame]) -> bytes:
    height, width = given[0].picture.shape[:2]
    parts = [struct.pack("<III", width, height, len(given))]
    for frame in given:
        numbers = np.column_stack([frame.at_px, frame.visibility]).astype("<f8")
        rgba = np.dstack([frame.picture, np.full(frame.picture.shape[:2], 255, np.uint8)])
        parts += [struct.pack("<Bd", frame.forget, frame.t_s), numbers.tobytes(), rgba.tobytes()]
    return b"".join(parts)


def in_python(given: list[Frame]) -> NDArray[np.bool_]:
    watch, said = CoverWatch(), []
    for frame in given:
        if frame.forget:
            watch.forget()
        said.append(watch.covered(frame.t_s, frame.picture, frame.at_px, frame.visibility)[list(WATCHED)])
    return np.array(said)


@pytest.mark.parametrize(
    ("change", "covers"),
    [
        (box_comes_and_goes, True),
        (cover_from_the_start, True),
        (hand_slides_in, True),
        (light, False),
        (walks_and_hops, True),
        (hidden_and_found_anew, True),
        (out_of_the_picture, True),
        (noise_on_everything, False),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_both_call_the_same_joints_covered(tmp_path: Path, change: Change, covers: bool) -> None:
    node = shutil.which("node")
    if node is None and os.environ.get("FORMCHECK_TEST_TOOLS") != "required":
        pytest.skip("Node.js is not installed, so what browsers say cannot be compared")
    assert node is not None, "Node.js is required here and is not installed"
    given = list(frames(110, change))
    assert given[0].picture.shape == (HEIGHT, WIDTH, 3)
    file = tmp_path / "frames"
    file.write_bytes(packed(given))
    command = [node, str(_ROOT / "tests" / "js" / "cover_of_frames.mjs"), str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    ours = in_python(given)
    assert np.array_equal(np.array(json.loads(run.stdout)), ours)
    assert ours.any() == covers
