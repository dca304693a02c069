"""The ceiling of a worker's memory: past it the worker ends, and what it was at has failed, in words.

Ceilings on pixels and frames (`formcheck.video.limits`) keep videos from coming near; this is for what nobody foresaw.
The watch on resident memory is the one that speaks. The system's own limit on data stands behind it, for what grows
faster than the watch looks: an allocation past it fails.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from formcheck.errors import FormcheckError

if sys.platform != "win32":
    import resource

TOO_MUCH_MEMORY: Final = FormcheckError(
    "Measuring this video takes more memory than formcheck gives one.",
    "Save it as MP4 (H.264) in 1080p with a video editor, and upload that.",
)
ENDED_STATUS: Final = 71
"""Exit status of a worker that took too much."""
_LOG: Final = logging.getLogger(__name__)
_LOOK_EVERY_S: Final = 0.05
_LIMIT_SHARE: Final = 1.5
"""The system's limit over the ceiling: it counts what is set aside too, some 200 MB more than is resident."""
_STATM: Final = Path("/proc/self/statm")
_RESIDENT: Final = 1
"""Field of `statm`, in pages."""


def limit_data(ceiling_bytes: int) -> None:
    """Have the system refuse this process more memory than some way past the ceiling, where it can."""
    if sys.platform == "win32":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = int(ceiling_bytes * _LIMIT_SHARE)
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    except (OSError, ValueError) as error:
        _LOG.warning("the memory of this worker could not be limited: %s", error)


def resident_bytes() -> int:
    """Return the memory of this process that is resident; 0 where the system does not say."""
    try:
        pages = int(_STATM.read_text().split()[_RESIDENT])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


class MemoryWatch:
    """Watches while a worker is at one upload. Use it in a `with` block.

    Parameters
    ----------
    ceiling_bytes
        Past it the process ends.
    say_why
        Called before, to say what became of the upload.
    end_process
        Ends this process at once, with a status.
    """

    def __init__(
        self,
        ceiling_bytes: int,
        say_why: Callable[[], object],
        end_process: Callable[[int], object] = os._exit,
    ) -> None:
        self._ceiling_bytes = ceiling_bytes
        self._say_why = say_why
        self._end_process = end_process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="formcheck-memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_EVERY_S):
            if resident_bytes() <= self._ceiling_bytes:
                continue
            _LOG.error("a worker took more than %d MB and ends", self._ceiling_bytes // 1_000_000)
            try:
                self._say_why()
            finally:  # whatever became of that: the memory is wanted back
                self._end_process(ENDED_STATUS)
            return
