"""Whether the records are whole: every file that a row names is there and is what its name says, no row hangs loose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, ForeignKeyConstraint, and_, exists, func, not_, or_, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DatabaseError
from sqlalchemy.sql.elements import ColumnElement

from formcheck.errors import VideoError
from formcheck.records.access import SYSTEM, RecordsError
from formcheck.records.archive_file import Progress
from formcheck.records.archive_rows import all_tables
from formcheck.records.records import Records
from formcheck.records.tables import ExerciseSet, Person, StoredFile
from formcheck.video.digest import file_sha256


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
    return Integrity(people or 0, sets or 0, len(files), size, tuple(problems))


def _in_database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return  # PostgreSQL looks after its own pages
    for (line,) in connection.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"The database's file is damaged: {line}."


def _loose_rows(connection: Connection) -> Iterator[str]:
    """Name the references that lead nowhere; the database keeps them from coming about, damage does not."""
    for table in all_tables():
        for constraint in table.foreign_key_constraints:
            loose = connection.scalar(select(func.count()).select_from(table).where(_leads_nowhere(table, constraint)))
            if loose:
                to = constraint.referred_table.name
                yield f"{loose} rows of {table.name} name a row of {to} that is not there."


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
        query = select(ExerciseSet.id).where(or_(*(name == sha256 for name in names))).limit(1)
        return work.session.scalar(query) is not None
