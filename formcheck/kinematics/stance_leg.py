"""Which leg stands alone: the one whose foot stays while the other foot is lowered, lifted or stretched away.

Who holds the free foot still beside the other or behind it moves neither; it is then the lower foot that stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics import plain
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
_STRETCHES_LEG = 0.15
"""A foot that goes to a side by more than this, in leg lengths, is stretched away."""
_RAISED_LEG = 0.1
"""A foot higher than the other by this throughout, in leg lengths, is held off the floor: one that stands a foot's
length behind is seen higher by 0.09."""
_ONE_LINE_LEG = 0.06
"""Feet nearer to each other across the picture than this, in leg lengths, are in one line under the body."""
_OVER_SHARE = 0.5
"""Who stands on both feet has the hips midway; nearer to one by more than this share of what is between the feet, the
body is over that one."""
_MOSTLY_FROM = 10
_FEWEST_FRAMES = 3


def stance_of_rep(track: PoseTrack, rep: RepTimes, leg_px: float) -> Side | None:
    """Return the leg that stands in a rep: its foot stays, the other goes up or down; None where that is unclear."""
    return _stays_beside(_foot_travel_px(track, _around(track, rep), 1), _TRAVELS_LEG * leg_px)


def stance_on_one_leg(
    track: PoseTrack, rep: RepTimes, standing: Standing, *, from_side: bool, travels_leg: float = _TRAVELS_LEG
) -> Side | None:
    """Return the leg that stands in a rep that is known to be on one leg; None where nothing tells.

    Besides what `stance_of_rep` goes by: a foot that is stretched out just over the floor goes far to a side, and from
    the front or behind one that is held still beside or behind the other is seen higher, with the body over the other.

    Parameters
    ----------
    track
        Cleaned landmarks.
    rep
        When it was.
    standing
        The quiet stance.
    from_side
        Whether the view is from the side, where the foot further off is always seen higher.
    travels_leg
        A foot that goes up and down by less than this, in leg lengths, stays where it is.
    """
    inside = _around(track, rep)
    stands = _stays_beside(_foot_travel_px(track, inside, 1), travels_leg * standing.leg_px)
    if stands is None:
        sideways = _foot_travel_px(track, inside, 0)
        stands = _stays_beside(sideways, _STRETCHES_LEG * standing.leg_px)
    return stands if stands is not None or from_side else _under_body(track, rep, standing)


def _under_body(track: PoseTrack, rep: RepTimes, standing: Standing) -> Side | None:
    """Return the leg whose foot is lower than the other throughout a rep, with the body over it in stance."""
    leg_px = standing.leg_px
    ankles = track.image_px[_around(track, rep)][:, [BODY[side].ankle for side in SIDES], 1]
    below = ankles[:, 0] - ankles[:, 1]
    known = below[np.isfinite(below)]
    if len(known) < _FEWEST_FRAMES or not np.percentile(np.abs(known), _MOSTLY_FROM) > _RAISED_LEG * leg_px:
        return None
    lower = Side.LEFT if np.median(known) > 0 else Side.RIGHT
    feet = np.array([standing.points_px[BODY[side].ankle, 0] for side in SIDES])
    hips = float(np.mean([standing.points_px[BODY[side].hip, 0] for side in SIDES]))
    apart = abs(float(feet[0] - feet[1]))
    nearer = abs(hips - feet[lower.other.leg_index]) - abs(hips - feet[lower.leg_index])
    return lower if apart < _ONE_LINE_LEG * leg_px or nearer > _OVER_SHARE * apart else None


def _around(track: PoseTrack, rep: RepTimes) -> NDArray[np.bool_]:
    return (track.t_s >= rep.start_s - _REP_MARGIN_S) & (track.t_s <= rep.end_s + _REP_MARGIN_S)


def _stays_beside(travel_px: Sequence[float] | FloatArray, far_px: float) -> Side | None:
    """Return the leg whose foot stays while the other goes further than `far_px`; ways of left and right foot."""
    for side in SIDES:
        this, other = travel_px[side.leg_index], travel_px[side.other.leg_index]
        if other > far_px and (np.isnan(this) or this < _STANCE_SHARE * other):
            return side
    return None


def stands_now(y: Sequence[float], stance_y: Sequence[float], leg_px: float) -> Side | None:
    """Return the leg that stands in one frame: its foot is where it was in stance while the other is raised or lowered.

    Parameters
    ----------
    y, stance_y
        Height of each landmark in the picture, now and in quiet stance (px).
    leg_px
        Length of a leg.
    """
    travel = [
        abs(plain.known_median([y[mark] - stance_y[mark] for mark in (body.ankle, body.heel, body.toe)]))
        for body in BODY.values()
    ]
    return _stays_beside(travel, _TRAVELS_LEG * leg_px)


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

    See `foot_places_px`.
    """
    return foot_places_px(track, inside, 1)


def foot_places_px(track: PoseTrack, inside: NDArray[np.bool_], axis: int) -> FloatArray:
    """Return how far from its usual place along an axis of the picture each foot is, px; NaN where it is not seen.

    The mean of ankle, heel and toe, each against its own median, so that one that is hidden for a while makes no jump.

    Parameters
    ----------
    track
        Cleaned landmarks.
    inside
        The frames, shape (n,).
    axis
        0 for the way to the right, 1 for the way down.

    Returns
    -------
    numpy.ndarray
        Shape (frames inside, 2): left, right; positive = further right, or lower, in the picture.
    """
    below = np.full((int(inside.sum()), 2), np.nan)
    for side in SIDES:
        body = BODY[side]
        height = track.image_px[inside][:, [body.ankle, body.heel, body.toe], axis]
        moved = height - np.array([known_median(height[:, k]) for k in range(height.shape[1])])
        seen = np.isfinite(moved)
        some = seen.any(axis=1)
        below[some, side.leg_index] = np.where(seen, moved, 0.0)[some].sum(axis=1) / seen[some].sum(axis=1)
    return below


def _foot_travel_px(track: PoseTrack, inside: NDArray[np.bool_], axis: int) -> FloatArray:
    """Return how far each foot goes along an axis within some frames, shape (2,); NaN where it is not seen."""
    travel = np.full(2, np.nan)
    for leg, below in enumerate(foot_places_px(track, inside, axis).T):
        known = below[np.isfinite(below)]
        if len(known) >= _FEWEST_FRAMES:
            low, high = np.percentile(known, [5, 95])
            travel[leg] = high - low
    return travel
