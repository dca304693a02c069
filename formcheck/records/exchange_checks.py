"""Whether an archive of people is sound: it comes from elsewhere, so all of it is looked at before any is taken."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import jsonschema
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from formcheck.errors import FormcheckError
from formcheck.history.summary_document import summary_from_document
from formcheck.pose.store import load_track
from formcheck.records.access import RecordsError
from formcheck.records.archive_file import ArchiveReader
from formcheck.records.archive_rows import ROWS_AT_ONCE
from formcheck.records.files import FileStore
from formcheck.records.notes import LONGEST_NOTE
from formcheck.records.people import PersonDetails, checked_name
from formcheck.records.plans import check_prescription, prescription_of
from formcheck.records.requests import MeasuredAs
from formcheck.records.sets import PAIN_ASKED, PAIN_RANGE, TRACK_SUFFIX
from formcheck.records.tables import (
    Annotation,
    AuditEntry,
    ExerciseSet,
    Note,
    Person,
    StoredCorrection,
    StoredFile,
    StoredPlan,
    SuggestionAnswer,
    Table,
)
from formcheck.report.document import assessment_schema
from formcheck.session.correction_document import change_from_document

_TRAVELLING: Final = (
    Person,
    StoredPlan,
    StoredFile,
    ExerciseSet,
    StoredCorrection,
    Annotation,
    Note,
    SuggestionAnswer,
    AuditEntry,
)
"""Tables that such an archive may hold."""
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ORIGINS: Final = ("upload", "live", "sample", "import")
Row = TypeVar("Row", bound=Table)


def check_people(archive: ArchiveReader, rows: Engine, year: int) -> None:
    """Look at every row of an archive of people.

    Parameters
    ----------
    archive
        For what it says of itself.
    rows
        Its rows, laid out: each is of its kind already, and leads to rows that are there.
    year
        The year that it is now.

    Raises
    ------
    RecordsError
        If anything is not what formcheck would have written.
    """
    with _as_damage(archive), Session(rows) as session:
        if not {each.name for each in archive.manifest.tables} <= {each.__tablename__ for each in _TRAVELLING}:
            raise ValueError("it holds more than people and what is theirs")
        look = _Look(session, archive, year)
        look.each(Person, look.person)
        look.each(StoredPlan, look.plan)
        look.files()
        look.each(ExerciseSet, look.exercise_set)
        look.each(StoredCorrection, look.correction)
        look.each(Annotation, look.annotation)
        look.each(Note, look.note)
        look.each(SuggestionAnswer, look.answer)
        look.each(AuditEntry, look.entry)


def check_tracks(archive: ArchiveReader, rows: Engine, files: FileStore) -> None:
    """Read every pose track once it is in the store.

    Raises
    ------
    RecordsError
        If one is none.
    """
    missing = {each.sha256 for each in archive.manifest.missing}
    with _as_damage(archive), Session(rows) as session:
        for sha256 in session.scalars(select(ExerciseSet.track_sha256).distinct()):
            if sha256 not in missing:
                load_track(files.path(sha256, TRACK_SUFFIX))


@contextmanager
def _as_damage(archive: ArchiveReader) -> Iterator[None]:
    try:
        yield
    except jsonschema.ValidationError as error:
        raise archive.damaged(f"an assessment in it is none ({error.json_path})") from error
    except FormcheckError as error:
        raise archive.damaged(error.reason) from error
    except (ValueError, RecursionError) as error:
        raise archive.damaged(error) from error


class _Look:
    def __init__(self, session: Session, archive: ArchiveReader, year: int) -> None:
        self._session = session
        self._archive = archive
        self._year = year
        self._valid = jsonschema.Draft202012Validator(assessment_schema())
        self._suffixes = {each.sha256: each.suffix for each in (*archive.manifest.files, *archive.manifest.missing)}

    def each(self, model: type[Row], look: Callable[[Row], object]) -> None:
        for row in self._session.scalars(select(model).execution_options(yield_per=ROWS_AT_ONCE)):
            look(row)
            self._session.expunge(row)

    def person(self, row: Person) -> None:
        _need_id(row.id)
        details = PersonDetails(row.name, row.birth_year, row.symptom_side, row.about, row.height_cm)
        _need(checked_name(details, self._year) == row.name, "a name in it is not as formcheck keeps names")

    def plan(self, row: StoredPlan) -> None:
        _need_id(row.id)
        check_prescription(prescription_of(row))

    def files(self) -> None:
        named = {row.sha256: row.suffix for row in self._session.scalars(select(StoredFile))}
        _need(named == self._suffixes, "its files are not those that its rows name")

    def exercise_set(self, row: ExerciseSet) -> None:
        _need_id(row.id)
        _need(row.person_id is not None, "a set in it is nobody's")
        _need(row.origin in _ORIGINS, "a set in it came from nowhere")
        _need(self._suffixes.get(row.track_sha256) == TRACK_SUFFIX, "a pose track in it has another ending")
        MeasuredAs.from_document(row.measured_as)
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
        change_from_document(_table(row.body))

    def annotation(self, row: Annotation) -> None:
        _need_id(row.id)
        _table(row.body)
        _need(math.isfinite(row.t_s), "a drawing in it is at no time")

    def note(self, row: Note) -> None:
        _need_id(row.id)
        _need(0 < len(row.text) <= LONGEST_NOTE, "a note in it is empty or too long")
        _need(row.person_id is not None, "a note in it is about nobody")
        self._same_person(ExerciseSet, row.set_id, row.person_id)

    def answer(self, row: SuggestionAnswer) -> None:
        _need_id(row.id)
        _table(row.suggestion)
        self._same_person(StoredPlan, row.plan_id, row.person_id)

    def entry(self, row: AuditEntry) -> None:
        _table(row.details)
        known = row.person_id is not None and self._session.get(Person, row.person_id) is not None
        _need(known, "an entry of its log is about somebody else")

    def _same_person(
        self, model: type[StoredPlan] | type[ExerciseSet], row_id: str | None, person_id: str | None
    ) -> None:
        if row_id is not None:
            owner = self._session.scalar(select(model.person_id).where(model.id == row_id))
            _need(owner == person_id, "something in it belongs to two people")


def _need_id(row_id: str) -> None:
    # Addresses, keys of pages and searches of the log take ids for what they are.
    _need(_ID.fullmatch(row_id) is not None, "an id in it is none of formcheck's")


def _need(sound: bool, otherwise: str) -> None:
    if not sound:
        raise ValueError(otherwise)


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordsError("Something in it is no JSON object.")
    return value
