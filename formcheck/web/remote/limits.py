"""Every bound of a room's socket, each with its reason."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_REMEMBERED: Final = 10_000
"""Addresses; the oldest are forgotten first."""


@dataclass(frozen=True)
class SocketLimits:
    """What one browser may ask of a room."""

    messages_per_s: float = 80.0
    """Candidates come by the dozen when a connection begins; a pointer moves 20 times a second."""
    first_message_s: float = 10.0
    """A page has its `hello` ready."""
    idle_s: float = 60.0
    """Without any message: pages ask for the time every 5 s, and a phone that sleeps comes back by itself."""
    send_s: float = 10.0
    """For one message to leave: the other end has stopped reading."""
    most_unsent: int = 500
    """Messages that wait for who does not read."""
    most_unsent_results: int = 20
    """Results that wait: 1.3 s of them; later ones are dropped until it reads again."""
    offers_per_minute: int = 4
    """Of one connection; one that does not come back is made anew instead."""
    fresh_per_minute: int = 4
    """New connections with the same person."""
    answers_per_minute: int = 40
    """Checks, knocks and yeses of one person, who may not be let in: each is told to others or written."""
    still_s: float = 60.0
    """For a picture to come once it was asked for."""
    begin_set_s: float = 60.0
    """For the client's page to begin the set that was started."""
    tries_per_minute: int = 10
    """Codes and tickets that lead nowhere, by one address. All together have no bound, by which a few could keep
    everybody out: 128 bits are not found by trying."""
    most_sockets_per_person: int = 60
    """A minute: a page that is loaded over and over."""


class Tries:
    """Counts what happens by key, within the last minute. For one event loop.

    Parameters
    ----------
    clock
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: OrderedDict[object, deque[float]] = OrderedDict()

    def count(self, key: object) -> int:
        """Return how often it happened within the last minute."""
        times = self._at.get(key)
        if times is None:
            return 0
        while times and self._clock() - times[0] > 60.0:
            times.popleft()
        return len(times)

    def note(self, key: object) -> None:
        """Note that it happened."""
        self.count(key)
        times = self._at.pop(key, deque())
        times.append(self._clock())
        self._at[key] = times
        if len(self._at) > _REMEMBERED:
            self._at.popitem(last=False)

    def allows(self, key: object, most: int) -> bool:
        """Note that it happens, and say whether that is within so many a minute."""
        if self.count(key) >= most:
            return False
        self.note(key)
        return True
