"""The whole report as a part of the app's page."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.web.component_files import component_file
from formcheck.web.report_parts import style_in_shadow

_INSIDE: Final = """
.parts { max-width: none; margin: 0; padding: 1rem 1rem 2rem; border: 1px solid var(--rule); border-radius: .6rem; }
.parts { font-family: var(--st-font, system-ui, sans-serif); }
:host, :host(.dark) { --page: var(--st-background-color); --panel: var(--st-secondary-background-color); }
p:has(> a[href$=".mp4"]) { display: none; }
"""
"""The last line: the overlay lies beside the report on disk only; on the page it is above it."""


def inline_style() -> str:
    """Return the report's style for the shadow root that it is shown in."""
    return style_in_shadow() + _INSIDE


def report_body(html: str) -> str:
    """Return what stands between the body tags of a report page."""
    return html.partition("<body>")[2].rpartition("</body>")[0]


# In a shadow of its own, so that the report's style and the app's leave each other alone. A frame would do that too,
# but the report forbids the script by which Streamlit finds out how high a frame has to be.
_component = st.components.v2.component(
    "formcheck_review_report",
    html='<div class="parts"></div>',
    css=inline_style(),
    js=component_file("report_parts.js"),
)


def show_inline(html: str, key: str) -> None:
    """Show a report page, as `formcheck.report.page` writes it, as high as it is."""
    _component(key=key, data={"html": report_body(html), "theme": st.context.theme.type})
