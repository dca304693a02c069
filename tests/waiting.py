"""Waits of tests for what other threads and processes do: by what is looked at, never by how long it usually takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

WITHIN_S: Final = 240.0
"""What is waited for is there long before, unless the machine is busy or it does not come to pass at all."""
_LOOK_EVERY_S: Final = 0.01


def until(true: Callable[[], object], look_every_s: float = _LOOK_EVERY_S) -> None:
    """Wait for something to come to pass, looking as often as may be asked."""
    end = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(look_every_s)
