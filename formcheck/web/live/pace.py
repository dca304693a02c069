"""Whether a client sends too fast, and whether the server answers too slowly."""

from __future__ import annotations

from collections.abc import Callable


class RateLimit:
    """Lets so many messages a second through on average, and a second's worth of them at once.

    Parameters
    ----------
    per_s
        Messages a second.
    clock
        Seconds, never going back.
    """

    def __init__(self, per_s: float, clock: Callable[[], float]) -> None:
        self._per_s = per_s
        self._clock = clock
        self._left = per_s
        self._at = clock()

    def allows_one_more(self) -> bool:
        """Count a message and say whether it is within the limit."""
        return self.allows(1)

    def allows(self, messages: int) -> bool:
        """Count some that come at once and say whether all are within the limit."""
        now = self._clock()
        # What was granted on top is not taken back, but does not grow either.
        self._left = max(self._left, min(self._per_s, self._left + (now - self._at) * self._per_s))
        self._at = now
        if self._left < messages:
            return False
        self._left -= messages
        return True

    def grant(self, messages: int) -> None:
        """Let so many more through, once."""
        self._left += messages


class SlownessWatch:
    """Says when frames have taken too long on average.

    Parameters
    ----------
    slow_ms
        More than this on average is too long.
    window_s
        Time to average over.
    """

    _FEWEST = 5
    """Frames to judge by."""

    def __init__(self, slow_ms: float, window_s: float) -> None:
        self._slow_ms = slow_ms
        self._window_s = window_s
        self._began_s: float | None = None
        self._total_ms = 0.0
        self._frames = 0

    def add(self, now_s: float, took_ms: float) -> bool:
        """Count a frame and say whether a window has ended with it in which the average was too long."""
        if self._began_s is None:
            self._began_s = now_s
        self._total_ms += took_ms
        self._frames += 1
        if now_s - self._began_s < self._window_s or self._frames < self._FEWEST:
            return False
        slow = self._total_ms / self._frames > self._slow_ms
        self._began_s = None
        self._total_ms, self._frames = 0.0, 0
        return slow
