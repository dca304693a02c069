"""Links from one page of the app to another, within the session; on telephones, a bar of them at the bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

from formcheck.web.shared.addresses import START
from formcheck.web.shared.browser_parts import text_beside

_PAGES: Final = "pages_by_address"
_TABS: Final = "tabs"


def remember_pages(pages: Sequence[Page]) -> None:
    """Keep the pages that this run of the app has, so that others can link to them."""
    # Streamlit gives the page that the app opens on no address of its own.
    st.session_state[_PAGES] = {page.url_path or START: page for page in pages}


_to_screen_readers = st.components.v2.component(
    "formcheck_tab_bar", html="<span></span>", js=text_beside(__file__, "tab_bar.js"), isolate_styles=False
)


def show_tab_bar(tabs: Mapping[str, str], open_page: Page) -> None:
    """Show the bar of links that takes the menu's place on telephones; the frame's style hides it elsewhere.

    Parameters
    ----------
    tabs
        Short names by the addresses of pages.
    open_page
        That is shown now.
    """
    st.session_state[_TABS] = tuple(tabs)
    pages = st.session_state[_PAGES]
    with st.container(horizontal=True, key="tab-bar"):
        for address, name in tabs.items():
            st.page_link(pages[address], label=name, icon=pages[address].icon)
        open_address = open_page.url_path or START
        index = list(tabs).index(open_address) if open_address in tabs else -1
        _to_screen_readers(key="tab-bar-words", data={"label": "Pages", "open": index})


def pages_beside_tabs() -> list[Page]:
    """Return the pages of the menu that the tab bar does not have."""
    pages, tabs = st.session_state.get(_PAGES, {}), st.session_state.get(_TABS, ())
    return [page for address, page in pages.items() if page.visibility == "visible" and address not in tabs]


def page_link(address: str, label: str, *, icon: str | None = None, wide: bool = False, **query: str) -> None:
    """Show a link to a page of the app.

    Parameters
    ----------
    address
        Of the page, such as `review`.
    label
        The words to press.
    icon
        A Material symbol, such as `:material/movie:`.
    wide
        Whether it takes the whole width.
    **query
        What the page is to be told in its address.
    """
    page = st.session_state.get(_PAGES, {}).get(address)
    if page is None:  # a page on its own, as in a test: the same address, reached the long way
        st.markdown(f"[{label}](/{address}{'?' + urlencode(query) if query else ''})")
        return
    st.page_link(page, label=label, icon=icon, query_params=query, width="stretch" if wide else "content")


def go_to(address: str, **query: str) -> None:
    """Go to a page of the app now; does nothing where there is only one page."""
    page = st.session_state.get(_PAGES, {}).get(address)
    if page is not None:
        st.switch_page(page, query_params=query)
