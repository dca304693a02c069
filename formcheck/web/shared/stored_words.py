"""Sets and plans of the records, in one line."""

from __future__ import annotations

from statistics import median
from typing import Any, Final

from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import counted, often_a_day, value_text
from formcheck.kinematics.measures.record import Measure
from formcheck.kinematics.measures.registry import key_measures
from formcheck.records.plans import prescribed
from formcheck.records.tables import ExerciseSet, StoredPlan
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import plan_in_words

_MINUTE_S: Final = 60


def what_it_is(row: ExerciseSet) -> str:
    """Say in Markdown the exercise, the view and the legs of a set: `Step-down, front, right leg`."""
    document = current_document(row)
    legs = {rep["leg"] for rep in document["reps"] if rep["complete"]}
    leg = f", {legs.pop()} leg" if len(legs) == 1 and "both" not in legs else ""
    # The result of an imported set may hold any text.
    return as_typed(f"{document['exercise_name']}, {document['view']['kind']}{leg}")


def part_in_words(row: ExerciseSet) -> str:
    """Say which part of its recording a set is: `left leg, front, until 0:16`; `all of it` for one that is whole."""
    document = current_document(row)
    legs = {rep["leg"] for rep in document["reps"] if rep["complete"]}
    leg = f"{legs.pop()} leg" if len(legs) == 1 and "both" not in legs else ""
    within = document.get("within") or {}
    start_s, end_s = within.get("start_s"), within.get("end_s")
    if start_s is None:
        when = "all of it" if end_s is None else f"until {_clock(end_s)}"
    else:
        when = f"from {_clock(start_s)}" + ("" if end_s is None else f" to {_clock(end_s)}")
    return as_typed(", ".join(part for part in (leg, document["view"]["kind"], when) if part))


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s), _MINUTE_S)
    return f"{minutes}:{seconds:02d}"


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


def stored_plan_in_words(plan: StoredPlan) -> str:
    """Say a plan in one line: `Wall squat · 10 reps · hold 3 s · 45° deep · once a day`."""
    parts = [exercise_title(plan.exercise)]
    if plan.leg is not None:
        parts.append(f"{plan.leg} leg")
    parts += plan_in_words(prescribed(plan).plan)
    if plan.sessions_a_day:
        parts.append(often_a_day(plan.sessions_a_day))
    return " · ".join(parts)
