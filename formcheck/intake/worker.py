"""One worker process: takes uploads from the queue and measures them, one after another.

It is started by `formcheck.intake.workers` with a pipe as its standard input. When that closes, whoever started it is
gone or wants it to end: it puts back what it is at, and ends. So a server that is killed leaves no worker behind.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.intake.arrivals import complete_arrived, give_up_old
from formcheck.intake.claims import (
    Claim,
    LeaseLostError,
    claim_next,
    give_back,
    mark_failed,
    something_to_do,
    take_back,
)
from formcheck.intake.heartbeat import Heartbeat, ToldToStopError
from formcheck.intake.memory import TOO_MUCH_MEMORY, MemoryWatch, limit_data
from formcheck.intake.settings import WORKER_MEMORY_BYTES, intake_settings
from formcheck.records.access import SYSTEM, UnreachableError
from formcheck.records.records import Records
from formcheck.records.sweep import sweep_incoming

_LOG: Final = logging.getLogger(__name__)
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
