"""Numbers, table and plots of the report on a page of the app, in its own style; and how CSV is to be written."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.report.csv_file import CsvDialect
from formcheck.report.page import details_html
from formcheck.report.svg import report_style
from formcheck.session.assessment import Assessment
from formcheck.web.shared.browser_parts import text_beside

_CHOSEN: Final = "chosen_csv_dialect"
"""Widgets forget their values while they are not shown."""


def ask_csv_dialect() -> CsvDialect:
    """Ask how CSV files are to be written; the last choice stands on every page."""
    before: CsvDialect = st.session_state.get(_CHOSEN, CsvDialect.COMMA)
    chosen = st.segmented_control(
        "CSV files",
        list(CsvDialect),
        default=before,
        format_func=lambda dialect: CsvDialect(dialect).label,
        key="csv-dialect",
        help="The second opens in columns in an Excel that writes 1,5 for one and a half.",
        required=True,
    )
    dialect = CsvDialect(chosen or before)
    st.session_state[_CHOSEN] = dialect
    return dialect


_INSIDE: Final = """
.parts { padding: 0; max-width: none; font-family: var(--st-font, var(--fc-font)); }
:host, :host(.dark) { --fc-page: var(--st-background-color); }
"""


def style_in_shadow() -> str:
    """Return the report's style for a shadow root, which goes by the app's light or dark and not by the system's.

    The style speaks of a whole document; here its body is a box of class `parts`.
    """
    return report_style(in_shadow=True).replace(":root", ":host").replace("\nbody {", "\n.parts {")


_parts = st.components.v2.component(
    "formcheck_report_parts",
    html='<div class="parts"></div>',
    css=style_in_shadow() + _INSIDE,
    js=text_beside(__file__, "report_parts.js"),
)


def show_details(assessment: Assessment, key: str) -> None:
    """Show the numbers, the rep table and the plots of a set."""
    _parts(key=key, data={"html": details_html(assessment), "theme": st.context.theme.type})
