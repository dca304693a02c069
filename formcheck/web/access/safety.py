"""The safety texts: three lines with the rest folded, accepted once; the records keep when."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.red_flags import accept_safety, safety_accepted_at
from formcheck.report import safety
from formcheck.web.access.guard import current_actor
from formcheck.web.access.red_flags import ask_flags, keep_flags, ticked
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import GUIDANCE, PRIVACY_TOPIC
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.navigation import page_link

REMINDER: Final = "Stop if pain goes above 5 out of 10, or is sharp, new or growing. formcheck is not a medical device."
_SCREEN: Final = "safety"
_ACCEPTED: Final = "safety_accepted"
"""In the session: when they were accepted, or that they were for this visit where the records are away."""


def is_accepted() -> bool:
    """Return whether whoever has the page open accepted the texts as they are now."""
    if not st.session_state.get(_ACCEPTED):
        st.session_state[_ACCEPTED] = _accepted_at()
    return bool(st.session_state[_ACCEPTED])


def require_safety_accepted() -> None:
    """Ask for the texts to be accepted and end the page here, until they are."""
    if is_accepted():
        return
    st.title("Before you start", anchor=False)
    ask_to_accept()
    st.stop()


def ask_to_accept() -> None:
    """Show the texts and the red-flag screen, with the button that accepts the ones and answers the other."""
    with st.container(border=True, key="safety-texts"):
        _show_texts()
        flags = ask_flags(_SCREEN)
        label = "I have read this and accept it" if flags else "None of these: I have read this and accept it"
        st.button(label, type="primary", key="accept-safety", on_click=_accept, width="stretch")


def show_accepted() -> None:
    """Show the texts, and since when they are accepted."""
    st.subheader("Safety", anchor=False)
    _show_texts()
    when = st.session_state.get(_ACCEPTED)
    if isinstance(when, datetime):
        st.caption(f"You accepted this on {day_of(when)}.")


def remind_of_safety() -> None:
    """Write the one rule that matters in every session."""
    st.markdown(f":small[{REMINDER}]")


def _show_texts() -> None:
    st.markdown(_list(safety.IN_SHORT))
    with st.expander("Everything to know before you exercise"):
        st.markdown(_list(safety.safety_texts()))
        st.subheader("Do not exercise, and see a clinician now, if", anchor=False)
        st.markdown(_list(safety.SEE_NOW))
        st.subheader("See a clinician soon if", anchor=False)
        st.markdown(_list(safety.SEE_SOON))
        page_link(GUIDANCE, "Where your pictures go, and what is kept", icon=":material/lock:", topic=PRIVACY_TOPIC)


def _list(texts: tuple[str, ...]) -> str:
    return "\n".join(f"- {text}" for text in texts)


def _accepted_at() -> datetime | None:
    actor = current_actor()
    if actor is None:
        return None
    try:
        with records_service().reading(actor) as work:
            return safety_accepted_at(work, safety.texts_sha256())
    except FormcheckError:  # a set can be done without the records; then it is asked at each visit
        return None


def _accept() -> None:
    st.session_state[_ACCEPTED] = True
    keep_flags(None, ticked(_SCREEN))
    actor = current_actor()
    if actor is None:
        return
    try:
        with records_service().writing(actor) as work:
            st.session_state[_ACCEPTED] = accept_safety(work, safety.texts_sha256())
    except FormcheckError:
        return
