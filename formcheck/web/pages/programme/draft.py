"""A programme that is being composed: kept in the session until it is saved, each change checked as it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.guided import guided_exercises
from formcheck.exercises.plan import LIMITS
from formcheck.exercises.words import sentence_case
from formcheck.programme.course import FORM_UNSEEN
from formcheck.programme.plan import (
    EACH,
    WEEK,
    Gate,
    Item,
    Phase,
    Programme,
    Weekday,
    checked,
    dose_in_words,
    known_exercises,
    often_in_words,
    title_of,
)
from formcheck.web.shared.plain_text import as_typed

_LEGS: Final = {"": "Both at once, or either", EACH: "Each in turn", "left": "Left", "right": "Right"}


@dataclass
class Draft:
    """What is being composed; lives in the session under its key."""

    key: str
    title: str
    template: str
    phases: list[Phase]
    phase: int
    changes: int = 0
    """Counted, so that fields are made anew with what they are to show."""

    @classmethod
    def of(cls, key: str, programme: Programme, phase: int = 0) -> Draft:
        """Return the draft of a key, begun with a programme where there is none yet."""
        name = f"draft-{key}"
        if name not in st.session_state:
            st.session_state[name] = cls(key, programme.title, programme.template, list(programme.phases), phase)
        draft: Draft = st.session_state[name]
        return draft

    def forget(self) -> None:
        """Begin anew the next time."""
        st.session_state.pop(f"draft-{self.key}", None)

    def checked(self) -> Programme:
        """Return the programme.

        Raises
        ------
        ProgrammeError
            If it cannot be.
        """
        return checked(self.title, [phase.model_dump(mode="json") for phase in self.phases], self.template)

    def is_changed(self, programme: Programme, phase: int) -> bool:
        """Say whether it differs from a programme at a phase."""
        return (self.title, self.phases, self.phase) != (programme.title, list(programme.phases), phase)

    def put(self, index: int, phase: Phase | None) -> None:
        """Put a phase in the place of another, or take it away.

        Raises
        ------
        ProgrammeError
            If there may be no such phase.
        """
        phases = [each for i, each in enumerate(self.phases) if i != index or phase is not None]
        if phase is not None and index < len(phases):
            phases[index] = phase
        elif phase is not None:
            phases.append(phase)
        self.phases = list(checked(self.title, [each.model_dump(mode="json") for each in phases]).phases)
        self.phase = min(self.phase, len(self.phases) - 1)
        self.changes += 1


def show_editor(draft: Draft) -> None:
    """Show a draft with everything that can be changed of it."""
    titles = [f"{i + 1}. {phase.title}" for i, phase in enumerate(draft.phases)]
    for index, phase in enumerate(draft.phases):
        with st.expander(f"Phase {as_typed(titles[index])}", expanded=index == draft.phase):
            for at, item in enumerate(phase.items):
                _show_item(draft, index, at, item)
            _add(draft, index)
            with st.container(horizontal=True):
                with st.popover("Gate to the next phase, title, advice", icon=":material/tune:"):
                    _ask_phase(draft, index)
                if len(draft.phases) > 1 and st.button(
                    "Remove this phase", key=_key(draft, "drop", index), type="tertiary"
                ):
                    _apply(draft, index, None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Begin in phase",
            range(len(draft.phases)),
            index=draft.phase,
            format_func=lambda i: titles[i],
            key=_key(draft, "phase"),
        )
        draft.phase = int(chosen)
        if st.button("Add a phase", key=_key(draft, "more"), icon=":material/add:"):
            last = draft.phases[-1]
            _apply(
                draft,
                len(draft.phases),
                last.model_copy(update={"title": f"Phase {len(draft.phases) + 1}", "gate": None}),
            )


def _key(draft: Draft, *parts: object) -> str:
    return "-".join(str(part) for part in ("edit", draft.key, draft.changes, *parts))


def _apply(draft: Draft, index: int, phase: Phase | None) -> None:
    try:
        draft.put(index, phase)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    st.rerun()


def _with_items(phase: Phase, items: list[Item]) -> Phase:
    return phase.model_copy(update={"items": tuple(items)})


def _show_item(draft: Draft, index: int, at: int, item: Item) -> None:
    phase = draft.phases[index]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=_key(draft, "item", index, at)):
        with st.container(width="stretch"):
            measured = "measured" if item.is_measured else "not measured"
            st.markdown(
                f"**{as_typed(item.title)}** :small[{measured}]  \n{as_typed(dose_in_words(item))}  \n"
                f":small[{often_in_words(item)}]"
            )
        with st.popover("Change", icon=":material/edit:"):
            _ask_item(draft, index, at, item)
        if len(phase.items) > 1 and st.button(
            "Remove", key=_key(draft, "out", index, at), type="tertiary", icon=":material/close:"
        ):
            _apply(draft, index, _with_items(phase, [each for i, each in enumerate(phase.items) if i != at]))


def _add(draft: Draft, index: int) -> None:
    phase = draft.phases[index]
    there = {item.exercise for item in phase.items}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Add an exercise",
            [each for each in known_exercises() if each not in there],
            index=None,
            format_func=title_of,
            placeholder="Choose",
            key=_key(draft, "add", index),
        )
    if name is not None:
        _apply(draft, index, _with_items(phase, [*phase.items, usual_item(name)]))


def usual_item(exercise: str) -> Item:
    """Return an exercise with the dose that the guidance begins with."""
    guided = guided_exercises().get(exercise)
    if guided is not None:
        dose = guided.dose
        days = (Weekday.MON, Weekday.WED, Weekday.FRI) if dose.days_a_week <= 3 else WEEK
        return Item(
            exercise=exercise,
            leg=EACH if dose.per_leg else None,
            sets=dose.sets,
            reps=dose.reps,
            hold_s=dose.hold_s,
            rest_s=dose.rest_s,
            times_a_day=dose.times_a_day,
            days=days,
        )
    choice = exercises()[exercise].choice
    return Item(
        exercise=exercise,
        leg=EACH if len(choice.legs) > 1 else None,
        reps=choice.reps,
        hold_s=choice.hold_s,
        target_depth_deg=None if choice.step_height_cm is not None else choice.target_depth_deg,
        step_height_cm=choice.step_height_cm,
    )


def _ask_item(draft: Draft, index: int, at: int, item: Item) -> None:
    key = _key(draft, "field", index, at)
    with st.form(f"{key}-form", border=False):
        left, right = st.columns(2)
        said: dict[str, Any] = {
            "sets": left.number_input("Sets", 1, 20, item.sets, key=f"{key}-sets"),
            "reps": right.number_input("Reps", 1, 100, item.reps, key=f"{key}-reps"),
            "hold_s": left.number_input("Hold (s)", 0.0, 300.0, item.hold_s, 1.0, "%g", key=f"{key}-hold"),
            "rest_s": right.number_input("Rest (s)", 0.0, 600.0, item.rest_s, 15.0, "%g", key=f"{key}-rest"),
            "times_a_day": left.number_input("Times a day", 1, 6, item.times_a_day, key=f"{key}-times"),
        }
        leg = right.selectbox(
            "Leg",
            list(_LEGS),
            index=list(_LEGS).index(item.leg or ""),
            format_func=lambda each: _LEGS[each],
            key=f"{key}-leg",
        )
        said["leg"] = leg or None
        days = st.pills(
            "Days",
            WEEK,
            selection_mode="multi",
            default=item.days,
            format_func=lambda day: day.short,
            key=f"{key}-days",
        )
        said["days"] = tuple(day for day in WEEK if day in days)
        if item.is_measured:
            said |= _ask_targets(item, key)
        said["note"] = st.text_input("Note for the person", item.note, max_chars=500, key=f"{key}-note")
        sent = st.form_submit_button("Apply", type="primary")
    if sent:
        changed = item.model_copy(update=said)
        phase = draft.phases[index]
        _apply(draft, index, _with_items(phase, [changed if i == at else each for i, each in enumerate(phase.items)]))


def _ask_targets(item: Item, key: str) -> dict[str, Any]:
    choice = exercises()[item.exercise].choice
    depth, step = LIMITS["target_depth_deg"], LIMITS["step_height_cm"]
    said: dict[str, Any] = {}
    if choice.step_height_cm is not None:
        said["step_height_cm"] = st.number_input(
            "Step height (cm)", step.least, step.most_to_do, item.step_height_cm, 5.0, "%g", key=f"{key}-step"
        )
    said["target_depth_deg"] = st.number_input(
        "Target depth (° of knee bend), empty for none",
        depth.least,
        depth.most_to_do,
        item.target_depth_deg,
        5.0,
        "%g",
        key=f"{key}-depth",
    )
    if choice.takes_ball:
        said["ball"] = st.checkbox("With a ball between the knees", item.ball, key=f"{key}-ball")
    return said


def _ask_phase(draft: Draft, index: int) -> None:
    phase, key = draft.phases[index], _key(draft, "phase-field", index)
    gate = phase.gate or Gate()
    with st.form(f"{key}-form", border=False):
        title = st.text_input("Title", phase.title, max_chars=100, key=f"{key}-title")
        st.markdown("The next phase comes when all of these are there. Empty: not asked.")
        sessions = st.number_input("Days of exercising", 1, 200, gate.sessions, key=f"{key}-sessions")
        pain = st.number_input("Pain at most (0 to 10)", 0, 10, gate.pain, key=f"{key}-pain")
        percent = None if gate.quality is None else round(100 * gate.quality)
        quality = st.number_input("Reps without a fault (%)", 0, 100, percent, 5, key=f"{key}-quality")
        if not any(item.is_judged for item in phase.items):
            st.caption(f":material/info: {sentence_case(FORM_UNSEEN)}: a share of reps keeps this gate closed.")
        advice = st.text_area("Advice, a line each", "\n".join(phase.advice), key=f"{key}-advice")
        sent = st.form_submit_button("Apply", type="primary")
    if sent:
        asked = Gate(sessions=sessions, pain=pain, quality=None if quality is None else quality / 100)
        lines = tuple(line.strip() for line in advice.splitlines() if line.strip())
        is_asked = asked != Gate()
        _apply(
            draft,
            index,
            phase.model_copy(update={"title": title, "gate": asked if is_asked else None, "advice": lines}),
        )
