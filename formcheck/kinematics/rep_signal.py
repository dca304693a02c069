"""The one signal in which reps are found: how far the knee is bent, or from the front what stands in for it.

From the side it is knee flexion itself. From every other view it is the flexion that a leg of two equal segments would
have if its hip had come down by as much as hips and shoulders are seen to: q = 2 acos((1 - drop / leg) cos(q0 / 2)),
with q0 the flexion of quiet stance (specification section 2.4). Shoulders count too: in wall squats the hips that the
estimator draws come down by three quarters of what the shoulders do, and late, though the trunk is upright. The
signal serves for timing and counting, and is never reported as knee flexion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.kinematics.plain import within
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

STANDING_FLEXION_DEG = 5.0
"""Knee flexion in relaxed stance, a few degrees off straight."""


HIP_WEIGHT = 0.75
"""Share of the hips in the drop of the trunk; the rest is the shoulders', which the estimator holds steadier but which
rise in the picture when the trunk leans toward a near or low camera."""
_TRUNK_WEIGHTS = [
    (int(getattr(BODY[side], joint)), weight)
    for joint, weight in (("hip", HIP_WEIGHT), ("shoulder", 1 - HIP_WEIGHT))
    for side in SIDES
]
_UPRIGHT_HIP_WEIGHT = 0.5
"""The same where reps are timed and the trunk does not come toward the camera. From 0.75 to 0.5 the mean error of a
start falls from 0.033 to 0.030 s on rendered clips at 30 pictures a second, from 0.10 to 0.08 s on wall squats at 7."""
SEATED_HIP_WEIGHT = 0.95
"""The same where reps begin seated: who leans forward before rising, and while sitting, takes the shoulders down and
not the hips. Shoulders alone tell where no hip is seen."""
_UPRIGHT_WIDER, _LEANING_WIDER = 1.03, 1.06
"""How much wider the shoulders are seen at the bottom than in stance: by no more than the one in wall squats, by the
other and more where a trunk leans toward the camera. Between them the weights go over into each other."""
_BOTTOM_PERCENTILE = 90


def flexion_from_drop_deg(drop_px: ArrayLike, leg_px: float) -> FloatArray:
    """Return the stand-in for knee flexion; NaN passes through.

    Parameters
    ----------
    drop_px
        How far the trunk has come down from quiet stance.
    leg_px
        Length of a leg in quiet stance.
    """
    half = np.cos(np.radians(STANDING_FLEXION_DEG / 2))
    ratio = 1.0 - np.asarray(drop_px, dtype=np.float64) / leg_px
    return np.asarray(np.degrees(2 * np.arccos(np.clip(ratio * half, -1.0, 1.0))), dtype=np.float64)


_HALF_STANDING = float(np.cos(np.radians(STANDING_FLEXION_DEG / 2)))


def flexion_of_drop_deg(drop_px: float, leg_px: float) -> float:
    """Return what `flexion_from_drop_deg` does of one drop, in plain numbers."""
    return math.degrees(2 * np.arccos(within((1.0 - drop_px / leg_px) * _HALF_STANDING, -1.0, 1.0)))


def drop_of_frame_px(y: Sequence[float], stance_y: Sequence[float]) -> float:
    """Return what `trunk_drop_px` does of one frame, in plain numbers: heights by landmark, now and in stance (px)."""
    total = weights = 0.0
    for mark, weight in _TRUNK_WEIGHTS:
        drop = y[mark] - stance_y[mark]
        if math.isfinite(drop):
            total += weight * drop
            weights += weight
    return total / weights if weights > 0 else math.nan


def trunk_drop_px(track: PoseTrack, standing: Standing, hip_weight: float = HIP_WEIGHT) -> FloatArray:
    """Return how far hips and shoulders have come down in the picture from quiet stance, shape (n,); negative = higher.

    Not over the ankles: their landmarks ride up by 1 to 2 % of the leg as the knee bends, which is as much as the first
    20 degrees of flexion lower the hips.
    """
    total, weights = np.zeros(len(track)), np.zeros(len(track))
    for joint, weight in (("hip", hip_weight), ("shoulder", 1 - hip_weight)):
        for side in SIDES:
            mark = getattr(BODY[side], joint)
            drop = track.image_px[:, mark, 1] - standing.points_px[mark, 1]
            known = np.isfinite(drop)
            total[known] += weight * drop[known]
            weights[known] += weight
    return np.where(weights > 0, total / np.maximum(weights, 1e-9), np.nan)


def timing_hip_weight(track: PoseTrack, standing: Standing) -> float:
    """Return the share of the hips in the drop of the trunk that reps are timed by.

    Shoulders that come toward the camera look wider, and rise in the picture: they then count for little.
    """
    hips, shoulders = ([getattr(BODY[side], joint) for side in SIDES] for joint in ("hip", "shoulder"))
    height = track.image_px[:, hips, 1].mean(axis=1)
    left, right = (track.image_px[:, mark] for mark in shoulders)
    width = np.hypot(*(left - right).T)
    stance = float(np.hypot(*(standing.points_px[shoulders[0]] - standing.points_px[shoulders[1]])))
    known = np.isfinite(height) & np.isfinite(width)
    if not known.any() or not stance > 0:
        return HIP_WEIGHT
    bottom = known & (height >= np.percentile(height[known], _BOTTOM_PERCENTILE))
    wider = float(np.median(width[bottom])) / stance
    return float(np.interp(wider, (_UPRIGHT_WIDER, _LEANING_WIDER), (_UPRIGHT_HIP_WEIGHT, HIP_WEIGHT)))
