"""Before the first set: what a person must know, and that they accept it.

Acceptance is kept by the browser, so that the texts are shown once in a browser; the server keeps it for the session.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.report import safety
from formcheck.web.shared.browser_parts import text_beside

STORAGE_KEY: Final = "formcheck.safety.v1"
"""Of the browser's local storage. A new number shows the texts again to everybody: raise it when they change in
meaning."""
REMINDER: Final = "Stop if pain goes above 5 out of 10, or is sharp, new or growing. formcheck is not a medical device."
_ACCEPTED: Final = "safety_accepted"
_BUTTON: Final = '<button type="button" class="formcheck-accept" data-testid="accept-safety"></button>'

_gate = st.components.v2.component(
    "formcheck_safety_gate",
    html=_BUTTON,
    css=text_beside(__file__, "safety_gate.css"),
    js=text_beside(__file__, "safety_gate.js"),
    isolate_styles=False,
)


def require_safety_accepted() -> None:
    """Show the safety texts and end the page here, until they are accepted."""
    if st.session_state.get(_ACCEPTED):
        return
    with st.container(key="safety-texts"):
        st.title("Before you start")
        st.markdown("Please read this once. It takes a minute.")
        show_safety_texts()
    _gate(
        key="safety-gate",
        data={"label": "I have read this and accept it", "storage_key": STORAGE_KEY},
        on_accepted_change=_accept,
    )
    st.stop()


def remind_of_safety() -> None:
    """Write the one rule that matters in every session."""
    st.markdown(f":small[{REMINDER}]")


def show_safety_texts() -> None:
    """Write all safety texts and the signs with which not to exercise."""
    st.markdown("\n".join(f"- {text}" for text in safety.safety_texts()))
    st.subheader("Do not exercise, and see a clinician now, if", anchor=False)
    st.markdown("\n".join(f"- {text}" for text in safety.SEE_NOW))
    st.subheader("See a clinician soon if", anchor=False)
    st.markdown("\n".join(f"- {text}" for text in safety.SEE_SOON))


def _accept() -> None:
    st.session_state[_ACCEPTED] = True
