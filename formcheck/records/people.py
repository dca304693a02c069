"""People: added, changed, found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.records import Work
from formcheck.records.tables import Person

SYMPTOM_SIDES: Final = ("left", "right", "both", "none")
_FIELDS: Final = ("name", "birth_year", "symptom_side", "about", "height_cm")
_BORN_AFTER: Final = 1900
_HEIGHT_CM: Final = (40.0, 280.0)
_LONGEST_NAME: Final = 200
_LONGEST_ABOUT: Final = 20_000


@dataclass(frozen=True)
class PersonDetails:
    """What is written down of a person."""

    name: str
    """A name or a pseudonym."""
    birth_year: int | None = None
    symptom_side: str | None = None
    """One of `SYMPTOM_SIDES`."""
    about: str = ""
    height_cm: float | None = None
    """Body height, by which a pose is put into metres."""


def add_person(work: Work, details: PersonDetails) -> Person:
    """Add a person.

    Raises
    ------
    RecordsError
        If the details cannot be.
    NotAllowedError
        If the actor is a client.
    """
    work.actor.need_clinician("add people")
    person = Person(created_at=work.now, created_by=work.actor.name)
    _fill(work, person, details)
    work.session.add(person)
    work.session.flush()
    work.log("person.added", subject=person.id, person=person.id)
    return person


def change_person(work: Work, person_id: str, details: PersonDetails) -> Person:
    """Change what is written down of a person."""
    work.actor.need_clinician("change what is kept of people")
    person = get_person(work, person_id)
    changed = [name for name in _FIELDS if getattr(person, name) != getattr(details, name)]
    _fill(work, person, details)
    if changed:
        work.log("person.changed", subject=person.id, person=person.id, details={"fields": changed})
    return person


def get_person(work: Work, person_id: str) -> Person:
    """Return a person; a client sees of themselves what is not the clinician's own.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    work.actor.need_sight(person_id, "person")
    person = work.session.get(Person, person_id)
    if person is None:
        raise NotFoundError("person")
    return _as_seen(work, person)


def list_people(work: Work) -> Sequence[Person]:
    """Return everybody whom the actor may see, by name."""
    query = select(Person).order_by(func.lower(Person.name), Person.id)
    if not work.actor.sees_everybody:
        query = query.where(Person.id == work.actor.person_id)
    return [_as_seen(work, person) for person in work.session.scalars(query)]


def _as_seen(work: Work, person: Person) -> Person:
    if not work.actor.sees_everybody:
        work.session.expunge(person)
        person.about = ""
    return person


def checked_name(details: PersonDetails, year: int) -> str:
    """Refuse details that cannot be; return the name as it is kept.

    Parameters
    ----------
    details
        What is said of a person.
    year
        The year that it is now.

    Raises
    ------
    RecordsError
        If anything is missing, too long or out of its range.
    """
    name = " ".join(details.name.split())
    if not name:
        raise RecordsError("A person needs a name.", "A pseudonym or a number will do.")
    if len(name) > _LONGEST_NAME or len(details.about) > _LONGEST_ABOUT:
        raise RecordsError("The name or the notes are too long.", "Shorten them.")
    need_storable(name, details.about)
    if details.birth_year is not None and not _BORN_AFTER < details.birth_year <= year:
        raise RecordsError(f"{details.birth_year} is no year of birth.", f"Give one from {_BORN_AFTER + 1} to {year}.")
    if details.symptom_side is not None and details.symptom_side not in SYMPTOM_SIDES:
        raise RecordsError("The side of the symptoms is none of ours.", f"Give one of {', '.join(SYMPTOM_SIDES)}.")
    low, high = _HEIGHT_CM
    if details.height_cm is not None and not low <= details.height_cm <= high:
        raise RecordsError(f"{details.height_cm:g} cm is no body height.", f"Give {low:g} to {high:g} cm.")
    return name


def need_storable(*texts: str) -> None:
    """Refuse text that not every database takes: with a zero character, or with half of a surrogate pair.

    Raises
    ------
    RecordsError
        If a text is such.
    """
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for text in texts for sign in text):
        raise RecordsError("The text holds a character that cannot be kept.", "Type it anew instead of pasting it.")


def _fill(work: Work, person: Person, details: PersonDetails) -> None:
    person.name = checked_name(details, work.now.year)
    person.birth_year = details.birth_year
    person.symptom_side = details.symptom_side
    person.about = details.about
    person.height_cm = details.height_cm
