"""Keeping MediaPipe's start-up chatter off the terminal.

MediaPipe's C++ side writes lines such as `W0000 00:00:1795229348.692349 15752 inference_feedback_manager.cc:114] ...`
straight to file descriptor 2, whatever is wrong or right. Its environment switches (`GLOG_minloglevel` and the like)
do nothing in 0.10.31, because the library never initialises its log; so the descriptor itself is turned aside for
the moments in which it is known to chatter.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STDERR: Final = 2
_CHATTER: Final = re.compile(
    rb"[IW]\d{4} \d\d:\d\d:[\d.]+ +\d+ [\w.]+\.cc:\d+\] [^\n]*\n"
    rb"|INFO: Created TensorFlow Lite [^\n]*\n"
    rb"|WARNING: All log messages before absl::InitializeLog[^\n]*\n"
)
"""Information and warnings of C++ code. Errors (`E`) and fatal errors (`F`) are none of it."""
_one_at_a_time: Final = threading.Lock()


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back standard error while the block runs, then write it out without MediaPipe's chatter.

    Nothing else is lost: errors of MediaPipe, Python's own output and that of other threads come through, a moment
    later and in order, also when the block raises. Where there is no standard error, the block just runs.
    """
    with _one_at_a_time, contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a process without standard error has no chatter either
            stack.enter_context(_held_back())
        yield


@contextmanager
def _held_back() -> Iterator[None]:
    real = os.dup(_STDERR)
    try:
        with tempfile.TemporaryFile() as aside:
            _flush()
            os.dup2(aside.fileno(), _STDERR)
            try:
                yield
            finally:
                _flush()
                os.dup2(real, _STDERR)
                aside.seek(0)
                _write_all(real, _CHATTER.sub(b"", aside.read()))
    finally:
        os.close(real)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
