"""The sign of life of a worker at work: renews its lease, passes progress on, and carries the word to stop."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from formcheck.errors import FormcheckError
from formcheck.intake.claims import Claim, LeaseLostError, renew
from formcheck.intake.settings import LEASE_S
from formcheck.records.access import SYSTEM
from formcheck.records.records import Records

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
