"""Which leg stands in a step-down: the one whose foot stays while the other foot is lowered and lifted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.reps import RepTimes
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_REP_MARGIN_S = 0.2
_STANCE_SHARE = 0.6
"""A foot that travels less than this share of the other's way is the one that stands."""
_TRAVELS_LEG = 0.06
"""A foot that goes up and down by less than this, in leg lengths, stays where it is: 5 cm, half the lowest step."""
_FEWEST_FRAMES = 3


def stance_of_rep(track: PoseTrack, rep: RepTimes, leg_px: float) -> Side | None:
    """Return the leg that stands in a rep: its foot stays while the other travels; None where neither is clear."""
    inside = (track.t_s >= rep.start_s - _REP_MARGIN_S) & (track.t_s <= rep.end_s + _REP_MARGIN_S)
    travel = _foot_travel_px(track, inside)
    for side in SIDES:
        this, other = travel[side.leg_index], travel[side.other.leg_index]
        if other > _TRAVELS_LEG * leg_px and (np.isnan(this) or this < _STANCE_SHARE * other):
            return side
    return None


def stands_now(track: PoseTrack, standing: Standing) -> Side | None:
    """Return the leg that stands in one frame: its foot is where it was in stance while the other is raised or lowered.

    Parameters
    ----------
    track
        One frame.
    standing
        The quiet stance.
    """
    away = np.full(2, np.nan)
    for side in SIDES:
        body = BODY[side]
        marks = [body.ankle, body.heel, body.toe]
        away[side.leg_index] = abs(known_median(track.image_px[0, marks, 1] - standing.points_px[marks, 1]))
    for side in SIDES:
        this, other = away[side.leg_index], away[side.other.leg_index]
        if other > _TRAVELS_LEG * standing.leg_px and (np.isnan(this) or this < _STANCE_SHARE * other):
            return side
    return None


def most_often(stances: list[Side | None]) -> Side | None:
    """Return the side that is named more often than the other; None where neither is."""
    counts = {side: stances.count(side) for side in SIDES}
    best = max(SIDES, key=lambda side: counts[side])
    return best if counts[best] > counts[best.other] else None


def stance_of_frames(t_s: FloatArray, reps: list[RepTimes], stances: tuple[Side | None, ...]) -> NDArray[np.int64]:
    """Return the standing leg of each frame, shape (n,): that of the nearest rep; -1 where unknown."""
    if not reps:
        return np.full(len(t_s), -1, dtype=np.int64)
    codes = np.array([-1 if side is None else side.leg_index for side in stances], dtype=np.int64)
    middles = np.array([rep.deepest_s for rep in reps])
    return np.asarray(codes[np.abs(t_s[:, None] - middles).argmin(axis=1)], dtype=np.int64)


def foot_heights_px(track: PoseTrack, inside: NDArray[np.bool_]) -> FloatArray:
    """Return how far below its usual place each foot is within some frames, px; NaN where it is not seen.

    The mean of ankle, heel and toe, each against its own median, so that one that is hidden for a while makes no jump.

    Parameters
    ----------
    track
        Cleaned landmarks.
    inside
        The frames, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (frames inside, 2): left, right; positive = lower in the picture.
    """
    below = np.full((int(inside.sum()), 2), np.nan)
    for side in SIDES:
        body = BODY[side]
        height = track.image_px[inside][:, [body.ankle, body.heel, body.toe], 1]
        moved = height - np.array([known_median(height[:, k]) for k in range(height.shape[1])])
        seen = np.isfinite(moved)
        some = seen.any(axis=1)
        below[some, side.leg_index] = np.where(seen, moved, 0.0)[some].sum(axis=1) / seen[some].sum(axis=1)
    return below


def _foot_travel_px(track: PoseTrack, inside: NDArray[np.bool_]) -> FloatArray:
    """Return how far each foot goes up and down within some frames, shape (2,); NaN where it is not seen."""
    travel = np.full(2, np.nan)
    for leg, below in enumerate(foot_heights_px(track, inside).T):
        known = below[np.isfinite(below)]
        if len(known) >= _FEWEST_FRAMES:
            travel[leg] = np.percentile(known, 95) - np.percentile(known, 5)
    return travel
