"""Asking whose something is: one of the people, or a new name; and whose sets are done now."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.records.access import Actor
from formcheck.records.people import PersonDetails, add_person, list_people
from formcheck.records.records import Records, Work

_PERSON: Final = "live_sets_person"


def person_of_sets() -> str | None:
    """Return whose sets are done now, as far as that was said."""
    person = st.session_state.get(_PERSON)
    return person if isinstance(person, str) else None


def note_person(person_id: str | None) -> None:
    """Take note whose sets are done now."""
    st.session_state[_PERSON] = person_id


def prescribed_key(person_id: str) -> str:
    """Return the key of the question which prescribed set of a person is to be done; its answers are ids of plans."""
    return f"prescribed-{person_id}"


def ask_person(records: Records, actor: Actor, label: str, key: str, before: str | None = None) -> str | None:
    """Ask for one of the people, or for a new name.

    Parameters
    ----------
    records
        With the people.
    actor
        Who is asked.
    label
        Of the field.
    key
        Of the field.
    before
        Id of who is chosen already.

    Returns
    -------
    str or None
        An id, or a name that is nobody's id: see `person_chosen`.
    """
    with records.reading(actor) as work:
        people = {person.id: person.name for person in list_people(work)}
    return st.selectbox(
        label,
        list(people),
        index=list(people).index(before) if before in people else None,
        format_func=lambda each: people.get(each, each),
        placeholder="Choose, or type a new name",
        accept_new_options=True,
        key=key,
    )


def person_chosen(work: Work, chosen: str) -> str:
    """Return the id of who was chosen; a new name is added to the people, in the same transaction."""
    known = {person.id for person in list_people(work)}
    return chosen if chosen in known else add_person(work, PersonDetails(name=chosen)).id
