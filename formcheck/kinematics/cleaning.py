"""From the estimator's landmarks to landmarks that can be measured: hidden ones out, short gaps filled, smoothed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import fill_gaps, smooth_zero_phase
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

VISIBLE = 0.5
"""Least visibility of a landmark that is drawn or used at all (MediaPipe's own default; specification 6, row 18)."""
SCORED = 0.65
"""Least visibility of a landmark that an angle is made from (specification 6, row 18)."""
FOOT_SCORED = 0.7
"""Least visibility of heel and toe for foot measures (specification 6, row 18)."""


def without_hidden(track: PoseTrack) -> PoseTrack:
    """Return the track with the coordinates of landmarks below `VISIBLE` set to NaN."""
    hidden = ~(track.visibility >= VISIBLE)
    image, world = track.image_px.copy(), track.world_m.copy()
    image[hidden] = np.nan
    world[hidden] = np.nan
    return replace(track, image_px=image, world_m=world)


def cleaned(track: PoseTrack) -> PoseTrack:
    """Return the track as recorded sets are measured: hidden landmarks out, gaps filled, filtered at 6 Hz.

    Visibility is carried over gaps that were filled, so that a filled landmark counts as seen.
    """
    shown = without_hidden(track)
    image = fill_gaps(track.t_s, shown.image_px)
    world = fill_gaps(track.t_s, shown.world_m)
    filled = np.isfinite(image[..., 0]) & ~np.isfinite(shown.image_px[..., 0])
    visibility = track.visibility.copy()
    visibility[filled] = np.nan
    visibility = fill_gaps(track.t_s, visibility)
    image = smooth_zero_phase(track.t_s, image)
    return replace(track, image_px=image, world_m=world, visibility=np.nan_to_num(visibility))


def seen(track: PoseTrack, landmarks: list[int], least: float = SCORED) -> NDArray[np.bool_]:
    """Return in which frames all these landmarks are visible enough to be scored, shape (n,)."""
    return np.asarray((track.visibility[:, landmarks] >= least).all(axis=1), dtype=np.bool_)


def known_median(values: FloatArray) -> float:
    """Return the median of the values that are not NaN; NaN where there are none."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
