"""Whether the records are whole: every file that a row names is there and is what its name says, no row hangs loose.

An SQLite database that cannot be read any more is replaced by a whole one.
"""

from __future__ import annotations

import functools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, ForeignKeyConstraint, Select, and_, exists, func, not_, or_, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql.elements import ColumnElement

from formcheck.errors import VideoError
from formcheck.records.access import SYSTEM, RecordsError
from formcheck.records.archive_file import Progress
from formcheck.records.archive_rows import all_tables
from formcheck.records.database import open_database
from formcheck.records.erasure import ERASING
from formcheck.records.files import FileStore, force
from formcheck.records.records import Records
from formcheck.records.sets import unused_files
from formcheck.records.settings import DATABASE_FILE, RecordsSettings
from formcheck.records.sweep import is_named, needless_incoming, unnamed_files
from formcheck.records.tables import Clinic, ExerciseSet, Person, RemoteRecording, RemoteStill, StoredFile
from formcheck.video.digest import file_sha256

SQLITE_BESIDE: Final = ("-wal", "-shm")
"""Endings of what SQLite keeps beside its file."""


def readable(settings: RecordsSettings) -> bool:
    """Return whether the database can be read through; one that is not there yet, or is a server's, counts as such."""
    file = settings.home / DATABASE_FILE
    if settings.database_url is not None or not file.exists():
        return True
    try:
        with closing(sqlite3.connect(file)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True  # locked, or may not be opened: that is said when it is opened
    except sqlite3.DatabaseError:
        return False


@contextmanager
def replace_broken(settings: RecordsSettings, files: FileStore) -> Iterator[tuple[Engine, Path]]:
    """Give a new, empty database that takes the place of the broken one when the block ends without an exception.

    Yields
    ------
    tuple of Engine and Path
        The database, and the folder that the broken one will be in.
    """
    broken = settings.home.resolve() / DATABASE_FILE
    new = files.passing_name(".sqlite3")
    aside = broken.parent / f"unreadable-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    engine = open_database(f"sqlite:///{new}")
    try:
        yield engine, aside
        engine.dispose()  # the last to leave puts everything into the one file
        force(new)
        aside.mkdir(mode=0o700)
        shutil.copyfile(broken, aside / broken.name)
        for ending in SQLITE_BESIDE:
            # Left beside the new file, its pages would be taken for changes of that.
            leftover = broken.with_name(broken.name + ending)
            if leftover.exists():
                leftover.replace(aside / leftover.name)
        force(aside / broken.name)
        new.replace(broken)
        force(broken.parent)
    finally:
        engine.dispose()
        for ending in ("", *SQLITE_BESIDE):
            new.with_name(new.name + ending).unlink(missing_ok=True)


_GOES: Final = "it goes with: formcheck records retention."


@dataclass(frozen=True)
class Integrity:
    """What a look through the records found."""

    people: int
    sets: int
    files: int
    size: int
    """Bytes of all files."""
    problems: tuple[str, ...]
    """A sentence each; none where all is whole."""
    needless: tuple[str, ...] = ()
    """What lies in the data directory and nothing needs: a sentence each."""


def check(records: Records, progress: Progress | None = None) -> Integrity:
    """Look through all rows and read every file. Others may go on working meanwhile.

    Parameters
    ----------
    records
        The records.
    progress
        Told how far it is.

    Raises
    ------
    RecordsError
        If the database cannot be read at all.
    """
    try:
        with records.engine.connect() as connection:
            problems = [*_in_database(connection), *_loose_rows(connection)]
            people = connection.scalar(select(func.count()).select_from(Person))
            sets = connection.scalar(select(func.count()).select_from(ExerciseSet))
    except DatabaseError as error:
        raise RecordsError(
            f"The records cannot be read: {error.orig}.", "Restore them from a backup: formcheck records restore FILE."
        ) from error
    with records.reading(SYSTEM) as work:
        files = [
            (row.sha256, row.suffix, row.size)
            for row in work.session.execute(select(StoredFile.sha256, StoredFile.suffix, StoredFile.size))
        ]
    size = sum(each[2] for each in files)
    read = 0
    for sha256, suffix, expected in files:
        problem = _wrong_with(records, sha256, suffix)
        if problem is not None and _is_named(records, sha256):
            problems.append(problem)
        read += expected
        if progress is not None:
            progress(read / max(1, size))
    return Integrity(people or 0, sets or 0, len(files), size, tuple(problems), tuple(_needless(records)))


def _needless(records: Records) -> Iterator[str]:
    """Name what nobody needs. Asked while nobody can begin or cease to use files."""
    home = records.settings.home
    unnamed = unnamed_files(records)
    with records.writing(SYSTEM) as work:
        work.hold_files()
        for row in unused_files(work):
            yield f"Nothing needs the file {row.sha256}{row.suffix} any more; {_GOES}"
        for sha256, suffix in unnamed:
            if not is_named(work, sha256, suffix) and work.files.path(sha256, suffix).exists():
                yield f"No row names the file {sha256}{suffix}; {_GOES}"
        for path in needless_incoming(work):
            yield f"No upload needs {_shown(path, home)}; {_GOES}"
    for path in records.files.passing.left_over():
        yield f"The process that made {_shown(path, home)} is gone; {_GOES}"
    if any((home / ERASING).glob("*")):
        yield "An erasure was cut short; the app finishes it within minutes, and so does: formcheck records retention."
    for path in _strangers(records):
        yield f"{_shown(path, home)} is none of the files that formcheck needs; look at it, and delete it."


def _strangers(records: Records) -> Iterator[Path]:
    """Go through what lies in the data directory and in the store under names that formcheck does not look for."""
    known = {path for _, _, path in records.files}
    for path in sorted(records.files.root.rglob("*")):
        if not path.is_dir() and path not in known:
            yield path
    ours = {DATABASE_FILE, *(DATABASE_FILE + ending for ending in SQLITE_BESIDE)}
    folders = {records.files.root.name, records.files.incoming.name, records.files.passing.root.name, ERASING}
    for path in sorted(records.settings.home.iterdir()):
        if path.name not in (folders if path.is_dir() else ours):
            yield path


def _shown(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix()


def _in_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL looks after its own pages
    for (line,) in connection.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"The database's file is damaged: {line}."


def _loose_rows(connection: Connection) -> Iterator[str]:
    """Name the references that lead nowhere; the database keeps them from coming about, damage does not."""
    for table, to, counted in _references():
        loose = connection.scalar(counted)
        if loose:
            yield f"{loose} rows of {table} name a row of {to} that is not there."


@functools.cache
def _references() -> tuple[tuple[str, str, Select[int]], ...]:
    """Return each reference of the tables: who names whom, and the query that counts where it leads nowhere."""
    return tuple(
        (
            table.name,
            constraint.referred_table.name,
            select(func.count()).select_from(table).where(_leads_nowhere(table, constraint)),
        )
        for table in all_tables()
        for constraint in table.foreign_key_constraints
    )


def _leads_nowhere(table: SqlTable, constraint: ForeignKeyConstraint) -> ColumnElement[bool]:
    other = constraint.referred_table.alias()
    pairs = [(element.parent, other.c[element.column.name]) for element in constraint.elements]
    given = and_(*(column.is_not(None) for column, _ in pairs))
    return and_(given, not_(exists().where(*(column == target for column, target in pairs)).correlate(table)))


def _wrong_with(records: Records, sha256: str, suffix: str) -> str | None:
    path = records.files.path(sha256, suffix)
    if not path.is_file():
        return f"The file {path.name} is missing."
    try:
        whole = file_sha256(path) == sha256
    except VideoError as error:
        return error.reason
    return None if whole else f"The file {path.name} is damaged."


def _is_named(records: Records, sha256: str) -> bool:
    """Ask again: a file may have been given up while others were being read."""
    with records.reading(SYSTEM) as work:
        names = (ExerciseSet.track_sha256, ExerciseSet.video_sha256, ExerciseSet.proxy_sha256)
        queries = (
            select(ExerciseSet.id).where(or_(*(name == sha256 for name in names))),
            select(RemoteStill.id).where(RemoteStill.sha256 == sha256),
            select(RemoteRecording.id).where(RemoteRecording.sha256 == sha256),
            select(Clinic.id).where(Clinic.logo_sha256 == sha256),
        )
        return any(work.session.scalar(query.limit(1)) is not None for query in queries)
