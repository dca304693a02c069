"""Links from one page of the app to another, within the session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import Page

_PAGES: Final = "pages_by_address"


def remember_pages(pages: Sequence[Page]) -> None:
    """Keep the pages that this run of the app has, so that others can link to them."""
    st.session_state[_PAGES] = {page.url_path: page for page in pages}


def page_link(address: str, label: str, *, icon: str | None = None, **query: str) -> None:
    """Show a link to a page of the app.

    Parameters
    ----------
    address
        Of the page, such as `review`.
    label
        The words to press.
    icon
        A Material symbol, such as `:material/movie:`.
    **query
        What the page is to be told in its address.
    """
    page = st.session_state.get(_PAGES, {}).get(address)
    if page is None:  # a page on its own, as in a test: the same address, reached the long way
        st.markdown(f"[{label}](/{address}{'?' + urlencode(query) if query else ''})")
        return
    st.page_link(page, label=label, icon=icon, query_params=query)


def go_to(address: str, **query: str) -> None:
    """Go to a page of the app now; does nothing where there is only one page."""
    page = st.session_state.get(_PAGES, {}).get(address)
    if page is not None:
        st.switch_page(page, query_params=query)
