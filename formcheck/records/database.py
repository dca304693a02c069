"""The database of the records: opened, brought up to date, and one transaction at a time.

Alembic is imported when tables are behind: the app and each of its workers open records that mostly are not.
"""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from formcheck.records.access import RecordsError, UnreachableError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS: Final = Path(__file__).resolve().parent / "migrations"
_WAIT_S: Final = 30
"""For another writer to end: SQLite has one at a time, and none of ours takes longer than a moment."""
_WRITES: Final = "formcheck_writes"
_MIGRATION_LOCK: Final = 0x666F726D
"""PostgreSQL's advisory lock that one migration at a time holds; a number of our own."""
_SUPPORTED: Final = ("sqlite", "postgresql")


def open_database(url: str) -> Engine:
    """Open a database and bring its tables up to date.

    Two processes may do so at once: the second waits, and finds it done.

    Parameters
    ----------
    url
        As SQLAlchemy takes it, for SQLite or PostgreSQL.

    Raises
    ------
    RecordsError
        If the address means nothing, the database cannot be reached, or it was made by a newer formcheck.
    """
    engine = connect(url)
    try:
        migrate(engine)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, OperationalError):
            raise _unreachable(engine, error) from error
        if isinstance(error, DBAPIError) and engine.dialect.name == "postgresql":
            raise RecordsError(
                f"The database of the records cannot be used: {_why(error)}.",
                "Check FORMCHECK_DATABASE_URL, and that its role owns the database.",
            ) from error
        if isinstance(error, DBAPIError):
            raise RecordsError(
                f"The records cannot be read: {_why(error)}.",
                "Restore them from a backup: formcheck records restore FILE --replace.",
            ) from error
        raise
    return engine


def connect(url: str) -> Engine:
    """Return an engine for a database, with what its kind needs to keep every write whole."""
    try:
        kind = make_url(url).get_backend_name()
        if kind not in _SUPPORTED:
            raise NoSuchModuleError(kind)
        if kind == "sqlite":
            _make_private(make_url(url).database)
            engine = create_engine(url, connect_args={"timeout": _WAIT_S, "check_same_thread": False})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        return create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as error:  # no such driver, a port that is none
        raise RecordsError(
            "The address of the database is not one that formcheck can use.",
            "Set FORMCHECK_DATABASE_URL to postgresql://user:password@host/database, or leave it out for SQLite.",
        ) from error


def _make_private(file: str | None) -> None:
    """Make a database's file one that its owner alone can open; what SQLite puts beside it goes by it."""
    if file and file != ":memory:":
        with suppress(OSError):  # it cannot be made or is somebody else's, which is said when it is opened
            Path(file).touch(mode=0o600)
            Path(file).chmod(0o600)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions are begun below: the driver's own way would commit before each change of a table.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # Who is going to write takes the place at once: turning a reader into a writer midway can fail.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def session_of(engine: Engine, *, writes: bool) -> Iterator[Session]:
    """Give a session in one transaction: committed when the block ends, rolled back when it is left by an exception.

    Raises
    ------
    UnreachableError
        If the database cannot be reached, or stays locked.
    RecordsError
        If it cannot keep what it is given.
    """
    bound = engine.execution_options(**{_WRITES: writes})
    try:
        with Session(bound, expire_on_commit=False) as session, session.begin():
            yield session
    except OperationalError as error:
        raise _unreachable(engine, error) from error
    except DataError as error:
        raise RecordsError(
            "Something in it is too long, too large, or has characters that cannot be kept.",
            "Shorten it, or type it anew.",
        ) from error


@contextmanager
def writing_to(engine: Engine) -> Iterator[Connection]:
    """Give a connection in one transaction that writes; see `session_of`.

    Raises
    ------
    UnreachableError
        If the database cannot be reached, or stays locked.
    """
    try:
        with engine.execution_options(**{_WRITES: True}).begin() as connection:
            yield connection
    except OperationalError as error:
        raise _unreachable(engine, error) from error


def migration_config() -> Config:
    """Return what Alembic needs to know of our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@functools.cache
def newest_revision() -> str:
    """Return the revision that this formcheck works with."""
    return max(known_revisions())


@functools.cache
def known_revisions() -> frozenset[str]:
    """Return the revisions that this formcheck can bring up to date, the newest included."""
    # A migration's file is named by its revision, and revisions are numbered one after the other.
    return frozenset(script.name.partition("_")[0] for script in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def newer_revision() -> RecordsError:
    """Return the error for tables at a revision that this formcheck does not know."""
    return RecordsError("These records were written by a newer version of formcheck.", "Update formcheck.")


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring the tables to a revision, in one transaction. Where they are at the newest already, that is only looked at.

    Raises
    ------
    RecordsError
        If the database was written by a newer formcheck.
    """
    if to == "head" and _is_up_to_date(engine):
        return
    with engine.execution_options(**{_WRITES: True}).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        current = _revision_of(connection)
        if current is not None and current not in known_revisions():
            raise newer_revision()
        if current == (newest_revision() if to == "head" else to):
            return
        from alembic import command

        config = migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _revision_of(connection: Connection) -> str | None:
    """Return the revision that tables are at, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _is_up_to_date(engine: Engine) -> bool:
    with engine.connect() as connection:
        return _revision_of(connection) == newest_revision()


def _unreachable(engine: Engine, error: OperationalError) -> UnreachableError:
    if engine.dialect.name == "sqlite":
        return UnreachableError(
            f"The records in {engine.url.database} cannot be opened: {_why(error)}.",
            "Check that the folder exists, has room and may be written to, or choose another with FORMCHECK_HOME.",
        )
    return UnreachableError(
        f"The database of the records cannot be reached: {_why(error)}.",
        "Check that it runs and that FORMCHECK_DATABASE_URL is right.",
    )


def _why(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error.orig).__name__
