"""How a set hurt."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.records.sets import say_pain
from formcheck.records.tables import ExerciseSet

_QUESTIONS: Final = {
    "pain_before": "Before",
    "pain_during": "During",
    "pain_after": "After",
    "pain_after_hour": "An hour later",
    "pain_next_morning": "Next morning",
}
_SWELLING: Final = {True: "Yes", False: "No"}


def show_pain(records: Records, actor: Actor, row: ExerciseSet) -> None:
    """Show the answers about pain, and ask for those that are open."""
    said = [
        f"{label.lower()} {value}" for name, label in _QUESTIONS.items() if (value := getattr(row, name)) is not None
    ]
    swelling = {None: "", True: "; the knee swelled", False: "; no swelling"}[row.swelling]
    st.markdown(f"Pain, 0 to 10: {', '.join(said) or 'not asked'}{swelling}.")
    with st.expander("Say how it hurt"), st.form(f"pain-{row.id}", border=False):
        cells = st.columns(len(_QUESTIONS))
        answers = {
            name: cell.number_input(
                label, 0, 10, getattr(row, name), step=1, placeholder="–", key=f"{name}-{row.id}", format="%d"
            )
            for (name, label), cell in zip(_QUESTIONS.items(), cells, strict=True)
        }
        swelled = st.segmented_control(
            "Did the knee swell?",
            list(_SWELLING),
            default=row.swelling,
            format_func=lambda each: _SWELLING[each],
            key=f"swelling-{row.id}",
        )
        if st.form_submit_button("Save"):
            try:
                with records.writing(actor) as work:
                    say_pain(
                        work,
                        row.id,
                        {name: None if value is None else int(value) for name, value in answers.items()},
                        swelling=swelled,
                    )
            except FormcheckError as error:
                st.error(f"{error.reason} {error.remedy}")
            else:
                st.rerun()
