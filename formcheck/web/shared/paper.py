"""What a document is printed on: asked for beside it, the clinic's own at first."""

from __future__ import annotations

import streamlit as st

from formcheck.records.access import Actor
from formcheck.records.clinic import clinic_details
from formcheck.records.records import Records
from formcheck.report.letterhead import Paper


def ask_paper(records: Records, actor: Actor, key: str = "paper") -> Paper:
    """Ask for the size of paper."""
    with records.reading(actor) as work:
        usual = clinic_details(work).paper
    chosen = st.segmented_control(
        "Paper", list(Paper), default=usual, format_func=lambda each: Paper(each).label, key=key, required=True
    )
    return Paper(chosen or usual)
