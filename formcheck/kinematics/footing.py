"""Where the person stands in the picture: in the place of the set, in another one, or nowhere because of walking.

A camera in a hand that sinks, or a person who takes a step, moves the place where the feet stand. Reps go on there, and
how far the trunk comes down must be told from that place. Walking in or out is no place: there no foot stays, or the
person grows.

Only reps and times are taken from other places. Lengths and angles are compared with a stance, which was seen in the
place of the set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import MAX_GAP_S, running_median, runs, slope_per_s, unbroken
from formcheck.kinematics.standing import feet_in_place, nearer_than, usual_feet_px
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_MOVED_LEG = 0.08
"""Feet further than this from the place of the set, in leg lengths, stand elsewhere. In it they seem to move by 0.04 at
most, in deep squats of real people."""
_BACK_LEG = 0.02
"""Nearer than this to the place of the set, in leg lengths, the feet are back in it."""
_STEADY_S = 1.0
"""The place is the median of the foot over this time: a foot that is set down stays, one that swings does not."""
_STAYS_LEG = 0.15
"""A planted foot keeps within this of its place, in leg lengths, also where the camera sinks at the speed below."""
_WALKING_LEG_PER_S = 0.4
"""A place that moves faster than this is somebody who walks (1 m/s is 1.2 leg lengths a second, half of that where it
goes toward the camera); a camera that was let sink moved the place by 0.2."""
_WAY_S = 3.0
"""So long before and after a frame the ways of the two feet are compared: a rep."""
_OWN_WAY_LEG = 0.1
"""A foot that goes a way longer by this than the other's, in leg lengths, travels."""
_LEAST_STAY_S = 2.0
"""A stay shorter than this, that in the place of the set included, is a pause while walking: no rep fits in it."""


@dataclass(frozen=True, eq=False)
class Footing:
    """Where the feet are, frame by frame."""

    in_place: NDArray[np.bool_]
    """Shape (n,): frames in which a foot is where it mostly stands in the set."""
    stands: NDArray[np.bool_]
    """Shape (n,): frames in which the person stands, there or in another place."""
    shift_px: FloatArray
    """Shape (n,): how far below the place of the set the person stands in the picture; 0 in it. Has a meaning only
    where the person stands."""

    def shift_from(self, frames: NDArray[np.bool_]) -> FloatArray:
        """Return how far below the place of these frames, shape (n,), the person stands in each frame, shape (n,)."""
        there = frames & self.stands
        return self.shift_px - (float(np.median(self.shift_px[there])) if there.any() else 0.0)

    def or_where(self, in_place: NDArray[np.bool_]) -> Footing:
        """Return the same with the frames `in_place`, shape (n,), taken for the place of the set, too."""
        return replace(
            self,
            in_place=self.in_place | in_place,
            stands=self.stands | in_place,
            shift_px=np.where(in_place & ~self.stands, 0.0, self.shift_px),
        )


def find_footing(track: PoseTrack, leg_px: float) -> Footing:
    """Return where the person stands in each frame.

    Parameters
    ----------
    track
        Cleaned landmarks.
    leg_px
        Length of a leg in the picture.
    """
    usual = usual_feet_px(track, leg_px)
    in_place = feet_in_place(track, leg_px, usual)
    stands, shift = in_place.copy(), np.zeros(len(track))
    away = track.image_px[:, [BODY[side].ankle for side in SIDES]] - usual[None]
    if len(track) < 2 or not np.isfinite(away).any():
        return Footing(in_place, stands, shift)
    places = np.stack([_steady(track.t_s, away[:, leg]) for leg in range(len(SIDES))], axis=1)
    far = np.hypot(places[..., 0], places[..., 1]) / leg_px
    moved = np.where(np.isfinite(far), far, np.inf).min(axis=1)
    if not (np.isfinite(moved) & (moved > _MOVED_LEG)).any():
        return Footing(in_place, stands, shift)
    rows, planted = np.arange(len(track)), _planted(track.t_s, places, leg_px)
    away, place, far = away[rows, planted], places[rows, planted], far[rows, planted]
    elsewhere = _spread(np.isfinite(moved) & (moved > _MOVED_LEG), far > _BACK_LEG)
    speed = np.hypot(*(slope_per_s(track.t_s, place[:, axis]) for axis in range(2))) / leg_px
    with np.errstate(invalid="ignore"):
        stays = elsewhere & (np.hypot(*(away - place).T) < _STAYS_LEG * leg_px) & (speed < _WALKING_LEG_PER_S)
    stays &= ~nearer_than(track, in_place)
    shift[stays] = place[stays, 1]
    for a, b in unbroken(track.t_s, stays | in_place, MAX_GAP_S):
        if track.t_s[b - 1] - track.t_s[a] >= _LEAST_STAY_S:
            stands[a:b] |= stays[a:b]
    return Footing(in_place, stands, shift)


def _steady(t_s: FloatArray, away: FloatArray) -> FloatArray:
    """Return the running median of one foot's place, shape (n, 2); unseen frames take part as straight lines.

    NaN throughout for a foot that is never seen.
    """
    known = np.isfinite(away[:, 0])
    if not known.any():
        return np.full_like(away, np.nan)
    frames = max(1, round(_STEADY_S / float(np.median(np.diff(t_s)))))
    filled = np.column_stack([np.interp(t_s, t_s[known], away[known, axis]) for axis in range(2)])
    return running_median(filled, frames)


def _planted(t_s: FloatArray, places: FloatArray, leg_px: float) -> NDArray[np.intp]:
    """Return which foot stands in each frame, shape (n,): the one that goes the shorter way, else the nearer one.

    A camera that moves carries both feet along; a foot that travels goes its own way as well.
    """
    steps = np.hypot(*np.moveaxis(np.diff(places, axis=0, prepend=places[:1]), -1, 0))
    total = np.cumsum(np.where(np.isfinite(steps), steps, np.inf), axis=0)
    first, last = (np.searchsorted(t_s, t_s + side * _WAY_S) for side in (-1, 1))
    with np.errstate(invalid="ignore"):
        way = total[np.minimum(last, len(t_s) - 1)] - total[first]
    unsure = ~(np.abs(way[:, 0] - way[:, 1]) > _OWN_WAY_LEG * leg_px)
    way[np.isnan(way)] = np.inf
    distance = np.hypot(places[..., 0], places[..., 1])
    distance[np.isnan(distance)] = np.inf
    return np.asarray(np.where(unsure, distance.argmin(axis=1), way.argmin(axis=1)), dtype=np.intp)


def _spread(far: NDArray[np.bool_], not_back: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the runs of `not_back` that hold a frame of `far`, shape (n,)."""
    reached = np.zeros(len(far), dtype=np.bool_)
    for a, b in runs(not_back):
        reached[a:b] = far[a:b].any()
    return reached
