"""A process that works on sets of landmarks for the server: `python -m formcheck.web.live.worker`.

It reads what is asked of its sets from standard input and writes what comes of it to standard output, both as pickles
of lists; nobody but the server that started it has the other end. It ends when its input does, so that a server that is
killed leaves none behind.
"""

from __future__ import annotations

import io
import logging
import os
import pickle
import sys
import threading
import time
from typing import Final

from formcheck.web.live.lanes import Hand, Here, Lanes
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.outgoing import Outgoing, goodbye
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.refusal import our_fault
from formcheck.web.live.set_work import Again, Drop, Ending, Said, Work

SIGN: Final = "sign of life"
"""In place of a set and of what is asked of it; it is answered with itself, after all that was asked for before."""
Asked = list[tuple[str, "SetupMessage | Work | Again | str"]]
"""Sets by id, each begun with its set-up."""
Told = list[tuple[str, "Said | str"]]

_logger: Final = logging.getLogger(__name__)
_HELD_S: Final = 0.002
"""Answers are written together, but none waits longer for another set's."""


class _Output:
    """Standard output, from which what others print is kept away."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._lock = threading.Lock()
        self._held: Told = []
        self._since_s = 0.0
        self._main = threading.get_ident()
        self.ended: set[str] = set()
        """Sets that were told of their end because what they said could not be written."""

    def say(self, set_id: str, said: Said | str) -> None:
        """Have something told; from any thread."""
        with self._lock:
            if not self._held:
                self._since_s = time.perf_counter()
            self._held.append((set_id, said))
            if threading.get_ident() != self._main or time.perf_counter() - self._since_s > _HELD_S:
                self._write()

    def flush(self) -> None:
        """Write what is held."""
        with self._lock:
            if self._held:
                self._write()

    def _write(self) -> None:
        held, self._held = self._held, []
        try:
            data = _pickled(held)
        except Exception:  # noqa: BLE001 - of which set it is, and why, is found and told next
            data = b"".join(self._one(set_id, said) for set_id, said in held)
        self._file.write(data)
        self._file.flush()

    def _one(self, set_id: str, said: Said | str) -> bytes:
        try:
            return _pickled([(set_id, said)])
        except Exception:
            _logger.exception("what came of set %s cannot be told", set_id[:6])
            self.ended.add(set_id)
            return _pickled([(set_id, Ending(goodbye(our_fault())))])


def _pickled(told: Told) -> bytes:
    return pickle.dumps(told, pickle.HIGHEST_PROTOCOL)


class _Sets:
    """The sets of this process."""

    def __init__(self, limits: LiveLimits, output: _Output) -> None:
        self._here = Here()
        self._lanes = Lanes(LiveParts(), limits, shared=self._here)
        self._output = output
        self._hands: dict[str, Hand] = {}
        self._told: dict[str, int] = {}
        """By set that is done again: how much of what comes of it is known."""

    def ask(self, set_id: str, asked: SetupMessage | Work | Again) -> None:
        """Begin a set, or have something done in one; what is asked of one that is over is for nobody."""
        if isinstance(asked, SetupMessage):
            self._hands[set_id] = self._lanes.open(set_id, asked, lambda said: self._hear(set_id, said))
        elif (hand := self._hands.get(set_id)) is None:
            return
        elif isinstance(asked, Again):
            self._told[set_id] = asked.told
            hand.put_again(asked.works)
        else:
            hand.put(asked)

    @property
    def unfinished(self) -> bool:
        """Whether something was put off that `do_part` would do."""
        return self._here.unfinished

    def do_part(self) -> None:
        """Do a part of what was put off."""
        self._here.do_part()

    def drop_ended(self) -> None:
        """Drop the sets that nobody hears of any more."""
        while self._output.ended:
            self.ask(self._output.ended.pop(), Drop(Outgoing("")))

    def _hear(self, set_id: str, said: Said) -> None:
        if isinstance(said, Ending):
            self._hands.pop(set_id, None)
            self._told.pop(set_id, None)
        elif self._told.get(set_id):
            self._told[set_id] -= 1
            return
        self._output.say(set_id, said)


def _is_asked() -> bool:
    """Return whether something has come that was not read."""
    stream = sys.stdin.buffer
    if os.name != "posix" or not isinstance(stream, io.BufferedReader):
        return False  # there pipes cannot be asked, and what was put off is done at once
    os.set_blocking(stream.fileno(), False)
    try:
        return bool(stream.peek(1))
    finally:
        os.set_blocking(stream.fileno(), True)


def main() -> None:
    """Work until the server ends, or is gone."""
    output = _Output()
    try:
        limits: LiveLimits = pickle.load(sys.stdin.buffer)
        sets = _Sets(limits, output)
        while True:
            while sets.unfinished and not _is_asked():
                sets.do_part()
                output.flush()
            asked: Asked = pickle.load(sys.stdin.buffer)
            for set_id, each in asked:
                if isinstance(each, str):
                    output.say(set_id, each)
                else:
                    sets.ask(set_id, each)
            output.flush()
            sets.drop_ended()
    except (EOFError, OSError, pickle.UnpicklingError):
        # Threads that load a model are not waited for: nobody hears them any more.
        os._exit(0)


if __name__ == "__main__":
    main()
