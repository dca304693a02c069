"""What a person agreed to: each answer with who gave it and when, a way to take it back, and a form for a new one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.words import counted, listed
from formcheck.records.access import Actor
from formcheck.records.consents import (
    OWN_TEXTS,
    KnownConsent,
    StillKept,
    answer_consent,
    consents_of_person,
    delete_still_kept,
    still_kept,
    withdraw,
)
from formcheck.records.records import Records, Work
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import Person
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.plain_text import as_typed

_ANSWERS = {"yes": "agreed", "no": "refused", "withdrawn": "taken back"}


def show_consents(records: Records, actor: Actor, person: Person) -> None:
    """Show what a person agreed to."""
    with records.reading(actor) as work:
        known = consents_of_person(work, person.id)
        kept = {each.id: still_kept(work, person.id, each.id) for each in known if each.counts}
    current = [each for each in known if each.counts]
    in_sessions = [each for each in current if each.session_id is not None and not kept[each.id]]
    for each in current:
        if each not in in_sessions:
            _show(records, actor, person, each, kept[each.id])
    if in_sessions:
        with st.expander(f"In remote sessions ({len(in_sessions)})", icon=":material/video_call:"):
            for each in in_sessions:
                _show(records, actor, person, each, kept[each.id])
    if not current:
        st.caption("Nothing was asked yet.")
    if len(known) > len(current):
        with st.expander(f"Earlier answers ({len(known) - len(current)})"):
            for each in known:
                if not each.counts:
                    st.markdown(f"- {_line(each)}")
    with st.expander("Write down an answer", icon=":material/fact_check:"):
        _ask(records, actor, person)


def _line(each: KnownConsent) -> str:
    by = f", written down by {as_typed(each.recorded_by)}" if each.recorded_by else ""
    where = " in a remote session" if each.session_id is not None else ""
    answer = _ANSWERS.get(each.answer, as_typed(each.answer))
    return f"**{as_typed(each.title)}**: {answer}{where} by {as_typed(each.name)}, {time_of(each.at)}{by}"


def _show(records: Records, actor: Actor, person: Person, each: KnownConsent, kept: StillKept) -> None:
    with st.container(border=True, key=f"consent-{each.id}"):
        st.markdown(_line(each))
        words = as_typed(each.words) or "These words are no longer in use."
        st.caption(f"{words} Version {each.text_version}, SHA-256 {each.text_sha256[:12]}…")
        if each.answer == "yes" and st.button("Take back", key=f"consent-back-{each.id}", icon=":material/undo:"):
            _do(records, actor, partial(withdraw, person_id=person.id, consent_id=each.id), clean=True)
        if kept:
            st.warning(f"Still kept: {_in_words(kept)}.", icon=":material/inventory_2:")
            if actor.sees_everybody and st.button("Delete it for good", key=f"consent-delete-{each.id}"):
                _do(records, actor, partial(delete_still_kept, person_id=person.id, consent_id=each.id), clean=True)


def _in_words(kept: StillKept) -> str:
    amounts = {"video": kept.videos, "set": kept.sets, "still picture": kept.stills}
    return listed(counted(len(ids), name) for name, ids in amounts.items() if ids)


def _ask(records: Records, actor: Actor, person: Person) -> None:
    with st.form(f"consent-new-{person.id}", border=False):
        item = st.selectbox(
            "Item", list(OWN_TEXTS), format_func=lambda each: OWN_TEXTS[each].title, key=f"consent-item-{person.id}"
        )
        for text in OWN_TEXTS.values():
            st.caption(f"**{text.title}**: {text.words}")
        name = person.name
        if actor.sees_everybody:
            name = st.text_input("Who answered", person.name, max_chars=200, key=f"consent-name-{person.id}")
        with st.container(horizontal=True):
            yes = st.form_submit_button("Agrees", type="primary")
            no = st.form_submit_button("Does not agree")
    if yes or no:
        said = partial(answer_consent, person_id=person.id, item=item, answer="yes" if yes else "no", name=name)
        _do(records, actor, said)


def _do(records: Records, actor: Actor, does: Callable[[Work], object], *, clean: bool = False) -> None:
    try:
        with records.writing(actor) as work:
            does(work)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    if clean:
        remove_unused(records)
    st.rerun()
