"""What was left over by processes that ended midway: files that no row names, and uploads that nobody goes on with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from formcheck.records.access import SYSTEM
from formcheck.records.files import FileStore
from formcheck.records.records import Records, Work
from formcheck.records.tables import StoredFile, Upload
from formcheck.records.unused import remove_unused

LEFT_OVER_AFTER: Final = timedelta(hours=1)
"""Younger files may belong to work that is under way: a file is there before the row that names it."""
_WITH_FILE: Final = ("receiving", "waiting", "running", "failed")
"""States of an upload whose file lies in the folder of what is not whole yet. What failed may be tried again."""
_UPLOAD: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""Such files begin with the id of the upload."""
_AT_ONCE: Final = 50
"""Files that are removed in one transaction, while others wait."""


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
    """Remove what was left over. Others may go on working meanwhile."""
    unused = remove_unused(records)
    unnamed = _remove_unnamed(records)
    return Swept(unused, unnamed, _sweep_incoming(records))


def _remove_unnamed(records: Records) -> int:
    with records.reading(SYSTEM) as work:
        named = {(row.sha256, row.suffix) for row in work.session.execute(select(StoredFile.sha256, StoredFile.suffix))}
    left_over = [
        (sha256, suffix)
        for sha256, suffix, path in records.files
        if (sha256, suffix) not in named and _is_old(records, path)
    ]
    removed = 0
    for first in range(0, len(left_over), _AT_ONCE):
        with records.writing(SYSTEM) as work:
            work.hold_files()
            for sha256, suffix in left_over[first : first + _AT_ONCE]:
                removed += _removed_unless_named(work, sha256, suffix, records)
    return removed


def _removed_unless_named(work: Work, sha256: str, suffix: str, records: Records) -> bool:
    """Look again now that nobody else can begin to use it."""
    row = work.session.get(StoredFile, sha256)
    if (row is not None and row.suffix == suffix) or not _is_old(records, work.files.path(sha256, suffix)):
        return False
    work.files.remove(sha256, suffix)
    return True


def _sweep_incoming(records: Records) -> int:
    old = [path for path in records.files.incoming.iterdir() if _is_old(records, path)]
    if not old:
        return 0
    with records.reading(SYSTEM) as work:
        needed = set(work.session.scalars(select(Upload.id).where(Upload.state.in_(_WITH_FILE))))
    return _removed(path for path in old if _upload_id(path) not in needed)


def remove_incoming(files: FileStore, upload_ids: Iterable[str]) -> int:
    """Remove what has arrived of some uploads, whole or not, whatever its age; return how many files."""
    gone = set(upload_ids)
    return _removed(path for path in files.incoming.iterdir() if _upload_id(path) in gone)


def _removed(paths: Iterable[Path]) -> int:
    counted = 0
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        counted += 1
    return counted


def _upload_id(path: Path) -> str | None:
    match = _UPLOAD.match(path.name)
    return None if match is None else match.group()


def _is_old(records: Records, path: Path) -> bool:
    try:
        return path.lstat().st_mtime < (records.now() - LEFT_OVER_AFTER).timestamp()
    except FileNotFoundError:
        return False
