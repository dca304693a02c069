"""The sets of a person as a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from formcheck.records.tables import ExerciseSet
from formcheck.web.shared.addresses import REVIEW
from formcheck.web.shared.moments import short_day_of
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.stored_words import in_numbers, what_it_is

_AT_FIRST: Final = 12


def show_sets(rows: Sequence[ExerciseSet]) -> None:
    """Show sets, the newest first, each with a way to its review."""
    if not rows:
        st.caption("No sets yet. Add a video under *Videos*, or do a set under *Check my form*.")
        return
    shown = rows
    if len(rows) > _AT_FIRST and not st.toggle(f"Show all {len(rows)}", key="all-sets"):
        shown = rows[:_AT_FIRST]
    for row in shown:
        with st.container(border=True, key=f"set-{row.id}"):
            page_link(REVIEW, f"{short_day_of(row.done_at)} · {what_it_is(row)}", icon=":material/movie:", set=row.id)
            st.caption(in_numbers(row))
