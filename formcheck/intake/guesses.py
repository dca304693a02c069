"""What is guessed about a video that nobody said: whose it is, which exercise, when; each with its reason.

A guess never goes before what was said, and is shown with its reason so that it can be put right. Whose a video is is
only proposed: it stays nobody's until somebody accepts (see `correcting.accept_person`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Final

from sqlalchemy import select

from formcheck.exercises.catalogue.exercise import exercise_in_name
from formcheck.intake.states import UNDER_WAY, UploadState
from formcheck.intake.wishes import Guess, guess_of, guessed_moment, wishes_of
from formcheck.pose.landmarks import Side
from formcheck.records.erasure import one_who_may_be_named
from formcheck.records.records import Work
from formcheck.records.tables import ExerciseSet, Person, StoredPlan, Upload

RECORDED: Final = "the video says so"
"""Why a date is taken that was written while it was filmed; any other may be of a copy, or of the day it came."""
_OLDEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
"""Cameras whose clock was never set begin in 1904, 1970 or 1980."""


def guess_by_name(work: Work, row: Upload) -> None:
    """Guess what the name of a file and its date tell, as soon as it is here; propose whose it is."""
    said = wishes_of(row)
    guesses = dict(row.guesses)
    if row.person_id is None and not said.person_said:
        person = guess_person(row.name, _people(work))
        if person is not None:
            guesses["person_id"] = person.document()
    exercise = exercise_in_name(PurePosixPath(row.name))
    if said.request.exercise is None and exercise is not None:
        guesses["exercise"] = Guess(exercise, "the file's name says so").document()
    if said.done_at is None:
        guesses["done_at"] = guess_date(None, said.last_modified, row.created_at).document()
    row.guesses = guesses


def guess_person(name: str, people: Sequence[tuple[str, str]]) -> Guess | None:
    """Guess whose video it is.

    Parameters
    ----------
    name
        Of the file.
    people
        Id and name of everybody in the records.

    Returns
    -------
    Guess or None
        None where nobody, or more than one, fits.
    """
    named = one_who_may_be_named(name, people)
    if named is not None:
        return Guess(named, "the name is in the file's name")
    if len(people) == 1:
        return Guess(people[0][0], "nobody else is in the records")
    return None


def guess_person_by_plan(work: Work, exercise: str, leg: Side | None) -> Guess | None:
    """Guess whose set it is by who is prescribed this exercise: one person alone, on this leg where that is known."""
    query = select(StoredPlan).where(StoredPlan.exercise == exercise, StoredPlan.until_at.is_(None))
    plans = work.session.scalars(query).all()
    fitting = {plan.person_id for plan in plans if leg is None or plan.leg in (None, leg.value)}
    if len(fitting) != 1:
        return None
    return Guess(fitting.pop(), "nobody else is prescribed this exercise")


def guess_date(recorded: datetime | None, last_modified: datetime | None, received: datetime) -> Guess:
    """Guess when a set was done.

    Parameters
    ----------
    recorded
        What the video itself says.
    last_modified
        Of the file, as the browser said.
    received
        When it came; nothing later is believed.
    """
    for moment, reason in ((recorded, RECORDED), (last_modified, "the date of the file")):
        if moment is not None and _OLDEST < moment <= received:
            return Guess(moment.astimezone(UTC).isoformat(), reason)
    return Guess(received.astimezone(UTC).isoformat(), "when it came: the video does not say")


def date_is_guessed(work: Work, row: ExerciseSet) -> bool:
    """Return whether the date of a set is that of a file or of its coming: neither said nor in the video itself."""
    query = select(Upload).where(Upload.set_id == row.id, Upload.state == UploadState.DONE)
    for upload in work.session.scalars(query):
        guess = guess_of(upload, "done_at")
        if guess is not None and guess.reason != RECORDED and guessed_moment(upload) == row.done_at:
            return True
    return False


def proposed_for_upload(upload: Upload) -> Guess | None:
    """Return who is proposed as the person of an upload that is nobody's yet; None where somebody said whose it is."""
    if upload.person_id is not None or wishes_of(upload).person_said:
        return None
    return guess_of(upload, "person_id")


@dataclass(frozen=True)
class Proposal:
    """Somebody whose a video may be; it is nobody's until somebody accepts."""

    upload_id: str
    set_id: str | None
    """None while it is not measured."""
    name: str
    """Of the file."""
    person_id: str
    reason: str


def proposals(work: Work) -> list[Proposal]:
    """Return whose the videos may be that are nobody's, the newest first, of those that are measured or to be."""
    if not work.actor.sees_everybody:
        return []
    query = select(Upload).where(Upload.person_id.is_(None), Upload.state.in_((*UNDER_WAY, UploadState.DONE)))
    found = [
        (row, guess)
        for row in work.session.scalars(query.order_by(Upload.created_at.desc(), Upload.id))
        if (guess := proposed_for_upload(row)) is not None
    ]
    return [Proposal(row.id, row.set_id, row.name, str(guess.value), guess.reason) for row, guess in found]


def proposed_person(work: Work, row: ExerciseSet) -> Proposal | None:
    """Return who is proposed as the person of a set that is nobody's yet; None where nobody is."""
    if row.person_id is not None:
        return None
    return next((each for each in proposals(work) if each.set_id == row.id), None)


def guessed_person(work: Work, row: ExerciseSet) -> Guess | None:
    """Return the guess by which a set was given to its person, as was done once; None where somebody said so."""
    query = select(Upload).where(Upload.set_id == row.id, Upload.state == UploadState.DONE)
    for upload in work.session.scalars(query):
        guess = guess_of(upload, "person_id")
        if guess is not None and guess.value == row.person_id and not wishes_of(upload).person_said:
            return guess
    return None


def _people(work: Work) -> list[tuple[str, str]]:
    return [(person_id, name) for person_id, name in work.session.execute(select(Person.id, Person.name))]
