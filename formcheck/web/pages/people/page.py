"""*People*: everybody whose sets are kept.

Everybody whose records are kept, and a form to add somebody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.people import PersonDetails, add_person, list_people
from formcheck.records.records import Records
from formcheck.records.sets import list_sets
from formcheck.records.tables import ExerciseSet, Person
from formcheck.report.words import counted
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import PERSON, REVIEW
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.details_form import ask_details
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.plain_text import as_typed

_SEARCH_FROM: Final = 8
"""People; fewer are found by looking."""


def show_people(records: Records, actor: Actor) -> None:
    """Show everybody, and how to add somebody."""
    with records.reading(actor) as work:
        people = list_people(work)
        latest = {person.id: _latest(list_sets(work, person.id)) for person in people}
        unassigned = list_sets(work, None) if actor.sees_everybody else ()
    if unassigned:
        with st.container(border=True, key="unassigned-sets"):
            st.markdown(f"**{counted(len(unassigned), 'set')} without a person.** Open one and say whose it is.")
            for row in unassigned:
                page_link(REVIEW, f"{as_typed(row.name)} · {day_of(row.done_at)}", icon=":material/movie:", set=row.id)
    if not people:
        sentence = "Add a person to keep their sets, plan and progress together. A pseudonym will do."
        show_empty(Drawing.PEOPLE, "Nobody is here yet", sentence)
    for person in _found(people):
        _show_row(person, latest[person.id])
    with st.expander("Add a person", icon=":material/person_add:", expanded=not people):
        _ask_new(records, actor)


def _latest(rows: Sequence[ExerciseSet]) -> tuple[int, ExerciseSet | None]:
    return len(rows), (rows[0] if rows else None)


def _found(people: Sequence[Person]) -> Sequence[Person]:
    if len(people) < _SEARCH_FROM:
        return people
    wanted = st.text_input("Find", placeholder="Part of a name", key="people-search").strip().casefold()
    return [person for person in people if wanted in person.name.casefold()]


def _show_row(person: Person, sets: tuple[int, ExerciseSet | None]) -> None:
    count, latest = sets
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"person-{person.id}"):
        with st.container():
            page_link(PERSON, as_typed(person.name), icon=":material/person:", person=person.id)
        if latest is None:
            st.caption("No sets yet", width="content")
        else:
            st.caption(f"{counted(count, 'set')}, the last on {day_of(latest.done_at)}", width="content")


def _ask_new(records: Records, actor: Actor) -> None:
    with st.form("new-person", border=False):
        details = ask_details(PersonDetails(name=""), "new-person")
        sent = st.form_submit_button("Add", type="primary")
    if not sent:
        return
    try:
        with records.writing(actor) as work:
            person = add_person(work, details)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    go_to(PERSON, person=person.id)
    st.rerun()


def page() -> None:
    """Show the page."""
    actor = require_clinician()
    st.title("People", anchor=False)
    show_people(records_service(), actor)
