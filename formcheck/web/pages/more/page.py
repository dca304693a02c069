"""*More*: the pages for which the tab bar of a telephone has no room."""

from __future__ import annotations

import streamlit as st

from formcheck.web.shared.navigation import pages_beside_tabs


def page() -> None:
    """Show the page."""
    st.title("More", anchor=False)
    with st.container(key="more-pages"):
        for each in pages_beside_tabs():
            st.page_link(each, label=each.title, icon=each.icon, width="stretch")
