"""An analysis in the background, with its progress, a way to stop it, and its outcome."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.web.review.task import Progress, ReviewResult
from formcheck.web.review.workfolder import WorkFolder

Work = Callable[[Progress], ReviewResult]

WAITING: Final = "Waiting: another video is being analysed"
STARTING: Final = "Starting"
_ASK_EVERY_S: Final = 0.2
_NICENESS: Final = 10
"""Live sets go before: a late cue is worse than a late report."""
_TOO_EARLY_S: Final = 3.0
"""Before that nobody can say how long it takes."""
_UNFORESEEN: Final = FormcheckError(
    "The analysis stopped because of a fault in formcheck itself.",
    "Try again, or try another video; the cause is in the log of the computer that runs formcheck.",
)


class CancelledError(Exception):
    """The person does not want the result any more."""


@dataclass(frozen=True)
class JobState:
    """How far an analysis is, at one moment."""

    stage: str
    share: float | None
    """Of the whole, 0 to 1; None where nobody knows."""
    elapsed_s: float
    """Since the share began to grow; 0 before."""
    done: bool = False
    result: ReviewResult | None = None
    error: FormcheckError | None = None

    @property
    def left_s(self) -> float | None:
        """Time left by the pace so far (s), None while it is too early to say."""
        if not self.share or self.elapsed_s < _TOO_EARLY_S:
            return None
        return self.elapsed_s * (1 - self.share) / self.share


class _Shared:
    """What the thread and the page both hold; each method may be called from either."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = JobState(WAITING, None, 0.0)
        self._began_s: float | None = None
        self.cancelled = threading.Event()

    def told(self, stage: str, share: float | None) -> None:
        """Take note of progress; raise `CancelledError` when it is not wanted any more."""
        if self.cancelled.is_set():
            raise CancelledError
        now = time.monotonic()
        with self._lock:
            if share and self._began_s is None:
                self._began_s = now
            elapsed = 0.0 if self._began_s is None else now - self._began_s
            self._state = JobState(stage, share, elapsed)

    def ended(self, result: ReviewResult | None, error: FormcheckError | None) -> None:
        with self._lock:
            self._state = JobState("", 1.0, 0.0, True, result, error)

    @property
    def state(self) -> JobState:
        with self._lock:
            return self._state


class ReviewJob:
    """One analysis. When the job is dropped, with the session that it belongs to, the analysis ends too.

    Parameters
    ----------
    work
        What to do; it is told a progress function that raises when the work is to end.
    folder
        Kept until the work has ended.
    slots
        How many analyses may run at once in this process; the others wait.
    """

    def __init__(self, work: Work, folder: WorkFolder, slots: threading.Semaphore) -> None:
        self.folder = folder
        self._shared = _Shared()
        self._cancel = weakref.finalize(self, self._shared.cancelled.set)
        self._thread = threading.Thread(
            target=_run, args=(work, folder, slots, self._shared), name="formcheck-review", daemon=True
        )
        self._thread.start()

    @property
    def state(self) -> JobState:
        """How far it is."""
        return self._shared.state

    def cancel(self) -> None:
        """End the work at its next step; returns at once."""
        self._cancel()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end of the work; say whether it has come."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()


def _run(work: Work, _folder: WorkFolder, slots: threading.Semaphore, shared: _Shared) -> None:
    result: ReviewResult | None = None
    # Stays where something is raised that nobody foresaw: it goes to the log, and the page does not wait for ever.
    error: FormcheckError | None = _UNFORESEEN
    try:
        while not slots.acquire(timeout=_ASK_EVERY_S):
            shared.told(WAITING, None)
        try:
            _give_way()
            shared.told(STARTING, None)
            result, error = work(shared.told), None
        finally:
            slots.release()
    except FormcheckError as found:
        error = found
    except CancelledError:
        error = None
    finally:
        shared.ended(result, error)


def _give_way() -> None:
    """Let this thread, and those it starts, take the processor only when live sets do not need it."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
