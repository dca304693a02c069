"""The fields about a person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Final

import streamlit as st

from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.exercises.words import listed
from formcheck.records.people import BORN_AFTER, PersonDetails

_SIDES: Final = {"left": "Left", "right": "Right", "both": "Both", "none": "None"}
_SEXES: Final = {"female": "Female", "male": "Male"}


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
    number = left.text_input(
        "Patient number",
        before.number or "",
        max_chars=40,
        key=f"{key}-number",
        help="As you number your patients. It tells two of the same name apart.",
    )
    birth_date = right.date_input(
        "Date of birth",
        before.birth_date,
        min_value=date(BORN_AFTER + 1, 1, 1),
        max_value=datetime.now(UTC).date(),
        format="YYYY-MM-DD",
        key=f"{key}-birth-date",
    )
    born = right.number_input(
        "Or the year of birth alone",
        BORN_AFTER + 1,
        None,
        None if before.birth_date is not None else before.birth_year,
        step=1,
        placeholder="not set",
        key=f"{key}-born",
        format="%d",
    )
    side = left.segmented_control(
        "Side of the symptoms",
        list(_SIDES),
        default=before.symptom_side,
        format_func=lambda each: _SIDES[each],
        key=f"{key}-side",
    )
    sex = left.segmented_control(
        "Sex (may be left out)",
        list(_SEXES),
        default=before.sex,
        format_func=lambda each: _SEXES[each],
        key=f"{key}-sex",
        help=_why_sex_is_asked(),
    )
    height = right.number_input(
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
    return PersonDetails(
        name=name,
        birth_year=None if born is None else int(born),
        symptom_side=side,
        about=about,
        height_cm=height,
        number=number,
        birth_date=birth_date,
        sex=sex,
    )


@cache
def _why_sex_is_asked() -> str:
    """Say which checks have other limits for women than for men."""
    rubrics = {name: builtin_rubric(name) for name in builtin_names()}
    checks = {name: [each.name for each in rubric.checks if each.alternatives] for name, rubric in rubrics.items()}
    names = listed(list(dict.fromkeys(each for some in checks.values() for each in some)))
    exercises = listed([exercise_title(name).lower() for name, some in checks.items() if some])
    return f"Studies give other limits of {names} for women than for men ({exercises}). Left out, the common ones hold."
