"""One person, named by `?person=` in the address; a client finds themselves.

A page of its own, not a part of *People*: a link to the page that is open does not change the address, so the name in
it would be gone with the next touch.
"""

from __future__ import annotations

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.notes import notes_of_person
from formcheck.records.people import PersonDetails, change_person, get_person
from formcheck.records.plans import list_plans
from formcheck.records.records import Records
from formcheck.records.sets import list_sets
from formcheck.records.tables import Person
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.pages.person.keeping import show_keeping
from formcheck.web.pages.person.plans import show_plans
from formcheck.web.pages.person.set_rows import show_sets
from formcheck.web.shared.addresses import COMPARE, PEOPLE, PROGRESS, VIDEOS
from formcheck.web.shared.details_form import ask_details
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.notes import show_notes
from formcheck.web.shared.plain_text import as_typed


def show_person(records: Records, actor: Actor, person_id: str) -> None:
    """Show what is kept of a person, as far as the actor may see it."""
    with records.reading(actor) as work:
        person = get_person(work, person_id)
        sets = list_sets(work, person_id)
        plans = list_plans(work, person_id)
        notes = notes_of_person(work, person_id)
    st.title(as_typed(person.name), anchor=False)
    if said := _in_words(person):
        st.caption(said)
    with st.container(horizontal=True, key="person-ways"):
        page_link(PROGRESS, "Progress", icon=":material/show_chart:", person=person_id)
        page_link(COMPARE, "Compare two sets", icon=":material/compare:", person=person_id)
        page_link(VIDEOS, "Add videos", icon=":material/upload:", person=person_id)
    st.header("Sets", anchor=False)
    show_sets(sets)
    st.header("Plan", anchor=False)
    show_plans(records, actor, person_id, plans)
    st.header("Notes", anchor=False)
    if person.about:
        st.markdown(f":small[For clinicians:] {as_typed(person.about)}")
    show_notes(records, actor, notes, key=f"person-{person_id}", person_id=person_id)
    if actor.sees_everybody:
        with st.expander("Change name, year of birth, side or notes for clinicians", icon=":material/edit:"):
            _ask_changes(records, actor, person)
        show_keeping(records, actor, person)


def _in_words(person: Person) -> str:
    parts = []
    if person.birth_year is not None:
        parts.append(f"born {person.birth_year}")
    if person.symptom_side in {"left", "right"}:
        parts.append(f"symptoms on the {person.symptom_side}")
    elif person.symptom_side == "both":
        parts.append("symptoms on both sides")
    elif person.symptom_side == "none":
        parts.append("no symptoms")
    return " · ".join(parts)


def _ask_changes(records: Records, actor: Actor, person: Person) -> None:
    before = PersonDetails(person.name, person.birth_year, person.symptom_side, person.about, person.height_cm)
    with st.form(f"change-{person.id}", border=False):
        details = ask_details(before, f"change-{person.id}")
        sent = st.form_submit_button("Save")
    if not sent:
        return
    try:
        with records.writing(actor) as work:
            change_person(work, person.id, details)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    st.rerun()


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    person_id = st.query_params.get("person") or actor.person_id
    if actor.sees_everybody:
        page_link(PEOPLE, "All people", icon=":material/arrow_back:")
    if person_id is None:
        st.title("Person", anchor=False)
        st.info("Choose somebody under *People*.", icon=":material/group:")
        return
    try:
        show_person(records, actor, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
