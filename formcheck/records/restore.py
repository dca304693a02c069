"""Records made from a backup.

The whole archive is checked first. Then its files are taken in, which changes nothing as long as no row names them, and
the database is changed in one transaction: before it all is as it was, after it all is as in the archive.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, String, delete, func, insert, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DataError, IntegrityError

from formcheck.errors import VideoError
from formcheck.records.access import SYSTEM, Actor, RecordsError
from formcheck.records.archive_file import ArchiveReader, Progress
from formcheck.records.archive_manifest import BACKUP, Manifest
from formcheck.records.archive_rows import all_tables, laid_out, rows_of, write_rows
from formcheck.records.database import open_database, writing_to
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.integrity import readable, replace_broken
from formcheck.records.records import FILES_LOCK, Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.sweep import sweep
from formcheck.records.tables import AuditEntry, RemoteConsent, StoredFile, Upload
from formcheck.video.digest import file_sha256

_ON_THEIR_WAY: Final = ("receiving", "waiting", "running")
"""States of an upload whose video is in no archive yet."""
_ROOM: Final = 1.1
"""Of the archive's size, free on the disk: the database has its own use of space."""


@dataclass(frozen=True)
class Restored:
    """What became of a backup."""

    manifest: Manifest
    set_aside: Path | None
    """Where a database that could not be read any more was put; None where there was none."""


def restore(
    settings: RecordsSettings,
    source: Path,
    *,
    replace: bool = False,
    actor: Actor = SYSTEM,
    progress: Progress | None = None,
) -> Restored:
    """Make the records what they were when a backup was made, whichever kind of database that was made from.

    Parameters
    ----------
    settings
        Where the records shall be.
    source
        A backup, of this version of formcheck or an older one.
    replace
        Whether records that are there may go. They stay as they are until the new ones are whole.
    actor
        Who does it, for the audit log; not a client.
    progress
        Told how far it is.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the archive is damaged, no backup, or of a newer formcheck; there are records already and they may not go;
        or the disk is full. Then all is as it was.
    """
    actor.need_clinician("restore records")
    with ArchiveReader(source) as archive:
        if archive.manifest.kind != BACKUP:
            raise RecordsError(
                f"{source.name} holds some people, not everything.",
                "Add them to the records: formcheck records import.",
            )
        archive.verify(part(progress, 0.0, 0.4))
        with closing(FileStore(settings.home)) as files:
            restored = _restore(settings, archive, files, actor, progress, replace=replace)
    with closing(Records(settings)) as records:
        sweep(records)  # what was there before and nothing needs any more
    return restored


def _restore(
    settings: RecordsSettings,
    archive: ArchiveReader,
    files: FileStore,
    actor: Actor,
    progress: Progress | None,
    *,
    replace: bool,
) -> Restored:
    need_room(archive, files)
    with laid_out(archive, files.passing_name(".sqlite3")) as rows:
        if replace and not readable(settings):
            return _over_broken(settings, archive, files, rows, actor, progress)
        engine = open_database(settings.url())
        try:
            _fill(archive, files, rows, engine, actor, part(progress, 0.4, 1.0), replace=replace)
        finally:
            engine.dispose()
    return Restored(archive.manifest, None)


def _over_broken(
    settings: RecordsSettings,
    archive: ArchiveReader,
    files: FileStore,
    rows: Engine,
    actor: Actor,
    progress: Progress | None,
) -> Restored:
    with replace_broken(settings, files) as (engine, aside):
        _fill(archive, files, rows, engine, actor, part(progress, 0.4, 1.0), replace=False)
    return Restored(archive.manifest, aside)


def _fill(
    archive: ArchiveReader,
    files: FileStore,
    rows: Engine,
    engine: Engine,
    actor: Actor,
    progress: Progress | None,
    *,
    replace: bool,
) -> None:
    if not replace:
        with engine.connect() as connection:
            _need_empty(connection)  # before the long copying; asked again when it counts
    with files.passing_folder() as folder:
        ready = take_files(archive, files, folder, progress)
        try:
            with rows.connect() as given, writing_to(engine) as target:
                _alone(target)
                if not replace:
                    _need_empty(target)
                for table in reversed(all_tables()):
                    target.execute(delete(table))
                for table in all_tables():
                    write_rows(target, table, rows_of(given, table, _change_of(table)))
                _enter(files, ready)
                _need_files(target, archive, files)
                _note(target, actor, archive.manifest)
        except (IntegrityError, DataError) as error:
            raise archive.damaged("its rows do not fit the database") from error


def _enter(files: FileStore, ready: Mapping[str, KeptFile]) -> None:
    """Let the files in; without the commit that follows no row names them, and a sweep takes them."""
    for each in ready.values():
        if each.ready is not None:
            try:
                files.enter(each.ready, each.sha256, each.suffix)
            except OSError as error:
                raise RecordsError(
                    f"A file could not be kept: {error.strerror or error}.", "Free some space, and try again."
                ) from error


def _alone(connection: Connection) -> None:
    """Let nobody else write until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FILES_LOCK})
        names = ", ".join(f'"{table.name}"' for table in all_tables())
        connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def _need_empty(connection: Connection) -> None:
    if any(connection.execute(select(table).limit(1)).first() is not None for table in all_tables()):
        raise RecordsError(
            "There are records here already, and a backup would take their place.",
            "Say --replace if that is what you want, or choose an empty folder with FORMCHECK_HOME.",
        )


def _change_of(table: SqlTable) -> Callable[[dict[str, Any]], None]:
    """Return what is done to each row of a table on its way into the database."""
    lengths = {column.name: column.type.length for column in table.columns if isinstance(column.type, String)}

    def change(row: dict[str, Any]) -> None:
        for name, length in lengths.items():
            # SQLite keeps longer names than it was told to, PostgreSQL does not; nothing is lost over that.
            if row[name] is not None and length is not None:
                row[name] = row[name][:length]
        if table.name == Upload.__tablename__:
            _end(row)

    return change


def _end(upload: dict[str, Any]) -> None:
    """End an upload that was on its way when the backup was made: its video is not in there."""
    if upload["state"] in _ON_THEIR_WAY:
        upload["state"] = "failed"
        upload["reason"] = "This video had not been measured when the backup was made that these records come from."
        upload["remedy"] = "Upload it again."
        upload["worker"] = upload["lease_until"] = None


def _need_files(connection: Connection, archive: ArchiveReader, files: FileStore) -> None:
    """Make sure that no clean-up took a file while others were still being taken in."""
    known_missing = {each.sha256 for each in archive.manifest.missing}
    for sha256, suffix in connection.execute(select(StoredFile.sha256, StoredFile.suffix)):
        if sha256 not in known_missing and not files.path(sha256, suffix).is_file():
            raise RecordsError(
                "A file of the backup is not in it, or was cleaned up while others were still being copied.",
                "Stop formcheck and try again.",
            )


def _note(connection: Connection, actor: Actor, manifest: Manifest) -> None:
    if connection.dialect.name == "postgresql":
        # Rows came with their numbers: new ones go on after them.
        for numbered in (AuditEntry, RemoteConsent):
            longest = select(func.coalesce(func.max(numbered.id), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(numbered.__tablename__, "id")
            connection.execute(select(func.setval(sequence, longest, False)))
    connection.execute(
        insert(AuditEntry).values(
            at=datetime.now(UTC),
            actor_id=actor.id,
            actor=actor.name,
            action="records.restored",
            details={"made_at": manifest.made_at},
        )
    )


def need_room(archive: ArchiveReader, files: FileStore) -> None:
    """Refuse an archive that the disk cannot hold, before anything is written.

    Raises
    ------
    RecordsError
        If there is not enough room.
    """
    needed, free = int(archive.size * _ROOM), shutil.disk_usage(files.incoming).free
    if needed > free:
        raise RecordsError(
            f"The archive holds {needed / 1e9:,.1f} GB, and the disk of the records has {free / 1e9:,.1f} GB left.",
            "Free some space, or choose another folder with FORMCHECK_HOME.",
        )


def take_files(
    archive: ArchiveReader, files: FileStore, folder: Path, progress: Progress | None = None
) -> dict[str, KeptFile]:
    """Make the files of an archive ready for the store; those that it holds already, whole, are there.

    Parameters
    ----------
    archive
        Where they come from.
    files
        The store.
    folder
        Where they lie until then.
    progress
        Told how far it is.

    Returns
    -------
    dict
        By hash.

    Raises
    ------
    RecordsError
        If the disk is full, or the archive is not what it was when it was checked.
    """
    done, total = 0, max(1, sum(each.size for each in archive.manifest.files))
    ready: dict[str, KeptFile] = {}
    for each in archive.manifest.files:
        kept = KeptFile(each.sha256, each.suffix, each.size)
        if not _is_whole(files.path(each.sha256, each.suffix), each.sha256):
            passing = files.passing_name(each.suffix, folder=folder)
            archive.copy(each, passing)
            kept = files.take(passing, each.suffix, folder=folder)
            if kept.sha256 != each.sha256:
                raise archive.damaged(f"{each.member} is not what was written")
        ready[each.sha256] = kept
        done += each.size
        if progress is not None:
            progress(done / total)
    return ready


def _is_whole(file: Path, sha256: str) -> bool:
    try:
        return file.is_file() and file_sha256(file) == sha256
    except VideoError:  # the disk does not give it back
        return False


def part(progress: Progress | None, start: float, end: float) -> Progress | None:
    """Return what tells the progress of one step as a stretch of the whole."""
    if progress is None:
        return None
    whole = progress
    return lambda share: whole(start + share * (end - start))
