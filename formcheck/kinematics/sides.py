"""Finding and undoing frames in which the pose estimator exchanged left and right legs.

In profile and in bad light MediaPipe swaps the legs for runs of frames (12 % of the frames of one backlit clip). A
swap shows twice, at its start and at its end, as both legs jumping to where the other was. Which frames are swapped is
found for the whole track at once, as the cheapest sequence of two states (Viterbi): travel of the landmarks from frame
to frame, a price for changing state, and a small price for disbelieving the estimator, so that labels that cannot be
told apart stay as they are.

Hips and lower legs are decided separately: the estimator often swaps one without the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_HIPS = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
_LOWER_LEGS = tuple(
    landmark for side in SIDES for landmark in (BODY[side].knee, BODY[side].ankle, BODY[side].heel, BODY[side].toe)
)

_LEAST_SWITCH_COST = 0.015
"""Least price of a change of state, in leg lengths of mean landmark travel."""
_SWITCH_SHARE = 0.35
"""Price of a change of state, as a share of how much further the landmarks travel in this track when sides change."""
_DISBELIEF_COST = 0.0004
"""Price per swapped frame: of two readings alike in every other way, the estimator's own stands."""
_LEG_M = 0.8
"""Length of a leg in the estimator's world (m): puts depth on the scale of the picture."""
_TRAVEL_CAP = 0.6
"""Travel beyond this counts no more: one wild landmark must not decide."""


def repair_exchanged_sides(track: PoseTrack, leg_px: float) -> tuple[PoseTrack, NDArray[np.bool_]]:
    """Return the track with exchanged legs put right, and in which frames that was done.

    Parameters
    ----------
    track
        As the estimator gave it; frames without a person are passed over.
    leg_px
        Length of a leg in the picture, to which travel is compared (px).

    Returns
    -------
    tuple
        The repaired track, and a mask of shape (n,): True where hips or lower legs were exchanged.
    """
    repaired = np.zeros(len(track), dtype=np.bool_)
    for landmarks in (_HIPS, _LOWER_LEGS):
        swapped = exchanged_frames(track, landmarks, leg_px)
        if swapped.any():
            track = track.with_sides_exchanged(swapped, landmarks)
            repaired |= swapped
    return track, repaired


def exchanged_frames(track: PoseTrack, landmarks: tuple[Landmark, ...], leg_px: float) -> NDArray[np.bool_]:
    """Return in which frames the given landmarks (both sides named) are exchanged, shape (n,).

    When most frames come out exchanged the labels of the majority are taken for right.
    """
    seen = np.flatnonzero(track.found)
    result = np.zeros(len(track), dtype=np.bool_)
    if len(seen) < 3 or not leg_px > 0:
        return result
    left = [mark for mark in landmarks if mark.name.startswith(Side.LEFT.name)]
    right = [mark for mark in landmarks if mark.name.startswith(Side.RIGHT.name)]
    points = np.concatenate([track.image_px[seen] / leg_px, track.world_m[seen] / _LEG_M], axis=2)
    straight = np.concatenate([points[:, left], points[:, right]], axis=1)
    crossed = np.concatenate([points[:, right], points[:, left]], axis=1)
    same = _travel(straight[:-1], straight[1:])
    change = _travel(straight[:-1], crossed[1:])
    switch_cost = max(_LEAST_SWITCH_COST, _SWITCH_SHARE * float(np.median(change - same)))
    states = _cheapest_states(same, change, switch_cost)
    if states.mean() > 0.5:
        states = ~states
    result[seen] = states
    return result


def _travel(a: FloatArray, b: FloatArray) -> FloatArray:
    """Mean distance between corresponding points, in leg lengths, each capped; shape (n,)."""
    return np.asarray(np.minimum(np.linalg.norm(a - b, axis=-1), _TRAVEL_CAP).mean(axis=1), dtype=np.float64)


def _cheapest_states(same: FloatArray, change: FloatArray, switch_cost: float) -> NDArray[np.bool_]:
    """Return the cheapest sequence of states (False: as labelled, True: exchanged), shape (n,).

    Parameters
    ----------
    same, change
        Shape (n - 1,): travel from one frame to the next when the state stays and when it changes.
    switch_cost
        Price of each change of state, same unit.
    """
    n = len(same) + 1
    cost = np.array([0.0, _DISBELIEF_COST])
    came_from = np.zeros((n, 2), dtype=np.int64)
    for i in range(1, n):
        stay, switch = same[i - 1], change[i - 1] + switch_cost
        options = np.array([[cost[0] + stay, cost[1] + switch], [cost[0] + switch, cost[1] + stay]])
        came_from[i] = options.argmin(axis=1)
        cost = options.min(axis=1) + np.array([0.0, _DISBELIEF_COST])
    states = np.zeros(n, dtype=np.bool_)
    state = int(cost.argmin())
    for i in range(n - 1, -1, -1):
        states[i] = bool(state)
        state = int(came_from[i, state])
    return states
