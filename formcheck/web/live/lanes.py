"""Threads in which live sets are worked on.

A set of landmarks takes a fraction of a millisecond a frame and shares a thread with the others; one whose pose is
found here, in its pictures, has a thread of its own, so that nobody waits for MediaPipe.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Final

from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.set_work import DoPart, GoDown, Said, SetWork, Work

_logger: Final = logging.getLogger(__name__)
THREAD_NAME: Final = "formcheck-live"


_PART_AFTER: Final = 8
"""While there is always something to do, a part of what was put off is done after so many items."""


class _PutOff:
    """The sets of which a part can wait until there is nothing else to do, in turn."""

    def __init__(self) -> None:
        self._hands: deque[Hand] = deque()
        self._since = 0

    def __bool__(self) -> bool:
        return bool(self._hands)

    @property
    def is_due(self) -> bool:
        """Whether a part should be done though there is something else to do."""
        return bool(self._hands) and self._since >= _PART_AFTER

    def note(self, hand: Hand) -> None:
        """Take note of a set that was just worked on."""
        self._since += 1
        if hand.unfinished and hand not in self._hands:
            self._hands.append(hand)

    def next(self) -> Hand:
        """Return whose part is next."""
        self._since = 0
        return self._hands.popleft()


class Here:
    """Works on sets in whichever thread says that they have something to do: there must be one alone."""

    shared: Final = True

    def __init__(self) -> None:
        self._put_off = _PutOff()

    def note(self, hand: Hand) -> None:
        """Take note of a set of which something may be put off."""
        self._put_off.note(hand)

    def wake(self, hand: Hand) -> None:
        """Do the next item of a set, if it still is worked on here."""
        if hand.lane is not self:
            hand.lane.wake(hand)
            return
        hand.step()
        self.note(hand)
        if self._put_off.is_due:
            self.do_part()

    @property
    def unfinished(self) -> bool:
        """Whether something is put off that `do_part` would do."""
        return bool(self._put_off)

    def do_part(self) -> None:
        """Do a part of what is put off."""
        self.wake(self._put_off.next())


class Lane:
    """A thread that works on sets, in the order in which they have something to do.

    Parameters
    ----------
    name
        Of the thread.
    shared
        Whether it is for many sets. One that is not ends with its set.
    """

    def __init__(self, name: str, *, shared: bool) -> None:
        self.shared = shared
        self._queue: SimpleQueue[Hand | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def wake(self, hand: Hand) -> None:
        """Have the next item of a set done."""
        self._queue.put(hand)

    note = wake
    """Of what is put off a part is done at once, and the rest when there is nothing else to do."""

    def close(self) -> None:
        """End the thread when what was asked for before is done."""
        self._queue.put(None)

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        put_off = _PutOff()
        while (hand := self._next(put_off)) is not None:
            if hand.lane is not self:
                hand.lane.wake(hand)
            elif not hand.step() and not self.shared:
                return
            put_off.note(hand)
        while put_off:
            put_off.next().finish()

    def _next(self, put_off: _PutOff) -> Hand | None:
        """Return which set is next: one that something is asked of, else one of which something was put off."""
        if put_off.is_due:
            return put_off.next()
        try:
            return self._queue.get(block=not put_off)
        except Empty:
            return put_off.next()


class Hand:
    """What is asked of one set, kept in order for the lane that works on it.

    Parameters
    ----------
    name
        Of a thread of its own, when it needs one.
    work
        On the set.
    lane
        Where it begins.
    """

    def __init__(self, name: str, work: SetWork, lane: Lane | Here) -> None:
        self.lane: Lane | Here = lane
        self._name, self._work = name, work
        self._inbox: deque[Work] = deque()
        self._begun = False
        self._over = False
        self._catches_up = False

    def put_again(self, works: Sequence[Work]) -> None:
        """Have done what was asked for elsewhere, before anything else, whenever the lane has nothing else to do."""
        self._catches_up = True
        self._inbox.extend(works)
        self.lane.note(self)

    def put(self, work: Work) -> None:
        """Have something done after all that was asked for before; from any thread, without waiting."""
        self._inbox.append(work)
        self.lane.wake(self)

    @property
    def unfinished(self) -> bool:
        """Whether something was put off in it."""
        # Whoever catches up is not woken for each item of what was asked for before.
        return not self._over and (self._work.unfinished or (self._catches_up and bool(self._inbox)))

    def finish(self) -> None:
        """Do all that is put off."""
        while self.unfinished:
            self.step()

    def step(self) -> bool:
        """Do the next item, or where there is none a part of what was put off; return False when the set is over."""
        if self._over:
            return False
        if self.lane.shared and self._inbox and _needs_a_thread(self._inbox[0]):
            # Loading a model takes a second, which the other sets of this lane must not wait for.
            self.lane = Lane(self._name, shared=False)
            self.lane.wake(self)
            return True
        work = self._inbox.popleft() if self._inbox else DoPart()
        try:
            self._over = not ((self._begun or self._work.begin()) and self._work.do(work))
        except Exception:
            # Whoever was told of it failed; the other sets of this lane go on.
            _logger.exception("%s failed", self._name)
            self._over = True
            self._give_up()
        self._begun = True
        return not self._over

    def _give_up(self) -> None:
        try:
            self._work.give_up()
        except Exception:
            _logger.exception("%s could not be told of its end", self._name)


def _needs_a_thread(work: Work) -> bool:
    return isinstance(work, GoDown) and work.step.source == "picture"


class Lanes:
    """The threads of one process: one for all sets of landmarks, and one for each other set.

    Parameters
    ----------
    parts, limits
        Of the server.
    shared
        What works on sets of landmarks; None for a thread of its own, from the first set on.
    """

    def __init__(self, parts: LiveParts, limits: LiveLimits, shared: Here | None = None) -> None:
        self._parts, self._limits = parts, limits
        self._lock = threading.Lock()
        self._shared: Lane | Here | None = shared

    def open(self, set_id: str, setup: SetupMessage, say: Callable[[Said], None]) -> Hand:
        """Return who works on a set from here on, and tells what comes of it."""
        name = f"{THREAD_NAME}-{set_id[:6]}"
        lane = self._shared_lane() if setup.source == "landmarks" else Lane(name, shared=False)
        return Hand(name, SetWork(set_id, setup, self._parts, self._limits, say), lane)

    def close(self, timeout_s: float) -> None:
        """End the shared thread when what was asked for before is done."""
        with self._lock:
            shared, self._shared = self._shared, None
        if isinstance(shared, Lane):
            shared.close()
            shared.join(timeout_s)

    def _shared_lane(self) -> Lane | Here:
        with self._lock:
            if self._shared is None:
                self._shared = Lane(f"{THREAD_NAME}-landmarks", shared=True)
            return self._shared
