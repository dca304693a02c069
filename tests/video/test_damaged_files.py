"""Files that are damaged or cut off on the way: what can be read is read, and it is said where it breaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from formcheck.errors import VideoError
from formcheck.video.frame import Frame
from formcheck.video.reader import open_video

from .clips import Coding, Picture, cut_to, spoil, square_centre, square_picture, square_x_px, steady, write_clip

SHORT_GROUPS = Coding("libx264", options={"preset": "ultrafast", "crf": "20", "g": "15", "bf": "0"})
FRONT_INDEX = Coding(
    "libx264", options={"preset": "ultrafast", "crf": "20", "g": "15"}, container_options={"movflags": "faststart"}
)


def busy(t_s: float) -> Picture:
    """Draw the square over noise, so that each frame takes some thousand bytes."""
    noise = np.random.default_rng(round(t_s * 1000)).integers(0, 30, (120, 160, 3), dtype=np.uint8)
    return np.maximum(square_picture(t_s), noise)


def read(path: Path) -> tuple[list[Frame], str | None]:
    with open_video(path) as video:
        frames = list(video)
    return frames, video.damaged


@pytest.mark.parametrize(
    ("name", "coding"), [("clip.mp4", FRONT_INDEX), ("clip.mkv", SHORT_GROUPS), ("clip.avi", SHORT_GROUPS)]
)
def test_a_cut_file_is_read_up_to_the_cut_and_it_is_said(tmp_path: Path, name: str, coding: Coding) -> None:
    path = cut_to(write_clip(tmp_path / name, steady(90, 30), coding, busy), 0.6)
    frames, damaged = read(path)
    assert 45 <= len(frames) <= 58
    assert [frame.t_s for frame in frames] == pytest.approx(steady(len(frames), 30), abs=0.0011)
    assert damaged is not None
    assert "breaks off" in damaged
    assert f"{len(frames) / 30:.1f} s of its 3.0 s" in damaged


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts"])
def test_frames_before_and_after_a_damage_are_read_and_the_place_is_said(tmp_path: Path, name: str) -> None:
    path = spoil(write_clip(tmp_path / name, steady(90, 30), SHORT_GROUPS, busy), 0.5)
    frames, damaged = read(path)
    assert 70 <= len(frames) < 90
    assert frames[-1].t_s == pytest.approx(89 / 30, abs=0.0011)
    assert damaged is not None
    place_s = float(damaged.split(" at ")[1].split(" s")[0])
    assert place_s == pytest.approx(1.5, abs=0.4)
    for frame in (*frames[:30], *frames[-15:]):
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=1.0)


def test_a_file_that_breaks_off_at_once_is_refused(tmp_path: Path) -> None:
    path = cut_to(write_clip(tmp_path / "clip.mkv", steady(90, 30), SHORT_GROUPS, busy), 0.1)
    with pytest.raises(VideoError, match=r"has only 0\.\d s of video before it breaks off"):
        read(path)
