"""One person, named by `?person=` in the address; a client finds themselves.

A page of its own, not a part of *People*: a link to the page that is open does not change the address, so the name in
it would be gone with the next touch.
"""

from __future__ import annotations

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.navigation import page_link
from formcheck.web.people.person import show_person


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    person_id = st.query_params.get("person") or actor.person_id
    if actor.sees_everybody:
        page_link("people", "All people", icon=":material/arrow_back:")
    if person_id is None:
        st.title("Person", anchor=False)
        st.info("Choose somebody under *People*.", icon=":material/group:")
        return
    try:
        show_person(records, actor, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
