"""A frame of video and facts about a file, free of any video library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture, upright and with square pixels."""

    t_s: float
    """When it happened, seconds from the first frame of the video: its presentation time, slow motion undone."""
    rgb: NDArray[np.uint8]
    """Shape (height, width, 3), contiguous; may be smaller than the source."""
    index: int
    """Number of the frame in the source, from 0, counting frames that were skipped; -1 when it was searched for."""


@dataclass(frozen=True)
class VideoInfo:
    """Facts about a video file, after rotation flag and pixel aspect ratio are applied."""

    name: str
    """File name without folder."""
    width: int
    """Upright, square pixels, px."""
    height: int
    """Upright, square pixels, px."""
    fps: float
    """Mean frames/s at which it was filmed; estimated from timestamps where the container does not say."""
    duration_s: float
    """Of what happened; NaN when the container does not say."""
    frames: int
    """From the container, else estimated from duration and fps; 0 when unknown."""
    codec: str
    rotation_deg: int
    """Clockwise turn that was applied to show the picture upright: 0, 90, 180 or 270."""
    focal_35mm_mm: float = float("nan")
    """Focal length of the lens as its equivalent on 35 mm film (mm); NaN where the file does not name it."""
    slowed: float = 1.0
    """How many times slower the file shows what happened: 4 for 120 frames/s shown at 30."""
