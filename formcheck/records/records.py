"""The records as one thing: the database, the files beside it, and pieces of work on them by somebody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from formcheck.records.access import SYSTEM, Actor, ConflictError, RecordsError
from formcheck.records.agreed import guard
from formcheck.records.database import open_database, session_of
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import AuditEntry, Json, StoredFile

FILES_LOCK: Final = 0x66696C65
"""PostgreSQL's advisory lock around which files are in use; a number of our own."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Work:
    """One transaction by somebody. The functions of `formcheck.records` take it and ask what the actor may."""

    session: Session
    actor: Actor
    files: FileStore
    now: datetime
    """One moment for all that is written in it."""
    entered: list[tuple[str, str]] = field(default_factory=list)
    """Hash and ending of the files that came into the store with it: they go again if it fails."""

    def log(self, action: str, *, subject: str | None, person: str | None, details: Json | None = None) -> None:
        """Write into the audit log what is done, in the same transaction.

        Parameters
        ----------
        action
            Such as `set.corrected`.
        subject
            Id of what it is done to.
        person
            Whom it is about.
        details
            What else is worth knowing; nothing that identifies anybody, since the log outlives them.
        """
        self.session.add(
            AuditEntry(
                at=self.now,
                actor_id=self.actor.id,
                actor=self.actor.name,
                action=action,
                subject_id=subject,
                person_id=person,
                details=details or {},
            )
        )

    def hold_files(self) -> None:
        """Let nobody else begin or cease to use files until the transaction ends; SQLite has one writer anyway."""
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FILES_LOCK})

    def keep_file(self, file: KeptFile) -> str:
        """Let a file into the store, and name it; return its hash.

        Raises
        ------
        RecordsError
            If it is not there any more, or the disk refuses.
        """
        self.hold_files()
        row = self.session.get(StoredFile, file.sha256)
        if row is None:
            row = StoredFile(sha256=file.sha256, suffix=file.suffix, size=file.size, created_at=self.now)
            self.session.add(row)
            self.session.flush()
        if file.ready is not None and file.ready.is_file():
            try:
                self.files.enter(file.ready, row.sha256, row.suffix)
            except OSError as error:
                raise RecordsError(
                    f"The file could not be kept: {error.strerror or error}.", "Free some space, and try again."
                ) from error
            self.entered.append((row.sha256, row.suffix))
        if not self.files.path(row.sha256, row.suffix).is_file():
            raise RecordsError("A file was cleaned up while it was being kept.", "Try again.")
        return file.sha256

    def file_path(self, sha256: str) -> Path:
        """Return where a file is.

        Raises
        ------
        RecordsError
            If it is not there although it should be.
        """
        row = self.session.get(StoredFile, sha256)
        path = None if row is None else self.files.path(row.sha256, row.suffix)
        if path is None or not path.is_file():
            raise RecordsError(
                "A file of the records is missing.", "Restore it from a backup: formcheck records restore FILE."
            )
        return path


class Records:
    """Everything that is kept. One for a process; may be used by several threads at once.

    Parameters
    ----------
    settings
        Where it is.
    clock
        The time now, with a time zone.

    Raises
    ------
    RecordsError
        If the records cannot be opened.
    """

    def __init__(self, settings: RecordsSettings | None = None, clock: Callable[[], datetime] = _now) -> None:
        self.settings = settings if settings is not None else RecordsSettings()
        self.files = FileStore(self.settings.home)
        self._clock = clock
        self.engine: Engine = open_database(self.settings.url())

    def now(self) -> datetime:
        """Return the time now, with a time zone."""
        return self._clock()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Work]:
        """Give somebody a look: nothing that is changed stays."""
        with session_of(self.engine, writes=False) as session:
            yield Work(session, actor, self.files, self._clock())
            session.expunge_all()

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Work]:
        """Give somebody one transaction: all of it is kept when the block ends, nothing if it fails.

        Raises
        ------
        ConsentError
            If something would be kept that whose it is refuses.
        ConflictError
            If somebody else changed the same thing meanwhile.
        """
        entered: list[tuple[str, str]] = []
        try:
            with session_of(self.engine, writes=True) as session:
                guard(session)
                yield Work(session, actor, self.files, self._clock(), entered)
        except (StaleDataError, IntegrityError) as error:
            self._put_out(entered)
            raise ConflictError("record") from error
        except BaseException:
            self._put_out(entered)
            raise

    def _put_out(self, entered: list[tuple[str, str]]) -> None:
        """Remove the files of a transaction that failed, except what others name. What stays goes with a sweep."""
        if not entered:
            return
        with suppress(RecordsError), self.writing(SYSTEM) as work:
            work.hold_files()
            for sha256, suffix in entered:
                if work.session.get(StoredFile, sha256) is None:
                    self.files.remove(sha256, suffix)

    def close(self) -> None:
        """Let go of the database, and of what was passing through."""
        self.engine.dispose()
        self.files.close()
