"""People carried from one installation to another, in an archive of the same form as a backup.

Ids are kept, so that who is imported twice is recognised. What is here already stays as it is; what is new comes in
whole: a set with its corrections and drawings, or not at all. What is here and in the archive but differs is counted,
so that nobody takes it for the same.

Accounts and uploads are of an installation and do not travel.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy import Table as SqlTable

from formcheck.records.access import Actor, RecordsError
from formcheck.records.archive import write_archive
from formcheck.records.archive_file import ArchiveReader, Progress
from formcheck.records.archive_manifest import PEOPLE, Manifest
from formcheck.records.archive_rows import laid_out
from formcheck.records.exchange_merge import Imported, merge
from formcheck.records.files import KeptFile
from formcheck.records.people import get_person, list_people
from formcheck.records.records import Records
from formcheck.records.restore import need_room, part, take_files
from formcheck.records.tables import (
    AuditEntry,
    ExerciseSet,
    Note,
    Person,
    StoredAnnotation,
    StoredCorrection,
    StoredFile,
    StoredPlan,
    SuggestionAnswer,
    Table,
)

_OF_PERSON: Final = (StoredPlan, ExerciseSet, Note, SuggestionAnswer, AuditEntry)
"""What says itself whose it is."""
_OF_SET: Final = (StoredCorrection, StoredAnnotation)
"""What goes with a set."""


def export_people(
    records: Records,
    actor: Actor,
    target: Path,
    person_ids: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Manifest:
    """Write people with all that is theirs into an archive for another installation.

    Parameters
    ----------
    records
        The records.
    actor
        Who does it; not a client.
    target
        The archive; what was there stays until the new one is whole.
    person_ids
        Whom; None for everybody.
    progress
        Told how far it is.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    NotFoundError
        If one of them does not exist.
    RecordsError
        If the archive cannot be written.
    """
    with records.reading(actor) as work:
        actor.need_clinician("export people")
        people = [get_person(work, each).id for each in person_ids] if person_ids is not None else None
        if people is None and not list_people(work):
            raise RecordsError("There is nobody to export.", "Add a person first.")
    return write_archive(records, actor, target, PEOPLE, _queries(people), progress)


def _queries(people: Sequence[str] | None) -> dict[str, Select[Any]]:
    """Return the rows of some people, None for everybody, by table."""

    def theirs(table: SqlTable) -> Select[Any]:
        column = table.c.person_id
        return select(table).where(column.is_not(None) if people is None else column.in_(people))

    person, file, one = _table(Person), _table(StoredFile), _table(ExerciseSet)
    sets = theirs(one)
    hashes = [sets.with_only_columns(one.c[f"{name}_sha256"]) for name in ("track", "video", "proxy")]
    queries = {
        person.name: select(person) if people is None else select(person).where(person.c.id.in_(people)),
        file.name: select(file).where(or_(*(file.c.sha256.in_(each) for each in hashes))),
    }
    queries |= {each.__tablename__: theirs(_table(each)) for each in _OF_PERSON}
    of_sets = sets.with_only_columns(one.c.id)
    queries |= {each.__tablename__: select(_table(each)).where(_table(each).c.set_id.in_(of_sets)) for each in _OF_SET}
    return queries


def _table(model: type[Table]) -> SqlTable:
    return Table.metadata.tables[model.__tablename__]


def import_people(records: Records, actor: Actor, source: Path, progress: Progress | None = None) -> Imported:
    """Take people in from an archive: all that is new, or nothing if anything of it is not sound.

    Parameters
    ----------
    records
        The records.
    actor
        Who does it; not a client.
    source
        What `export_people` wrote, by this version of formcheck or an older one.
    progress
        Told how far it is.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the archive is damaged, a backup, of a newer formcheck or not sound, or the disk is full.
    """
    # Here, since what checks documents against their schema takes long to import, and the app exports people too.
    from formcheck.records.exchange_checks import check_people, check_tracks

    actor.need_clinician("import people")
    with ArchiveReader(source) as archive:
        if archive.manifest.kind != PEOPLE:
            raise RecordsError(
                f"{source.name} is a backup of everything.",
                "Restore it into an empty folder: formcheck records restore FILE.",
            )
        archive.verify(part(progress, 0.0, 0.4))
        need_room(archive, records.files)
        with (
            records.files.passing_folder() as folder,
            laid_out(archive, records.files.passing_name(".sqlite3", folder=folder)) as rows,
        ):
            check_people(archive, rows, records.now())
            ready = take_files(archive, records.files, folder, part(progress, 0.4, 0.9))
            check_tracks(archive, rows, {sha256: _place(records, each) for sha256, each in ready.items()})
            with rows.connect() as given, records.writing(actor) as work:
                return merge(work, given, archive.manifest, ready)


def _place(records: Records, file: KeptFile) -> Path:
    return file.ready or records.files.path(file.sha256, file.suffix)
