"""What passes through: files that a process of ours is at work on, in a folder that says whether that process lives.

Each process that needs it has one folder below `passing/`, and holds a lock in it for as long as it lives. What lies in
a folder whose lock nobody holds was left behind by a process that was killed, and may go at once.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from formcheck.records.tables import new_id

if sys.platform != "win32":
    import fcntl

_LOCK: Final = ".alive"
_IN_THE_MAKING: Final = ".new-"
"""Folders are locked before they get the name by which others look at them."""
_GIVEN_UP_AFTER_S: Final = 3600.0
"""Where no lock can tell: a folder in the making, a disk or a system without locks."""


class Passing:
    """The folder of this process below `passing/`, made when it is first needed.

    Parameters
    ----------
    root
        The folder of all of them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        """The folder of all of them."""
        self._guard = threading.Lock()
        self._folder: Path | None = None
        self._finalizer: weakref.finalize[..., Passing] | None = None

    def folder(self) -> Path:
        """Return the folder of this process.

        Raises
        ------
        OSError
            If it cannot be made.
        """
        with self._guard:
            if self._folder is None or not self._folder.is_dir():
                self.root.mkdir(mode=0o700, exist_ok=True)
                name = new_id()
                making = self.root / f"{_IN_THE_MAKING}{name}"
                making.mkdir(mode=0o700)
                lock = os.open(making / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                _lock(lock)
                self._folder = making.rename(self.root / name)
                self._finalizer = weakref.finalize(self, _let_go, self._folder, lock, os.getpid())
            return self._folder

    def holds(self, path: Path) -> bool:
        """Return whether a path is that of something that passes through."""
        return self.root.resolve() in path.resolve().parents

    def close(self) -> None:
        """Remove the folder of this process with all that is in it."""
        with self._guard:
            if self._finalizer is not None:
                self._finalizer()
            self._folder = self._finalizer = None

    def left_over(self) -> list[Path]:
        """Return the folders of processes that are gone."""
        if not self.root.is_dir():
            return []
        return [path for path in sorted(self.root.iterdir()) if path != self._folder and not _lives(path)]


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Give a new folder that is gone when the block ends, with all that is in it."""
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _let_go(folder: Path, lock: int, process: int) -> None:
    if os.getpid() != process:
        return  # in a child that was forked: it is its parent's
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _lives(folder: Path) -> bool:
    """Return whether the process whose folder it is may be alive."""
    if not folder.is_dir() or folder.name.startswith(_IN_THE_MAKING):
        return _is_young(folder)
    try:
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return _is_young(folder)
    try:
        return not _lock(lock) if sys.platform != "win32" else _is_young(folder)
    finally:
        os.close(lock)


def _lock(handle: int) -> bool:
    """Take the lock of a folder; return whether that was possible."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_young(path: Path) -> bool:
    try:
        return path.lstat().st_mtime > time.time() - _GIVEN_UP_AFTER_S
    except FileNotFoundError:
        return True  # it has just gone
