"""Memory: reading and writing take no more of it for a long video than for a short one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from formcheck.video.reader import open_video

from .clips import Picture, square_picture, steady, write_clip

READ = """
import sys
import psutil
from formcheck.video.reader import open_video

process, peak, frames = psutil.Process(), 0, 0
with open_video(sys.argv[1]) as video:
    for frame in video:
        frames += 1
        if frames % 10 == 0:
            peak = max(peak, process.memory_info().rss)
print(frames, peak)
"""

WRITE = """
import sys
import numpy as np
import psutil
from formcheck.video.writer import VideoWriter

process, peak, frames = psutil.Process(), 0, int(sys.argv[2])
picture = np.zeros((360, 640, 3), dtype=np.uint8)
with VideoWriter(sys.argv[1], 640, 360) as video:
    for i in range(frames):
        picture[:, i % 640] = 200
        video.write(picture, i / 30)
        if i % 10 == 9:
            peak = max(peak, process.memory_info().rss)
print(frames, peak)
"""

PICTURE_BYTES = 640 * 360 * 3
SHORT, LONG = 80, 800


def peak_bytes(program: str, *arguments: str, frames: int) -> int:
    """Run a program that prints how many frames it handled and its peak of resident memory; return the peak."""
    run = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    handled, peak = (int(word) for word in run.stdout.split())
    assert handled == frames
    return peak


def wide(t_s: float) -> Picture:
    return square_picture(t_s, 640, 360)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {frames: write_clip(folder / f"{frames}.mp4", steady(frames, 30), picture=wide) for frames in (SHORT, LONG)}


def test_reading_ten_times_as_long_a_video_takes_no_more(clips: dict[int, Path]) -> None:
    short, long = (peak_bytes(READ, str(clips[frames]), frames=frames) for frames in (SHORT, LONG))
    assert long - short < 40 * PICTURE_BYTES


def test_writing_ten_times_as_long_a_video_takes_no_more(tmp_path: Path) -> None:
    short, long = (peak_bytes(WRITE, str(tmp_path / "out.mp4"), str(n), frames=n) for n in (SHORT, LONG))
    assert long - short < 40 * PICTURE_BYTES


def test_a_kept_frame_does_not_change_while_reading_on(clips: dict[int, Path]) -> None:
    with open_video(clips[SHORT]) as video:
        frames = iter(video)
        first = next(frames)
        as_it_was = first.rgb.copy()
        for _ in frames:
            pass
    assert np.array_equal(first.rgb, as_it_was)
