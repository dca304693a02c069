"""Asking for the targets that one set is judged by."""

from __future__ import annotations

from functools import partial

import streamlit as st

from formcheck.exercises.plan import Plan
from formcheck.web.shared.plan_fields import ask_limited
from formcheck.web.shared.set_settings import EXERCISES


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
    ask = partial(ask_limited, of_a_recording=True)
    reps = ask(left, "reps", "Reps", 1, said.reps, f"{key}-reps")
    depth = ask(right, "target_depth_deg", "Depth (° of knee bend)", 5.0, said.target_depth_deg, f"{key}-depth")
    hold = step = None
    if any(choice.takes_hold for choice in choices):
        hold = ask(left, "hold_s", "Hold (seconds)", 1.0, said.hold_s, f"{key}-hold")
    if any(choice.step_height_cm is not None for choice in choices):
        step = ask(right, "step_height_cm", "Step height (cm)", 5.0, said.step_height_cm, f"{key}-step")
    ball = any(choice.takes_ball for choice in choices) and st.checkbox(
        "A ball is held between the knees", value=said.ball, key=f"{key}-ball"
    )
    return Plan(
        target_depth_deg=depth,
        reps=None if reps is None else int(reps),
        hold_s=hold,
        step_height_cm=step,
        ball=ball,
        sex=said.sex,
    )
