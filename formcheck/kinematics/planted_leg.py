"""A leg seen from the side as what it is: two rods of constant length on a foot that does not move.

MediaPipe draws the ankles of a side-view step-down toward each other and sets the knee too far back in deep flexion, so
the plain three-point angle reads low at the bottom. But the stance foot stands still, and thigh and shank keep
their length. Hip, knee and ankle are therefore fitted together over the whole set: one ankle position, one thigh and
one shank length, and for each frame the tilt of thigh and shank, so that the squared distance to the landmarks is least
(Gauss-Newton on the tilts, linear least squares on the rest, in turn). Every range of flexion has the same say in the
lengths, however long the person stands still between reps: where the landmarks err differently at rest and in depth, a
long rest would otherwise decide. How this compares with other ways is in
docs/validation.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Number = TypeVar("Number", float, FloatArray)

_ROUNDS = 40
_TILT_STEPS = 3
_CONVERGED_SHARE = 1e-5
_SHORTEST_ROD_PX = 2.0
"""A segment seen shorter than this has no direction to fit."""
_MOSTLY = 90
"""Percentile of the strayings that counts: in bad light the ankle is drawn wrong for a tenth of the frames."""
_RANGE_DEG = 15.0
"""Width of the ranges of flexion that have the same say."""
_FOOT_MOVES_LEG = 0.08
"""An ankle landmark that strays further than this from its median, in leg lengths, belongs to a foot that moved."""


@dataclass(frozen=True, eq=False)
class PlantedLeg:
    """A fitted leg; pixels, the first axis of arrays is time."""

    thigh_tilt_deg: FloatArray
    """Shape (n,): sagittal tilt of the thigh, positive = knee in front of hip; NaN where hip or knee was not seen."""
    shank_tilt_deg: FloatArray
    """Shape (n,): positive = knee in front of ankle."""
    thigh_px: float
    shank_px: float
    ankle_px: FloatArray
    """Shape (2,): where the foot stands."""
    residual_px: FloatArray
    """Shape (n,): root mean square distance of hip, knee and ankle from their landmarks."""

    @property
    def knee_flexion_deg(self) -> FloatArray:
        """Knee flexion, shape (n,): thigh tilt plus shank tilt, 0 = straight."""
        return self.thigh_tilt_deg + self.shank_tilt_deg


def foot_stays(ankle_px: FloatArray, leg_px: float) -> bool:
    """Return whether an ankle, shape (n, 2), stays where it is but for the landmark's own drift."""
    seen = ankle_px[np.isfinite(ankle_px[:, 0])]
    if len(seen) == 0:
        return False
    stray = np.linalg.norm(seen - np.median(seen, axis=0), axis=1)
    return bool(np.percentile(stray, _MOSTLY) <= _FOOT_MOVES_LEG * leg_px)


def fit_planted_leg(hip_px: FloatArray, knee_px: FloatArray, ankle_px: FloatArray, facing: float) -> PlantedLeg | None:
    """Return the leg of constant segment lengths on a still foot that best fits the landmarks.

    Parameters
    ----------
    hip_px, knee_px, ankle_px
        Shape (n, 2), smoothed landmarks; NaN where not seen.
    facing
        +1 where the person faces the right edge of the picture, -1 the left.

    Returns
    -------
    PlantedLeg or None
        None with fewer than 5 frames in which all three are seen, or where a segment has no length.
    """
    seen = np.isfinite(hip_px[:, 0]) & np.isfinite(knee_px[:, 0]) & np.isfinite(ankle_px[:, 0])
    if seen.sum() < 5:
        return None
    hip, knee, ankle = hip_px[seen], knee_px[seen], ankle_px[seen]
    thigh_tilt = np.arctan2(facing * (knee - hip)[:, 0], (knee - hip)[:, 1])
    shank_tilt = np.arctan2(facing * (knee - ankle)[:, 0], (ankle - knee)[:, 1])
    thigh = float(np.median(np.linalg.norm(knee - hip, axis=1)))
    shank = float(np.median(np.linalg.norm(ankle - knee, axis=1)))
    foot = np.median(ankle, axis=0)
    say = _even_over_ranges(np.degrees(thigh_tilt + shank_tilt))
    if min(thigh, shank) < _SHORTEST_ROD_PX:
        return None
    for _ in range(_ROUNDS):
        for _ in range(_TILT_STEPS):
            thigh_tilt, shank_tilt = _better_tilts(
                tuple(hip.T),
                tuple(knee.T),
                foot.tolist(),
                thigh,
                shank,
                facing,
                thigh_tilt,
                shank_tilt,
                sin=np.sin,
                cos=np.cos,
            )
        before = thigh + shank
        foot, shank, thigh = _better_rods(hip, knee, ankle, facing, thigh_tilt, shank_tilt, say)
        if min(thigh, shank) < _SHORTEST_ROD_PX:
            return None
        if abs(thigh + shank - before) < _CONVERGED_SHARE * before:
            break
    knee_fit, hip_fit = _joints(foot, thigh, shank, facing, thigh_tilt, shank_tilt)
    squares = ((hip - hip_fit) ** 2 + (knee - knee_fit) ** 2 + (ankle - foot) ** 2).sum(axis=1)
    return PlantedLeg(
        thigh_tilt_deg=_spread(seen, np.degrees(thigh_tilt)),
        shank_tilt_deg=_spread(seen, np.degrees(shank_tilt)),
        thigh_px=thigh,
        shank_px=shank,
        ankle_px=foot,
        residual_px=_spread(seen, np.sqrt(squares / 3)),
    )


def tilts_on(leg: PlantedLeg, hip: Sequence[float], knee: Sequence[float], facing: float) -> tuple[float, float]:
    """Return thigh tilt and shank tilt (deg) in a frame that had no say in a fit; plain numbers, see `plain`.

    Parameters
    ----------
    leg
        Fitted to other frames of the same person on the same spot: its lengths and its foot are taken as they are.
    hip, knee
        x and y (px); NaN gives NaN.
    facing
        As for `fit_planted_leg`.
    """
    foot: list[float] = leg.ankle_px.tolist()
    thigh = float(np.arctan2(facing * (knee[0] - hip[0]), knee[1] - hip[1]))
    shank = float(np.arctan2(facing * (knee[0] - foot[0]), foot[1] - knee[1]))
    for _ in range(_TILT_STEPS):
        thigh, shank = _better_tilts(
            hip, knee, foot, leg.thigh_px, leg.shank_px, facing, thigh, shank, sin=math.sin, cos=math.cos
        )
    return math.degrees(thigh), math.degrees(shank)


def _even_over_ranges(flexion_deg: FloatArray) -> FloatArray:
    """Return a weight for each frame, shape (n,), by which every range of flexion counts alike."""
    ranges = np.floor(flexion_deg / _RANGE_DEG).astype(np.int64)
    _, place, count = np.unique(ranges, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / count[place], dtype=np.float64)


def _spread(seen: NDArray[np.bool_], values: FloatArray) -> FloatArray:
    full = np.full(len(seen), np.nan)
    full[seen] = values
    return full


def _joints(
    foot: FloatArray, thigh: float, shank: float, facing: float, thigh_tilt: FloatArray, shank_tilt: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return knee and hip of the rods, each of shape (n, 2)."""
    knee = foot + shank * np.column_stack([facing * np.sin(shank_tilt), -np.cos(shank_tilt)])
    hip = knee + thigh * np.column_stack([-facing * np.sin(thigh_tilt), -np.cos(thigh_tilt)])
    return knee, hip


def _better_tilts(
    hip: Sequence[Number],
    knee: Sequence[Number],
    foot: Sequence[float],
    thigh: float,
    shank: float,
    facing: float,
    thigh_tilt: Number,
    shank_tilt: Number,
    *,
    sin: Callable[[Number], Number],
    cos: Callable[[Number], Number],
) -> tuple[Number, Number]:
    """One Gauss-Newton step on the two tilts of every frame; the 2x2 normal equations are solved in closed form.

    Of many frames at once, with joints of shape (2, n) and tilts of shape (n,), or of one in plain numbers.
    """
    sin_thigh, cos_thigh, sin_shank, cos_shank = sin(thigh_tilt), cos(thigh_tilt), sin(shank_tilt), cos(shank_tilt)
    knee_fit = foot[0] + shank * (facing * sin_shank), foot[1] + shank * -cos_shank
    hip_fit = knee_fit[0] + thigh * (-facing * sin_thigh), knee_fit[1] + thigh * -cos_thigh
    knee_by_shank = shank * (facing * cos_shank), shank * sin_shank
    hip_by_thigh = thigh * (-facing * cos_thigh), thigh * sin_thigh
    to_knee = knee[0] - knee_fit[0], knee[1] - knee_fit[1]
    to_hip = hip[0] - hip_fit[0], hip[1] - hip_fit[1]
    a11, a22 = thigh**2, 2 * shank**2
    a12 = hip_by_thigh[0] * knee_by_shank[0] + hip_by_thigh[1] * knee_by_shank[1]
    g1 = hip_by_thigh[0] * to_hip[0] + hip_by_thigh[1] * to_hip[1]
    g2 = knee_by_shank[0] * (to_hip[0] + to_knee[0]) + knee_by_shank[1] * (to_hip[1] + to_knee[1])
    det = a11 * a22 - a12 * a12  # at least (thigh * shank) ** 2, and rods have length
    return thigh_tilt + (a22 * g1 - a12 * g2) / det, shank_tilt + (a11 * g2 - a12 * g1) / det


def _better_rods(
    hip: FloatArray,
    knee: FloatArray,
    ankle: FloatArray,
    facing: float,
    thigh_tilt: FloatArray,
    shank_tilt: FloatArray,
    say: FloatArray,
) -> tuple[FloatArray, float, float]:
    """Return foot, shank and thigh length that fit best for given tilts: linear least squares, weighted by `say`."""
    root = np.sqrt(say)
    along_shank = facing * np.sin(shank_tilt), -np.cos(shank_tilt)
    along_thigh = -facing * np.sin(thigh_tilt), -np.cos(thigh_tilt)
    # Rows: x of ankle, knee and hip, then y, of every frame; columns: x and y of the foot, shank, thigh.
    rows, values = np.zeros((2, 3, len(hip), 4)), np.empty((2, 3, len(hip)))
    for axis in (0, 1):
        rows[axis, :, :, axis] = root
        rows[axis, 1:, :, 2] = along_shank[axis] * root
        rows[axis, 2, :, 3] = along_thigh[axis] * root
        for joint, target in enumerate((ankle, knee, hip)):
            values[axis, joint] = target[:, axis] * root
    solution = np.linalg.lstsq(rows.reshape(-1, 4), values.reshape(-1), rcond=None)[0]
    return np.asarray(solution[:2], dtype=np.float64), float(solution[2]), float(solution[3])
