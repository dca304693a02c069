"""Whose set it is and when it was done, and how to say so."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.records.reviewing import give_set
from formcheck.records.sets import set_date
from formcheck.web.shared.addresses import PERSON
from formcheck.web.shared.choose_person import ask_person, person_chosen
from formcheck.web.shared.moments import time_of, viewer_zone
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.opened_set import OpenedSet
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import what_it_is


def show_heading(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Say whose set it is, what it is and when it was done; ask whose it is while nobody knows."""
    row = opened.row
    corrected = " · **corrected**" if row.corrected is not None else ""
    with st.container(horizontal=True, vertical_alignment="center", key="review-heading"):
        if opened.person is not None:
            page_link(PERSON, as_typed(opened.person.name), icon=":material/arrow_back:", person=opened.person.id)
        st.markdown(
            f"**{what_it_is(row)}** · {time_of(row.done_at)} · {as_typed(row.name)}{corrected}", width="content"
        )
        if opened.person is not None and actor.sees_everybody:
            with st.popover("Change", icon=":material/edit:", type="tertiary"):
                _ask_person(records, actor, row.id, opened.person.id)
                _ask_date(records, actor, opened)
    if opened.person_guess and actor.sees_everybody:
        st.caption(
            f"Whose set it is was guessed: {as_typed(opened.person_guess)}. *Change* puts it right.", width="content"
        )
    if opened.person is None and actor.sees_everybody:
        _ask_person(records, actor, row.id)


def _ask_person(records: Records, actor: Actor, set_id: str, before: str | None = None) -> None:
    with st.form(f"whose-{set_id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = ask_person(records, actor, "Whose set is it?", f"whose-person-{set_id}", before)
        sent = st.form_submit_button("Save", type="primary")
    if not sent or not chosen or chosen == before:
        return
    try:
        with records.writing(actor) as work:
            person_id = person_chosen(work, chosen)
        give_set(records, actor, set_id, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        st.rerun()


def _ask_date(records: Records, actor: Actor, opened: OpenedSet) -> None:
    row, zone = opened.row, viewer_zone()
    before = row.done_at.astimezone(zone)
    with st.form(f"when-{row.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        today = datetime.now(zone).date()
        # A set that came with an import may lie a little ahead of this clock.
        day = st.date_input("Day", min(before.date(), today), max_value=today, key=f"when-day-{row.id}")
        at = st.time_input("Time", before.time().replace(second=0, microsecond=0), key=f"when-time-{row.id}")
        sent = st.form_submit_button("Save")
    if not sent:
        return
    try:
        with records.writing(actor) as work:
            set_date(work, row.id, datetime.combine(day, at, zone))
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        st.rerun()
