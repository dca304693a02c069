"""Notes: those there are, and a form to write one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.notes import LONGEST_NOTE, delete_note, edit_note, versions_of_note, write_note
from formcheck.records.records import Records
from formcheck.records.tables import Note
from formcheck.web.shared.addresses import REVIEW
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed

_FOR_CLIENT: Final = "The client may read it, also in their documents"


def show_notes(
    records: Records,
    actor: Actor,
    notes: Sequence[Note],
    *,
    key: str,
    person_id: str | None = None,
    set_id: str | None = None,
) -> None:
    """Show notes, and to clinicians a form to write one about a person or a set."""
    for note in notes:
        with st.container(border=True, key=f"note-{key}-{note.id}"):
            st.markdown(as_typed(note.text))
            reader = "for the client" if note.for_client else "for clinicians"
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f"{as_typed(note.author)}, {time_of(note.written_at)}{_edited(note)} · {reader}")
                if note.set_id is not None and set_id is None:
                    page_link(REVIEW, "About this set", icon=":material/movie:", set=note.set_id)
                if actor.sees_everybody:
                    _offer_to_edit(records, actor, note, f"note-edit-{key}-{note.id}")
                    _offer_to_delete(records, actor, note.id, f"note-delete-{key}-{note.id}")
    if not notes:
        st.caption("No notes yet.")
    if actor.sees_everybody:
        _ask(records, actor, key, person_id, set_id)


def _edited(note: Note) -> str:
    if note.edited_at is None:
        return ""
    who = "" if note.edited_by == note.author else f" by {as_typed(note.edited_by or '')}"
    return f", edited{who} {time_of(note.edited_at)}"


def _offer_to_edit(records: Records, actor: Actor, note: Note, key: str) -> None:
    """Edit a note; what it said before stays, with who wrote it and when."""
    with st.popover("Edit", icon=":material/edit:", type="tertiary"):
        with st.form(key, border=False):
            text = st.text_area("Note", note.text, key=f"{key}-text-{note.version}", max_chars=LONGEST_NOTE)
            for_client = st.checkbox(_FOR_CLIENT, note.for_client, key=f"{key}-for-client-{note.version}")
            sent = st.form_submit_button("Save the note")
        if sent:
            try:
                with records.writing(actor) as work:
                    edit_note(work, note.id, text, for_client=for_client, version=note.version)
            except FormcheckError as error:
                st.error(f"{error.reason} {error.remedy}")
            else:
                st.rerun()
        if note.version > 1:
            with records.reading(actor) as work:
                former = versions_of_note(work, note.id)
            st.markdown("**What it said before**")
            for each in former:
                st.markdown(f"{as_typed(each.text)}  \n:small[{as_typed(each.author)}, {time_of(each.written_at)}]")


def show_draft(key: str) -> None:
    """Show the note that was being typed about something that is gone, to be copied."""
    typed = st.session_state.get(f"note-text-{key}") or ""
    if typed.strip():
        st.text_area("Your note, which was not kept", typed, key=f"note-draft-{key}")


def _offer_to_delete(records: Records, actor: Actor, note_id: str, key: str) -> None:
    """Delete a note at the second press: it cannot be brought back."""
    with st.popover("Delete", icon=":material/delete:", type="tertiary"):
        if st.button("Delete this note for good", key=key, type="primary"):
            with records.writing(actor) as work:
                delete_note(work, note_id)
            st.rerun()


def _ask(records: Records, actor: Actor, key: str, person_id: str | None, set_id: str | None) -> None:
    with st.form(f"note-new-{key}", clear_on_submit=True, border=False):
        text = st.text_area("New note", key=f"note-text-{key}", max_chars=LONGEST_NOTE)
        for_client = st.checkbox(_FOR_CLIENT, key=f"note-for-client-{key}", value=False)
        sent = st.form_submit_button("Save the note")
    if not sent:
        return
    try:
        with records.writing(actor) as work:
            write_note(work, text, person_id=person_id, set_id=set_id, for_client=for_client)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    st.rerun()
