"""What a clinician may do with all that is kept of a person: take it elsewhere, or erase it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.records import Records
from formcheck.records.tables import Person
from formcheck.web.access.guard import require_clinician
from formcheck.web.downloads.links import export_link
from formcheck.web.shared.addresses import PEOPLE
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.navigation import go_to
from formcheck.web.shared.plain_text import as_typed

_ENTRIES: Final = 100


def show_keeping(records: Records, actor: Actor, person: Person) -> None:
    """Show the log about a person, and how to export or erase everything about them."""
    with st.expander("Log, export and erasure", icon=":material/folder_managed:"):
        st.link_button("Export everything about this person", export_link(actor, person.id), icon=":material/download:")
        st.caption("One archive that another installation of formcheck can import.")
        if st.button("Erase this person", icon=":material/delete_forever:", key=f"erase-{person.id}"):
            _confirm(records, person)
        with records.reading(actor) as work:
            entries = audit_log(work, person_id=person.id, limit=_ENTRIES)
        st.markdown("\n".join(f"- {log_line(entry)}" for entry in entries))


@st.dialog("Erase this person?")
def _confirm(records: Records, person: Person) -> None:
    actor = require_clinician()  # a dialog is run again without the page around it
    st.markdown(
        f"All of **{as_typed(person.name)}** goes for good: sets, videos, plans, notes, uploads, login, and the log "
        "about them. Backups that you made keep what they have."
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
