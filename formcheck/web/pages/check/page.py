"""*Check my form*: a set before the camera, from the first question to the summary."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.session.request import SetRequest
from formcheck.web.live.camera_view import session_id, show_live_view
from formcheck.web.live.service import live_service
from formcheck.web.pages.check.after import show_numbers, tell_result
from formcheck.web.pages.check.before import (
    answer_pain,
    ask_set,
    has_model,
    may_start,
    pain_before,
    show_link,
    show_refusals,
)
from formcheck.web.pages.check.form import SessionChoices
from formcheck.web.pages.check.keeping import offer_to_keep
from formcheck.web.pages.check.safety_gate import remind_of_safety, require_safety_accepted
from formcheck.web.shared.set_settings import read_link, setup_message

_FINISHED: Final = "finished_set_id"
_SETS_DONE: Final = "sets_done"
"""Sets in this session: each has a camera view of its own."""
_FIRST_SESSION: Final = 1
"""The browser counts sessions and puts its own number here."""


def page() -> None:
    """Show the page."""
    require_safety_accepted()
    if st.session_state.get(_FINISHED) is not None:
        _show_heading()
        _after(st.session_state[_FINISHED])
    else:
        _before()


def _show_heading() -> None:
    st.title("Check my form", anchor=False)
    remind_of_safety()


def _before() -> None:
    # The frame's style hides what is around the camera view while a set is being done, by these keys.
    with st.container(key="before-set"):
        _show_heading()
        asked = _ask()
    if asked is None:
        return
    request, choices = asked
    setup = setup_message(request, model=choices.model, session_number=_FIRST_SESSION, keep_video=choices.keep_video)
    finished_set_id = show_live_view(
        setup, voice=choices.voice, camera=choices.camera, key=f"live-{st.session_state.get(_SETS_DONE, 0)}"
    )
    if finished_set_id is not None:
        st.session_state[_FINISHED] = finished_set_id
        st.rerun()
    with st.container(key="beside-set"):
        show_link(request)


def _ask() -> tuple[SetRequest, SessionChoices] | None:
    """Ask for the set and for pain; return None where there is to be none."""
    reading = read_link({name: st.query_params.get_all(name) for name in st.query_params})
    if reading.refusals:
        show_refusals(reading.refusals)
        return None
    request, choices = ask_set(reading)
    return (request, choices) if has_model() and may_start(request) else None


def _after(set_id: str) -> None:
    finished = live_service().finished_set(set_id, session_id())
    if finished is None:
        st.warning("This set is no longer kept: results are deleted after two hours.", icon=":material/delete:")
        st.button("Do another set", on_click=_again, type="primary")
        return
    # What comes next is beside the words and the question: the numbers below may be long.
    after = tell_result(finished, pain_before())
    offer_to_keep(finished, pain_before(), after.pain)
    if after.too_much:
        st.button("Back to the start", on_click=_again, args=(after.pain,))
    else:
        st.button("Do another set", on_click=_again, type="primary", icon=":material/replay:")
    show_numbers(finished)


def _again(pain: int | None = None) -> None:
    """Go back to before a set; too much pain after the last one stands there as the answer until it is taken back."""
    if pain is not None:
        answer_pain(pain)
    st.session_state[_SETS_DONE] = st.session_state.get(_SETS_DONE, 0) + 1
    st.session_state[_FINISHED] = None
