"""Choosing what to compare: whose sets, which two of them, or which legs. The address says it, so it can be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import counted
from formcheck.history.comparison import Kind
from formcheck.history.summary import ResultSummary, SetSummary
from formcheck.moments import short_day_text
from formcheck.pose.landmarks import Side
from formcheck.records.people import labels_of
from formcheck.records.tables import Person
from formcheck.web.shared.addresses import VIDEOS
from formcheck.web.shared.empty import show_empty

_KINDS: Final = {Kind.BEFORE_AFTER: "Before and after", Kind.LEFT_RIGHT: "Left and right"}


@dataclass(frozen=True)
class Chosen:
    """What is to be compared."""

    kind: Kind
    first_id: str
    """The earlier set, or the one with the left leg."""
    second_id: str
    """The later set, or the one with the right leg; the same as the first for the legs of one set."""


def choose_person(people: Sequence[Person]) -> Person | None:
    """Ask whose sets; None until somebody is chosen, which nobody has to be where there is one person."""
    by_id, labels = {person.id: person for person in people}, labels_of(people)
    asked = st.query_params.get("person", "")
    usual = asked if asked in by_id else next(iter(by_id)) if len(by_id) == 1 else None
    chosen = st.selectbox(
        "Person",
        list(by_id),
        index=None if usual is None else list(by_id).index(usual),
        format_func=lambda each: labels[each],
        placeholder="Choose a person",
        key="compare-person",
    )
    if chosen is None:
        return None
    if chosen != asked:
        for name in ("first", "second"):
            st.query_params.pop(name, None)
        st.query_params["person"] = chosen
    return by_id[chosen]


def choose_sets(sets: Sequence[SetSummary], zone: tzinfo, person_id: str) -> Chosen | None:
    """Ask which sets of a person; None where there are not enough to compare, which is said.

    Parameters
    ----------
    sets
        Of one person.
    zone
        For the times in the lists.
    person_id
        Whose they are.
    """
    kind = st.segmented_control(
        "Compare",
        list(_KINDS),
        default=_usual_kind(sets),
        format_func=lambda each: _KINDS[each],
        key="compare-kind",
        required=True,
    )
    exercises = list(dict.fromkeys(each.result.exercise for each in sorted(sets, key=lambda each: each.done_at)))
    exercise = next((each for each in reversed(exercises) if _pair(_of(sets, each)) is not None), exercises[-1])
    asked = next((each for each in sets if each.set_id == st.query_params.get("second")), None)
    if len(exercises) > 1:
        exercise = (
            st.segmented_control(
                "Exercise",
                exercises,
                default=exercise if asked is None else asked.result.exercise,
                format_func=exercise_title,
                key="compare-exercise",
                required=True,
            )
            or exercise
        )
    own = _of(sets, exercise)
    chosen = _two_legs(own, zone) if kind is Kind.LEFT_RIGHT else _two_sets(own, zone, person_id)
    if chosen is not None:
        st.query_params["first"], st.query_params["second"] = chosen.first_id, chosen.second_id
        st.query_params["compare"] = "legs" if chosen.kind is Kind.LEFT_RIGHT else "sets"
    return chosen


def _of(sets: Sequence[SetSummary], exercise: str) -> list[SetSummary]:
    """Return the sets of an exercise, the oldest first."""
    return sorted((each for each in sets if each.result.exercise == exercise), key=lambda each: each.done_at)


def _usual_kind(sets: Sequence[SetSummary]) -> Kind:
    """Return what the address says, else what there are sets for."""
    if st.query_params.get("compare") == "legs":
        return Kind.LEFT_RIGHT
    if {"compare", "first", "second"} & set(st.query_params):
        return Kind.BEFORE_AFTER
    if any(_pair(_of(sets, each.result.exercise)) is not None for each in sets):
        return Kind.BEFORE_AFTER
    has_both = any(len(_legs(each.result)) > 1 for each in sets)
    return Kind.LEFT_RIGHT if has_both else Kind.BEFORE_AFTER


def set_name(each: SetSummary, zone: tzinfo) -> str:
    """Return how a set is listed: `3 Mar 2026, 09:30 · front · left leg · 10 reps`, short enough for a telephone."""
    result = each.result
    at = each.done_at.astimezone(zone)
    parts = [f"{short_day_text(at)}, {at:%H:%M}", result.view.value]
    legs = _legs(result)
    if len(legs) == 1:
        parts.append(f"{legs[0]} leg")
    if result.plan.step_height_cm is not None:
        parts.append(f"{result.plan.step_height_cm:g} cm step")
    parts.append(counted(result.reps_complete, "rep"))
    return " · ".join(parts)


def _two_sets(sets: Sequence[SetSummary], zone: tzinfo, person_id: str) -> Chosen | None:
    if len(sets) < 2:
        sentence = "It takes two sets of the same exercise to compare before and after."
        show_empty(Drawing.COMPARE, "One set so far", sentence, VIDEOS, "Add a video", person=person_id)
        return None
    pair = _pair(sets)
    left, right = st.columns(2)
    with right:
        newest = sets[-1] if pair is None else pair[1]
        second = _ask("Second set", sets, st.query_params.get("second", ""), newest, zone)
    others = [each for each in sets if each is not second]
    with left:
        first = _ask("First set", others, st.query_params.get("first", ""), _like(second, others), zone)
    first, second = sorted((first, second), key=lambda each: each.done_at)
    return Chosen(Kind.BEFORE_AFTER, first.set_id, second.set_id)


def _two_legs(sets: Sequence[SetSummary], zone: tzinfo) -> Chosen | None:
    lefts, rights = ([each for each in sets if side.value in _legs(each.result)] for side in (Side.LEFT, Side.RIGHT))
    if not lefts or not rights:
        missing = "left" if not lefts else "right"
        show_empty(Drawing.COMPARE, "One leg so far", f"No set of this exercise shows the {missing} leg.")
        return None
    on_left, on_right = st.columns(2)
    with on_right:
        right = _ask("Set with the right leg", rights, st.query_params.get("second", ""), rights[-1], zone)
    usual = right if right in lefts else _like(right, lefts[::-1])
    with on_left:
        left = _ask("Set with the left leg", lefts, st.query_params.get("first", ""), usual, zone)
    return Chosen(Kind.LEFT_RIGHT, left.set_id, right.set_id)


def _ask(label: str, sets: Sequence[SetSummary], asked: str, usual: SetSummary, zone: tzinfo) -> SetSummary:
    by_id = {each.set_id: each for each in reversed(sets)}
    ids = list(by_id)
    chosen = st.selectbox(
        label,
        ids,
        index=ids.index(asked if asked in by_id else usual.set_id),
        format_func=lambda each: set_name(by_id[each], zone),
        key=f"compare-{label}-{'-'.join(sorted({each.result.exercise for each in sets}))}",
    )
    return by_id.get(chosen, usual)


def _pair(sets: Sequence[SetSummary]) -> tuple[SetSummary, SetSummary] | None:
    """Return the newest set that can be compared with an earlier one, behind the earliest such; None where none can.

    Parameters
    ----------
    sets
        Of one exercise, the oldest first.
    """
    for i in range(len(sets) - 1, 0, -1):
        first = next((each for each in sets[:i] if all(_alike(each, sets[i]))), None)
        if first is not None:
            return first, sets[i]
    return None


def _like(other: SetSummary, sets: Sequence[SetSummary]) -> SetSummary:
    """Return the first set that can be compared with another in angles; the first of all where none can."""
    return max(sets, key=lambda each: sum(_alike(each, other)))


def _alike(one: SetSummary, other: SetSummary) -> tuple[bool, bool, bool]:
    a, b = one.result, other.result
    return a.view == b.view, _legs(a) == _legs(b), a.plan.step_height_cm == b.plan.step_height_cm


def _legs(result: ResultSummary) -> tuple[str, ...]:
    """Return whose knees a set shows."""
    return tuple(side.value for side in Side if any(side.value in legs for legs in result.values.values()))
