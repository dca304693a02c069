"""From the estimator's landmarks to landmarks that can be measured, frame by frame, knowing nothing of later frames.

What is hidden is taken out by the rules of recorded sets (`hidden`) as far as they need no future: a landmark below the
least visibility, outside of the picture, or of somebody else. Gaps are not filled. What is left goes through a One-Euro
filter (Casiez, Roussel & Vogel 2012) in leg lengths, so that a person far from the camera is filtered like one nearby.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.kinematics.cleaning import VISIBLE
from formcheck.kinematics.filters import OneEuroFilter
from formcheck.kinematics.hidden import NEIGHBOURS_S, body_size_px, goes_on, inside_picture, is_jump, trunks
from formcheck.kinematics.sides import SideKeeper
from formcheck.kinematics.standing import rough_leg_px
from formcheck.pose.types import FloatArray, Pose, PoseTrack, TrackSource

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


@dataclass(frozen=True, eq=False)
class _Body:
    """Where and how large a body is seen in one frame."""

    t_s: float
    centre_px: FloatArray
    """Shape (1, 2)."""
    size_px: FloatArray
    """Shape (1,)."""
    trunk_px: FloatArray
    """Shape (1,)."""


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

    def __call__(self, pose: Pose) -> PoseTrack:
        """Return the frame as a track of one: sides put right, hidden landmarks NaN with visibility 0, smoothed.

        Raises
        ------
        ValueError
            If time does not increase.
        """
        track = self._sides(one_frame(pose, self._source), self._leg_px)
        seen = (track.visibility >= VISIBLE) & inside_picture(track)
        if self._is_somebody_else(track):
            seen[:] = False
        image = np.where(seen[..., None], track.image_px, np.nan)
        if self._frames % _LEG_EVERY == 0:
            self._follow_leg(track)
        self._frames += 1
        scale = _LEG_OF_PICTURE * self._source.height
        smooth = self._filter(pose.t_s, image[0] / scale) * scale
        return PoseTrack(track.t_s, smooth[None], np.where(seen, track.visibility, 0.0), track.world_m, self._source)

    def _follow_leg(self, track: PoseTrack) -> None:
        leg = rough_leg_px(track)
        if np.isfinite(leg):
            self._leg_px = leg if np.isnan(self._leg_px) else self._leg_px + _LEG_SHARE * (leg - self._leg_px)

    def _is_somebody_else(self, track: PoseTrack) -> bool:
        """Return whether the landmarks went over to somebody else: a jump, until the person is seen again."""
        if not track.found[0]:
            return False
        t_s = float(track.t_s[0])
        centre, trunk = trunks(track)
        now = _Body(t_s, centre, body_size_px(track, trunk), trunk)
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


def one_frame(pose: Pose, source: TrackSource) -> PoseTrack:
    """Return a pose as a track of one frame."""
    return PoseTrack(np.array([pose.t_s]), pose.image_px[None], pose.visibility[None], pose.world_m[None], source)


def _jumps(before: _Body, now: _Body) -> bool:
    moved = np.linalg.norm(now.centre_px - before.centre_px, axis=1) / before.trunk_px
    return bool(is_jump(np.array([now.t_s - before.t_s]), moved, before.size_px, now.size_px)[0])


def _may_be(person: _Body, now: _Body) -> bool:
    pair = (person, now)
    times = np.array([each.t_s for each in pair])
    centres, sizes = (np.concatenate([getattr(each, name) for each in pair]) for name in ("centre_px", "size_px"))
    return goes_on(times, centres, sizes, 0, 1)
