"""People and sets for tests of the records: sample clips' landmarks, measured once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from formcheck.records.access import Actor, Role, owner
from formcheck.records.files import KeptFile
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags
from formcheck.records.sets import NewSet, add_set, keep_track
from formcheck.records.tables import ExerciseSet, Person
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..sample_tracks import sample_track

CLINICIAN = Actor("c" * 32, "Dr. Example", Role.CLINICIAN)
OWNER = owner("Owner")
DONE_AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def exercise_of(clip: str) -> str:
    """Return the exercise that a sample clip shows."""
    return "step-down" if clip.startswith("step_down") else "wall-squat"


@cache
def measured(clip: str) -> Assessment:
    """Return a sample clip, measured."""
    return assess(sample_track(clip), SetRequest(exercise_of(clip)))


def client_of(person: Person) -> Actor:
    """Return the person as somebody who logs in."""
    return Actor("a" * 32, person.name, Role.CLIENT, person.id)


def answer_no_flags(records: Records, person_id: str | None = None, actor: Actor = OWNER) -> None:
    """Answer the red-flag screen with no to everything, about a person or about whoever asks."""
    with records.writing(actor) as work:
        answer_red_flags(work, person_id, [])


def add_somebody(records: Records, name: str = "Ann", actor: Actor = CLINICIAN) -> Person:
    """Add a person."""
    with records.writing(actor) as work:
        return add_person(work, PersonDetails(name=name, birth_year=1980, symptom_side="left", about="private"))


def keep_set(
    records: Records,
    person_id: str | None = None,
    clip: str = "wall_squat_side",
    *,
    actor: Actor = CLINICIAN,
    done_at: datetime = DONE_AT,
    video: KeptFile | None = None,
    origin: str = "upload",
) -> ExerciseSet:
    """Keep a sample clip's set, without its video unless one is given."""
    new = NewSet(
        measured_as=SetRequest(exercise_of(clip)),
        assessment=measured(clip),
        track=keep_track(records.files, sample_track(clip)),
        origin=origin,
        name=f"{clip}.mp4",
        done_at=done_at,
        person_id=person_id,
        video=video,
    )
    with records.writing(actor) as work:
        return add_set(work, new)
