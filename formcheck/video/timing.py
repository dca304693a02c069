"""When a frame is shown, and whether it is needed: presentation times from timestamps, and thinning of fast sources."""

from __future__ import annotations

from collections import deque
from fractions import Fraction

_LARGEST_STEP_BACK_S = 0.5
"""Codecs reorder at most 16 frames, so timestamps a little out of order are late or doubled frames; further back, the
clock was set anew."""
_LARGEST_GAP_S = 60.0
"""Nobody films a set with a minute missing in it; a longer gap is a broken clock."""
_INTERVALS_WATCHED = 15
"""Half a second at 30 frames/s: long enough to see through jitter, short enough to follow a phone that changes rate."""


class PresentationClock:
    """Turns the timestamps of successive frames into seconds from the first frame, strictly increasing.

    Parameters
    ----------
    time_base
        Seconds per timestamp unit.
    nominal_interval_s
        Expected time between frames (s). Where a frame carries no timestamp or the clock jumps, the last interval
        seen is used, and this one only until there is one.
    """

    def __init__(self, time_base: Fraction, nominal_interval_s: float) -> None:
        self._time_base = time_base
        self._interval_s = nominal_interval_s
        self._origin: int | None = None
        self._shift_s = 0.0
        self._last_s: float | None = None
        self._jumped = False

    @property
    def jumped(self) -> bool:
        """Whether the timestamps have jumped, so that times after the jump continue by the last interval."""
        return self._jumped

    def time_of(self, timestamp: int | None) -> float | None:
        """Give the time of the next frame.

        Parameters
        ----------
        timestamp
            In units of the time base; None when the file does not say.

        Returns
        -------
        float or None
            Seconds from the first frame, later than every one before. None when the frame is not later than the last
            one and is to be left out. After a jump of the timestamps (back by over half a second, or ahead by
            over a minute) the times go on without the jump.
        """
        if self._last_s is None:
            self._origin = timestamp
            self._last_s = 0.0
            return 0.0
        expected_s = self._last_s + self._interval_s
        if timestamp is None:
            self._last_s = expected_s
            return expected_s
        if self._origin is None:
            self._origin = timestamp - round(expected_s / self._time_base)
        t_s = float((timestamp - self._origin) * self._time_base) + self._shift_s
        step_s = t_s - self._last_s
        if step_s < -_LARGEST_STEP_BACK_S or step_s > _LARGEST_GAP_S:
            self._jumped = True
            self._shift_s += expected_s - t_s
            t_s = expected_s
        if t_s <= self._last_s:
            return None
        self._interval_s = t_s - self._last_s
        self._last_s = t_s
        return t_s


class Thinner:
    """Chooses the frames to keep from a source that is faster than needed.

    While the source's own frames come `min_interval_s` apart or more (by the mean of the last few, so that the
    jitter of a phone at 30 frames/s loses nothing), every frame is kept. While they come faster, a frame is kept when
    it comes at least `min_interval_s` after the last one kept: 60 frames/s become 30, 50 become 25, 120 become 40.
    Times are never changed.

    Parameters
    ----------
    min_interval_s
        Time between frames (s) below which there are more than needed; 0 keeps all.
    nominal_interval_s
        Time between frames (s) that the source is expected to have, believed until a few have been seen.
    """

    def __init__(self, min_interval_s: float, nominal_interval_s: float) -> None:
        self._min_interval_s = min_interval_s
        self._nominal_interval_s = nominal_interval_s
        self._seen_s: deque[float] = deque(maxlen=_INTERVALS_WATCHED + 1)
        self._last_kept_s: float | None = None

    def keeps(self, t_s: float) -> bool:
        """Say whether the frame at `t_s` (s, increasing from call to call) is kept; the first always is."""
        self._seen_s.append(t_s)
        if (
            self._last_kept_s is not None
            and self._mean_interval_s() < self._min_interval_s
            and t_s - self._last_kept_s < self._min_interval_s
        ):
            return False
        self._last_kept_s = t_s
        return True

    def _mean_interval_s(self) -> float:
        intervals = len(self._seen_s) - 1
        if intervals < _INTERVALS_WATCHED // 2:
            return self._nominal_interval_s
        return (self._seen_s[-1] - self._seen_s[0]) / intervals
