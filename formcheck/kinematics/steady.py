"""A camera in a hand: landmarks as a camera that stands still would see them, and back.

The background tells how the camera moved (`PoseTrack.camera`). What it moved is taken out before anything is measured,
so that feet that stand are seen to stand, and put back in for whoever draws on the pictures.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

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
