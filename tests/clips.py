"""Clips made of the sample clips: cut, stacked, cropped. Those that are only cut are kept for later runs."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from formcheck.video.digest import file_sha256
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter

from .estimated import CLIPS, made_by

SAMPLES = Path(__file__).resolve().parent.parent / "sample_videos"
Picture = NDArray[np.uint8]


def same(picture: Picture) -> Picture:
    """Leave a picture as it is."""
    return picture


def remake(
    sample: str, out: Path, seconds: float, change: Callable[[Picture], Picture] = same, start_s: float = 0.0
) -> Path:
    """Write a part of a sample clip with every picture changed."""
    if change is not same:
        return _make(sample, out, seconds, change, start_s)
    parts = (file_sha256(SAMPLES / f"{sample}.mp4"), repr((seconds, start_s)), file_sha256(Path(__file__)), *made_by())
    kept = CLIPS / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}.mp4"
    CLIPS.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            _make(sample, kept, seconds, change, start_s)
    shutil.copyfile(kept, out)
    return out


def _make(sample: str, out: Path, seconds: float, change: Callable[[Picture], Picture], start_s: float) -> Path:
    writer: VideoWriter | None = None
    with open_video(SAMPLES / f"{sample}.mp4") as video:
        try:
            for frame in video:
                if frame.t_s < start_s:
                    continue
                if frame.t_s > start_s + seconds:
                    break
                picture = np.ascontiguousarray(change(frame.rgb))
                if writer is None:
                    writer = VideoWriter(out, picture.shape[1], picture.shape[0]).__enter__()
                writer.write(picture, frame.t_s - start_s)
        finally:
            if writer is not None:
                writer.__exit__(None, None, None)
    return out


def empty_wall(out: Path, seconds: float) -> Path:
    """Write a clip of a lit wall with some noise and nobody in front of it."""
    random = np.random.default_rng(1)
    with VideoWriter(out, 640, 360) as writer:
        for i in range(round(seconds * 10)):
            noise = random.integers(-8, 9, (360, 640, 1))
            writer.write(np.clip(np.array([176, 160, 144]) + noise, 0, 255).astype(np.uint8), i / 10)
    return out
