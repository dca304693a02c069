"""*People*: everybody whose sets are kept.

Everybody whose records are kept, and a form to add somebody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.words import counted
from formcheck.intake.guesses import proposals
from formcheck.records.access import Actor
from formcheck.records.people import PersonDetails, add_person, labels_of, list_people, similar_people
from formcheck.records.records import Records
from formcheck.records.sets import list_sets
from formcheck.records.tables import ExerciseSet, Person
from formcheck.web.access.follow import follow
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import PERSON, REVIEW
from formcheck.web.shared.choose_person import offer_proposal
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.details_form import ask_details
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.plain_text import as_typed

_WAITING: Final = "person_to_add"
"""Details that wait until somebody said that nobody here is meant."""
_SEARCH_FROM: Final = 8
"""People; fewer are found by looking."""


def show_people(records: Records, actor: Actor) -> None:
    """Show everybody, and how to add somebody."""
    with records.reading(actor) as work:
        people = list_people(work)
        labels = labels_of(people)
        proposed = {each.set_id: each for each in proposals(work) if each.set_id is not None}
        latest = {person.id: _latest(list_sets(work, person.id)) for person in people}
        unassigned = list_sets(work, None) if actor.sees_everybody else ()
    if unassigned:
        with st.container(border=True, key="unassigned-sets"):
            st.markdown(f"**{counted(len(unassigned), 'set')} without a person.** Say whose it is.")
            for row in unassigned:
                page_link(REVIEW, f"{as_typed(row.name)} · {day_of(row.done_at)}", icon=":material/movie:", set=row.id)
                if row.id in proposed:
                    offer_proposal(records, actor, proposed[row.id], row.id)
    if not people:
        sentence = "Add a person to keep their sets, plan and progress together. A pseudonym will do."
        show_empty(Drawing.PEOPLE, "Nobody is here yet", sentence)
    for person in _found(people, labels):
        _show_row(person, labels[person.id], latest[person.id])
    with st.expander("Add a person", icon=":material/person_add:", expanded=not people):
        _ask_new(records, actor)


def _latest(rows: Sequence[ExerciseSet]) -> tuple[int, ExerciseSet | None]:
    return len(rows), (rows[0] if rows else None)


def _found(people: Sequence[Person], labels: Mapping[str, str]) -> Sequence[Person]:
    if len(people) < _SEARCH_FROM:
        return people
    hint = "Part of a name, a number or a date of birth"
    wanted = st.text_input("Find", placeholder=hint, key="people-search").strip().casefold()
    return [person for person in people if wanted in labels[person.id].casefold()]


def _show_row(person: Person, label: str, sets: tuple[int, ExerciseSet | None]) -> None:
    count, latest = sets
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"person-{person.id}"):
        with st.container():
            page_link(PERSON, as_typed(label), icon=":material/person:", person=person.id)
        if latest is None:
            st.caption("No sets yet", width="content")
        else:
            st.caption(f"{counted(count, 'set')}, the last on {day_of(latest.done_at)}", width="content")


def _ask_new(records: Records, actor: Actor) -> None:
    with st.form("new-person", border=False):
        details = ask_details(PersonDetails(name=""), "new-person")
        sent = st.form_submit_button("Add", type="primary")
    waiting: PersonDetails | None = st.session_state.get(_WAITING)
    if sent:
        waiting = details
    if waiting is None:
        return
    with records.reading(actor) as work:
        similar = similar_people(work, waiting)
        labels = labels_of(list_people(work))
    if similar and not _is_somebody_else(waiting, similar, labels):
        return
    st.session_state.pop(_WAITING, None)
    try:
        with records.writing(actor) as work:
            person = add_person(work, waiting)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    go_to(PERSON, person=person.id)
    st.rerun()


def _is_somebody_else(details: PersonDetails, similar: Sequence[Person], labels: Mapping[str, str]) -> bool:
    """Warn that somebody may be here already; say whether they are to be added all the same."""
    st.session_state[_WAITING] = details
    with st.container(border=True, key="new-person-similar"):
        st.warning("This may be somebody who is here already. Look before you add them.", icon=":material/group:")
        for person in similar:
            page_link(PERSON, as_typed(labels[person.id]), icon=":material/person:", person=person.id)
        label = f"Add {as_typed(details.name)} as somebody else"
        return st.button(label, key="new-person-anyway", icon=":material/person_add:")


def page() -> None:
    """Show the page."""
    actor = require_clinician()
    st.title("People", anchor=False)
    records = records_service()
    follow(records, None)
    show_people(records, actor)
