"""What is needed by nobody: files that no row names, uploads left by processes that ended midway, files given up."""

from __future__ import annotations

import re
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from formcheck.records.access import SYSTEM
from formcheck.records.files import PRIVATE_FILE, FileStore
from formcheck.records.records import Records, Work
from formcheck.records.sets import unused_files
from formcheck.records.tables import RemoteRecording, StoredFile, Upload


def remove_unused(records: Records) -> int:
    """Remove the files that no set needs any more, and their rows; return how many.

    Files go before their rows: what a crash leaves between is a row that nothing refers to, and the next call takes
    that away. While this runs nobody can begin to use one of them, see `Work.keep_file`.
    """
    with records.writing(SYSTEM) as work:
        work.hold_files()
        rows = unused_files(work)
        for row in rows:
            records.files.remove(row.sha256, row.suffix)
            work.session.delete(row)
        return len(rows)


_FOREIGN_AFTER: Final = timedelta(hours=1)
"""What lies among the files of uploads and begins with no id is none of ours; it goes once it is so old."""
_WITH_FILE: Final = ("receiving", "waiting", "running", "failed")
"""States of an upload whose file lies in the folder of what is not whole yet. What failed may be tried again."""
_AT_WORK: Final = "running"
"""The state of an upload of which something is being made."""
_ID: Final = re.compile(r"[0-9a-f]{32}(?![0-9a-f])", re.ASCII)
"""Such files begin with the id of what they belong to."""
_AT_ONCE: Final = 50
"""Files that are removed in one transaction, while others wait."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Swept:
    """How much was removed."""

    unused: int
    """Files that rows named and no set needed any more."""
    unnamed: int
    """Files that no row named."""
    incoming: int
    """What was not whole, and belonged to nothing that is under way."""


def sweep(records: Records) -> Swept:
    """Remove what was left over, however young it is. Others may go on working meanwhile."""
    unused = remove_unused(records)
    unnamed = _remove_unnamed(records)
    incoming = sweep_incoming(records) + _removed(records.files.passing.left_over())
    for _, _, path in records.files:
        _close_to_others(path)
    return Swept(unused, unnamed, incoming)


def unnamed_files(records: Records) -> list[tuple[str, str]]:
    """Return hash and ending of the files in the store that no row names, as far as can be told without waiting."""
    with records.reading(SYSTEM) as work:
        named = {(row.sha256, row.suffix) for row in work.session.execute(select(StoredFile.sha256, StoredFile.suffix))}
    return [(sha256, suffix) for sha256, suffix, _ in records.files if (sha256, suffix) not in named]


def is_named(work: Work, sha256: str, suffix: str) -> bool:
    """Return whether a row names a file. Only who has the files held can rely on it: see `Work.hold_files`."""
    row = work.session.get(StoredFile, sha256)
    return row is not None and row.suffix == suffix


def _remove_unnamed(records: Records) -> int:
    left_over = unnamed_files(records)
    removed = 0
    for first in range(0, len(left_over), _AT_ONCE):
        with records.writing(SYSTEM) as work:
            work.hold_files()
            for sha256, suffix in left_over[first : first + _AT_ONCE]:
                # Asked again, now that nobody else can begin to use it.
                if not is_named(work, sha256, suffix):
                    work.files.remove(sha256, suffix)
                    removed += 1
    return removed


def sweep_incoming(records: Records) -> int:
    """Remove what lies among the files of uploads and none needs; return how many files and folders."""
    if not any(records.files.incoming.iterdir()):
        return 0
    with records.writing(SYSTEM) as work:
        work.hold_files()  # nobody else can begin to need one of them
        return _removed(needless_incoming(work))


def needless_incoming(work: Work) -> Iterator[Path]:
    """Go through what lies among the files of uploads and none needs.

    An upload's row is there before its files are. Its own file is needed until it is measured; folders, in which
    something is made of it, are needed while a worker is at it. Recordings of calls lie there until they are whole.
    """
    rows = work.session.execute(select(Upload.id, Upload.state).where(Upload.state.in_(_WITH_FILE)))
    states = {row.id: row.state for row in rows}
    making = work.session.scalars(select(RemoteRecording.id).where(RemoteRecording.sha256.is_(None)))
    states |= dict.fromkeys(making, "receiving")
    for path in sorted(work.files.incoming.iterdir()):
        if not _is_needed(path, states, work):
            yield path


def _is_needed(path: Path, states: Mapping[str, str], work: Work) -> bool:
    upload_id = _id_of(path)
    if upload_id is None:
        return _is_younger(path, (work.now - _FOREIGN_AFTER).timestamp())
    state = states.get(upload_id)
    return state == _AT_WORK if path.is_dir() and not path.is_symlink() else state is not None


def remove_incoming(files: FileStore, upload_ids: Iterable[str]) -> int:
    """Remove what has arrived of some uploads and what was being made of it; return how many files and folders."""
    gone = set(upload_ids)
    return _removed(path for path in files.incoming.iterdir() if _id_of(path) in gone)


def remove_passing(files: FileStore, ids: Iterable[str]) -> int:
    """Remove what was made of some people or sets to be sent, by whichever process; return how many files."""
    gone = set(ids)
    return _removed(path for path in files.passing.root.glob("*/*") if _id_of(path) in gone)


def _removed(paths: Iterable[Path]) -> int:
    counted = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            _remove_folder(path)
        else:
            path.unlink(missing_ok=True)
        counted += 1
    return counted


def _remove_folder(path: Path) -> None:
    """Remove a folder in which a worker that is just told to stop may still be writing."""
    for _ in range(_FOLDER_ATTEMPTS):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return
        time.sleep(_BETWEEN_ATTEMPTS_S)


_FOLDER_ATTEMPTS: Final = 5
_BETWEEN_ATTEMPTS_S: Final = 0.05


def _id_of(path: Path) -> str | None:
    match = _ID.match(path.name)
    return None if match is None else match.group()


def _is_younger(path: Path, than_s: float) -> bool:
    try:
        return path.lstat().st_mtime >= than_s
    except FileNotFoundError:
        return True


def _close_to_others(path: Path) -> None:
    """Take a file from everybody but its owner: an earlier formcheck left that to the umask."""
    try:
        if path.stat().st_mode & _OTHERS:
            path.chmod(PRIVATE_FILE)
    except OSError:  # it has just gone, or is somebody else's
        return
