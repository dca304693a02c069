"""People carried from one installation to another, in an archive of the same form as a backup.

Ids are kept, so that who is imported twice is recognised. What is here already stays as it is; what is new comes in
whole: a set with its corrections and drawings, or not at all. What is here and in the archive but differs is counted,
so that nobody takes it for the same.

Accounts and uploads are of an installation and do not travel. Of remote sessions those that are over do, with who was
there, what was agreed to, moments and stills; a link to one leads nowhere elsewhere.

Whether an archive of people is sound: it comes from elsewhere, so all of it is looked at before any is taken.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from sqlalchemy import JSON, ColumnElement, Engine, Select, case, or_, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from formcheck.errors import FormcheckError
from formcheck.history.summary_document import summary_from_document
from formcheck.moments import CLOCKS_DIFFER
from formcheck.pose.store import load_track
from formcheck.records.access import Actor, RecordsError
from formcheck.records.archive import write_archive
from formcheck.records.archive_file import ArchiveReader, Progress
from formcheck.records.archive_manifest import PEOPLE, Manifest
from formcheck.records.archive_rows import ROWS_AT_ONCE, laid_out
from formcheck.records.call_recordings import RECORDING_SUFFIXES
from formcheck.records.exchange_merge import Imported, merge
from formcheck.records.files import KeptFile
from formcheck.records.notes import LONGEST_NOTE
from formcheck.records.outcomes import check_answers, check_test
from formcheck.records.people import checked_name, details_of, get_person, list_people, need_storable
from formcheck.records.plans import check_kept
from formcheck.records.programmes import check_done, check_programme
from formcheck.records.records import Records
from formcheck.records.remote_sessions import MOMENT_KINDS, STILL_SUFFIX
from formcheck.records.requests import request_of
from formcheck.records.restore import need_room, part, take_files
from formcheck.records.sets import PAIN_ASKED, PAIN_RANGE, TRACK_SUFFIX
from formcheck.records.soap import LONGEST_PART, text_of
from formcheck.records.tables import (
    AuditEntry,
    ExerciseSet,
    Note,
    NoteVersion,
    Person,
    RedFlagScreen,
    RemoteConsent,
    RemoteInvitation,
    RemoteMoment,
    RemoteRecording,
    RemoteSeat,
    RemoteSession,
    RemoteStill,
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
    Table,
)
from formcheck.remote.consent import Answer
from formcheck.report.document import assessment_schema
from formcheck.report.letterhead import picture_size_px
from formcheck.session.correction_document import change_from_document

_TRAVELLING: Final = (
    Person,
    StoredPlan,
    StoredProgramme,
    StoredDone,
    RedFlagScreen,
    StoredFile,
    ExerciseSet,
    StoredCorrection,
    StoredAnnotation,
    SoapNote,
    Note,
    NoteVersion,
    SuggestionAnswer,
    StoredConsent,
    StoredAnswers,
    StoredTest,
    RemoteSession,
    RemoteInvitation,
    RemoteSeat,
    RemoteConsent,
    RemoteMoment,
    RemoteStill,
    RemoteRecording,
    AuditEntry,
)
"""Tables that such an archive may hold."""
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ANSWERS: Final = get_args(Answer)
_ORIGINS: Final = ("upload", "live", "sample", "import")
_MOST: Final = 2.0**53
"""Numbers without a unit: counts of bytes are the largest."""
_MOST_OF_UNIT: Final = {"_s": 86_400.0, "_deg": 3_600.0, "_px": 100_000.0, "_pct": 1e6, "_cm": 1e5}
"""By the end of a name. No recording of a set is longer than a day, no picture wider; the others leave room for what a
bad measurement gives."""
Row = TypeVar("Row", bound=Table)


def check_people(archive: ArchiveReader, rows: Engine, now: datetime) -> None:
    """Look at every row of an archive of people.

    Parameters
    ----------
    archive
        For what it says of itself.
    rows
        Its rows, laid out: each is of its kind already, and leads to rows that are there.
    now
        The time now: nothing was done later, except by a clock that goes ahead.

    Raises
    ------
    RecordsError
        If anything is not what formcheck would have written.
    """
    with _as_damage(archive), Session(rows) as session:
        if not {each.name for each in archive.manifest.tables} <= {each.__tablename__ for each in _TRAVELLING}:
            raise ValueError("it holds more than people and what is theirs")
        look = _Look(session, archive, now)
        look.each(Person, look.person)
        look.each(StoredPlan, look.plan)
        look.each(StoredProgramme, look.programme)
        look.each(StoredDone, look.done)
        look.each(RedFlagScreen, look.screen)
        look.files()
        look.each(ExerciseSet, look.exercise_set)
        look.each(StoredCorrection, look.correction)
        look.each(StoredAnnotation, look.annotation)
        look.each(Note, look.note)
        look.each(NoteVersion, look.note_version)
        look.each(SuggestionAnswer, look.answer)
        look.each(SoapNote, look.soap)
        look.each(StoredConsent, look.consent)
        look.each(StoredAnswers, look.questionnaire)
        look.each(StoredTest, look.function_test)
        look.each(RemoteSession, lambda row: _need_id(row.id))
        look.each(RemoteInvitation, look.of_session)
        look.each(RemoteSeat, look.of_session)
        look.each(RemoteConsent, look.session_consent)
        look.each(RemoteMoment, look.moment)
        look.each(RemoteStill, look.still)
        look.each(RemoteRecording, look.recording)
        look.each(AuditEntry, look.entry)


def check_tracks(archive: ArchiveReader, rows: Engine, places: Mapping[str, Path]) -> None:
    """Read every pose track, and what every still says of itself.

    Parameters
    ----------
    archive
        For what it says of itself.
    rows
        Its rows, laid out.
    places
        Where its files are, by hash.

    Raises
    ------
    RecordsError
        If one is none.
    """
    missing = {each.sha256 for each in archive.manifest.missing}
    with _as_damage(archive), Session(rows) as session:
        for sha256 in session.scalars(select(ExerciseSet.track_sha256).distinct()):
            if sha256 not in missing:
                load_track(places[sha256])
        for still in session.scalars(select(RemoteStill)):
            if still.sha256 not in missing:
                size = picture_size_px(places[still.sha256].read_bytes())
                _need(size == (still.width, still.height), "a still picture in it is none")


@contextmanager
def _as_damage(archive: ArchiveReader) -> Iterator[None]:
    import jsonschema  # who takes nobody in does without

    try:
        yield
    except jsonschema.ValidationError as error:
        raise archive.damaged(f"an assessment in it is none ({error.json_path})") from error
    except FormcheckError as error:
        raise archive.damaged(error.reason) from error
    except (ValueError, RecursionError) as error:
        raise archive.damaged(error) from error
    except (TypeError, KeyError, AttributeError, OverflowError) as error:  # something is not of the kind it should be
        raise archive.damaged("something in it is not as formcheck keeps it") from error


class _Look:
    def __init__(self, session: Session, archive: ArchiveReader, now: datetime) -> None:
        self._session = session
        self._archive = archive
        self._latest = now + CLOCKS_DIFFER
        import jsonschema

        self._valid = jsonschema.Draft202012Validator(assessment_schema())
        self._suffixes = {each.sha256: each.suffix for each in (*archive.manifest.files, *archive.manifest.missing)}

    def each(self, model: type[Row], look: Callable[[Row], object]) -> None:
        for row in self._session.scalars(select(model).execution_options(yield_per=ROWS_AT_ONCE)):
            self._values(row)
            look(row)
            self._session.expunge(row)

    def _values(self, row: Table) -> None:
        """Look at what every row may hold: moments, and JSON."""
        for column in row.__table__.columns:
            value = getattr(row, column.key)
            if isinstance(value, datetime):
                _need(value <= self._latest, f"{column.table.name}.{column.name} lies in the future")
            elif isinstance(column.type, JSON):
                _need_plain(value)

    def person(self, row: Person) -> None:
        _need_id(row.id)
        details = details_of(row)
        _need(checked_name(details, self._latest.date()) == row.name, "a name in it is not as formcheck keeps names")
        same_year = row.birth_date is None or row.birth_date.year == row.birth_year
        _need(same_year, "a year of birth in it is not that of the date")

    def plan(self, row: StoredPlan) -> None:
        _need_id(row.id)
        check_kept(row)

    def programme(self, row: StoredProgramme) -> None:
        _need_id(row.id)
        check_programme(row)

    def done(self, row: StoredDone) -> None:
        _need_id(row.id)
        check_done(row)
        self._same_person(StoredProgramme, row.programme_id, row.person_id)

    def screen(self, row: RedFlagScreen) -> None:
        _need_id(row.id)
        _need(row.person_id is not None, "answers in it are about nobody")
        flags: Any = row.flags
        _need(isinstance(flags, list) and all(isinstance(each, str) for each in flags), "answers in it are none")

    def files(self) -> None:
        self.each(StoredFile, lambda _: None)
        named = {row.sha256: row.suffix for row in self._session.scalars(select(StoredFile))}
        _need(named == self._suffixes, "its files are not those that its rows name")

    def exercise_set(self, row: ExerciseSet) -> None:
        _need_id(row.id)
        _need(row.person_id is not None, "a set in it is nobody's")
        _need(row.origin in _ORIGINS, "a set in it came from nowhere")
        _need(self._suffixes.get(row.track_sha256) == TRACK_SUFFIX, "a pose track in it has another ending")
        request_of(row.measured_as)
        for document in (row.automatic, row.corrected):
            if document is not None:
                self._valid.validate(document)
        now = row.corrected or row.automatic
        _need(now["exercise"] == row.exercise, "a set in it is not of the exercise that it says")
        _need(row.automatic["source"]["sha256"] == row.source_sha256, "a set in it is of another video than it says")
        summary_from_document(row.summary)
        low, high = PAIN_RANGE
        pains = [getattr(row, name) for name in PAIN_ASKED]
        _need(all(pain is None or low <= pain <= high for pain in pains), "a pain in it is not from 0 to 10")
        remarks: Any = row.remarks
        sentences = isinstance(remarks, list) and all(isinstance(each, str) for each in remarks)
        _need(sentences and row.version >= 1, "a set in it is not as formcheck keeps sets")
        self._same_person(StoredPlan, row.plan_id, row.person_id)

    def correction(self, row: StoredCorrection) -> None:
        _need_id(row.id)
        change_from_document(_object(row.body))

    def annotation(self, row: StoredAnnotation) -> None:
        _need_id(row.id)
        _object(row.body)
        _need(0 <= row.t_s <= _MOST_OF_UNIT["_s"], "a drawing in it is at no time")

    def note(self, row: Note) -> None:
        _need_id(row.id)
        _need(0 < len(row.text) <= LONGEST_NOTE, "a note in it is empty or too long")
        _need(row.person_id is not None, "a note in it is about nobody")
        self._same_person(ExerciseSet, row.set_id, row.person_id)

    def note_version(self, row: NoteVersion) -> None:
        _need_id(row.id)
        _need(0 < len(row.text) <= LONGEST_NOTE, "a former version of a note in it is empty or too long")
        _need(row.number >= 1, "a former version of a note in it has no number")

    def answer(self, row: SuggestionAnswer) -> None:
        _need_id(row.id)
        _object(row.suggestion)
        self._same_person(StoredPlan, row.plan_id, row.person_id)

    def soap(self, row: SoapNote) -> None:
        _need_id(row.id)
        _need(row.number >= 1 and max(map(len, text_of(row))) <= LONGEST_PART, "a note in it is too long")

    def consent(self, row: StoredConsent) -> None:
        _need_id(row.id)
        _need(row.answer in _ANSWERS, "a consent in it is no answer")

    def questionnaire(self, row: StoredAnswers) -> None:
        _need_id(row.id)
        check_answers(row)

    def function_test(self, row: StoredTest) -> None:
        _need_id(row.id)
        check_test(row)

    def of_session(self, row: RemoteInvitation | RemoteSeat | RemoteMoment | RemoteStill) -> None:
        _need_id(row.id)

    def session_consent(self, row: RemoteConsent) -> None:
        seat = self._session.get(RemoteSeat, row.seat_id)
        _need(seat is not None and seat.session_id == row.session_id, "a consent in it is of another session")
        _need(row.answer in _ANSWERS, "a consent in it is no answer")

    def moment(self, row: RemoteMoment) -> None:
        self.of_session(row)
        _need(row.kind in MOMENT_KINDS, "a moment in it is of no kind")
        _need(row.t_s is None or 0 <= row.t_s <= _MOST_OF_UNIT["_s"], "a moment in it is at no time")
        self._same_person(ExerciseSet, row.set_id, self._person_of(row.session_id))

    def still(self, row: RemoteStill) -> None:
        self.of_session(row)
        _need(self._suffixes.get(row.sha256) == STILL_SUFFIX, "a still picture in it has another ending")
        _need(all(map(_is_drawing, row.drawings)), "a drawing on a still picture in it is none")
        self._same_person(ExerciseSet, row.set_id, self._person_of(row.session_id))

    def recording(self, row: RemoteRecording) -> None:
        _need_id(row.id)
        ending = self._suffixes.get(row.sha256 or "")
        _need(ending in RECORDING_SUFFIXES, "a recording of a call in it has another ending")
        _need(row.duration_s is not None and row.duration_s > 0, "a recording of a call in it has no length")
        _need_plain({"duration_s": row.duration_s})

    def _person_of(self, session_id: str) -> str | None:
        return self._session.scalar(select(RemoteSession.person_id).where(RemoteSession.id == session_id))

    def entry(self, row: AuditEntry) -> None:
        _object(row.details)
        known = row.person_id is not None and self._session.get(Person, row.person_id) is not None
        _need(known, "an entry of its log is about somebody else")

    def _same_person(
        self,
        model: type[StoredPlan] | type[StoredProgramme] | type[ExerciseSet],
        row_id: str | None,
        person_id: str | None,
    ) -> None:
        if row_id is not None:
            owner = self._session.scalar(select(model.person_id).where(model.id == row_id))
            _need(owner == person_id, "something in it belongs to two people")


def _is_drawing(body: Any) -> bool:
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("kind", "text")):
        return False
    points = body.get("points_px")
    return isinstance(points, list) and 1 <= len(points) <= 3 and all(map(_is_point, points))


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(each) in (int, float) for each in value)


def _need_id(row_id: str) -> None:
    # Addresses, keys of pages and searches of the log take ids for what they are.
    _need(_ID.fullmatch(row_id) is not None, "an id in it is none of formcheck's")


def _need(sound: bool, otherwise: str) -> None:
    if not sound:
        raise ValueError(otherwise)


def _need_plain(value: Any, most: float = _MOST) -> None:
    """Refuse JSON with numbers or texts that no page could show: the unit of a number stands at the end of its name."""
    if isinstance(value, dict):
        for name, each in value.items():
            _need_plain(name)
            _need_plain(each, next((known for unit, known in _MOST_OF_UNIT.items() if name.endswith(unit)), most))
    elif isinstance(value, list):
        for each in value:
            _need_plain(each, most)
    elif isinstance(value, str):
        need_storable(value)
    elif isinstance(value, int | float):
        _need(math.isfinite(value) and abs(value) <= most, "a number in it is beyond all measure")


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordsError("Something in it is no JSON object.")
    return value


_OF_PERSON: Final = (
    StoredPlan,
    StoredProgramme,
    StoredDone,
    RedFlagScreen,
    ExerciseSet,
    Note,
    SuggestionAnswer,
    StoredConsent,
    StoredAnswers,
    RemoteSession,
    AuditEntry,
)
"""What says itself whose it is."""
_OF_SET: Final = (StoredCorrection, StoredAnnotation, SoapNote, StoredTest)
"""What goes with a set."""
_OF_SESSION: Final = (RemoteInvitation, RemoteSeat, RemoteConsent, RemoteMoment, RemoteStill, RemoteRecording)
"""What goes with a remote session."""


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
    sessions, still = theirs(_table(RemoteSession)), _table(RemoteStill)
    of_sessions = sessions.with_only_columns(sessions.selected_columns.id)
    hashes = [sets.with_only_columns(one.c[f"{name}_sha256"]) for name in ("track", "video", "proxy")]
    of_calls = _table(RemoteRecording)
    hashes += [select(each.c.sha256).where(each.c.session_id.in_(of_sessions)) for each in (still, of_calls)]
    queries = {
        person.name: select(person) if people is None else select(person).where(person.c.id.in_(people)),
    }
    queries |= {each.__tablename__: theirs(_table(each)) for each in _OF_PERSON}
    versions, notes = _table(NoteVersion), _table(Note)
    of_notes = theirs(notes).with_only_columns(notes.c.id)
    queries[versions.name] = select(versions).where(versions.c.note_id.in_(of_notes))
    of_sets = sets.with_only_columns(one.c.id)
    queries |= {each.__tablename__: select(_table(each)).where(_table(each).c.set_id.in_(of_sets)) for each in _OF_SET}
    for each in _OF_SESSION:
        table = _table(each)
        queries[table.name] = select(*_within(table, of_sets)).where(table.c.session_id.in_(of_sessions))
    # One in the making has no file yet.
    queries[of_calls.name] = queries[of_calls.name].where(of_calls.c.sha256.is_not(None))
    queries[file.name] = select(file).where(or_(*(file.c.sha256.in_(each) for each in hashes)))
    return queries


def _within(table: SqlTable, of_sets: Select[Any]) -> list[ColumnElement[Any]]:
    """Return the columns of a table; a set that has become somebody else's since is not named."""
    return [
        case((column.in_(of_sets), column), else_=None).label("set_id") if column.name == "set_id" else column
        for column in table.columns
    ]


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
    from formcheck.records.exchange import check_people, check_tracks

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
