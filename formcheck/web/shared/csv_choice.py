"""How CSV is to be written, asked once and kept while the app is open in the browser."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.report.csv_file import CsvDialect

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
