"""Rows on their way into an archive and out of it, whatever the kind of database.

An archive is not read into the records at once: its rows are laid out in a passing database of their own, at the
revision of the tables that they were written at, and that is brought up to date. What can be read from there is whole,
of the right kind, and fits together.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    select,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import IntegrityError

from formcheck.moments import read_moment
from formcheck.records.archive_file import ArchiveReader
from formcheck.records.database import connect, known_revisions, migrate, newer_revision
from formcheck.records.tables import Json, Table, UtcDateTime

ROWS_AT_ONCE: Final = 8
"""Held in memory; a row of an archive made to harm may have 32 MB, and some times that once it is read."""
_REVISION_TABLE: Final = "alembic_version"


def all_tables() -> list[SqlTable]:
    """Return the tables in an order in which no row refers to one that comes later."""
    return list(Table.metadata.sorted_tables)


def encoded(row: Mapping[str, Any]) -> Json:
    """Return a row as JSON: moments as ISO 8601 in UTC, everything else as it is.

    A zero character in a text, which SQLite keeps and PostgreSQL cannot, is replaced: an archive suits both.
    """
    return {name: _encoded(value) for name, value in row.items()}


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def decoded(table: SqlTable, row: Any) -> dict[str, Any]:
    """Return a row from JSON, with every column of the table, each of its kind.

    Raises
    ------
    ValueError
        If it is no row of this table.
    """
    if not isinstance(row, dict) or set(row) != set(table.columns.keys()):
        raise ValueError(f"a row of {table.name} has other columns than it should")
    return {column.name: _value(column, row[column.name]) for column in table.columns}


def _value(column: Column[Any], value: Any) -> Any:
    where = f"{column.table.name}.{column.name}"
    if value is None:
        if not column.nullable:
            raise ValueError(f"{where} is empty")
        return None
    kind = column.type
    if isinstance(kind, UtcDateTime | DateTime):
        return _moment(where, value, aware=isinstance(kind, UtcDateTime))
    if isinstance(kind, Date):
        return _day(where, value)
    if not isinstance(kind, JSON) and not _fits(kind, value):
        raise ValueError(f"{where} is not of its kind")
    return value


def _fits(kind: Any, value: Any) -> bool:
    if isinstance(kind, Boolean):
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if isinstance(kind, String):
        return isinstance(value, str) and "\0" not in value
    if isinstance(kind, Integer):
        return isinstance(value, int) and abs(value) < (2**63 if isinstance(kind, BigInteger) else 2**31)
    return isinstance(kind, Float) and isinstance(value, int | float) and math.isfinite(value)


def _day(where: str, value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError(f"{where} is no day")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{where} is no day") from error


def _moment(where: str, value: Any, *, aware: bool) -> datetime:
    if not isinstance(value, str):
        raise ValueError(f"{where} is no moment")
    try:
        utc = read_moment(value, zone_needed=True)
    except ValueError as error:
        raise ValueError(f"{where} is no moment of our time") from error
    return utc if aware else utc.replace(tzinfo=None)


@contextmanager
def laid_out(archive: ArchiveReader, file: Path) -> Iterator[Engine]:
    """Lay the rows of an archive out in a passing database while the block runs, brought up to date.

    Parameters
    ----------
    archive
        Where they come from.
    file
        A name for the database that nobody else uses; gone afterwards.

    Raises
    ------
    RecordsError
        If the archive is of a newer formcheck, or its rows are not whole or do not fit together.
    """
    engine = connect(f"sqlite:///{file}")
    try:
        with _as_damage(archive):
            if archive.manifest.revision not in known_revisions():
                raise newer_revision()
            empty = _empty(archive.manifest.revision)
            file.write_bytes(empty.database)  # into the file that `connect` made for its owner alone
            _lay_out(archive, engine, empty.shape)
            migrate(engine)
        yield engine
    finally:
        engine.dispose()
        for ending in ("", "-wal", "-shm", "-journal"):
            file.with_name(file.name + ending).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Empty:
    """Tables with nothing in them."""

    database: bytes
    """As SQLite would write it into a file."""
    shape: MetaData


@functools.cache
def _empty(revision: str) -> _Empty:
    """Return the tables of a revision. Made once: an archive is laid out to be looked at, and again to be read."""
    engine = connect("sqlite://")
    shape = MetaData()
    try:
        migrate(engine, revision)
        shape.reflect(engine)
        with engine.connect() as connection:
            database: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    finally:
        engine.dispose()
    return _Empty(database, shape)


def _lay_out(archive: ArchiveReader, engine: Engine, shape: MetaData) -> None:
    given = {each.name: each for each in archive.manifest.tables}
    unknown = set(given) - (set(shape.tables) - {_REVISION_TABLE})
    if unknown or len(given) != len(archive.manifest.tables):
        raise ValueError(f"it holds tables that cannot be: {', '.join(sorted(unknown)) or 'one twice'}")
    with engine.begin() as connection:
        for table in shape.sorted_tables:
            if table.name in given:
                write_rows(connection, table, (decoded(table, row) for row in archive.rows(given[table.name])))


@contextmanager
def _as_damage(archive: ArchiveReader) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise archive.damaged("its rows do not fit together") from error
    except (ValueError, RecursionError) as error:
        raise archive.damaged(error) from error


def write_rows(connection: Connection, table: SqlTable, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows, some at a time; return how many."""
    counted, left = 0, iter(rows)
    while some := [dict(row) for row in islice(left, ROWS_AT_ONCE)]:
        connection.execute(table.insert(), some)
        counted += len(some)
    return counted


def rows_of(
    connection: Connection, table: SqlTable, change: Callable[[dict[str, Any]], None] | None = None
) -> Iterator[dict[str, Any]]:
    """Go through the rows of a table in the order of their keys, some at a time.

    Parameters
    ----------
    connection
        To a database with our tables.
    table
        Which.
    change
        Called with each row before it is handed on.
    """
    query = select(table).order_by(*table.primary_key.columns)
    for row in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query).mappings():
        taken = dict(row)
        if change is not None:
            change(taken)
        yield taken
