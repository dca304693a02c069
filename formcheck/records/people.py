"""People: added, changed, found."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select

from formcheck.moments import day_text
from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.records import Work
from formcheck.records.tables import Person, new_id

SYMPTOM_SIDES: Final = ("left", "right", "both", "none")
SEXES: Final = ("female", "male")
"""For which studies give bands."""
BORN_AFTER: Final = 1900
_FIELDS: Final = ("name", "birth_year", "symptom_side", "about", "height_cm", "number", "birth_date", "sex")
_HEIGHT_CM: Final = (40.0, 280.0)
_LONGEST_NAME: Final = 200
_LONGEST_NUMBER: Final = 40
_LONGEST_ABOUT: Final = 20_000


@dataclass(frozen=True)
class PersonDetails:
    """What is written down of a person."""

    name: str
    """A name or a pseudonym."""
    birth_year: int | None = None
    """Left out where `birth_date` is known."""
    symptom_side: str | None = None
    """One of `SYMPTOM_SIDES`."""
    about: str = ""
    height_cm: float | None = None
    """Body height, by which a pose is put into metres."""
    number: str | None = None
    """As the clinic numbers its patients."""
    birth_date: date | None = None
    sex: str | None = None
    """One of `SEXES`, for checks whose bands differ."""


def details_of(person: Person) -> PersonDetails:
    """Return what is written down of a person."""
    return PersonDetails(**{name: getattr(person, name) for name in _FIELDS})


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
    person = Person(id=new_id(), created_at=work.now, created_by=work.actor.name)
    _fill(work, person, details)
    work.session.add(person)
    work.session.flush()
    work.log("person.added", subject=person.id, person=person.id)
    return person


def change_person(work: Work, person_id: str, details: PersonDetails) -> Person:
    """Change what is written down of a person."""
    work.actor.need_clinician("change what is kept of people")
    person = get_person(work, person_id)
    before = {name: getattr(person, name) for name in _FIELDS}
    _fill(work, person, details)
    changed = [name for name in _FIELDS if getattr(person, name) != before[name]]
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


def labels_of(people: Iterable[Person]) -> dict[str, str]:
    """Return how people are called wherever one of them is chosen or named, by id; no two are called the same.

    That is the name, the number and the birth as far as they are known, `Anna Meyer · no. 17 · born 7 March 1984`; and
    where that is not enough, when they were added.
    """
    everybody = sorted(people, key=lambda each: (each.created_at, each.id))
    labels = {each.id: " · ".join([each.name, *identity_of(each)]) for each in everybody}
    often = Counter(labels.values())
    labels |= {
        each.id: f"{labels[each.id]} · added {day_text(each.created_at.date())}"
        for each in everybody
        if often[labels[each.id]] > 1
    }
    often, met = Counter(labels.values()), Counter[str]()
    for each in everybody:
        label = labels[each.id]
        met[label] += 1
        if often[label] > 1:
            labels[each.id] = f"{label} · {met[label]} of {often[label]}"
    return labels


def identity_of(person: Person) -> list[str]:
    """Return what tells a person from others of the same name, as far as it is known: number and birth."""
    born = person.birth_year if person.birth_date is None else day_text(person.birth_date)
    number = [f"no. {person.number}"] if person.number else []
    return [*number, f"born {born}"] if born is not None else number


def label_of(work: Work, person_id: str) -> str:
    """Return how one person is called among all that the actor sees; see `labels_of`.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    get_person(work, person_id)
    return labels_of(list_people(work))[person_id]


def similar_people(work: Work, details: PersonDetails) -> list[Person]:
    """Return who may be the same person as one that is to be added.

    They have the same number, or the same words in their name, accents and order aside, unless both births are known
    and differ; or they were born on the same day and share a word of the name.
    """
    return [each for each in list_people(work) if _may_be(each, details)]


def _may_be(person: Person, details: PersonDetails) -> bool:
    number = _kept_number(details.number)
    if number is not None and person.number == number:
        return True
    theirs, said = sorted(plain_words(person.name)), sorted(plain_words(details.name))
    if details.birth_date is not None and person.birth_date is not None:
        return person.birth_date == details.birth_date and bool(set(theirs) & set(said))
    return theirs == said


_WORDS: Final = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)


def plain_words(text: str) -> list[str]:
    """Return the words and numbers of a name, of a person or a file, in lower case and without accents."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return [word.casefold() for word in _WORDS.findall(bare)]


def _kept_number(number: str | None) -> str | None:
    return " ".join((number or "").split()) or None


def checked_name(details: PersonDetails, today: date) -> str:
    """Refuse details that cannot be; return the name as it is kept.

    Parameters
    ----------
    details
        What is said of a person.
    today
        The day that it is now.

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
    if len(details.number or "") > _LONGEST_NUMBER:
        raise RecordsError("The number is too long.", f"Give at most {_LONGEST_NUMBER} characters.")
    need_storable(name, details.about, details.number or "")
    born = details.birth_year if details.birth_date is None else details.birth_date.year
    if born is not None and not BORN_AFTER < born <= today.year:
        raise RecordsError(f"{born} is no year of birth.", f"Give one from {BORN_AFTER + 1} to {today.year}.")
    if details.birth_date is not None and details.birth_date > today:
        raise RecordsError("The date of birth lies in the future.", "Give the day of birth.")
    if details.sex is not None and details.sex not in SEXES:
        raise RecordsError("Studies give no bands for this sex.", f"Give one of {', '.join(SEXES)}, or leave it out.")
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
    # Dates of birth have no time zone: somewhere it is tomorrow already.
    name = checked_name(details, (work.now + timedelta(days=1)).date())
    number = _kept_number(details.number)
    if number is not None:
        others = select(Person).where(Person.number == number, Person.id != person.id)
        if (other := work.session.scalars(others).first()) is not None:
            raise RecordsError(f"The number {number} is {other.name}’s.", "Give each person a number of their own.")
    person.name, person.number = name, number
    person.birth_date, person.sex = details.birth_date, details.sex
    person.birth_year = details.birth_year if details.birth_date is None else details.birth_date.year
    person.symptom_side = details.symptom_side
    person.about = details.about
    person.height_cm = details.height_cm
