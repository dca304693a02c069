"""The processes that work on sets of landmarks, as the server sees them.

Each set is pinned to one. They are started when they are needed. What a set's page sent is kept: when its process dies
another does all of it again, with the same results to the bit, and goes on.
"""

from __future__ import annotations

import logging
import os
import pickle
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.intake.workers import started
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.outgoing import goodbye
from formcheck.web.live.refusal import worker_gone
from formcheck.web.live.set_work import Again, Ending, Measure, Said, Work
from formcheck.web.live.worker import SIGN, Asked, Told

_logger: Final = logging.getLogger(__name__)
_COMMAND: Final = (sys.executable, "-m", "formcheck.web.live.worker")
_AT_ONCE: Final = 65_536
"""Bytes that a thread writes at a time."""
_END_WITHIN_S: Final = 5.0
"""Of a process that says nothing more."""
_LOOK_EVERY_S: Final = 3.0
_MOST_SILENT_LOOKS: Final = 5
"""A process that works on sets and says nothing for so many is ended. Measuring a long set is the longest silence."""
_MOST_STARTING_LOOKS: Final = 20
"""Before its first word: it loads its libraries, maybe while others do the same."""


@dataclass(frozen=True)
class _FarHand:
    """Works on a set by having a worker do it."""

    worker: LiveWorker
    set_id: str

    def put(self, work: Work | Again) -> None:
        """Have something done after all that was asked for before; from any thread, without waiting."""
        self.worker.ask(self.set_id, work)


class _FarSet:
    """A set that processes work on, one after the other where they die.

    Parameters
    ----------
    open_in_one
        Begins the set in a process and returns who works on it; None where there is no process.
    limits
        Of the server.
    say
        Told what comes of it.
    """

    def __init__(
        self,
        open_in_one: Callable[[Callable[[Said], None]], _FarHand | None],
        limits: LiveLimits,
        say: Callable[[Said], None],
    ) -> None:
        self._open_in_one, self._limits, self._say = open_in_one, limits, say
        self._lock = threading.Lock()
        self._asked: list[Work] = []
        self._frames = self._told = self._times_lost = 0
        self._hand: _FarHand | None = None

    def begin(self) -> bool:
        """Begin it, and return whether there is a process for it."""
        self._hand = self._open_in_one(self._hear)
        return self._hand is not None

    def put(self, work: Work) -> None:
        """Have something done after all that was asked for before; from any thread, without waiting."""
        with self._lock:
            if isinstance(work, Measure):
                self._frames += work.frames
            if self._can_be_done_again:
                self._asked.append(work)
            else:
                self._asked.clear()
            if self._hand is not None:
                self._hand.put(work)

    @property
    def _can_be_done_again(self) -> bool:
        return self._frames <= self._limits.done_again_frames and self._times_lost <= self._limits.max_done_again

    def _hear(self, said: Said) -> None:
        if said is _LOST and self._is_done_again():
            return
        self._told += 1
        self._say(said)

    def _is_done_again(self) -> bool:
        """Have all of it done again in another process; return False where that cannot be."""
        with self._lock:
            self._times_lost += 1
            self._hand = self._open_in_one(self._hear) if self._can_be_done_again else None
            if self._hand is None:
                self._asked.clear()
                return False
            self._hand.put(Again(tuple(self._asked), self._told))
            return True


class _Pipe:
    """The input of a process, which holds up nobody who writes into it.

    What it takes at once is written at once, without waking a thread; a thread writes the rest.

    Parameters
    ----------
    process
        Whose input it is.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdin is None:
            raise RuntimeError("the process has no input")
        self._file = process.stdin
        self._lock = threading.Condition()
        self._waiting = bytearray()
        self._at_once = os.name == "posix"
        """Elsewhere pipes cannot be asked what they would take."""
        self._closing = False
        if self._at_once:
            os.set_blocking(self._file.fileno(), False)
        self._thread = threading.Thread(target=self._write_rest, name="formcheck-to-worker", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Have bytes written after all before them; what a process that is gone does not take is for nobody."""
        with self._lock:
            if self._closing:
                return
            if self._at_once and not self._waiting:
                data = data[self._taken(data) :]
            if data:
                self._waiting += data
                self._lock.notify()

    def close(self) -> None:
        """Close it when all is written; returns at once."""
        with self._lock:
            self._closing = True
            self._lock.notify()

    def _taken(self, data: bytes | bytearray) -> int:
        """Write what the pipe takes now, and return how many bytes that were."""
        try:
            return os.write(self._file.fileno(), data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # it is gone, which its output tells

    def _wait_for_room(self) -> None:
        room = select.poll()
        room.register(self._file.fileno(), select.POLLOUT)
        room.poll()

    def _write_rest(self) -> None:
        with self._lock:
            while True:
                self._lock.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    self._file.close()
                    return
                some = bytes(self._waiting[:_AT_ONCE])
                # Nobody else writes while something waits.
                self._lock.release()
                try:
                    if self._at_once:
                        self._wait_for_room()
                    taken = self._taken(some)
                finally:
                    self._lock.acquire()
                del self._waiting[:taken]


class LiveWorker:
    """One process, a thread that reads from it, and one that writes to it when it does not read fast enough.

    Parameters
    ----------
    command
        That runs it.
    limits
        Of the server.
    """

    def __init__(self, command: Sequence[str], limits: LiveLimits) -> None:
        self._process = started(command, answers=True)
        self._lock = threading.Lock()
        self._sets: dict[str, Callable[[Said], None]] = {}
        self._gone = False
        self._has_spoken = False
        self._is_asked = False
        self._silent_looks = 0
        self._pipe = _Pipe(self._process)
        self._pipe.write(pickle.dumps(limits, pickle.HIGHEST_PROTOCOL))
        self._reader = threading.Thread(target=self._read, name="formcheck-from-worker", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def sets(self) -> int:
        """How many sets it works on."""
        return len(self._sets)

    @property
    def gone(self) -> bool:
        """Whether the process has ended, also where what it said last is still being heard."""
        return self._gone or self._process.poll() is not None

    @property
    def silent(self) -> bool:
        """Whether it owes a sign of life for longer than it should; one that only starts is not silent."""
        return self._has_spoken and self._silent_looks > 0

    def look(self) -> None:
        """Ask for a sign of life, or end the process if it has given none for many looks.

        Looks are counted and not seconds: while this process stands still, none is taken amiss.
        """
        with self._lock:
            if self._gone or not self._sets:
                self._is_asked, self._silent_looks = False, 0
                return
            if not self._is_asked:
                self._is_asked = True
                self._send((SIGN, SIGN))
                return
            self._silent_looks += 1
            most = _MOST_SILENT_LOOKS if self._has_spoken else _MOST_STARTING_LOOKS
            hangs = self._silent_looks >= most
        if hangs:
            _logger.error("worker %d of live sets gives no sign of life and is ended", self.pid)
            self._process.kill()

    def open(self, set_id: str, setup: SetupMessage, say: Callable[[Said], None]) -> _FarHand:
        """Begin a set; what comes of it is told to `say`, from another thread."""
        with self._lock:
            gone = self._gone
            if not gone:
                self._sets[set_id] = say
        self.ask(set_id, setup)
        if gone:
            # Not from here: whoever opens a set may hold what its end needs.
            threading.Thread(target=say, args=(_LOST,), daemon=True).start()
        return _FarHand(self, set_id)

    def ask(self, set_id: str, asked: SetupMessage | Work | Again) -> None:
        """Have something done; from any thread, without waiting."""
        self._send((set_id, asked))

    def end(self) -> None:
        """Have the process end when it has done what was asked for; returns at once."""
        self._pipe.close()

    def close(self, timeout_s: float) -> None:
        """End the process, and wait for it."""
        self.end()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_END_WITHIN_S)

    def _send(self, *message: tuple[str, SetupMessage | Work | Again | str]) -> None:
        asked: Asked = list(message)
        self._pipe.write(pickle.dumps(asked, pickle.HIGHEST_PROTOCOL))

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            raise RuntimeError("the worker has no output")
        try:
            with pipe:
                while True:
                    told: Told = pickle.load(pipe)
                    with self._lock:
                        self._has_spoken, self._is_asked, self._silent_looks = True, False, 0
                    for set_id, said in told:
                        if not isinstance(said, str):
                            self._hear(set_id, said)
        except (EOFError, OSError):
            pass  # it has ended
        except Exception:
            # Where one message cannot be read, nobody knows where the next begins.
            _logger.exception("what worker %d of live sets says cannot be read", self.pid)
            self._process.kill()
        finally:
            self._lose()

    def _hear(self, set_id: str, said: Said) -> None:
        with self._lock:
            say = self._sets.pop(set_id, None) if isinstance(said, Ending) else self._sets.get(set_id)
        if say is not None:
            self._tell(set_id, say, said)

    def _tell(self, set_id: str, say: Callable[[Said], None], said: Said) -> None:
        try:
            say(said)
        except Exception:
            # The other sets of this process hear theirs.
            _logger.exception("what came of set %s was not taken", set_id[:6])

    def _lose(self) -> None:
        """End the sets that the process was at."""
        with self._lock:
            self._gone = True
            lost = dict(self._sets)
            self._sets.clear()
        self._pipe.close()
        try:
            status = self._process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        if lost or status:
            _logger.error("a worker of live sets ended with status %d, and %d sets with it", status, len(lost))
        for set_id, say in lost.items():
            self._tell(set_id, say, _LOST)


_LOST: Final = Ending(goodbye(worker_gone()))


class LiveWorkers:
    """So many processes, started one after the other as sets come.

    Parameters
    ----------
    count
        How many at most.
    limits
        Of the server.
    command
        That runs one.
    """

    def __init__(self, count: int, limits: LiveLimits, command: Sequence[str] = _COMMAND) -> None:
        self.count = count
        self._limits, self._command = limits, command
        self._lock = threading.Lock()
        self._workers: list[LiveWorker] = []
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run."""
        with self._lock:
            return [worker.pid for worker in self._workers if not worker.gone]

    def warm(self) -> None:
        """See to it that the first set finds a process that has started."""
        with self._lock:
            self._tidy()
            if self.count and not self._workers and not self._closed.is_set():
                self._start()

    def open(self, set_id: str, setup: SetupMessage, say: Callable[[Said], None]) -> _FarSet | None:
        """Begin a set in the process that works on the fewest; what comes of it is told to `say`.

        Returns
        -------
        Who works on it; None where there is no process, nor can one be started.
        """
        far = _FarSet(lambda hear: self._open_in_one(set_id, setup, hear), self._limits, say)
        return far if far.begin() else None

    def _open_in_one(self, set_id: str, setup: SetupMessage, say: Callable[[Said], None]) -> _FarHand | None:
        with self._lock:
            if self._closed.is_set():
                return None
            self._tidy()
            idle = any(worker.sets == 0 for worker in self._workers)
            # Beside those that hang, until they are ended.
            working = sum(not worker.silent for worker in self._workers)
            if not idle and working < self.count and len(self._workers) < 2 * self.count:
                self._start()
            if not self._workers:
                return None
            return min(self._workers, key=lambda each: (each.silent, each.sets)).open(set_id, setup, say)

    def look(self) -> None:
        """End the processes that hang; a thread does it every few seconds."""
        with self._lock:
            workers = list(self._workers)
        for worker in workers:
            worker.look()

    def close(self, timeout_s: float) -> None:
        """End all, within so long together."""
        with self._lock:
            self._closed.set()
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.end()
        until_s = time.monotonic() + timeout_s
        for worker in workers:
            worker.close(max(0.0, until_s - time.monotonic()))

    def _start(self) -> None:
        try:
            self._workers.append(LiveWorker(self._command, self._limits))
        except OSError as error:
            _logger.error("a worker of live sets could not be started: %s", error)
            return
        if self._watch is None:
            self._watch = threading.Thread(target=self._keep_looking, name="formcheck-watch-workers", daemon=True)
            self._watch.start()

    def _keep_looking(self) -> None:
        while not self._closed.wait(_LOOK_EVERY_S):
            self.look()

    def _tidy(self) -> None:
        self._workers = [worker for worker in self._workers if not worker.gone]
