"""Files beside the database, named by their content: written whole, never changed, found by their hash.

A file enters the store in the transaction that names it, while nobody else can begin or cease to use files (see
`Work.keep_file`). Until then it lies with the upload that it comes of, or in the folder of the process that is at work
on it. So a file of the store that no row names is needed by nobody, however young it is.

What passes through: files that a process of ours is at work on, in a folder that says whether that process lives.

Each process that needs it has one folder below `passing/`, and holds a lock in it for as long as it lives. What lies in
a folder whose lock nobody holds was left behind by a process that was killed, and may go at once.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.records.access import RecordsError
from formcheck.records.tables import new_id
from formcheck.video.digest import file_sha256

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


_NAME: Final = re.compile(r"(?P<sha256>[0-9a-f]{64})(?P<suffix>(?:\.[a-z0-9]{1,12})?)", re.ASCII)
_FOLDER: Final = "files"
_INCOMING: Final = "incoming"
_PASSING: Final = "passing"
PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
"""Whatever the umask: the owner's alone."""


@dataclass(frozen=True)
class KeptFile:
    """A file on its way into the store, whole and forced onto the disk."""

    sha256: str
    suffix: str
    """With its dot, in lower case."""
    size: int
    """Bytes."""
    ready: Path | None = None
    """Where it lies; None for one that the store holds already."""


class FileStore:
    """A folder of files named by their SHA-256, in 256 folders by its first two digits.

    A file is made ready under a passing name on the same disk, forced onto it, and renamed: at no moment does a file of
    the store have other content than its name says.

    Parameters
    ----------
    home
        The data directory; made where it does not exist.
    """

    def __init__(self, home: Path) -> None:
        self.root = home / _FOLDER
        """Where the files are."""
        self.incoming = home / _INCOMING
        """Files of uploads that are not measured yet: on the same disk, so that taking one over is a rename. Each
        begins with the id of its upload, whose row is there before it is."""
        self.passing = Passing(home / _PASSING)
        """What processes are at work on."""
        try:
            for folder in (home, self.root, self.incoming):
                folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        except OSError as error:
            raise RecordsError(
                f"The folder of the records, {home}, cannot be made: {error.strerror or error}.",
                "Choose another with FORMCHECK_HOME.",
            ) from error
        for folder in (self.root, self.incoming):
            with suppress(OSError):  # a copy may be open to others, or be somebody else's
                folder.chmod(PRIVATE_FOLDER)

    def close(self) -> None:
        """Let go of what passes through this process."""
        self.passing.close()

    def path(self, sha256: str, suffix: str) -> Path:
        """Return where a file is, whether it is there or not.

        Raises
        ------
        ValueError
            If the name is none of ours: nothing outside of the folder can be named.
        """
        name = f"{sha256}{suffix}"
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"not the name of a stored file: {name!r}")
        return self.root / sha256[:2] / name

    def passing_name(self, suffix: str = "", *, folder: Path | None = None, of: str | None = None) -> Path:
        """Return a name for what is not whole yet; nobody else uses it.

        Parameters
        ----------
        suffix
            With its dot.
        folder
            Where it shall lie; None for the folder of this process, which goes with the process.
        of
            Id of the person, or of the set, whose it is: when that is erased, so is this (see `remove_passing`).

        Raises
        ------
        RecordsError
            If there is no room for such a folder.
        """
        try:
            begin = "" if of is None else f"{of}."
            return (self.passing.folder() if folder is None else folder) / f"{begin}{new_id()}{suffix}"
        except OSError as error:
            raise _not_kept(error) from error

    def passing_folder(self) -> AbstractContextManager[Path]:
        """Give a folder for what is not whole yet; gone when the block ends."""
        return emptied(self.passing_name())

    def take(self, path: Path, suffix: str, *, keep: bool = False, folder: Path | None = None) -> KeptFile:
        """Make a file ready for the store; `Work.keep_file` lets it in.

        Parameters
        ----------
        path
            The file; it is gone from there afterwards, unless it is to be kept.
        suffix
            With its dot, in lower case.
        keep
            Whether the file stays where it is and a copy is taken.
        folder
            Where it is to lie until then; see `passing_name`.

        Raises
        ------
        RecordsError
            If the disk is full or may not be written to.
        """
        whole = self.passing_name(suffix, folder=folder)
        try:
            if keep:
                whole.touch(PRIVATE_FILE)
                shutil.copyfile(path, whole)
            else:
                path.replace(whole)
            whole.chmod(PRIVATE_FILE)
            force(whole)
            return KeptFile(file_sha256(whole), suffix, whole.stat().st_size, whole)
        except OSError as error:
            whole.unlink(missing_ok=True)
            raise _not_kept(error) from error
        except BaseException:
            whole.unlink(missing_ok=True)
            raise

    def write(self, suffix: str, writer: Callable[[Path], None], *, folder: Path | None = None) -> KeptFile:
        """Make ready what a function writes to the path it is given; see `take`."""
        made = self.passing_name(suffix, folder=folder)
        try:
            writer(made)
            return self.take(made, suffix, folder=folder)
        finally:
            made.unlink(missing_ok=True)

    def enter(self, ready: Path, sha256: str, suffix: str) -> None:
        """Let a file in that was made ready, over one of the same name: that may be damaged, this one is not.

        Only for who has the files held: see `Work.keep_file`.

        Raises
        ------
        OSError
            If it is not there any more, or the disk refuses.
        """
        target = self.path(sha256, suffix)
        target.parent.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        ready.replace(target)
        force(target.parent)

    def remove(self, sha256: str, suffix: str) -> None:
        """Remove a file; none there is as well."""
        self.path(sha256, suffix).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[tuple[str, str, Path]]:
        """Go through all files: SHA-256, suffix, path."""
        for path in sorted(self.root.glob("??/*")):
            match = _NAME.fullmatch(path.name)
            if match is not None:
                yield match["sha256"], match["suffix"], path


def _not_kept(error: OSError) -> RecordsError:
    return RecordsError(f"The file could not be kept: {error.strerror or error}.", "Free some space, and try again.")


def force(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before anything relies on it."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and keeps names by itself
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
