"""Writing results whole or not at all, with reasons a person can act on."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from formcheck.atomic import atomic_path
from formcheck.errors import OutputError

_NOT_ALLOWED: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}

Progress = Callable[[float], None]
"""Told how much is written, from 0 to 1."""


def no_progress(_share: float) -> None:
    """Tell nobody."""


def output_error(error: OSError, folder: Path) -> OutputError:
    """Say in one sentence why results could not be written into a folder, and in one what to do."""
    if error.errno in _FULL:
        return OutputError(f"The disk that holds {folder} is full.", "Free some space or choose another --out folder.")
    if error.errno in _NOT_ALLOWED:
        return OutputError(f"Nothing can be written into {folder}.", "Choose a folder you may write to with --out.")
    if error.errno == errno.ENAMETOOLONG:
        return OutputError("The name of the results is too long for this disk.", "Give the video a shorter name.")
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return OutputError(f"{folder} is not a folder.", "Choose a folder with --out.")
    return OutputError(
        f"The results could not be written into {folder}: {error.strerror or error}.",
        "Choose another folder with --out.",
    )


@contextmanager
def writing_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to; it takes the name `path` only once the block has succeeded.

    Whatever ends the block early, an exception or Ctrl-C, leaves nothing behind and an older file untouched.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    try:
        with atomic_path(path) as staged:
            yield staged
    except OSError as error:
        raise output_error(error, path.parent) from error


@contextmanager
def staging_folder(out_dir: Path) -> Iterator[Path]:
    """Give a hidden folder inside `out_dir` to write results into; it is gone when the block ends, however it ends.

    `out_dir` is made where it does not exist, and removed again if the block fails and it is empty.

    Raises
    ------
    OutputError
        If nothing can be written into `out_dir`.
    """
    existed = out_dir.exists()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".formcheck-", dir=out_dir))
    except OSError as error:
        raise output_error(error, out_dir) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not existed and not any(out_dir.iterdir()):
            out_dir.rmdir()


def publish(staged: Sequence[tuple[Path, Path]]) -> list[Path]:
    """Move staged files to where they belong, on the same disk: all of them or none.

    Older results of the same names are replaced; if any move fails, those already moved are taken back and the
    older results put back.

    Parameters
    ----------
    staged
        Each file as it is and as it shall be. The first lie in a `staging_folder`.

    Returns
    -------
    list of Path
        Where the files are now, in the order given.

    Raises
    ------
    OutputError
        If a file cannot be moved, say because a folder has its name.
    """
    kept: list[tuple[Path, Path]] = []
    moved: list[Path] = []
    done = False
    try:
        for source, target in staged:
            if target.is_dir():
                raise OutputError(f'"{target.name}" is a folder.', "Remove it or choose another folder with --out.")
            if target.exists():
                older = source.with_name(f"older-{source.name}")
                kept.append((older, target))
                target.replace(older)
            moved.append(target)
            source.replace(target)
        done = True
    except OSError as error:
        raise output_error(error, staged[0][1].parent) from error
    finally:
        if not done:
            _take_back(moved, kept)
    return moved


def _take_back(moved: Sequence[Path], kept: Sequence[tuple[Path, Path]]) -> None:
    for target in moved:
        target.unlink(missing_ok=True)
    for older, target in kept:
        if older.exists():
            older.replace(target)
