"""An SQLite database that cannot be read any more, replaced by a whole one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from formcheck.records.database import open_database
from formcheck.records.files import FileStore, force
from formcheck.records.settings import DATABASE_FILE, RecordsSettings

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
