"""The worker processes of a server: started with it, started anew when one dies, ended with it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.records.tables import new_id

_LOG: Final = logging.getLogger(__name__)
_PACKAGE_PARENT: Final = Path(__file__).resolve().parents[2]
_LOOK_EVERY_S: Final = 0.5
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_LIVED_WELL_S: Final = 60.0
"""A worker that lived for so long did not die of its start."""
_END_WITHIN_S: Final = 10.0
"""Longer than a worker takes to put back what it is at."""

Command = Callable[[str], Sequence[str]]
"""Gives the command that runs a worker of this name."""


def worker_command(name: str) -> Sequence[str]:
    """Return the command that runs a worker."""
    return [sys.executable, "-m", "formcheck.intake.worker", "--name", name]


@dataclass
class _WorkerPlace:
    """One worker after another."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = _FIRST_PAUSE_S
    start_at_s: float = 0.0


class Workers:
    """Worker processes, looked after by a thread.

    Parameters
    ----------
    count
        How many.
    command
        How each is run.
    """

    def __init__(self, count: int, command: Command = worker_command) -> None:
        crew = new_id()[:12]
        self._command = command
        self._places = [_WorkerPlace(f"{crew}-{number}") for number in range(1, count + 1)]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look_after, name="formcheck-workers", daemon=True)

    def start(self) -> None:
        """Start them; returns at once."""
        if self._places:
            self._thread.start()

    def close(self) -> None:
        """End them: each puts back what it is at. Returns when they are gone."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()
        running = [place.process for place in self._places if place.process is not None]
        for process in running:
            _close_pipe(process)
        until_s = time.monotonic() + _END_WITHIN_S
        for process in running:
            try:
                process.wait(max(0.0, until_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run."""
        processes = [place.process for place in self._places]
        return [process.pid for process in processes if process is not None and process.poll() is None]

    def _look_after(self) -> None:
        while not self._end.is_set():
            for place in self._places:
                self._see_to(place)
            self._end.wait(_LOOK_EVERY_S)

    def _see_to(self, place: _WorkerPlace) -> None:
        now_s = time.monotonic()
        if place.process is not None:
            status = place.process.poll()
            if status is None:
                return
            _LOG.warning("worker %s ended with status %d", place.name, status)
            _close_pipe(place.process)
            place.pause_s = (
                _FIRST_PAUSE_S if now_s - place.started_s > _LIVED_WELL_S else min(2 * place.pause_s, _LONGEST_PAUSE_S)
            )
            place.process, place.start_at_s = None, now_s + place.pause_s
        if now_s < place.start_at_s:
            return
        try:
            place.process = started(self._command(place.name))
        except OSError as error:
            _LOG.error("a worker could not be started: %s", error)
            place.start_at_s = now_s + _LONGEST_PAUSE_S
        else:
            place.started_s = now_s


def started(command: Sequence[str], *, answers: bool = False) -> subprocess.Popen[bytes]:
    """Start a process of ours that ends when its standard input does.

    Parameters
    ----------
    command
        Program and arguments.
    answers
        Whether what it writes is to be read.
    """
    # The app may run from a checkout that is not installed: the worker finds the package where we did.
    path = os.pathsep.join(part for part in (str(_PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if answers else subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        # Ctrl-C in the terminal is for the server, which ends its workers in order.
        start_new_session=True,
    )


def _close_pipe(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
