"""How much of the room is promised to one address: without accounts, that is what tells one sender from another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from formcheck.intake.settings import FIRST_BYTES_WITHIN, PROMISE_LASTS, SHARE_OF_ONE
from formcheck.records.access import RecordsError

_MOST_OPEN: Final = 200
"""Uploads of one address that are announced or on their way at a time."""


@dataclass(frozen=True)
class _Promise:
    left: int
    """Bytes that are to come."""
    until_s: float


@dataclass
class Addresses:
    """What was promised to whom, in this process. May be used by several threads at once."""

    clock: Callable[[], float] = time.monotonic
    _promises: dict[str, dict[str, _Promise]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def announce(self, address: str | None, upload_id: str, left: int, free: int) -> None:
        """Take note of an upload that was announced: room is kept for a minute.

        Parameters
        ----------
        address
            Of the sender; None for this computer, which may have all the room.
        upload_id
            Of the upload.
        left
            Bytes that are to come.
        free
            Bytes that there is room for.

        Raises
        ------
        RecordsError
            If too many of that address are open, or it was promised its share of the room already.
        """
        self._promise(address, upload_id, left, free, FIRST_BYTES_WITHIN)

    def promise(self, address: str | None, upload_id: str, left: int, free: int) -> None:
        """Take note of bytes that come, and of how many are to come yet; see `announce`."""
        self._promise(address, upload_id, left, free, PROMISE_LASTS)

    def _promise(self, address: str | None, upload_id: str, left: int, free: int, lasts: timedelta) -> None:
        if address is None:
            return
        with self._guard:
            open_ones = self._of(address)
            others = [each.left for name, each in open_ones.items() if name != upload_id]
            if len(others) >= _MOST_OPEN or (others and sum(others) + left > SHARE_OF_ONE * free):
                raise RecordsError(
                    "Much is on its way from this address already, and room is kept for others.",
                    "Let it arrive, or cancel some of it, and go on then.",
                )
            open_ones[upload_id] = _Promise(left, self.clock() + lasts.total_seconds())

    def forget(self, upload_id: str) -> None:
        """Take note that an upload has come, or is given up."""
        with self._guard:
            for open_ones in self._promises.values():
                open_ones.pop(upload_id, None)

    def _of(self, address: str) -> dict[str, _Promise]:
        now_s = self.clock()
        for known, open_ones in tuple(self._promises.items()):
            for upload_id in [name for name, each in open_ones.items() if each.until_s < now_s]:
                del open_ones[upload_id]
            if not open_ones:
                del self._promises[known]
        return self._promises.setdefault(address, {})
