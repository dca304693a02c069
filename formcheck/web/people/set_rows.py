"""The sets of a person as a list."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any, Final

import streamlit as st

from formcheck.kinematics.measures.record import Measure
from formcheck.kinematics.measures.registry import key_measures
from formcheck.records.tables import ExerciseSet
from formcheck.report.words import counted, value_text
from formcheck.web.moments import short_day_of
from formcheck.web.navigation import page_link
from formcheck.web.plain_text import as_typed

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
            page_link("review", f"{short_day_of(row.done_at)} · {what_it_is(row)}", icon=":material/movie:", set=row.id)
            st.caption(in_numbers(row))


def what_it_is(row: ExerciseSet) -> str:
    """Say in Markdown the exercise, the view and the legs of a set: `Step-down, front, right leg`."""
    document = current_document(row)
    legs = {rep["leg"] for rep in document["reps"] if rep["complete"]}
    leg = f", {legs.pop()} leg" if len(legs) == 1 and "both" not in legs else ""
    # The result of an imported set may hold any text.
    return as_typed(f"{document['exercise_name']}, {document['view']['kind']}{leg}")


def in_numbers(row: ExerciseSet) -> str:
    """Say the reps, the medians of the measures that matter most, pain and whether it was corrected, in one line."""
    document = current_document(row)
    parts = [counted(document["reps_counted"], "rep")]
    for measure in key_measures():
        if said := _median_in_words(document, measure):
            parts.append(said)
    pains = [value for value in (row.pain_before, row.pain_during, row.pain_after) if value is not None]
    if pains:
        parts.append(f"pain up to {max(pains)}" if max(pains) else "no pain")
    if row.corrected is not None:
        parts.append("corrected")
    if row.video_sha256 is None:
        parts.append("video not kept")
    return " · ".join(parts)


def current_document(row: ExerciseSet) -> dict[str, Any]:
    """Return the result that counts: corrected where something was corrected."""
    return row.corrected if row.corrected is not None else row.automatic


def _median_in_words(document: dict[str, Any], measure: Measure) -> str:
    by_leg: dict[str, list[float]] = {}
    for rep in document["reps"]:
        if rep["complete"] and not rep.get("excluded", False):
            for leg, value in rep["measures"].get(measure.name, {}).items():
                if value is not None:
                    by_leg.setdefault(leg, []).append(value["value"])
    if not by_leg:
        return ""
    said = ", ".join(f"{value_text(measure.name, median(values))} {leg}" for leg, values in by_leg.items())
    name = measure.wording.short
    return f"{name if name.isupper() else name.lower()} {said}"
