"""Finding and undoing frames in which the pose estimator exchanged left and right legs.

In profile and in bad light MediaPipe swaps the legs for runs of frames (12 % of the frames of one backlit clip). The
estimator often swaps the hips without the lower legs, or the other way round, so each frame is in one of four states:
hips exchanged or not, lower legs exchanged or not. The states of a whole track are found at once, as the cheapest
sequence of them (Viterbi 1967). What is paid for:

- the jump of the vector from each right landmark to its left counterpart, from frame to frame. An exchange turns that
  vector round; walking, and a tracker that wobbles, move both legs and leave it as it is;
- a change of state, priced by how far apart the legs of this track are;
- thighs that cross: hips and knees exchanged apart from each other draw the left thigh to the right knee;
- a little for disbelieving the estimator, so that labels which cannot be told apart stay as they are.

From the labels' continuity nothing can be said of a track whose labels are wrong throughout: see `mirror`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.plain import median
from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.pose.types import Pose, PoseTrack, TrackSource, track_of

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
"""Price per exchanged part and frame: of two readings alike in every other way, the estimator's own stands."""
_CROSSING_SHARE = 0.1
"""Price per frame of thighs that cross, as a share of how much longer they are than thighs that do not (leg lengths).
Small: over single frames continuity decides, over half a second this does."""
_LEG_M = 0.8
"""Length of a leg in the estimator's world (m): puts depth on the scale of the picture."""
_TRAVEL_CAP = 0.6
"""Travel beyond this counts no more: one wild landmark must not decide."""
_OUTSIDE_WEIGHT = 0.2
"""What a landmark outside the picture is worth, of travel and price alike: the estimator guesses where it may be."""
_FEWEST_FRAMES = 3
_LEFT_MARKS, _RIGHT_MARKS = (
    np.array([getattr(BODY[side], joint) for joint in ("hip", "knee", "ankle", "heel", "toe")]) for side in SIDES
)
_PRICE_EVERY = 10
_REMEMBERED = 90
"""Live, the frames from which the usual travel is known: three seconds."""

_STATES = np.arange(4)
"""State 0: as labelled; 1: lower legs exchanged; 2: hips exchanged; 3: both."""
_HIPS_EXCHANGED, _LOWER_EXCHANGED = _STATES // 2, _STATES % 2
_HIPS_CHANGE, _LOWER_CHANGE = ((part[:, None] != part).astype(np.int64) for part in (_HIPS_EXCHANGED, _LOWER_EXCHANGED))
_EXCHANGED_PARTS = _HIPS_EXCHANGED + _LOWER_EXCHANGED


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
    hips, lower_legs = exchanged_frames(track, leg_px)
    for exchanged, landmarks in ((hips, _HIPS), (lower_legs, _LOWER_LEGS)):
        if exchanged.any():
            track = track.with_sides_exchanged(exchanged, landmarks)
    return track, hips | lower_legs


def exchanged_frames(track: PoseTrack, leg_px: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return in which frames the hips and in which the lower legs (knee to toe) are exchanged, each of shape (n,).

    Where both parts change sides together, the labels of the majority of frames are taken for right. False where nobody
    was found, and throughout when fewer than three frames show a person or `leg_px` is not a length.
    """
    seen = np.flatnonzero(track.found)
    hips, lower_legs = np.zeros((2, len(track)), dtype=np.bool_)
    if len(seen) < _FEWEST_FRAMES or not leg_px > 0:
        return hips, lower_legs
    points, weight = _evidence(track, seen, leg_px)
    of_hips, of_lower = (_changes(points, weight, part) for part in (_HIPS, _LOWER_LEGS))
    change_costs = np.asarray(of_hips[:, _HIPS_CHANGE] + of_lower[:, _LOWER_CHANGE], dtype=np.float64)
    states = _cheapest_states(_state_costs(points), change_costs)
    hips[seen], lower_legs[seen] = _HIPS_EXCHANGED[states] > 0, _LOWER_EXCHANGED[states] > 0
    return hips, lower_legs


def _state_costs(points: FloatArray) -> FloatArray:
    """Return what it costs to be in each state, shape (n, 4)."""
    one_part = _EXCHANGED_PARTS == 1
    return np.asarray(_DISBELIEF_COST * _EXCHANGED_PARTS + np.outer(_crossing(points), one_part), dtype=np.float64)


def _evidence(track: PoseTrack, seen: NDArray[np.int64], leg_px: float) -> tuple[FloatArray, FloatArray]:
    """Return picture and world landmarks in leg lengths, shape (m, 33, 5), and what each is worth, shape (m, 33)."""
    points = np.concatenate([track.image_px[seen] / leg_px, track.world_m[seen] / _LEG_M], axis=2)
    return points, _worth(track, seen)


def _worth(track: PoseTrack, seen: NDArray[np.int64]) -> FloatArray:
    """Return what each landmark of the frames `seen` is worth as evidence, shape (len(seen), 33)."""
    x, y = np.moveaxis(track.image_px[seen], 2, 0)
    inside = (x >= 0) & (x <= track.source.width) & (y >= 0) & (y <= track.source.height)
    return np.where(inside, 1.0, _OUTSIDE_WEIGHT)


def _changes(points: FloatArray, weight: FloatArray, part: tuple[Landmark, ...]) -> FloatArray:
    """Return what it costs from each frame to the next to stay (column 0) and to change sides (1), shape (n - 1, 2).

    Parameters
    ----------
    points
        Picture and world landmarks in leg lengths, shape (n, 33, 5).
    weight
        What each is worth, shape (n, 33).
    part
        The landmarks that are exchanged together, both sides.
    """
    stay, change, worth = _travel(points, weight, part)
    return np.stack([stay, change + _price(change - stay) * worth], axis=1)


def _price(further: FloatArray) -> float:
    """Return the price of a change of sides, from how much further landmarks travel by one, shape (n,)."""
    return max(_LEAST_SWITCH_COST, _SWITCH_SHARE * float(np.median(further)))


def _travel(
    points: FloatArray, weight: FloatArray, part: tuple[Landmark, ...]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how far the landmarks travel from each frame to the next, as labelled and if they change sides.

    The third result is what that is worth; each has shape (n - 1,).
    """
    left = [mark for mark in part if mark.name.startswith(Side.LEFT.name)]
    right = [mark for mark in part if mark.name.startswith(Side.RIGHT.name)]
    across = (points[:, left] - points[:, right]) / np.sqrt(2)
    worth = np.maximum(weight[:, left], weight[:, right])
    both = np.minimum(worth[1:], worth[:-1])
    stay, change = (
        (np.minimum(np.linalg.norm(travel, axis=-1), _TRAVEL_CAP) * both).mean(axis=1)
        for travel in (across[1:] - across[:-1], across[1:] + across[:-1])
    )
    return stay, change, np.asarray(both.mean(axis=1), dtype=np.float64)


def _crossing(points: FloatArray) -> FloatArray:
    """Return the price of reading hips and knees crosswise, shape (n,); negative where straight thighs would cross."""
    hips, knees = (points[:, [getattr(BODY[side], joint) for side in SIDES]] for joint in ("hip", "knee"))
    # Row: whose hip, column: whose knee.
    thighs = np.sqrt(((hips[:, :, None] - knees[:, None]) ** 2).sum(axis=-1))
    longer = thighs[:, 0, 1] + thighs[:, 1, 0] - thighs[:, 0, 0] - thighs[:, 1, 1]
    return np.asarray(_CROSSING_SHARE / 2 * longer, dtype=np.float64)


def _cheapest_states(state_costs: FloatArray, change_costs: FloatArray) -> NDArray[np.int64]:
    """Return the cheapest sequence of states, shape (n,).

    Parameters
    ----------
    state_costs
        Shape (n, k): of being in each state.
    change_costs
        Shape (n - 1, k, k): of going from a state (second axis) to a state (third axis) in the next frame.
    """
    n, k = state_costs.shape
    stays = (change_costs[:, 0, 0] <= change_costs.min(axis=(1, 2))).all()
    if stays and (state_costs[:, 0] <= state_costs.min(axis=1)).all():  # nothing is ever cheaper than the labels
        return np.zeros(n, dtype=np.int64)
    cost = state_costs[0]
    came_from = np.zeros((n, k), dtype=np.int64)
    for i in range(1, n):
        paths = cost[:, None] + change_costs[i - 1]
        came_from[i] = paths.argmin(axis=0)
        cost = paths.min(axis=0) + state_costs[i]
    states = np.zeros(n, dtype=np.int64)
    states[-1] = cost.argmin()
    for i in range(n - 1, 0, -1):
        states[i - 1] = came_from[i, states[i]]
    return states


class SideKeeper:
    """Puts exchanged legs right frame by frame, knowing nothing of later frames.

    The same costs as for recorded sets; of the cheapest sequences so far the state that the best one
    ends in is taken, so an exchange that only later frames betray is seen late.
    """

    def __init__(self) -> None:
        self._across: FloatArray | None = None
        self._worth: list[float] = []
        self._cost = [0.0] * len(_STATES)
        self._further: deque[tuple[float, float]] = deque(maxlen=_REMEMBERED)
        self._prices = [_LEAST_SWITCH_COST, _LEAST_SWITCH_COST]
        self._frames = 0

    def __call__(self, pose: Pose, leg_px: float, source: TrackSource) -> Pose:
        """Return a pose with exchanged legs put right.

        Parameters
        ----------
        pose
            Of a frame later than the one before; where nobody is found it comes back as it is.
        leg_px
            Length of a leg in the picture; where it is not one nothing is changed.
        source
            Of the stream.
        """
        if not (leg_px > 0 and any(map(math.isfinite, pose.image_px[:, 0].tolist()))):
            self._across, self._cost = None, [0.0] * len(_STATES)
            return pose
        image = pose.image_px.take(_LEG_MARKS, axis=0)
        points: FloatArray = np.empty((2 * _PAIRS, 5))
        np.divide(image, leg_px, out=points[:, :2])
        np.divide(pose.world_m.take(_LEG_MARKS, axis=0), _LEG_M, out=points[:, 2:])
        across = (points[:_PAIRS] - points[_PAIRS:]) / _ROOT_2
        before = across if self._across is None else self._across
        ways: FloatArray = np.empty((2 * _PAIRS + _THIGHS, 5))
        np.subtract(across, before, out=ways[:_PAIRS])
        np.add(across, before, out=ways[_PAIRS : 2 * _PAIRS])
        ends = points.take(_THIGH_ENDS, axis=0)
        np.subtract(ends[:_THIGHS], ends[_THIGHS:], out=ways[2 * _PAIRS :])
        lengths: list[float] = np.sqrt(np.add.reduce(np.square(ways, out=ways), axis=1)).tolist()
        worth = _worth_of_pairs(image.tolist(), source)
        if self._across is not None:
            hips, lower = self._changes(lengths[:_PAIRS], lengths[_PAIRS : 2 * _PAIRS], worth)
            past = self._cost
            self._cost = [
                min([past[of] + hips[of_hips] + lower[of_lower] for of, of_hips, of_lower in ways_to])
                for ways_to in _WAYS_TO
            ]
        self._across, self._worth = across, worth
        crossed, other_crossed, straight, other_straight = lengths[2 * _PAIRS :]
        crossing = _CROSSING_SHARE / 2 * (crossed + other_crossed - straight - other_straight)
        as_labelled, lower_exchanged, hips_exchanged, exchanged = self._cost
        of_one_part, of_none = _DISBELIEF_COST + crossing, crossing * 0  # NaN where the thighs are not seen
        cost = [
            as_labelled + of_none,
            lower_exchanged + of_one_part,
            hips_exchanged + of_one_part,
            exchanged + (2 * _DISBELIEF_COST + of_none),
        ]
        least = min(cost)
        self._cost = [each - least for each in cost]
        state = cost.index(least)
        return pose if state == 0 else _exchanged(pose, state, source)

    def _changes(self, stay: list[float], change: list[float], worth: list[float]) -> tuple[list[float], list[float]]:
        """Return what it costs hips and lower legs to stay (first) and to change sides (second).

        Parameters
        ----------
        stay, change
            How far the way from each right landmark to its left counterpart travels from the frame before, as labelled
            and with sides changed (leg lengths): of the hips, knees, ankles, heels and toes.
        worth
            What each is worth now.
        """
        both = [min(now, before) for now, before in zip(worth, self._worth, strict=True)]
        stay, change = (
            [_at_most(way, _TRAVEL_CAP) * each for way, each in zip(ways, both, strict=True)] for ways in (stay, change)
        )
        lower_stay, lower_change, lower_worth = (_sum(each[1:]) / (_PAIRS - 1) for each in (stay, change, both))
        self._further.append((change[0] - stay[0], lower_change - lower_stay))
        if self._frames % _PRICE_EVERY == 0:
            usual = [median(each) for each in zip(*self._further, strict=True)]
            self._prices = [_at_least(_SWITCH_SHARE * each, _LEAST_SWITCH_COST) for each in usual]
        self._frames += 1
        of_hips, of_lower = self._prices
        return [stay[0], change[0] + of_hips * both[0]], [lower_stay, lower_change + of_lower * lower_worth]


_LEG_MARKS = np.concatenate([_LEFT_MARKS, _RIGHT_MARKS])
_PAIRS = len(_LEFT_MARKS)
_THIGHS = 4
_THIGH_ENDS = np.array([0, _PAIRS, 0, _PAIRS, _PAIRS + 1, 1, 1, _PAIRS + 1])
"""Of `_LEG_MARKS`: the hips and then the knees of two thighs that cross, and of two that do not."""
_ROOT_2 = math.sqrt(2)
_WAYS_TO = [
    [(of, int(_HIPS_CHANGE[of, to]), int(_LOWER_CHANGE[of, to])) for of in range(len(_STATES))]
    for to in range(len(_STATES))
]
"""By the state that is gone to: from which state, and whether hips and lower legs change sides on the way."""


def _worth_of_pairs(leg_px: list[list[float]], source: TrackSource) -> list[float]:
    """Return what each pair of landmarks is worth as evidence, see `_worth`; of their places in the picture."""
    width, height = source.width, source.height
    worth = [1.0 if 0 <= x <= width and 0 <= y <= height else _OUTSIDE_WEIGHT for x, y in leg_px]
    return [max(left, right) for left, right in zip(worth[:_PAIRS], worth[_PAIRS:], strict=True)]


def _at_most(value: float, most: float) -> float:
    return most if value > most else value  # NaN stays NaN


def _at_least(value: float, least: float) -> float:
    return least if value < least else value


def _sum(values: Iterable[float]) -> float:
    """Return a sum from left to right, as NumPy adds few numbers; from Python 3.12 on `sum` rounds otherwise."""
    total = 0.0
    for value in values:
        total += value
    return total


def _exchanged(pose: Pose, state: int, source: TrackSource) -> Pose:
    """Return a pose with the parts of a state exchanged."""
    track = track_of([pose], source)
    for exchanged, landmarks in ((_HIPS_EXCHANGED[state], _HIPS), (_LOWER_EXCHANGED[state], _LOWER_LEGS)):
        if exchanged:
            track = track.with_sides_exchanged(np.ones(1, dtype=np.bool_), landmarks)
    return track[0]
