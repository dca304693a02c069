"""How much each address has open, and how fast it opens more; every bound on what strangers may take."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from formcheck.web.shared.senders import group_of


@dataclass(frozen=True)
class GateLimits:
    """What one address, and all of them together, may take."""

    header_s: float = 10.0
    """For the header of a request to come in whole, which browsers send at once."""
    rest_s: float = 600.0
    """For the rest of a body whose answer is given already, as that to a link that is too old: browsers send it all
    before they read. It is thrown away, and its connection gives way to others."""
    rest_bytes: int = 16_000_000
    """Of it: twice what an upload sends at a time."""
    stall_s: float = 30.0
    """For the next piece of a body, and for the other end to take what was sent: it is gone, or only holds a place."""
    ahead_bytes: int = 65_536
    """Of requests that come before the answer to the one before them; browsers send none."""
    connections: int = 400
    """At a time. Systems give a process 1024 files, of which records, models and videos need some."""
    connections_per_address: int = 100
    """Of those. A browser has six and one for each window; this leaves room for a clinic behind one address."""
    requests_per_address: int = 64
    """In progress at a time, by the address that a known proxy tells."""
    sockets: int = 200
    """Open at a time: each window of the app has one, and up to some MB of memory on the server."""
    sockets_per_address: int = 40
    """Of those."""
    few_sockets: int = 4
    """An address with fewer gets one more even when three quarters of all are taken: room for others is kept."""
    sockets_burst: int = 120
    """Opened by one address at once: a page that is closed is kept for two minutes, in case it comes back."""
    sockets_per_s: float = 2.0
    """Opened by one address from then on."""
    message_bytes: int = 1_000_000
    """Of one message of a socket. A picture of the camera has at most 600 kB, what a page has entered a few kB."""
    messages_burst: int = 60
    """From all pages of one address at once; more are left waiting, not dropped."""
    messages_per_s: float = 8.0
    """From all pages of one address from then on: each has a page's script run, for about 50 ms, and others need the
    processor too. A clinic of twenty clicks less."""
    message_unit_bytes: int = 32_768
    """A larger message counts as several."""
    read_bytes: int = 16_384
    """Of a socket at a time. Filled with the smallest messages it takes some 50 ms to read, in which nobody else is
    served; the 256 kB that Python reads otherwise take a second."""
    unsent_bytes: int = 4_000_000
    """Waiting to be sent on one socket, before the other end is taken for one that does not listen."""


_REMEMBERED: Final = 10_000
"""Addresses whose pace is remembered, the last ones."""


class Bucket:
    """How many more there may be: some at once, then so many a second.

    Parameters
    ----------
    burst
        At once.
    per_s
        From then on.
    now_s
        By the clock of all later calls (s).
    """

    def __init__(self, burst: float, per_s: float, now_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left, self._at_s = burst, now_s

    def wait_s(self, now_s: float, number: int = 1) -> float:
        """Take one or some, and return after how long they may be had (s); 0 when at once."""
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s) - number
        self._at_s = now_s
        return max(0.0, -self._left / self._per_s)

    def give_back(self) -> None:
        """Undo one that was taken and not had."""
        self._left += 1


class Crowd:
    """Counts requests and sockets of each address. For one event loop.

    Parameters
    ----------
    limits
        How many there may be.
    clock
        Seconds, never going back.
    """

    def __init__(self, limits: GateLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._requests: Counter[str] = Counter()
        self._sockets: Counter[str] = Counter()
        self._opening: OrderedDict[str, Bucket] = OrderedDict()
        self._messages: OrderedDict[str, Bucket] = OrderedDict()

    @contextmanager
    def request(self, address: str | None) -> Iterator[bool]:
        """Count a request while it lasts; False when there is no room for it."""
        group = group_of(address)
        with _counted(self._requests, group, self._requests[group] < self._limits.requests_per_address) as is_in:
            yield is_in

    @contextmanager
    def socket(self, address: str | None) -> Iterator[bool]:
        """Count a socket while it is open; False when there is no room for it."""
        group = group_of(address)
        with _counted(self._sockets, group, self._has_room(group) and self._is_in_time(group)) as is_in:
            yield is_in

    def messages_of(self, address: str | None) -> Bucket:
        """Return the pace at which the pages of an address, all together, may have their scripts run."""
        limits = self._limits
        fresh = Bucket(limits.messages_burst, limits.messages_per_s, self._clock())
        return _remembered(self._messages, group_of(address), fresh)

    def _has_room(self, group: str) -> bool:
        limits, own, all_of_them = self._limits, self._sockets[group], self._sockets.total()
        if own >= limits.sockets_per_address or all_of_them >= limits.sockets:
            return False
        return own < limits.few_sockets or all_of_them < limits.sockets * 3 // 4

    def _is_in_time(self, group: str) -> bool:
        now_s = self._clock()
        pace = _remembered(self._opening, group, Bucket(self._limits.sockets_burst, self._limits.sockets_per_s, now_s))
        in_time = pace.wait_s(now_s) == 0
        if not in_time:
            pace.give_back()
        return in_time


def _remembered(paces: OrderedDict[str, Bucket], group: str, fresh: Bucket) -> Bucket:
    pace = paces.pop(group, fresh)
    paces[group] = pace
    if len(paces) > _REMEMBERED:
        paces.popitem(last=False)
    return pace


@contextmanager
def _counted(counter: Counter[str], group: str, is_in: bool) -> Iterator[bool]:
    if not is_in:
        yield False
        return
    counter[group] += 1
    try:
        yield True
    finally:
        counter[group] -= 1
        if not counter[group]:
            del counter[group]
