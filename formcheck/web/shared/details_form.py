"""The fields about a person."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.records.people import PersonDetails

_SIDES: Final = {"left": "Left", "right": "Right", "both": "Both", "none": "None"}


def ask_details(before: PersonDetails, key: str) -> PersonDetails:
    """Ask for what is written down of a person; to be used inside a form.

    Parameters
    ----------
    before
        What stands there already.
    key
        Beginning of the fields' keys.
    """
    name = st.text_input("Name or pseudonym", before.name, max_chars=200, key=f"{key}-name")
    left, right = st.columns(2)
    born = left.number_input(
        "Year of birth", 1901, None, before.birth_year, step=1, placeholder="not set", key=f"{key}-born", format="%d"
    )
    side = right.segmented_control(
        "Side of the symptoms",
        list(_SIDES),
        default=before.symptom_side,
        format_func=lambda each: _SIDES[each],
        key=f"{key}-side",
    )
    height = left.number_input(
        "Body height (cm)",
        40.0,
        280.0,
        before.height_cm,
        step=1.0,
        placeholder="not set",
        key=f"{key}-height",
        format="%g",
        help="Puts exported poses into metres. No measure here needs it.",
    )
    about = st.text_area("Notes for clinicians", before.about, key=f"{key}-about", help="Clients never see these.")
    return PersonDetails(name, None if born is None else int(born), side, about, height)
