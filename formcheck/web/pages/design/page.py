"""*Design*: every component in both themes, for whoever builds a page."""

from __future__ import annotations

import streamlit as st

from formcheck.design.gallery import gallery
from formcheck.web.shared.design import show


def page() -> None:
    """Show the components."""
    st.title("Design")
    show(gallery())
