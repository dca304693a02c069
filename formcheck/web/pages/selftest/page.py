"""*Self-test*: every link of the chain is tried, and what fails is named with one next step."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.web.live.camera_view import live_token
from formcheck.web.live.service import live_service
from formcheck.web.pages.selftest.chain import LinkResult, ServerChain, State
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, SOCKET_PATH
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.set_settings import setup_message, usual_set

_RESULTS: Final = "selftest_results"
_WORDS: Final = {
    State.OK: ":material/check: **works**",
    State.NOTE: ":material/info: **note**",
    State.FAIL: ":material/error: **fails**",
    State.NOT_TRIED: ":material/remove: **not tried**",
}
_HTML: Final = (
    '<div class="formcheck-selftest"><button type="button" data-testid="selftest-browser"></button>'
    '<ul aria-live="polite" data-testid="selftest-list"></ul></div>'
)

_browser_test = st.components.v2.component(
    "formcheck_selftest",
    html=_HTML,
    css=text_beside(__file__, "selftest.css"),
    js=text_beside(__file__, "selftest.js"),
    isolate_styles=False,
)


def page() -> None:
    """Show the page."""
    st.title("Self-test", anchor=False)
    st.markdown("When something does not work, this finds the link that is broken and says what to do next.")
    st.subheader("This browser and its camera", anchor=False)
    st.caption("Your browser may ask for the camera. Nothing is recorded.")
    _browser_test(
        key="selftest-browser",
        data={
            "label": "Test browser and camera",
            "static_base": LIVE_CLIENT_PATH,
            "socket_path": SOCKET_PATH,
            "token": live_token(renew=True),
            "camera": "user",
            "setup": setup_message(usual_set(), model="auto", session_number=1, keep_video=False),
        },
    )
    st.subheader("The computer that measures", anchor=False)
    if st.button("Test the server", type="primary"):
        with st.spinner("Trying each link…"):
            st.session_state[_RESULTS] = tuple(ServerChain(live_service()).run())
    results: tuple[LinkResult, ...] = st.session_state.get(_RESULTS, ())
    for result in results:
        st.markdown(f"{_WORDS[result.state]} · {result.name}: {_plain(result.words)}")
        if result.next_step:
            st.markdown(f"Next step: {_plain(result.next_step)}")
    if results:
        _show_verdict(results)


def _show_verdict(results: tuple[LinkResult, ...]) -> None:
    broken = next((result for result in results if result.state is State.FAIL), None)
    if broken is None:
        st.success("Every link of the server works.", icon=":material/check_circle:")
    else:
        st.error(f"“{broken.name}” is broken. {_plain(broken.next_step)}", icon=":material/error:")


def _plain(text: str) -> str:
    """Take the meaning of Markdown out of a text that may hold names of files."""
    return "".join(f"\\{sign}" if sign in "\\*_[]<>#$~" else sign for sign in text)
