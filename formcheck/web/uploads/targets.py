"""Asking for the targets that one set is judged by."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from formcheck.exercises.plan import Plan
from formcheck.web.check.settings import DEPTH_RANGE_DEG, EXERCISES, HOLD_RANGE_S, REPS_RANGE, STEP_RANGE_CM

_OPEN: Final = "not prescribed"


def ask_targets(before: Plan | None, exercise: str | None, key: str) -> Plan | None:
    """Ask for targets.

    Parameters
    ----------
    before
        What was said; None for the person's own plan.
    exercise
        Which targets there are to ask for; None while it is not known: all of them.
    key
        Of the fields.

    Returns
    -------
    Plan or None
        None for what the person is prescribed.
    """
    own = st.checkbox(
        "Judge it by the person’s own plan",
        value=before is None,
        key=f"{key}-own-plan",
        help="What is not prescribed is measured, and not judged.",
    )
    if own:
        return None
    said = before or Plan()
    choices = list(EXERCISES.values()) if exercise is None else [EXERCISES[exercise]]
    left, right = st.columns(2)
    reps = left.number_input("Reps", *REPS_RANGE, value=said.reps, step=1, placeholder=_OPEN, key=f"{key}-reps")
    depth = _number(right, "Depth (° of knee bend)", DEPTH_RANGE_DEG, 5.0, said.target_depth_deg, f"{key}-depth")
    hold = step = None
    if any(choice.takes_hold for choice in choices):
        hold = _number(left, "Hold (seconds)", HOLD_RANGE_S, 1.0, said.hold_s, f"{key}-hold")
    if any(choice.step_height_cm is not None for choice in choices):
        step = _number(right, "Step height (cm)", STEP_RANGE_CM, 5.0, said.step_height_cm, f"{key}-step")
    ball = any(choice.takes_ball for choice in choices) and st.checkbox(
        "A ball is held between the knees", value=said.ball, key=f"{key}-ball"
    )
    return Plan(target_depth_deg=depth, reps=reps, hold_s=hold, step_height_cm=step, ball=ball, sex=said.sex)


def _number(
    place: DeltaGenerator, label: str, allowed: tuple[float, float], step: float, before: float | None, key: str
) -> float | None:
    return place.number_input(label, *allowed, value=before, step=step, format="%g", placeholder=_OPEN, key=key)
