"""Whether the camera itself shakes, told from a person who stands in front of it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

_EVERY_S: Final = 0.1
_WINDOW_S: Final = 2.0
_LEAST_SHARE: Final = 0.005
"""Of the stature in one step. Shoulders and ankles of a person who stands before a camera on a tripod move together by
half of that at most, which is the estimator's own unrest."""
_ALIKE: Final = 0.4
"""Shoulders and ankles moved alike if their ways differ by less than this share of the longer one."""
_TURNS: Final = 3
"""Ways back within the window. In 26 sample clips filmed from tripods there is none, two in one of them; nobody walks
to and fro with both feet at that pace."""


@dataclass(frozen=True)
class _Step:
    at_s: float
    shoulders: tuple[float, float]
    ankles: tuple[float, float]


class ShakeWatch:
    """Watches for a picture that moves to and fro under the person.

    A camera in a hand moves shoulders and ankles alike, again and again there and back. A camera that drifts slowly
    cannot be told in this way from a person who walks; the background, which would show it, is not looked at.
    """

    def __init__(self) -> None:
        self._last: _Step | None = None
        self._way: tuple[float, float] | None = None
        self._turns_at_s: deque[float] = deque()

    def forget(self) -> None:
        """Start afresh: nobody is in view."""
        self._last = self._way = None
        self._turns_at_s.clear()

    def add(self, t_s: float, shoulders: tuple[float, float], ankles: tuple[float, float], stature_px: float) -> None:
        """Take the middle of the shoulders and of the ankles in the next picture (px)."""
        last = self._last
        if last is not None and t_s - last.at_s < _EVERY_S:
            return
        self._last = _Step(t_s, shoulders, ankles)
        while self._turns_at_s and t_s - self._turns_at_s[0] > _WINDOW_S:
            self._turns_at_s.popleft()
        if last is None or t_s - last.at_s > 2 * _EVERY_S:
            self._way = None
            return
        upper = (shoulders[0] - last.shoulders[0], shoulders[1] - last.shoulders[1])
        lower = (ankles[0] - last.ankles[0], ankles[1] - last.ankles[1])
        lengths = math.hypot(*upper), math.hypot(*lower)
        apart = math.hypot(upper[0] - lower[0], upper[1] - lower[1])
        if min(lengths) < _LEAST_SHARE * stature_px or apart > _ALIKE * max(lengths):
            return
        way = ((upper[0] + lower[0]) / 2, (upper[1] + lower[1]) / 2)
        if self._way is not None and way[0] * self._way[0] + way[1] * self._way[1] < 0:
            self._turns_at_s.append(t_s)
        self._way = way

    @property
    def shakes(self) -> bool:
        """Whether the picture went to and fro within the last two seconds."""
        return len(self._turns_at_s) >= _TURNS
