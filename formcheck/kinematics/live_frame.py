"""From the estimator's landmarks to landmarks that can be measured, frame by frame, knowing nothing of later frames.

What is hidden is taken out by the rules of recorded sets (`hidden`) as far as they need no future: a landmark below the
least visibility, outside of the picture, or of somebody else. Gaps are not filled. What is left goes through a One-Euro
filter (Casiez, Roussel & Vogel 2012) in leg lengths, so that a person far from the camera is filtered like one nearby.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.cleaning import VISIBLE
from formcheck.kinematics.filters import OneEuroFilter
from formcheck.kinematics.hidden import NEIGHBOURS_S, SHORTEST_TRUNK_PX, SHOULDERS_TO_TRUNK, Gone, is_jump_of
from formcheck.kinematics.plain import distance_px, hypot
from formcheck.kinematics.sides import SideKeeper
from formcheck.kinematics.standing import leg_of_frame_px
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import FloatArray, Pose, TrackSource

MIN_CUTOFF_HZ = 1.5
"""Cut-off of a landmark at rest (specification section 6, row 11: 1 to 1.5 Hz)."""
BETA = 12.0
"""Rise of the cut-off, Hz for each leg length a second. At 60 deg/s the hip moves 0.25 legs/s, the cut-off is 4.5 Hz:
peaks of the sample clips' reps read within a degree of the zero-phase filter's (docs/validation.md)."""
_LEG_OF_PICTURE = 0.37
"""A leg is about this share of the picture's height, for a person who fills three quarters of it (Winter: 0.49 H).
Fixed: a scale that drifts would move every landmark."""
_LEG_EVERY = 6
_LEG_SHARE = 0.25
"""The length of a leg is looked at in every sixth frame, and follows what is seen by this share."""
_STAYS_S = 2.0
"""Whoever has been followed for so long after a jump is taken for the person."""
_LEFT_HIP, _RIGHT_HIP = (BODY[side].hip for side in SIDES)
_LEFT_SHOULDER, _RIGHT_SHOULDER = (BODY[side].shoulder for side in SIDES)


class LiveFrame:
    """One cleaned frame: as arrays for whoever draws it, as plain numbers for whoever measures a few joints of it.

    Parameters
    ----------
    pose
        Hidden landmarks NaN with visibility 0.
    source
        Of the stream.
    """

    __slots__ = ("found", "pose", "source", "t_s", "visibility", "x", "y")

    def __init__(self, pose: Pose, source: TrackSource) -> None:
        self.pose = pose
        self.source = source
        self.t_s = pose.t_s
        self.x: list[float]
        """By landmark, pixels of the un-mirrored picture."""
        self.y: list[float]
        self.x, self.y = pose.image_px.T.tolist()
        self.visibility: list[float] = pose.visibility.tolist()
        self.found = any(map(math.isfinite, self.x))
        """Whether any landmark of a person is seen."""

    def sees(self, landmarks: tuple[int, ...], least: float) -> bool:
        """Return whether all these landmarks are visible enough, see `cleaning.seen`."""
        return all(self.visibility[mark] >= least for mark in landmarks)


class _Body(NamedTuple):
    """Where and how large a body is seen in one frame."""

    t_s: float
    x_px: float
    """Of the middle of the trunk."""
    y_px: float
    size_px: float
    trunk_px: float


class LiveCleaner:
    """Cleans the poses of one person, in order.

    Parameters
    ----------
    source
        Of the stream: the size of its pictures and the pose model.
    """

    def __init__(self, source: TrackSource) -> None:
        self._source = source
        self._filter = OneEuroFilter(min_cutoff_hz=MIN_CUTOFF_HZ, beta=BETA)
        self._sides = SideKeeper()
        self._leg_px = float("nan")
        self._frames = 0
        self._before: _Body | None = None
        self._person: _Body | None = None
        self._other_since_s: float | None = None

    def __call__(self, pose: Pose) -> LiveFrame:
        """Return the cleaned frame: sides put right, hidden landmarks NaN with visibility 0, smoothed.

        Raises
        ------
        ValueError
            If time does not increase.
        """
        pose = self._sides(pose, self._leg_px, self._source)
        x, y = pose.image_px.T.tolist()
        image, visibility = self._without_unseen(pose, x, y)
        if self._frames % _LEG_EVERY == 0:
            self._follow_leg(leg_of_frame_px(x, y))
        self._frames += 1
        scale = _LEG_OF_PICTURE * self._source.height
        smooth = self._filter(pose.t_s, image / scale) * scale
        return LiveFrame(Pose(pose.t_s, smooth, visibility, pose.world_m), self._source)

    def _without_unseen(self, pose: Pose, x: list[float], y: list[float]) -> tuple[FloatArray, FloatArray]:
        """Return places and visibility without what is not seen, as `hidden.without_unseen` does as far as it can."""
        if self._is_somebody_else(pose.t_s, x, y):
            return np.full_like(pose.image_px, np.nan), np.zeros_like(pose.visibility)
        width, height = self._source.width, self._source.height
        unseen = [
            mark
            for mark, (seen, across, down) in enumerate(zip(pose.visibility.tolist(), x, y, strict=True))
            if not (seen >= VISIBLE and 0 <= across <= width and 0 <= down <= height)
        ]
        if not unseen:
            return pose.image_px, pose.visibility
        image, visibility = pose.image_px.copy(), pose.visibility.copy()
        image[unseen], visibility[unseen] = np.nan, 0.0
        return image, visibility

    def _follow_leg(self, leg_px: float) -> None:
        if math.isfinite(leg_px):
            self._leg_px = leg_px if math.isnan(self._leg_px) else self._leg_px + _LEG_SHARE * (leg_px - self._leg_px)

    def _is_somebody_else(self, t_s: float, x: list[float], y: list[float]) -> bool:
        """Return whether the landmarks went over to somebody else: a jump, until the person is seen again."""
        if not any(map(math.isfinite, x)):
            return False
        now = _body_at(t_s, x, y)
        before, self._before = self._before, now
        if before is None or self._person is None or t_s - self._person.t_s > _STAYS_S + NEIGHBOURS_S:
            self._other_since_s = None
        elif self._other_since_s is not None:
            if _may_be(self._person, now):
                self._other_since_s = None
        elif t_s - before.t_s <= NEIGHBOURS_S and _jumps(before, now) and not _may_be(self._person, now):
            self._other_since_s = t_s
        if self._other_since_s is not None and t_s - self._other_since_s <= _STAYS_S:
            return True
        self._other_since_s = None
        self._person = now
        return False


def _body_at(t_s: float, x: list[float], y: list[float]) -> _Body:
    """Return where the trunk is and how large the body is seen, see `hidden.trunks` and `hidden.body_size_px`."""
    hip_x, hip_y = (x[_LEFT_HIP] + x[_RIGHT_HIP]) / 2, (y[_LEFT_HIP] + y[_RIGHT_HIP]) / 2
    top_x, top_y = (x[_LEFT_SHOULDER] + x[_RIGHT_SHOULDER]) / 2, (y[_LEFT_SHOULDER] + y[_RIGHT_SHOULDER]) / 2
    trunk = max(hypot(hip_x - top_x, hip_y - top_y), SHORTEST_TRUNK_PX)
    shoulders = hypot(x[_LEFT_SHOULDER] - x[_RIGHT_SHOULDER], y[_LEFT_SHOULDER] - y[_RIGHT_SHOULDER])
    by_shoulders = SHOULDERS_TO_TRUNK * shoulders
    size = trunk if not by_shoulders > trunk and not math.isnan(trunk) else by_shoulders
    return _Body(t_s, (hip_x + top_x) / 2, (hip_y + top_y) / 2, size, trunk)


def _jumps(before: _Body, now: _Body) -> bool:
    moved = distance_px(now.x_px, now.y_px, before.x_px, before.y_px) / before.trunk_px
    return is_jump_of(now.t_s - before.t_s, moved, before.size_px, now.size_px)


def _may_be(person: _Body, now: _Body) -> bool:
    way = Gone(
        now.t_s - person.t_s, abs(now.x_px - person.x_px), abs(now.y_px - person.y_px), person.size_px, now.size_px
    )
    return way.is_the_same
