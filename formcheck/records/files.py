"""Files beside the database, named by their content: written whole, never changed, found by their hash."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from formcheck.records.access import RecordsError
from formcheck.records.tables import new_id
from formcheck.video.digest import file_sha256

_NAME: Final = re.compile(r"(?P<sha256>[0-9a-f]{64})(?P<suffix>(?:\.[a-z0-9]{1,12})?)", re.ASCII)
_FOLDER: Final = "files"
_INCOMING: Final = "incoming"


class FileStore:
    """A folder of files named by their SHA-256, in 256 folders by its first two digits.

    A file is copied or moved in under a passing name on the same disk, forced onto it, and renamed: at no moment does
    a file of the store have other content than its name says.

    Parameters
    ----------
    home
        The data directory; made where it does not exist.
    """

    def __init__(self, home: Path) -> None:
        self._root = home / _FOLDER
        self.incoming = home / _INCOMING
        """For what is not whole yet: on the same disk, so that taking it over is a rename."""
        try:
            for folder in (home, self._root, self.incoming):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordsError(
                f"The folder of the records, {home}, cannot be made: {error.strerror or error}.",
                "Choose another with FORMCHECK_HOME.",
            ) from error

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
        return self._root / sha256[:2] / name

    def passing_name(self, suffix: str = "") -> Path:
        """Return a name in the folder of what is not whole yet; nobody else uses it."""
        return self.incoming / f"{new_id()}{suffix}"

    def take(self, path: Path, suffix: str, *, keep: bool = False) -> tuple[str, int]:
        """Take a file in.

        Parameters
        ----------
        path
            The file; it is gone from there afterwards, unless it is to be kept.
        suffix
            With its dot, in lower case.
        keep
            Whether the file stays where it is and a copy is taken.

        Returns
        -------
        tuple of str and int
            Its SHA-256 and its size in bytes.

        Raises
        ------
        RecordsError
            If the disk is full or may not be written to.
        """
        whole = self.passing_name(suffix)
        try:
            if keep:
                shutil.copyfile(path, whole)
            else:
                path.replace(whole)
            return self._settle(whole, suffix)
        except OSError as error:
            raise RecordsError(
                f"The file could not be kept: {error.strerror or error}.", "Free some space, and try again."
            ) from error
        finally:
            whole.unlink(missing_ok=True)

    def write(self, suffix: str, writer: Callable[[Path], None]) -> tuple[str, int]:
        """Take in what a function writes to the path it is given; see `take`."""
        made = self.passing_name(suffix)
        try:
            writer(made)
            return self.take(made, suffix)
        finally:
            made.unlink(missing_ok=True)

    def _settle(self, whole: Path, suffix: str) -> tuple[str, int]:
        size = whole.stat().st_size
        sha256 = file_sha256(whole)
        target = self.path(sha256, suffix)
        if target.exists() and target.stat().st_size == size:
            os.utime(target)  # young again: a clean-up that runs just now must not take it for left over
            return sha256, size
        target.parent.mkdir(exist_ok=True, mode=0o700)
        force(whole)
        whole.replace(target)
        force(target.parent)
        return sha256, size

    def remove(self, sha256: str, suffix: str) -> None:
        """Remove a file; none there is as well."""
        self.path(sha256, suffix).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[tuple[str, str, Path]]:
        """Go through all files: SHA-256, suffix, path."""
        for path in sorted(self._root.glob("??/*")):
            match = _NAME.fullmatch(path.name)
            if match is not None:
                yield match["sha256"], match["suffix"], path


def force(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before anything relies on it."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and keeps names by itself
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
