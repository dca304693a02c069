"""The script that Streamlit runs for every page: the frame around them, who may see them, and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page

from formcheck.records.access import Actor, Role
from formcheck.web.access.guard import admit
from formcheck.web.access.identity import NoAccess
from formcheck.web.access.no_access import log_out, show_no_access
from formcheck.web.shared.addresses import (
    CHECK,
    CLINIC,
    COMPARE,
    DESIGN,
    GUIDANCE,
    LOG_OUT,
    MORE,
    PEOPLE,
    PERSON,
    PROGRAMME,
    PROGRESS,
    REFUSED,
    REMOTE,
    REVIEW,
    SELF_TEST,
    START,
    TESTS,
    TODAY,
    VIDEOS,
    WELCOME,
)
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.design import design_style
from formcheck.web.shared.navigation import go_to, remember_pages, show_tab_bar

# Pages with things side by side. (No text stands alone in this file: Streamlit would show it on the page.)
_WIDE = (REVIEW, COMPARE, PROGRESS)


def _screen(name: str) -> Callable[[], None]:
    """Return a page by the module that has it, loaded when somebody goes there: some need half of the library."""

    def page() -> None:
        import_module(f"formcheck.web.pages.{name}.page").page()

    return page


def _pages(actor: Actor) -> dict[str, list[Page]]:
    """Return the menu: what is used every day side by side, and what is set up once under a name of its own."""
    is_client = actor.role is Role.CLIENT
    # To a client the pages about others say that they are the clinician's.
    for_clinicians: Literal["visible", "hidden"] = "hidden" if is_client else "visible"
    for_clients: Literal["visible", "hidden"] = "visible" if is_client else "hidden"
    selftest = st.Page(_screen("selftest"), title="Self-test", icon=":material/build:", url_path=SELF_TEST)
    clinic = st.Page(
        _screen("clinic"), title="Clinic", icon=":material/badge:", url_path=CLINIC, visibility=for_clinicians
    )
    pages = [
        st.Page(_screen("home"), title="Home", icon=":material/home:", url_path=START, default=True),
        st.Page(_screen("today"), title="Today", icon=":material/today:", url_path=TODAY),
        st.Page(_screen("check"), title="Check my form", icon=":material/videocam:", url_path=CHECK),
        st.Page(_screen("videos"), title="Videos", icon=":material/movie:", url_path=VIDEOS),
        st.Page(_screen("people"), title="People", icon=":material/group:", url_path=PEOPLE, visibility=for_clinicians),
        st.Page(
            _screen("person"),
            title="My records" if is_client else "Person",
            icon=":material/person:",
            url_path=PERSON,
            visibility=for_clients,
        ),
        st.Page(
            _screen("programme"),
            title="Programme",
            icon=":material/edit_calendar:",
            url_path=PROGRAMME,
            visibility=for_clinicians,
        ),
        st.Page(_screen("review"), title="Review", url_path=REVIEW, visibility="hidden"),
        st.Page(
            _screen("compare"),
            title="Compare",
            icon=":material/compare:",
            url_path=COMPARE,
            visibility=for_clinicians,
        ),
        st.Page(
            _screen("remote_session"),
            title="Remote sessions",
            icon=":material/video_call:",
            url_path=REMOTE,
            visibility=for_clinicians,
        ),
        st.Page(
            _screen("progress"),
            title="My progress" if is_client else "Progress",
            icon=":material/show_chart:",
            url_path=PROGRESS,
        ),
        st.Page(_screen("tests"), title="Tests", icon=":material/fact_check:", url_path=TESTS),
        _guidance(),
        st.Page(_screen("more"), title="More", icon=":material/more_horiz:", url_path=MORE, visibility="hidden"),
        st.Page(_screen("design"), title="Design", url_path=DESIGN, visibility="hidden"),
    ]
    if is_client:
        return {"": [*pages, selftest, clinic]}
    return {"": pages, "Set up": [clinic, selftest]}


def _tabs(actor: Actor) -> dict[str, str]:
    """Return what the bar at the bottom of a telephone leads to; everything else is a press further."""
    own = {PERSON: "Records"} if actor.role is Role.CLIENT else {PEOPLE: "People"}
    # A person who exercises needs their day at hand more often than the videos.
    second = {TODAY: "Today"} if actor.role is Role.CLIENT else {VIDEOS: "Videos"}
    return {START: "Home", CHECK: "Check", **second, **own, MORE: "More"}


def _guidance() -> Page:
    return st.Page(_screen("guidance"), title="Guidance", icon=":material/menu_book:", url_path=GUIDANCE)


def _pages_without_access(refusal: NoAccess) -> list[Page]:
    """Return the same word of refusal at every address, and the guidance, which is everybody's."""
    refused = partial(show_no_access, refusal)
    title = "Log in" if refusal.may_log_in else "No access"
    first = st.Page(refused, title=title, icon=":material/lock:", url_path=WELCOME, default=True)
    others = [st.Page(refused, title=title, url_path=address, visibility="hidden") for address in REFUSED]
    return [first, *others, _guidance()]


def _go_home() -> None:
    go_to(START)


def _of_others(actor: Actor) -> list[Page]:
    """Return the addresses that are pages for others only: a bookmark of one leads home."""
    addresses = (WELCOME, LOG_OUT) if actor.role is Role.OWNER else (WELCOME,)
    return [st.Page(_go_home, title="Home", url_path=address, visibility="hidden") for address in addresses]


def _account() -> list[Page]:
    """Return what stands under the name of somebody who is logged in."""
    return [st.Page(log_out, title="Log out", icon=":material/logout:", url_path=LOG_OUT)]


st.html(design_style())
st.html(f"<style>{text_beside(__file__, 'frame.css')}</style>")

_found = admit()
_menu = _pages(_found) if isinstance(_found, Actor) else {"": _pages_without_access(_found)}
if isinstance(_found, Actor) and _found.role is not Role.OWNER:
    _menu[_found.name] = _account()
if isinstance(_found, Actor):
    _menu[""] += _of_others(_found)
remember_pages([page for pages in _menu.values() for page in pages])
# Before the menu, or browsers would fetch the named icon of the open page from elsewhere: this one is our own.
st.set_page_config(page_title="formcheck", page_icon=Path(__file__).with_name("icon.svg"))
_page = st.navigation(_menu, position="top")
show_tab_bar(_tabs(_found) if isinstance(_found, Actor) else {START: "Start", GUIDANCE: "Guidance"}, _page)
# Before the page: one that changed its own width would jump at every touch.
st.set_page_config(layout="wide" if _page.url_path in _WIDE else "centered")
_page.run()
