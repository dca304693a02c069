"""Everything in one file: a backup of the records. What is made of one again, see `formcheck.records.restore`.

An archive is one look at the database, so it holds no half of a change; others may go on working meanwhile.
"""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, select

from formcheck.atomic import atomic_path
from formcheck.records.access import Actor, RecordsError
from formcheck.records.archive_file import ArchiveWriter, Progress
from formcheck.records.archive_manifest import BACKUP, Kind, Manifest, named_file
from formcheck.records.archive_rows import ROWS_AT_ONCE, all_tables, encoded
from formcheck.records.database import newest_revision
from formcheck.records.files import force
from formcheck.records.records import Records
from formcheck.records.tables import StoredFile

Queries = Mapping[str, Select[Any]]
"""By table, which of its rows an archive holds."""

_ATTEMPTS: Final = 3
"""A file that goes while it is being archived was deleted in that moment: the archive is made again without it."""

_LEFT_OVER_AFTER_S: Final = 3600.0
"""An archive in the making is written to all the time; one that is not was given up."""


def archive_name(word: str, at: datetime) -> str:
    """Return the name of an archive that is called by what it is and the minute it was made in.

    Parameters
    ----------
    word
        What it is, such as `backup`.
    at
        When it was made, in local time.
    """
    return f"formcheck-{word}-{at:%Y-%m-%d-%H%M}.zip"


def back_up(records: Records, actor: Actor, target: Path, progress: Progress | None = None) -> Manifest:
    """Write everything into one archive. Others may go on working meanwhile.

    Parameters
    ----------
    records
        The records.
    actor
        Who does it; not a client.
    target
        The archive; what was there stays until the new one is whole.
    progress
        Told how far it is.

    Returns
    -------
    Manifest
        What is in it. Files that were gone or damaged already are named in `missing`; everything else is there.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the archive cannot be written.
    """
    actor.need_clinician("back up the records")
    everything = {table.name: select(table) for table in all_tables()}
    return write_archive(records, actor, target, BACKUP, everything, progress)


def write_archive(
    records: Records, actor: Actor, target: Path, kind: Kind, wanted: Queries, progress: Progress | None = None
) -> Manifest:
    """Write an archive of some rows, and of the files among them, and note it in the audit log.

    Raises
    ------
    RecordsError
        If the archive cannot be written.
    """
    home, place = records.settings.home.resolve(), target.resolve()
    passing = records.files.passing.holds(place)  # made to be sent away and removed
    if home in place.parents and not passing:
        raise RecordsError("The archive would lie among the records themselves.", "Choose another folder for it.")
    try:
        _remove_leftovers(target)
        with atomic_path(target) as partial:
            for _ in range(_ATTEMPTS):
                manifest = _written(records, partial, kind, wanted, progress)
                if not _deleted_meanwhile(records, manifest):
                    break
            force(partial)
            with records.writing(actor) as work:
                work.log(f"records.{kind}", subject=None, person=None, details={"revision": manifest.revision})
        force(target.parent)
        return manifest
    except OSError as error:
        raise RecordsError(
            f"{target} cannot be written: {error.strerror or error}.",
            "Choose a folder that exists, has room, and that you may write to.",
        ) from error


def _remove_leftovers(target: Path) -> None:
    """Remove what attempts at the same archive left behind whose process was killed: it holds health data."""
    of_attempt = re.compile(rf"\.{re.escape(target.stem)}\.[0-9a-f]{{32}}{re.escape(target.suffix)}")
    for path in target.parent.iterdir() if target.parent.is_dir() else ():
        if of_attempt.fullmatch(path.name) and path.stat().st_mtime < time.time() - _LEFT_OVER_AFTER_S:
            path.unlink(missing_ok=True)


def _written(records: Records, path: Path, kind: Kind, wanted: Queries, progress: Progress | None) -> Manifest:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with _one_look(records.engine) as connection, zipfile.ZipFile(path, "w") as packed:
        archive = ArchiveWriter(packed)
        for table in all_tables():
            if table.name in wanted:
                archive.rows(table.name, _rows(connection, wanted[table.name].order_by(*table.primary_key.columns)))
        rows = list(_rows(connection, wanted["file"]))
        files = [named_file(row["sha256"], row["suffix"], row["size"]) for row in rows]
        # The look is over: files never change, and a look that lasts hinders others' clean-up.
        connection.rollback()
        written, total = 0, max(1, sum(each.size for each in files))
        for each in files:
            archive.file(each, records.files.path(each.sha256, each.suffix))
            written += each.size
            if progress is not None:
                progress(written / total)
        return archive.manifest(kind, records.now(), newest_revision())


@contextmanager
def _one_look(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the database as it is at one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection


def _rows(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    result = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for row in result.mappings():
        yield encoded(dict(row))


def _deleted_meanwhile(records: Records, manifest: Manifest) -> bool:
    """Return whether a file was missing because somebody deleted it after the look at the database."""
    with records.engine.connect() as connection:
        return any(
            connection.execute(select(StoredFile.sha256).where(StoredFile.sha256 == each.sha256)).first() is None
            for each in manifest.missing
        )
