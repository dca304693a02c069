"""*People*: everybody whose sets are kept; with `?person=` in the address, one of them."""

from __future__ import annotations

import streamlit as st

from formcheck.records.access import NotFoundError
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.navigation import page_link
from formcheck.web.people.listing import show_people
from formcheck.web.people.person import show_person


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    person_id = st.query_params.get("person") or (None if actor.sees_everybody else actor.person_id)
    if person_id is None:
        st.title("People", anchor=False)
        show_people(records, actor)
        return
    if actor.sees_everybody:
        page_link("people", "All people", icon=":material/arrow_back:")
    try:
        show_person(records, actor, person_id)
    except NotFoundError as error:
        st.error(f"{error.reason} {error.remedy}")
