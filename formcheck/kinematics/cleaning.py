"""From the estimator's landmarks to landmarks that can be measured: hidden ones out, short gaps filled, smoothed.

A camera in a hand: landmarks as a camera that stands still would see them, and back.

The background tells how the camera moved (`PoseTrack.camera`). What it moved is taken out before anything is measured,
so that feet that stand are seen to stand, and put back in for whoever draws on the pictures.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import fill_gaps, smooth_zero_phase
from formcheck.kinematics.hidden import without_unseen
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]


def steadied(track: PoseTrack) -> PoseTrack:
    """Return the track as seen from where the camera mostly was; the same where it did not move."""
    if track.camera is None:
        return track
    return replace(track, image_px=steady_px(track, track.image_px), camera=None)


def steady_px(track: PoseTrack, points_px: FloatArray) -> FloatArray:
    """Return points of each frame, shape (n, k, 2), as seen from where the camera mostly was."""
    if track.camera is None:
        return points_px
    shift, middle, turn = _motion(track)
    return np.asarray(np.einsum("nij,nkj->nki", np.linalg.inv(turn), points_px - middle - shift) + middle)


def filmed_px(track: PoseTrack, points_px: FloatArray) -> FloatArray:
    """Return points of each frame, shape (n, k, 2), that `steady_px` gave, where they are in the pictures."""
    if track.camera is None:
        return points_px
    shift, middle, turn = _motion(track)
    return np.asarray(np.einsum("nij,nkj->nki", turn, points_px - middle) + middle + shift)


def camera_motion_px(track: PoseTrack) -> float:
    """Return the root mean square of how far the camera moved the picture from where it mostly was (px); 0 if still."""
    if track.camera is None:
        return 0.0
    shift = track.camera[:, :2] - np.median(track.camera[:, :2], axis=0)
    return float(np.sqrt(np.mean(np.sum(shift**2, axis=1))))


def _motion(track: PoseTrack) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return shifts, shape (n, 1, 2), the picture's middle, shape (2,), and turns with scales, shape (n, 2, 2)."""
    assert track.camera is not None
    usual = np.median(track.camera, axis=0)
    shift = (track.camera[:, :2] - usual[:2])[:, None]
    roll, scale = np.radians(track.camera[:, 2] - usual[2]), track.camera[:, 3] / usual[3]
    turn = scale[:, None, None] * np.stack(
        [np.stack([np.cos(roll), -np.sin(roll)], axis=1), np.stack([np.sin(roll), np.cos(roll)], axis=1)], axis=1
    )
    return shift, np.array([track.source.width, track.source.height]) / 2, turn


VISIBLE = 0.5
"""Least visibility of a landmark that is drawn or used at all (MediaPipe's own default; specification 6, row 18)."""
SCORED = 0.65
"""Least visibility of a landmark that an angle is made from (specification 6, row 18)."""
FOOT_SCORED = 0.7
"""Least visibility of heel and toe for foot measures (specification 6, row 18)."""


def without_hidden(track: PoseTrack) -> PoseTrack:
    """Return the track without what is not seen: below `VISIBLE`, outside of the picture, or somebody else's.

    Such landmarks have picture coordinates NaN and visibility 0; see `formcheck.kinematics.hidden`.
    """
    return without_unseen(track, VISIBLE)


def cleaned(track: PoseTrack) -> PoseTrack:
    """Return the track as recorded sets are measured: hidden landmarks out, steady, gaps filled, filtered at 6 Hz.

    Visibility is carried over gaps that were filled, so that a filled landmark counts as seen. World landmarks, which
    serve for the view alone, stay as they are.
    """
    known = steadied(without_hidden(track))
    shown, visibility = known.image_px, known.visibility
    image = fill_gaps(track.t_s, shown)
    filled = np.isfinite(image[..., 0]) & ~np.isfinite(shown[..., 0])
    if filled.any():
        visibility = np.where(filled, np.nan, visibility)
        visibility = np.nan_to_num(fill_gaps(track.t_s, visibility))
    return replace(known, image_px=smooth_zero_phase(track.t_s, image), visibility=visibility)


def seen(track: PoseTrack, landmarks: list[int], least: float = SCORED) -> NDArray[np.bool_]:
    """Return in which frames all these landmarks are visible enough to be scored, shape (n,)."""
    return np.asarray((track.visibility[:, landmarks] >= least).all(axis=1), dtype=np.bool_)


def known_median(values: FloatArray) -> float:
    """Return the median of the values that are not NaN; NaN where there are none."""
    known = values[np.isfinite(values)]
    half = len(known) // 2
    if half == 0:
        return float(known[0]) if len(known) else float("nan")
    # What np.median does, without what it does around that: it is asked for a hundred times for each rep.
    middle = np.partition(known, (half - 1, half))
    return float(middle[half]) if len(known) % 2 else float((middle[half - 1] + middle[half]) / 2)
