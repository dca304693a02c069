"""One worker process: takes uploads from the queue and measures them, one after another.

It is started by `formcheck.intake.workers` with a pipe as its standard input. When that closes, whoever started it is
gone or wants it to end: it puts back what it is at, and ends. So a server that is killed leaves no worker behind. While
it is at work it renews its lease, passes progress on and carries the word to stop. Between uploads it sees to those
that were interrupted: finished where all bytes are here, given up where nobody comes back.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from sqlalchemy import select, true

from formcheck.errors import FormcheckError
from formcheck.intake.claims import (
    Claim,
    LeaseLostError,
    claim_next,
    give_back,
    mark_failed,
    renew,
    something_to_do,
    take_back,
)
from formcheck.intake.ending import drop_file
from formcheck.intake.memory import TOO_MUCH_MEMORY, MemoryWatch, limit_data
from formcheck.intake.queue import WrongOffsetError, complete
from formcheck.intake.settings import LEASE_S, WORKER_MEMORY_BYTES, intake_settings
from formcheck.intake.states import UploadState, get_upload
from formcheck.records.access import SYSTEM, UnreachableError
from formcheck.records.records import Records
from formcheck.records.sweep import sweep_incoming
from formcheck.records.tables import Upload

_LOG: Final = logging.getLogger(__name__)

_BEAT_S: Final = 1.0
_PATIENCE_S: Final = 8.0
"""For the work to end once it is told to: it looks up between two pictures, and a library may never come back."""
_STALLED_S: Final = 900.0
"""Without any progress: a library hangs. Fetching the pose model on a slow line takes some minutes."""
_STUCK: Final = 70
"""Exit status of a worker that ends itself because its work cannot be ended otherwise."""


class ToldToStopError(Exception):
    """The worker shall end; what it is at goes back to the queue."""


class Heartbeat:
    """Beats while a worker is at one upload. Use it in a `with` block and call `tell` between the steps of the work.

    Parameters
    ----------
    records
        Where the lease is.
    claim
        What the worker has.
    stop
        Set when the worker shall end.
    end_process
        Ends this process at once, with a status.
    """

    def __init__(
        self,
        records: Records,
        claim: Claim,
        stop: threading.Event,
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        self._records = records
        self._claim = claim
        self._stop = stop
        self._end_process = end_process
        self._over = threading.Event()
        self._lost = threading.Event()
        self._stage = "Starting"
        self._share: float | None = None
        self._told_at_s = self._renewed_at_s = time.monotonic()
        self._thread = threading.Thread(target=self._beat, name="formcheck-heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def tell(self, stage: str, share: float | None) -> None:
        """Take note of progress; what is written to the records is the newest, once a second.

        Raises
        ------
        LeaseLostError
            If the upload was cancelled or is another's.
        ToldToStopError
            If the worker shall end.
        """
        if self._lost.is_set():
            raise LeaseLostError
        if self._stop.is_set():
            raise ToldToStopError
        self._stage, self._share = stage, share
        self._told_at_s = time.monotonic()

    def _beat(self) -> None:
        ended_at_s: float | None = None
        while not self._over.wait(_BEAT_S):
            now_s = time.monotonic()
            if self._stop.is_set() or self._lost.is_set():
                ended_at_s = ended_at_s or now_s
                if now_s - ended_at_s > _PATIENCE_S:
                    self._end_process(_STUCK)
                    return
            elif now_s - self._told_at_s > _STALLED_S:
                _LOG.error("the analysis of upload %s has stood still for too long", self._claim.upload_id)
                self._end_process(_STUCK)
                return
            else:
                self._renew(now_s)

    def _renew(self, now_s: float) -> None:
        try:
            with self._records.writing(SYSTEM) as work:
                kept = renew(work, self._claim, self._stage, self._share)
        except FormcheckError as error:
            # A database that is away for a moment ends no work; one that stays away ends the lease.
            _LOG.warning("a lease could not be renewed: %s", error)
            kept = now_s - self._renewed_at_s < LEASE_S
        else:
            self._renewed_at_s = now_s
        if not kept:
            self._lost.set()


_BROWSER_COMPLETES: Final = timedelta(minutes=1)
"""For the request that brought the last bytes to complete the upload itself."""
_RECEIVING_KEPT: Final = timedelta(days=7)
_ANNOUNCED_KEPT: Final = timedelta(hours=1)
"""Of which no byte has come."""
_FAILED_KEPT: Final = timedelta(days=14)


def complete_arrived(records: Records) -> int:
    """Complete uploads whose bytes are all here though nobody said so: the server was killed just then.

    Returns
    -------
    int
        How many.
    """
    before = records.now() - _BROWSER_COMPLETES
    with records.reading(SYSTEM) as work:
        query = select(Upload).where(
            Upload.state == UploadState.RECEIVING, Upload.received == Upload.size, Upload.updated_at < before
        )
        found: Sequence[Upload] = work.session.scalars(query).all()
    completed = 0
    for row in found:
        try:
            complete(records, SYSTEM, row.id)
        except WrongOffsetError:
            _LOG.warning("the bytes of upload %s are gone from the disk; they are asked for again", row.id)
        except FormcheckError as error:
            _LOG.warning("upload %s could not be completed: %s", row.id, error)
        else:
            completed += 1
    return completed


def give_up_old(records: Records) -> int:
    """Cancel uploads that nobody goes on with, and let go of the files of those that failed long ago.

    Returns
    -------
    int
        How many.
    """
    now = records.now()
    limits = (
        (UploadState.RECEIVING, now - _ANNOUNCED_KEPT, Upload.received == 0),
        (UploadState.RECEIVING, now - _RECEIVING_KEPT, true()),
        (UploadState.FAILED, now - _FAILED_KEPT, true()),
    )
    given_up = 0
    for state, before, which in limits:
        with records.reading(SYSTEM) as work:
            query = select(Upload.id).where(Upload.state == state, Upload.updated_at < before, which)
            found = work.session.scalars(query).all()
        for upload_id in found:
            with records.writing(SYSTEM) as work:
                row = get_upload(work, upload_id, to_change=True)
                if row.state != state or row.updated_at >= before:
                    continue
                row.state, row.updated_at = UploadState.CANCELLED, work.now
            with records.reading(SYSTEM) as work:
                drop_file(work, row)
            given_up += 1
    return given_up


_LOOK_EVERY_S: Final = 1.0
_TIDY_EVERY_LOOKS: Final = 60
_AFTER_FAULT_S: Final = 5.0
"""Before the next look when the database could not be asked."""
_NICENESS: Final = 10
"""Live sets go before: a late cue is worse than a late report."""
UNFORESEEN: Final = FormcheckError(
    "The analysis stopped because of a fault in formcheck itself.",
    "Try again, or try another video; the cause is in the log of the computer that runs formcheck.",
)


class Worker:
    """Measures uploads until it is told to stop.

    Parameters
    ----------
    records
        The records.
    name
        Unlike that of every other worker that lives; its dead predecessor in the same place had the same.
    stop
        Set when it shall end.
    ceiling_bytes
        Of memory; an upload that takes more has failed, and this process ends.
    """

    def __init__(
        self, records: Records, name: str, stop: threading.Event, ceiling_bytes: int = WORKER_MEMORY_BYTES
    ) -> None:
        self._records = records
        self._name = name
        self._stop = stop
        self._ceiling_bytes = ceiling_bytes

    def run(self) -> None:
        """Work until told to stop."""
        looks = 0
        self._take_back()
        while not self._stop.is_set():
            try:
                if looks % _TIDY_EVERY_LOOKS == 0:
                    complete_arrived(self._records)
                    give_up_old(self._records)
                    sweep_incoming(self._records)
                looks += 1
                worked = self.work_once()
            except FormcheckError as error:
                _LOG.warning("the queue could not be asked: %s", error)
                self._stop.wait(_AFTER_FAULT_S)
            else:
                if not worked:
                    self._stop.wait(_LOOK_EVERY_S)

    def work_once(self) -> bool:
        """Measure the upload that waits longest, and say whether there was one."""
        with self._records.reading(SYSTEM) as work:
            if not something_to_do(work):
                return False
        with self._records.writing(SYSTEM) as work:
            claim = claim_next(work, self._name)
        if claim is None:
            return False
        self._measure(claim)
        return True

    def _measure(self, claim: Claim) -> None:
        # Late, since these take seconds to load: a worker without work is small.
        from formcheck.intake.analysis import analyse
        from formcheck.pose.models import AUTO_MODEL, ensure_model

        try:
            with (
                Heartbeat(self._records, claim, self._stop) as heart,
                MemoryWatch(self._ceiling_bytes, lambda: self._write(claim, TOO_MUCH_MEMORY)),
            ):
                set_id = analyse(self._records, claim, lambda progress: ensure_model(AUTO_MODEL, progress), heart.tell)
            _LOG.info("upload %s is measured: set %s", claim.upload_id, set_id)
        except LeaseLostError:
            _LOG.info("upload %s was taken back", claim.upload_id)
        except ToldToStopError:
            self._write(claim, None)
        except UnreachableError as error:  # says nothing about the video
            _LOG.warning("upload %s could not be written down: %s", claim.upload_id, error)
            self._take_back()
        except FormcheckError as error:
            self._write(claim, error)
        except MemoryError:
            self._write(claim, TOO_MUCH_MEMORY)
        except Exception:  # noqa: BLE001 - the door of the process: what nobody foresaw ends one upload, not the worker
            _LOG.exception("the analysis of upload %s failed", claim.upload_id)
            self._write(claim, UNFORESEEN)

    def _write(self, claim: Claim, error: FormcheckError | None) -> None:
        """Say that an upload failed, or put it back where there is no error."""
        try:
            with self._records.writing(SYSTEM) as work:
                if error is None:
                    give_back(work, claim)
                else:
                    mark_failed(work, claim, error)
        except LeaseLostError:
            _LOG.info("upload %s was taken back", claim.upload_id)

    def _take_back(self) -> None:
        with self._records.writing(SYSTEM) as work:
            found = take_back(work, self._name)
        if found:
            _LOG.warning("%d upload(s) that this worker had begun wait again", found)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker in this process until its standard input closes."""
    parser = argparse.ArgumentParser(prog="formcheck-worker", description="Measures uploaded videos.")
    parser.add_argument("--name", required=True)
    name = parser.parse_args(arguments).name
    logging.basicConfig(level=logging.WARNING, format="formcheck worker: %(levelname)s: %(message)s")
    _give_way()
    os.umask(0o077)  # whatever a library writes is its owner's alone
    try:
        ceiling_bytes = intake_settings().worker_memory_bytes
    except FormcheckError as error:
        _LOG.error("%s", error)
        return 1
    limit_data(ceiling_bytes)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_await_end, args=(stop,), name="formcheck-parent-watch", daemon=True).start()
    try:
        records = Records()
    except FormcheckError as error:
        _LOG.error("%s", error)
        return 1
    Worker(records, name, stop, ceiling_bytes).run()
    records.close()
    return 0


def _await_end(stop: threading.Event) -> None:
    """Wait until standard input closes: the parent has ended, or wants us to."""
    try:
        # Not sys.stdin: its lock, held here while the interpreter ends, would stop that from ending.
        while os.read(0, 1024):
            pass
    except OSError:
        _LOG.warning("the watch on the parent process broke off")
    stop.set()


def _give_way() -> None:
    """Let this process take the processor only when live sets do not need it."""
    if hasattr(os, "nice"):
        os.nice(_NICENESS)


if __name__ == "__main__":
    sys.exit(main())
