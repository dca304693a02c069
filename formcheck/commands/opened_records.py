"""The records of this computer, opened for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from formcheck.errors import FormcheckError
from formcheck.records.people import labels_of, list_people
from formcheck.records.records import Records, Work
from formcheck.records.tables import Person


@contextmanager
def opened_records() -> Iterator[Records]:
    """Give the records that the environment names; let go of them when the block ends.

    Raises
    ------
    RecordsError
        If they cannot be opened.
    """
    records = Records()
    try:
        yield records
    finally:
        records.close()


def person_named(work: Work, wanted: str) -> Person:
    """Return the person with this id, number or name, in any case.

    Raises
    ------
    FormcheckError
        If there is none, or more than one.
    """
    people = list_people(work)
    name = " ".join(wanted.split()).casefold()
    found = [each for each in people if wanted in (each.id, each.number)]
    found = found or [each for each in people if each.name.casefold() == name]
    if len(found) > 1:
        labels = labels_of(people)
        ids = ", ".join(f"{person.id} ({labels[person.id]})" for person in found)
        raise FormcheckError(f"{len(found)} people are called {wanted}.", f"Name one by id: {ids}.")
    if not found:
        raise FormcheckError(f"There is no person {wanted}.", "Look up the name on the People page of the app.")
    return found[0]
