"""Whether an archive of people is sound: it comes from elsewhere, so all of it is looked at before any is taken."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import jsonschema
from sqlalchemy import JSON, Engine, select
from sqlalchemy.orm import Session

from formcheck.errors import FormcheckError
from formcheck.history.summary_document import summary_from_document
from formcheck.moments import CLOCKS_DIFFER
from formcheck.pose.store import load_track
from formcheck.records.access import RecordsError
from formcheck.records.archive_file import ArchiveReader
from formcheck.records.archive_rows import ROWS_AT_ONCE
from formcheck.records.notes import LONGEST_NOTE
from formcheck.records.people import PersonDetails, checked_name, need_storable
from formcheck.records.plans import check_kept
from formcheck.records.requests import request_of
from formcheck.records.sets import PAIN_ASKED, PAIN_RANGE, TRACK_SUFFIX
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
from formcheck.report.document import assessment_schema
from formcheck.session.correction_document import change_from_document

_TRAVELLING: Final = (
    Person,
    StoredPlan,
    StoredFile,
    ExerciseSet,
    StoredCorrection,
    StoredAnnotation,
    Note,
    SuggestionAnswer,
    AuditEntry,
)
"""Tables that such an archive may hold."""
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
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
        look.files()
        look.each(ExerciseSet, look.exercise_set)
        look.each(StoredCorrection, look.correction)
        look.each(StoredAnnotation, look.annotation)
        look.each(Note, look.note)
        look.each(SuggestionAnswer, look.answer)
        look.each(AuditEntry, look.entry)


def check_tracks(archive: ArchiveReader, rows: Engine, places: Mapping[str, Path]) -> None:
    """Read every pose track.

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
    except (TypeError, KeyError, AttributeError, OverflowError) as error:  # something is not of the kind it should be
        raise archive.damaged("something in it is not as formcheck keeps it") from error


class _Look:
    def __init__(self, session: Session, archive: ArchiveReader, now: datetime) -> None:
        self._session = session
        self._archive = archive
        self._year = now.year
        self._latest = now + CLOCKS_DIFFER
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
        details = PersonDetails(row.name, row.birth_year, row.symptom_side, row.about, row.height_cm)
        _need(checked_name(details, self._year) == row.name, "a name in it is not as formcheck keeps names")

    def plan(self, row: StoredPlan) -> None:
        _need_id(row.id)
        check_kept(row)

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
        change_from_document(_table(row.body))

    def annotation(self, row: StoredAnnotation) -> None:
        _need_id(row.id)
        _table(row.body)
        _need(0 <= row.t_s <= _MOST_OF_UNIT["_s"], "a drawing in it is at no time")

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


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RecordsError("Something in it is no JSON object.")
    return value
