"""Whether somebody stands tall and still, for the calibration before a live set (specification section 7.5, SU-11)."""

from __future__ import annotations

from collections import deque

import numpy as np

from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import FloatArray, PoseTrack

QUIET_S = 2.0
"""Length of the quiet stance (specification sections 2.0 and 7.5)."""
_SWAY_LEG = 0.03
"""Hips, shoulders and feet stay within this of where they were, in leg lengths. The specification asks for 2 % of sway;
landmarks of people who stand quietly wander by 1 to 3.4 % in two seconds."""
_TALLEST_S = 15.0
_SHORTER_SHARE = 0.93
"""Hips to feet against the trunk, less than this share of what it lately was: knees are bent by 43 deg. Against the
trunk and not in pixels, so that stepping back changes nothing."""
_LEAST_LEG_TO_TRUNK = 1.18
"""Hips to feet against the trunk, both as seen: less is sitting or squatting. Standing people read 1.24 to 1.67, wall
sits 1.12 to 1.22."""
_MARKS = [getattr(BODY[side], joint) for joint in ("hip", "shoulder", "ankle") for side in SIDES]


class Stillness:
    """Follows how long somebody has been standing still."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._anchor: FloatArray | None = None
        # Falling ratios of those that may still become the greatest of the last seconds.
        self._tallest: deque[tuple[float, float]] = deque()

    def forget(self) -> None:
        """Start anew."""
        self._since_s = self._anchor = None
        self._tallest.clear()

    def forget_height(self) -> None:
        """Forget how tall the person was: who bends to the camera looks long in the leg."""
        self._tallest.clear()

    def __call__(self, track: PoseTrack) -> float:
        """Return for how long the person of this frame has been still (s); 0 where it cannot be told.

        Parameters
        ----------
        track
            One cleaned frame.
        """
        t_s = float(track.t_s[0])
        points = track.image_px[0, _MARKS]
        hip, shoulder, foot = (_middle(points[i : i + 2]) for i in (0, 2, 4))
        leg = float(foot[1] - hip[1])
        trunk = float(np.hypot(*(hip - shoulder)))
        if not (leg > 0 and trunk > 0):
            self._since_s = self._anchor = None
            return 0.0
        ratio = leg / trunk
        while self._tallest and self._tallest[-1][1] <= ratio:
            self._tallest.pop()
        self._tallest.append((t_s, ratio))
        while t_s - self._tallest[0][0] > _TALLEST_S:
            self._tallest.popleft()
        tall = ratio >= max(_LEAST_LEG_TO_TRUNK, _SHORTER_SHARE * self._tallest[0][1])
        if not tall or self._since_s is None or self._strays(points, leg):
            self._since_s, self._anchor = t_s, points
        return t_s - self._since_s if tall else 0.0

    def _strays(self, points: FloatArray, leg_px: float) -> bool:
        """Return whether hips, shoulders or feet are elsewhere: of each pair the landmark that moved less tells.

        From the side the landmarks of the far leg jump about; landmarks that were not seen at first are known from now.
        """
        if self._anchor is None:
            return True
        away = np.abs(points - self._anchor).max(axis=1).reshape(-1, len(SIDES))
        self._anchor = np.where(np.isfinite(self._anchor), self._anchor, points)
        return not np.isfinite(away).any() or bool((np.fmin(*away.T) > _SWAY_LEG * leg_px).any())


def _middle(pair_px: FloatArray) -> FloatArray:
    """Return the middle of a left and a right landmark, or the one that is seen; shape (2,)."""
    known = pair_px[np.isfinite(pair_px[:, 0])]
    return np.asarray(known.mean(axis=0), dtype=np.float64) if len(known) else np.full(2, np.nan)
