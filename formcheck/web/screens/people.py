"""*People*: everybody whose sets are kept."""

from __future__ import annotations

import streamlit as st

from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.people.listing import show_people


def page() -> None:
    """Show the page."""
    actor = require_clinician()
    st.title("People", anchor=False)
    show_people(records_service(), actor)
