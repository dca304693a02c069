"""What stands on a page where there is nothing yet: a drawing, a sentence, and the one link that helps."""

from __future__ import annotations

import streamlit as st

from formcheck.design.components import empty_state
from formcheck.design.drawings import Drawing
from formcheck.web.shared.design import show
from formcheck.web.shared.navigation import page_link


def show_empty(drawing: Drawing, title: str, sentence: str, address: str = "", label: str = "", **query: str) -> None:
    """Show that there is nothing yet, and what brings it.

    Parameters
    ----------
    drawing
        Of what will be here.
    title
        What is not there.
    sentence
        What will be, and what brings it.
    address
        Of the page that helps; empty where what helps is on this page.
    label
        Of the link to it.
    **query
        What that page is to be told in its address.
    """
    show(empty_state(drawing, title, sentence))
    if address:
        with st.container(key=f"empty-{address}", horizontal=True, horizontal_alignment="center"):
            page_link(address, label, icon=None, wide=False, **query)
