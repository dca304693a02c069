"""Before a live set: what is prescribed or chosen, pain, and the camera view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit, urlunsplit

import streamlit as st

from formcheck.errors import PoseModelError
from formcheck.pose.models import ensure_model, find_model
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.session.pain import PainAction, advice_before
from formcheck.session.request import SetRequest
from formcheck.web.pages.check.form import SessionChoices, ask_exercise, ask_pain, ask_request, ask_session
from formcheck.web.pages.check.prescribed import ask_prescribed
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import LinkReading, in_words, link_query, load_of, read_link, usual_set

_OPEN_WORDS: Final = {
    "leg": "the standing leg",
    "reps": "the number of reps",
    "hold": "the hold",
    "depth": "the depth",
    "step": "the height of the step",
}
_PAIN_BEFORE: Final = "pain_before"
_PAIN_WIDGET: Final = "pain-before"


def show_refusals(refusals: Sequence[str]) -> None:
    """Say why a link is not used, and offer to go on without it."""
    st.error("This link cannot be used as it is, so no set was chosen.", icon=":material/link_off:")
    st.markdown("\n".join(f"- {as_typed(refusal)}" for refusal in refusals))
    st.markdown("Ask whoever sent it for a new link.")
    st.button("Choose a set myself", on_click=forget_link, type="primary")


def ask_set(reading: LinkReading) -> tuple[SetRequest, SessionChoices]:
    """Show the set of a link, else ask for a prescribed one or another; and ask how it is to be shown and kept."""
    if reading.request is not None:
        st.info(f"Prescribed by link: **{in_words(reading.request)}**", icon=":material/assignment:")
        if reading.left_open:
            words = ", ".join(_OPEN_WORDS[name] for name in reading.left_open)
            st.caption(f"The link does not say {words}; there the usual is taken.")
        with st.expander("Camera, voice and video"):
            choices = ask_session()
            st.button("Choose another set", on_click=forget_link)
        return reading.request, choices
    request = ask_prescribed()
    if request is not None:
        with st.expander("Camera, voice and video"):
            return request, ask_session()
    exercise = ask_exercise()
    line = st.empty()
    with st.expander("Change the set, camera, voice or video"):
        request = ask_request(exercise)
        st.divider()
        choices = ask_session()
        if request != usual_set(exercise):
            st.caption(f"The guidance starts with: {in_words(usual_set(exercise))}.")
    line.markdown(f"**{in_words(request)}**")
    return request, choices


def may_start(request: SetRequest) -> bool:
    """Ask for pain before the set and say what follows; return whether there may be one."""
    pain = ask_pain("Pain in your knee now? You may skip this.", _PAIN_WIDGET)
    st.session_state[_PAIN_BEFORE] = pain
    advice = advice_before(pain, load_of(request))
    if not advice.sentences:
        return True
    text = " ".join(advice.sentences)
    if advice.action is PainAction.STOP:
        st.error(text, icon=":material/do_not_disturb_on:")
        return False
    st.warning(text, icon=":material/info:")
    return True


def answer_pain(pain: int) -> None:
    """Answer the question for pain before the next set."""
    st.session_state[_PAIN_WIDGET] = pain


def pain_before() -> int | None:
    """Return what was answered before the last set."""
    answer = st.session_state.get(_PAIN_BEFORE)
    return answer if isinstance(answer, int) else None


def has_model() -> bool:
    """Say whether there is a pose model; where there is none, say so and offer to fetch it."""
    try:
        find_model(DEFAULT_MODEL)
    except PoseModelError as error:
        st.warning(error.reason, icon=":material/download:")
        if not st.button("Fetch the pose model now (9 MB, once)", type="primary"):
            st.caption(error.remedy)
            return False
        return _fetched()
    return True


def show_link(request: SetRequest) -> None:
    """Show the link that prescribes a set; none for one that leaves numbers open, which a link cannot."""
    if read_link(parse_qs(link_query(request))).request != request:
        return
    with st.expander("For clinicians: send this set as a link"):
        st.markdown("Whoever opens it finds *Check my form* with exactly this set.")
        st.code(link_of(request, st.context.url), language=None, wrap_lines=True)


def link_of(request: SetRequest, page_url: str | None) -> str:
    """Return the link that prescribes a set.

    Parameters
    ----------
    request
        The set.
    page_url
        Address of a page of this app, None where it is not known: then the link has no host.
    """
    parts = urlsplit(page_url or "")
    folder = parts.path.rsplit("/", 1)[0]
    return urlunsplit((parts.scheme, parts.netloc, f"{folder}/check", link_query(request), ""))


def forget_link() -> None:
    """Take the prescription out of the page's address."""
    st.query_params.clear()


def _fetched() -> bool:
    bar = st.progress(0.0, "Fetching the pose model")

    def show(stage: str, share: float | None) -> None:
        bar.progress(min(1.0, share or 0.0), stage)

    try:
        ensure_model(DEFAULT_MODEL, show)
    except PoseModelError as error:
        bar.empty()
        st.error(f"{error.reason} {error.remedy}")
        return False
    bar.empty()
    return True
