"""A file that was made for one download."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MadeFile:
    """A file as it is handed out."""

    path: Path
    """Gone once it is sent."""
    name: str
    """For the browser."""
    media_type: str


def file_name(said: str) -> str:
    """Return what somebody typed as a part of a file's name that every system takes."""
    return "".join(sign if sign.isalnum() else "-" for sign in said).strip("-")[:80] or "set"


@contextmanager
def discarded_if_gone(path: Path) -> Iterator[None]:
    """Remove a file that was made if what it was made of turns out to be gone, or anything else fails, in the block."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
