"""The processes that work on sets of landmarks, as the server sees them.

Each set is pinned to one. They are started when they are needed; one that dies takes its sets with it, and no other.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from formcheck.intake.workers import started
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.outgoing import goodbye
from formcheck.web.live.refusal import worker_gone
from formcheck.web.live.set_work import Ending, Said, Work
from formcheck.web.live.worker import Asked, Told

_LOG: Final = logging.getLogger(__name__)
_COMMAND: Final = (sys.executable, "-m", "formcheck.web.live.worker")
_AT_ONCE: Final = 256
"""Items in one write at most, so that the worker begins with the first."""


@dataclass(frozen=True)
class _FarHand:
    """Works on a set by having a worker do it."""

    worker: LiveWorker
    set_id: str

    def put(self, work: Work) -> None:
        """Have something done after all that was asked for before; from any thread, without waiting."""
        self.worker.ask(self.set_id, work)


class LiveWorker:
    """One process, and the two threads that write to it and read from it.

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
        self._asked: SimpleQueue[tuple[str, SetupMessage | Work] | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, args=(limits,), name="formcheck-to-worker", daemon=True)
        self._reader = threading.Thread(target=self._read, name="formcheck-from-worker", daemon=True)
        self._writer.start()
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
        """Whether the process has ended."""
        return self._gone

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

    def ask(self, set_id: str, asked: SetupMessage | Work) -> None:
        """Have something done; from any thread, without waiting."""
        self._asked.put((set_id, asked))

    def close(self, timeout_s: float) -> None:
        """End the process."""
        self._asked.put(None)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout_s)

    def _write(self, limits: LiveLimits) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise RuntimeError("the worker has no input")
        try:
            with pipe:
                pipe.write(pickle.dumps(limits, pickle.HIGHEST_PROTOCOL))
                while (asked := self._next()) is not None:
                    pipe.write(pickle.dumps(asked, pickle.HIGHEST_PROTOCOL))
                    pipe.flush()
        except OSError:
            return  # it is gone, which its output tells

    def _next(self) -> Asked | None:
        """Wait for something to be asked, and return it with whatever else there is; None at the end."""
        asked: Asked = []
        try:
            each = self._asked.get()
            while each is not None:
                asked.append(each)
                if len(asked) == _AT_ONCE:
                    break
                each = self._asked.get_nowait()
        except Empty:
            pass
        else:
            if each is None and asked:
                self._asked.put(None)
        return asked or None

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            raise RuntimeError("the worker has no output")
        try:
            with pipe:
                while True:
                    told: Told = pickle.load(pipe)
                    for set_id, said in told:
                        self._hear(set_id, said)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._lose()

    def _hear(self, set_id: str, said: Said) -> None:
        with self._lock:
            say = self._sets.pop(set_id, None) if isinstance(said, Ending) else self._sets.get(set_id)
        if say is not None:
            say(said)

    def _lose(self) -> None:
        """End the sets that the process was at."""
        with self._lock:
            self._gone = True
            lost = list(self._sets.values())
            self._sets.clear()
        self._asked.put(None)
        status = self._process.wait()
        if lost or status:
            _LOG.error("a worker of live sets ended with status %d, and %d sets with it", status, len(lost))
        for say in lost:
            say(_LOST)


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
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run."""
        with self._lock:
            return [worker.pid for worker in self._workers if not worker.gone]

    def warm(self) -> None:
        """See to it that the first set finds a process that has started."""
        with self._lock:
            self._tidy()
            if self.count and not self._workers and not self._closed:
                self._start()

    def open(self, set_id: str, setup: SetupMessage, say: Callable[[Said], None]) -> _FarHand | None:
        """Begin a set in the process that works on the fewest; what comes of it is told to `say`.

        Returns
        -------
        Who works on it; None where there is no process, nor can one be started.
        """
        with self._lock:
            self._tidy()
            idle = any(worker.sets == 0 for worker in self._workers)
            if not idle and len(self._workers) < self.count:
                self._start()
            if not self._workers:
                return None
            return min(self._workers, key=lambda each: each.sets).open(set_id, setup, say)

    def close(self, timeout_s: float) -> None:
        """End all."""
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.close(timeout_s)

    def _start(self) -> None:
        try:
            self._workers.append(LiveWorker(self._command, self._limits))
        except OSError as error:
            _LOG.error("a worker of live sets could not be started: %s", error)

    def _tidy(self) -> None:
        self._workers = [worker for worker in self._workers if not worker.gone]
