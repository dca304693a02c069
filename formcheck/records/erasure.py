"""One person erased completely: rows, files that nobody else needs, uploads, account; of the log the bare fact.

What is to be done is written down before anything is: an erasure that was cut short is finished by `finish_erasures`.

What of the records belongs to a person, also where no row says so: what goes when they are erased.

Whose a file is by its name: how a person's name stands in the name of a file.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sqlalchemy import Engine, Text, cast, delete, or_, select

from formcheck.records.access import Actor, RecordsError, Role
from formcheck.records.archive_rows import all_tables
from formcheck.records.files import force
from formcheck.records.people import get_person, plain_words
from formcheck.records.records import Records, Work
from formcheck.records.sweep import remove_incoming, remove_passing, sweep
from formcheck.records.tables import (
    Account,
    AuditEntry,
    ExerciseSet,
    Note,
    Person,
    PrescribedLink,
    RedFlagScreen,
    RemoteSession,
    SafetyAcceptance,
    SoapNote,
    StoredAnnotation,
    StoredAnswers,
    StoredConsent,
    StoredCorrection,
    StoredDone,
    StoredFile,
    StoredPlan,
    StoredProgramme,
    StoredTest,
    SuggestionAnswer,
    Upload,
    new_id,
)

_LETTERS: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
_SHORTEST: Final = 3
"""Letters: shorter words of a name are in too many file names by chance."""


def words_of(text: str) -> list[str]:
    """Return the words of a name, of a person or a file, in lower case and without an ending."""
    return [word.casefold() for word in _LETTERS.findall(PurePosixPath(text).stem)]


def may_be_named(person: str, file: str) -> bool:
    """Say whether a person's name is in a file's name: all of it, or one word of it that is too long for chance.

    Parameters
    ----------
    person
        Name of the person.
    file
        Name of the file.
    """
    name, inside = words_of(person), words_of(file)
    if not name:
        return False
    if all(word in inside for word in name):
        return len("".join(name)) >= _SHORTEST
    return any(len(word) >= _SHORTEST and word in inside for word in name)


def one_who_may_be_named(file: str, people: Sequence[tuple[str, str]]) -> str | None:
    """Return the id of the only one of `people`, each an id and a name, whose name may be in a file's name."""
    named = [person_id for person_id, their in people if may_be_named(their, file)]
    return named[0] if len(named) == 1 else None


def is_named_in_full(person: str, file: str) -> bool:
    """Say whether the whole of a person's name stands in a file's name, word for word, numbers too; accents may differ.

    Short names are never: they are in too many names by chance.
    """
    name, inside = plain_words(person), plain_words(file)
    if len("".join(name)) < _SHORTEST:
        return False
    return any(inside[first : first + len(name)] == name for first in range(len(inside) - len(name) + 1))


_PIECE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Belongings:
    """Ids of rows."""

    accounts: tuple[str, ...]
    sets: tuple[str, ...]
    uploads: tuple[str, ...]


def belongings_of(work: Work, person: Person) -> Belongings:
    """Return what belongs to a person.

    That is what says so; and of what belongs to nobody:

    - sets and uploads of the same videos;
    - sets that are called by the person's full name, and uploads without a set whose name may be that of this person
      and of nobody else;
    - uploads that never came whole, if they are as long as one of the person's videos and begin like it, or are called
      like it.
    """
    accounts = _ids(work, select(Account.id).where(Account.person_id == person.id))
    named_sets = _named_sets(work, person)
    theirs = {*_ids(work, _uploads_said(person.id, accounts)), *_named_uploads(work, person)}
    videos = _videos_of(work, person.id, theirs, named_sets)
    same_video = ExerciseSet.person_id.is_(None) & ExerciseSet.source_sha256.in_(videos)
    sets = _ids(work, select(ExerciseSet.id).where((ExerciseSet.person_id == person.id) | same_video))
    sets = sorted({*sets, *named_sets})
    nobodys = Upload.person_id.is_(None) & or_(Upload.set_id.in_(sets), Upload.sha256.in_(videos))
    theirs |= {*_ids(work, select(Upload.id).where(nobodys))}
    theirs |= {*_halves(work, theirs, sets)}
    return Belongings(tuple(accounts), tuple(sets), tuple(sorted(theirs)))


def _uploads_said(person_id: str, accounts: Sequence[str]) -> Any:
    return select(Upload.id).where(or_(Upload.person_id == person_id, Upload.created_by_id.in_(accounts)))


def _videos_of(work: Work, person_id: str, uploads: Iterable[str], sets: Iterable[str]) -> list[str]:
    """Return the hashes of the person's videos, those included of which no set came, or none any more."""
    of_sets = or_(ExerciseSet.person_id == person_id, ExerciseSet.id.in_(sets))
    measured = select(ExerciseSet.source_sha256).where(of_sets)
    uploaded = select(Upload.sha256).where(Upload.id.in_(uploads), Upload.sha256.is_not(None))
    return _ids(work, measured.union(uploaded))


def _named_sets(work: Work, person: Person) -> list[str]:
    """Return nobody's sets that are called by the person's full name; none where others have the same name."""
    names = work.session.scalars(select(Person.name).where(Person.id != person.id))
    if any(is_named_in_full(person.name, name) for name in names):
        return []
    query = select(ExerciseSet.id, ExerciseSet.name).where(ExerciseSet.person_id.is_(None))
    return [row.id for row in work.session.execute(query) if is_named_in_full(person.name, row.name)]


def _named_uploads(work: Work, person: Person) -> list[str]:
    people = [(row.id, row.name) for row in work.session.execute(select(Person.id, Person.name))]
    query = select(Upload.id, Upload.name).where(Upload.person_id.is_(None), Upload.set_id.is_(None))
    return [row.id for row in work.session.execute(query) if one_who_may_be_named(row.name, people) == person.id]


def _halves(work: Work, uploads: Iterable[str], sets: Iterable[str]) -> Iterator[str]:
    """Go through nobody's uploads that never came whole and are the beginning of one of the person's videos."""
    theirs = work.session.scalars(select(Upload).where(Upload.id.in_(uploads))).all()
    called = {(row.name, row.size) for row in theirs}
    videos = [path for row in theirs for path in _arrived(work, row.id)]
    stored = select(StoredFile.sha256, StoredFile.suffix).join(
        ExerciseSet, ExerciseSet.video_sha256 == StoredFile.sha256
    )
    for row in work.session.execute(stored.where(ExerciseSet.id.in_(sets))):
        videos.append(work.files.path(row.sha256, row.suffix))
    incomplete = Upload.person_id.is_(None) & Upload.set_id.is_(None) & Upload.sha256.is_(None)
    for half in work.session.scalars(select(Upload).where(incomplete)):
        arrived = _arrived(work, half.id)
        if (half.name, half.size) in called or any(
            _begins_like(path, video) for path in arrived for video in videos if _size(video) == half.size
        ):
            yield half.id


def _arrived(work: Work, upload_id: str) -> list[Path]:
    """Return the file of an upload, where there is one."""
    return [path for path in work.files.incoming.glob(f"{upload_id}.*") if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _begins_like(half: Path, whole: Path) -> bool:
    """Say whether all bytes of a file, of which there are some, are those that another begins with."""
    try:
        with half.open("rb") as of_half, whole.open("rb") as of_whole:
            some = False
            while piece := of_half.read(_PIECE_BYTES):
                some = True
                if of_whole.read(len(piece)) != piece:
                    return False
            return some
    except OSError:
        return False


def _ids(work: Work, query: Any) -> list[str]:
    return list(work.session.scalars(query))


ERASED: Final = "person.erased"
"""The action in the audit log: who did it and when, and nothing else."""
ERASING: Final = "erasing"
"""The folder of erasures under way, in the data directory."""
_BUSY_MS: Final = 10_000
"""How long others may keep us from rewriting the database."""


@dataclass(frozen=True)
class _Task:
    """An erasure that was asked for, as it is written down until it is done."""

    file: Path
    person_id: str
    actor_id: str
    actor: str
    role: str
    upload_ids: tuple[str, ...] = ()
    """Whose files are to go; known once the rows have gone."""
    set_ids: tuple[str, ...] = ()
    """Of which nothing is to be sent any more; as those."""

    def write(self, records: Records) -> None:
        """Write it down so that a crash cannot lose it."""
        self.file.parent.mkdir(mode=0o700, exist_ok=True)
        passing = records.files.passing_name(".json")
        passing.write_text(json.dumps({**vars(self), "file": self.file.name}))
        force(passing)
        passing.replace(self.file)
        force(self.file.parent)

    def forget(self) -> None:
        """Remove it: nothing leads back to the person any more."""
        self.file.unlink(missing_ok=True)
        force(self.file.parent)


def erase_person(records: Records, actor: Actor, person_id: str) -> None:
    """Erase a person completely.

    Their plans, sets, corrections, notes, consents, answers, remote sessions, uploads and account go, and so do those
    sets and uploads of nobody that are theirs (see `belongings_of`). Files go unless another person's set needs the
    same content. Audit entries about them go; that the actor erased a person now is entered. In the end the database
    is rewritten, so that its files hold nothing of them either.

    Parameters
    ----------
    records
        The records.
    actor
        Who does it; not a client.
    person_id
        Whom.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the database is in the way: then nothing was erased, or the rest goes with `finish_erasures`; the reason says
        which.
    """
    with records.reading(actor) as work:
        get_person(work, person_id)
        actor.need_clinician("erase people")
    file = records.settings.home / ERASING / f"{new_id()}.json"
    task = _Task(file, person_id, actor.id, actor.name, actor.role.value)
    try:
        task.write(records)
        task = _erase_rows(records, task)
    except BaseException:
        task.forget()
        raise
    _finish(records, task)


def finish_erasures(records: Records, *, older_than_s: float = 0.0) -> int:
    """Finish the erasures that were cut short; return how many. To be called when formcheck starts, and while it runs.

    Parameters
    ----------
    records
        The records.
    older_than_s
        Leave those alone at which somebody was later than so many seconds ago: they may be under way.
    """
    before_s = time.time() - older_than_s
    folder = records.settings.home / ERASING
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [_read(file) for file in files if not older_than_s or _written_s(file) < before_s]
    tasks = [task for task in found if task is not None]
    for task in tasks:
        _finish(records, _erase_rows(records, task))
    return len(tasks)


def _written_s(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return math.inf  # it was finished just now


def _read(file: Path) -> _Task | None:
    """Return what is to be done; None where another process has done it just now."""
    try:
        kept = json.loads(file.read_text())
        ids = {name: tuple(kept.get(name, ())) for name in ("upload_ids", "set_ids")}
        return _Task(**{**kept, "file": file, **ids})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RecordsError(
            f"An erasure that was cut short cannot be finished: {file} cannot be read.",
            "Erase the person again, then remove that file.",
        ) from error


def _finish(records: Records, task: _Task) -> None:
    """Remove what the rows no longer name, then every trace in the database's own files."""
    remove_incoming(records.files, task.upload_ids)
    remove_passing(records.files, (task.person_id, *task.set_ids))
    sweep(records)
    scrub(records.engine)
    task.forget()


def _erase_rows(records: Records, task: _Task) -> _Task:
    """Delete all rows in one transaction; nothing happens where they have gone already."""
    actor = Actor(task.actor_id, task.actor, Role(task.role))
    with records.writing(actor) as work:
        person = work.session.get(Person, task.person_id, with_for_update=True)
        if person is None:
            return task
        theirs = belongings_of(work, person)
        sets, uploads = theirs.sets, theirs.uploads
        task = replace(
            task,
            upload_ids=tuple(sorted({*task.upload_ids, *uploads})),
            set_ids=tuple(sorted({*task.set_ids, *sets})),
        )
        task.write(records)
        _reduce_log(work, task.person_id, theirs)
        for some in _some(uploads):
            work.session.execute(delete(Upload).where(Upload.id.in_(some)))
        _forget_guesses(work, task.person_id)
        for some in _some(sets):
            work.session.execute(delete(ExerciseSet).where(ExerciseSet.id.in_(some)))
        for some in _some(theirs.accounts):
            # An account may have been another person's when it accepted.
            work.session.execute(delete(SafetyAcceptance).where(SafetyAcceptance.account_id.in_(some)))
            nobodys = RedFlagScreen.person_id.is_(None) & RedFlagScreen.account_id.in_(some)
            work.session.execute(delete(RedFlagScreen).where(nobodys))
        work.session.execute(delete(Person).where(Person.id == task.person_id))
        work.log(ERASED, subject=None, person=None)
    return task


def _reduce_log(work: Work, person_id: str, theirs: Belongings) -> None:
    """Delete the entries about a person and theirs, and what others' entries say of them."""
    sets, uploads, accounts = theirs.sets, theirs.uploads, theirs.accounts
    about = [AuditEntry.person_id == person_id]
    of_person = (
        StoredPlan,
        PrescribedLink,
        StoredProgramme,
        StoredDone,
        RedFlagScreen,
        Note,
        SuggestionAnswer,
        RemoteSession,
        SafetyAcceptance,
        StoredConsent,
        StoredAnswers,
    )
    about += [AuditEntry.subject_id.in_(select(each.id).where(each.person_id == person_id)) for each in of_person]
    for condition in about:
        work.session.execute(delete(AuditEntry).where(condition))
    for some in _some(sets):
        of_set = (StoredCorrection, StoredAnnotation, Note, SoapNote, StoredTest)
        subjects = [AuditEntry.subject_id.in_(select(each.id).where(each.set_id.in_(some))) for each in of_set]
        work.session.execute(delete(AuditEntry).where(or_(AuditEntry.subject_id.in_(some), *subjects)))
    for some in _some([*uploads, *accounts, person_id]):
        work.session.execute(delete(AuditEntry).where(AuditEntry.subject_id.in_(some)))
    for some in _some(accounts):
        work.session.execute(delete(AuditEntry).where(AuditEntry.actor_id.in_(some)))
    gone = {person_id, *sets, *uploads, *accounts}
    for entry in work.session.scalars(select(AuditEntry).where(cast(AuditEntry.details, Text).contains(person_id))):
        entry.details = _without(entry.details, gone)


def _forget_guesses(work: Work, person_id: str) -> None:
    """Take out of others' uploads that they were thought to be this person's."""
    for upload in work.session.scalars(select(Upload).where(cast(Upload.guesses, Text).contains(person_id))):
        upload.guesses = {name: guess for name, guess in upload.guesses.items() if person_id not in json.dumps(guess)}


def _without(value: Any, gone: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, gone) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, gone) for each in value]
    return None if isinstance(value, str) and value in gone else value


def scrub(engine: Engine) -> None:
    """Rewrite the database, so that nothing of deleted rows is left in its files.

    Raises
    ------
    RecordsError
        If others have used it all the time.
    """
    unavailable = engine.dialect.loaded_dbapi.OperationalError
    try:
        with closing(engine.raw_connection()) as connection:
            try:
                with closing(connection.cursor()) as cursor:
                    if engine.dialect.name == "sqlite":
                        _scrub_sqlite(cursor)
                    else:
                        _scrub_postgresql(connection.driver_connection, cursor)
            except unavailable:
                connection.invalidate()  # it may be lost: nobody else is to get it
                raise
    except unavailable as error:
        raise RecordsError(
            "The person is erased, but traces may be left in the database's files, since it was in use.",
            "They go within minutes while the app runs, and when it is started next.",
        ) from error


def _scrub_sqlite(cursor: Any) -> None:
    before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    try:
        _rewrite_sqlite(cursor)
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {before}")


def _rewrite_sqlite(cursor: Any) -> None:
    for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
        cursor.execute(statement)
        row = cursor.fetchone()
        if row is not None and row[0]:
            raise sqlite3.OperationalError("others are reading")


def _scrub_postgresql(connection: Any, cursor: Any) -> None:
    connection.rollback()
    connection.autocommit = True  # none of this can be in a transaction
    try:
        cursor.execute(f"SET lock_timeout = {_BUSY_MS}")
        for table in all_tables():
            cursor.execute(f'VACUUM (FULL) "{table.name}"')
    finally:
        cursor.execute("RESET lock_timeout")
        connection.autocommit = False


def _some(ids: Sequence[str], at_once: int = 500) -> list[Sequence[str]]:
    """Return ids in portions that a database takes in one statement."""
    return [ids[first : first + at_once] for first in range(0, len(ids), at_once)]
