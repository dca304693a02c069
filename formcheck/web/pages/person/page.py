"""*Person*: one person, named by `?person=` in the address; a client finds themselves.

A page of its own, not a part of *People*: a link to the page that is open does not change the address, so the name in
it would be gone with the next touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.words import counted
from formcheck.intake.guesses import proposals
from formcheck.records.access import Actor
from formcheck.records.audit import audit_log
from formcheck.records.call_recordings import recordings_of_person
from formcheck.records.erasure import erase_person
from formcheck.records.notes import notes_of_person
from formcheck.records.people import change_person, details_of, get_person, identity_of, label_of
from formcheck.records.plans import list_plans
from formcheck.records.records import Records
from formcheck.records.sets import list_sets
from formcheck.records.tables import ExerciseSet, Person
from formcheck.web.access.follow import follow
from formcheck.web.access.guard import require_actor, require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.downloads.links import export_link, record_link
from formcheck.web.downloads.recordings import show_recordings
from formcheck.web.pages.person.consents import show_consents
from formcheck.web.pages.person.plans import show_plans
from formcheck.web.shared.addresses import CHECK, COMPARE, PEOPLE, PROGRESS, REVIEW, VIDEOS
from formcheck.web.shared.choose_person import offer_proposal, people_shown
from formcheck.web.shared.dates import short_day_of
from formcheck.web.shared.details_form import ask_details
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.notes import show_notes
from formcheck.web.shared.paper import ask_paper
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import in_numbers, what_it_is

_AT_FIRST: Final = 12


def show_sets(rows: Sequence[ExerciseSet]) -> None:
    """Show sets, the newest first, each with a way to its review."""
    if not rows:
        show_empty(Drawing.SQUAT, "No sets yet", "A set before the camera, or a video of one.", CHECK, "Check my form")
        return
    shown = rows
    if len(rows) > _AT_FIRST and not st.toggle(f"Show all {len(rows)}", key="all-sets"):
        shown = rows[:_AT_FIRST]
    for row in shown:
        with st.container(border=True, key=f"set-{row.id}"):
            page_link(REVIEW, f"{short_day_of(row.done_at)} · {what_it_is(row)}", icon=":material/movie:", set=row.id)
            st.caption(in_numbers(row))


_ENTRIES: Final = 100


def show_own_copy(records: Records, actor: Actor, person: Person) -> None:
    """Offer a client what is kept of them, to read and for other programs."""
    with st.expander("Take your records along", icon=":material/download:"):
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"take-{person.id}"):
            _offer_copies(records, actor, person)
        st.caption(
            "To read or print; or your plans, what you did, tests and answers for another program. What clinicians "
            "wrote for clinicians is not in it."
        )


def _offer_copies(records: Records, actor: Actor, person: Person) -> None:
    paper = ask_paper(records, actor, key=f"record-paper-{person.id}")
    for form in ("pdf", "html"):
        address = record_link(actor, person.id, form, paper.value)
        st.link_button(f"Everything, to read ({form.upper()})", address, icon=":material/description:")
    for form, label in (("fhir.json", "For other programs (FHIR)"), ("csv", "Values as a table (CSV)")):
        st.link_button(label, record_link(actor, person.id, form), icon=":material/data_object:")


def show_keeping(records: Records, actor: Actor, person: Person) -> None:
    """Show the log about a person, and how to export or erase everything about them."""
    with st.expander("Log, export and erasure", icon=":material/folder_managed:"):
        with st.container(horizontal=True, vertical_alignment="bottom", key=f"take-{person.id}"):
            _offer_copies(records, actor, person)
            archive = export_link(actor, person.id)
            st.link_button("Export everything about this person", archive, icon=":material/download:")
        st.caption("The export is one archive that another installation of formcheck can import.")
        if st.button("Erase this person", icon=":material/delete_forever:", key=f"erase-{person.id}"):
            _confirm(records, person)
        with records.reading(actor) as work:
            entries = audit_log(work, person_id=person.id, limit=_ENTRIES)
        people = people_shown(records, actor)
        st.markdown("\n".join(f"- {log_line(entry, people)}" for entry in entries))


@st.dialog("Erase this person?")
def _confirm(records: Records, person: Person) -> None:
    actor = require_clinician()  # a dialog is run again without the page around it
    with records.reading(actor) as work:
        label = label_of(work, person.id)
        open_ones = [each for each in proposals(work) if each.person_id == person.id and each.set_id is not None]
    st.markdown(
        f"All of **{as_typed(label)}** goes for good: sets, videos, plans, notes, uploads, login, and the log "
        "about them. Backups that you made keep what they have."
    )
    if open_ones:
        st.warning(
            f"{counted(len(open_ones), 'video')} may be theirs, and nobody has said so yet. What stays nobody's is not "
            "erased: say first whose it is.",
            icon=":material/movie:",
        )
    typed = st.text_input("Type the name to confirm", key=f"erase-name-{person.id}")
    if st.button("Erase for good", type="primary", disabled=typed.strip() != person.name, key=f"erase-yes-{person.id}"):
        try:
            erase_person(records, actor, person.id)
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
            return
        go_to(PEOPLE)
        st.rerun()


def show_person(records: Records, actor: Actor, person_id: str) -> None:
    """Show what is kept of a person, as far as the actor may see it."""
    with records.reading(actor) as work:
        person = get_person(work, person_id)
        sets = list_sets(work, person_id)
        recorded = recordings_of_person(work, person_id)
        plans = list_plans(work, person_id)
        notes = notes_of_person(work, person_id)
        proposed = [each for each in proposals(work) if each.person_id == person_id]
    st.title(as_typed(person.name), anchor=False)
    if said := _in_words(person):
        st.caption(said)
    with st.container(horizontal=True, key="person-ways"):
        page_link(PROGRESS, "Progress", icon=":material/show_chart:", person=person_id)
        page_link(COMPARE, "Compare two sets", icon=":material/compare:", person=person_id)
        page_link(VIDEOS, "Add videos", icon=":material/upload:", person=person_id)
    for each in proposed:
        with st.container(border=True, key=f"proposed-{each.upload_id}"):
            question = f"Is **{as_typed(each.name)}** theirs? It is nobody’s yet."
            offer_proposal(records, actor, each, each.upload_id, question)
    st.header("Sets", anchor=False)
    show_sets(sets)
    show_recordings(records, actor, recorded)
    st.header("Plan", anchor=False)
    show_plans(records, actor, person_id, plans)
    st.header("Notes", anchor=False)
    if person.about:
        st.markdown(f":small[For clinicians:] {as_typed(person.about)}")
    show_notes(records, actor, notes, key=f"person-{person_id}", person_id=person_id)
    st.header("Consent", anchor=False)
    show_consents(records, actor, person)
    if actor.sees_everybody:
        with st.expander("Change name, number, birth, side or notes for clinicians", icon=":material/edit:"):
            _ask_changes(records, actor, person)
        show_keeping(records, actor, person)
    else:
        show_own_copy(records, actor, person)


def _in_words(person: Person) -> str:
    parts = identity_of(person)
    if person.symptom_side in {"left", "right"}:
        parts.append(f"symptoms on the {person.symptom_side}")
    elif person.symptom_side == "both":
        parts.append("symptoms on both sides")
    elif person.symptom_side == "none":
        parts.append("no symptoms")
    return as_typed(" · ".join(parts))


def _ask_changes(records: Records, actor: Actor, person: Person) -> None:
    with st.form(f"change-{person.id}", border=False):
        details = ask_details(details_of(person), f"change-{person.id}")
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
        show_empty(Drawing.SEARCH, "Nobody is chosen", "Each person has a page.", PEOPLE, "Choose a person")
        return
    try:
        follow(records, person_id)
        show_person(records, actor, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
