"""The components of `formcheck.design` on pages of the app."""

from __future__ import annotations

from functools import cache

import streamlit as st
from markupsafe import Markup

from formcheck.design.components import css


@cache
def design_style() -> str:
    """Return the style of all components as an HTML element; the frame around the pages puts it on each of them."""
    return f"<style>{css()}</style>"


def show(html: Markup) -> None:
    """Show components.

    Through Markdown: `st.html` takes drawings out. Markdown reads nothing inside a
    block of HTML that has no empty line.
    """
    st.markdown(f"<div>{' '.join(html.split())}</div>", unsafe_allow_html=True)
