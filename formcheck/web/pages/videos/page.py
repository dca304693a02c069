"""*Videos*: sending videos in, and the list of those that are being measured or were lately."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.intake.settings import intake_settings
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.pages.videos.editing import show_dialog
from formcheck.web.pages.videos.listing import show_list
from formcheck.web.pages.videos.sending import show_sending
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.plain_text import as_typed

_LOOK_EVERY_S: Final = 1.5


def page() -> None:
    """Show the page."""
    actor = require_actor()
    st.html(f"<style>{text_beside(__file__, 'videos.css')}</style>")
    st.title("Videos", anchor=False)
    try:
        records, settings = records_service(), intake_settings()
        show_sending(records, actor, settings)
        with st.container(key="uploads-list"):
            _list()
        show_dialog(records, actor)
    except FormcheckError as error:
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}", icon=":material/error:")


@st.fragment(run_every=_LOOK_EVERY_S)
def _list() -> None:
    """Look at the queue again and again, without running the rest of the page."""
    show_list(records_service(), require_actor())
