"""What is shown to somebody who is not let in: why, and the one next step."""

from __future__ import annotations

from shlex import quote
from typing import Final

import streamlit as st
from streamlit.errors import StreamlitAuthError

from formcheck.web.access.identity import NETWORK_VARIABLE, NoAccess, Why, ended_logins
from formcheck.web.access.login import claims_of_page, login_set_up
from formcheck.web.shared.plain_text import as_typed

_DOCUMENT: Final = "docs/access.md"
_DEFAULT: Final = "default"


def show_no_access(refusal: NoAccess) -> None:
    """Show why somebody is not let in."""
    if refusal.why is Why.LOG_IN:
        _offer_login("Log in", "What is kept here is open to people who were given access.")
    elif refusal.why is Why.LOGIN_TOO_OLD:
        _offer_login("Log in again", "You logged in a while ago. This keeps others out of a computer that you left.")
    elif refusal.why is Why.OTHER_COMPUTER:
        _say_set_up_login()
    elif refusal.why is Why.SET_UP_WRONG:
        st.title("The access is not set up right", anchor=False)
        st.error(f"{refusal.detail} Nobody is let in until it is right.", icon=":material/error:")
        st.markdown(f"For whoever runs this server: it is described in `{_DOCUMENT}`.")
    else:
        _say_no_account(refusal)


def show_not_for_clients() -> None:
    """Show that a page is for clinicians."""
    st.title("For clinicians", anchor=False)
    st.info("This page is for clinicians. Yours are in the menu.", icon=":material/lock:")


def log_out() -> None:
    """End the login of this browser, everywhere at once."""
    claims = claims_of_page()
    if claims is not None:
        ended_logins().end(claims)
    st.session_state.clear()
    st.logout()


def _offer_login(title: str, why: str) -> None:
    st.title(title, anchor=False)
    st.markdown(why)
    providers = login_set_up().providers
    for name in providers:
        label = "Log in" if len(providers) == 1 else f"Log in with {as_typed(name.title())}"
        if st.button(label, type="primary", icon=":material/login:", key=f"log-in-{name}"):
            _log_in(name)


def _log_in(provider: str) -> None:
    try:
        st.login(None if provider == _DEFAULT else provider)
    except StreamlitAuthError:
        st.error(
            f"The login is not set up right. For whoever runs this server: see `{_DOCUMENT}`.", icon=":material/error:"
        )


def _say_set_up_login() -> None:
    st.title("Set up login first", anchor=False)
    st.markdown(
        "No login is set up, so formcheck is open to browsers on its own computer only, at `http://localhost` or "
        "`http://127.0.0.1`. This browser is on another computer, or comes by way of a proxy."
    )
    st.markdown(
        f"**For whoever runs this server**: set up a login as `{_DOCUMENT}` describes. Where everybody who reaches the "
        f"server may see and change everything, set `{NETWORK_VARIABLE}=1` instead."
    )


def _say_no_account(refusal: NoAccess) -> None:
    st.title("No access yet", anchor=False)
    shown = f"**{as_typed(refusal.email)}**"
    if refusal.why is Why.NO_EMAIL:
        st.markdown("Your login provider did not say your e-mail address, by which formcheck knows you.")
        st.markdown("Ask whoever runs this server to have the provider send it (scope `email`).")
    elif refusal.why is Why.EMAIL_NOT_VERIFIED:
        st.markdown(f"You are logged in as {shown}, but your login provider has not verified that it is yours.")
        st.markdown("Verify the address at your login provider, then log in again.")
    else:
        st.markdown(f"You are logged in as {shown}. Nobody has given this address access.")
        st.markdown("Ask your clinician, or whoever runs this server, to give it access, or log in with another one.")
        with st.expander("For whoever runs this server"):
            st.code(
                f"formcheck accounts add {quote(refusal.email)} --role clinician\n"
                f"formcheck accounts add {quote(refusal.email)} --role client --person NAME",
                language=None,
                wrap_lines=True,
            )
    st.button("Log out", icon=":material/logout:", on_click=log_out, key="log-out-no-access")
