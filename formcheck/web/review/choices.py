"""What is asked about a recorded set before it is analysed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.session.recorded import SetRequest
from formcheck.web.check.settings import (
    DEFAULT_EXERCISE,
    DEPTH_RANGE_DEG,
    EXERCISES,
    HOLD_RANGE_S,
    REPS_RANGE,
    STEP_RANGE_CM,
)

_FOUND: Final = "auto"
_OPEN: Final = "not prescribed"
_LEGS: Final = {_FOUND: "Find it", "left": "Left", "right": "Right"}
_VIEWS: Final = {_FOUND: "Find it", "front": "Front", "side": "Side"}


@dataclass(frozen=True)
class ReviewChoices:
    """What is known of a recorded set. What is None or `auto` is found, or not judged."""

    exercise: str = DEFAULT_EXERCISE
    leg: str = _FOUND
    view: str = _FOUND
    mirrored: bool = False
    target_depth_deg: float | None = None
    hold_s: float | None = None
    reps: int | None = None
    step_height_cm: float | None = None
    ball: bool = False

    def request(self) -> SetRequest:
        """Return what the set is to be measured as."""
        return SetRequest(
            rubric=builtin_rubric(self.exercise),
            leg=None if self.leg == _FOUND else Side(self.leg),
            view=None if self.view == _FOUND else ViewKind(self.view),
            plan=Plan(
                target_depth_deg=self.target_depth_deg,
                reps=self.reps,
                hold_s=self.hold_s,
                step_height_cm=self.step_height_cm,
                ball=self.ball,
            ),
        )


def ask_choices(before: ReviewChoices, exercise: str | None = None) -> ReviewChoices:
    """Ask about the set.

    Parameters
    ----------
    before
        What was chosen last: widgets forget their values while they are not shown.
    exercise
        Where it is known already, as for a sample clip; None to ask.
    """
    if exercise is None:
        exercise = (
            st.segmented_control(
                "Exercise",
                list(EXERCISES),
                default=before.exercise,
                format_func=lambda name: EXERCISES[name].title,
                key="review-exercise",
                required=True,
            )
            or before.exercise
        )
    choice = EXERCISES[exercise]
    with st.expander("More about this set", icon=":material/tune:"):
        st.caption("All of it may be left open: formcheck finds what it can, and judges only what was prescribed.")
        cells = _cells()
        with next(cells):
            view = _one_of("Camera", _VIEWS, before.view, "review-view")
        leg, step, hold = _FOUND, None, None
        if len(choice.legs) > 1:
            with next(cells):
                leg = _one_of("Standing leg", _LEGS, before.leg, "review-leg")
        with next(cells):
            reps = st.number_input(
                "Reps planned", *REPS_RANGE, value=before.reps, step=1, placeholder=_OPEN, key="review-reps"
            )
        with next(cells):
            depth = _number(
                "Target depth (° of knee bend)", DEPTH_RANGE_DEG, 5.0, before.target_depth_deg, "review-depth"
            )
        if choice.takes_hold:
            with next(cells):
                hold = _number("Hold (seconds)", HOLD_RANGE_S, 1.0, before.hold_s, "review-hold")
        if choice.step_height_cm is not None:
            with next(cells):
                step = _number("Step height (cm)", STEP_RANGE_CM, 5.0, before.step_height_cm, "review-step")
        ball = choice.takes_ball and st.checkbox(
            "A ball was held between the knees", value=before.ball, key="review-ball"
        )
        mirrored = st.checkbox(
            "The recording is a mirror image",
            value=before.mirrored,
            key="review-mirrored",
            help="Some selfie cameras store it so: writing in the picture reads backwards.",
        )
    return ReviewChoices(exercise, leg, view, mirrored, depth, hold, reps, step, ball)


def _cells() -> Iterator[DeltaGenerator]:
    """Give places for widgets, two in a row; on a telephone they stand in the same order."""
    while True:
        yield from st.columns(2)


def _one_of(label: str, words: dict[str, str], before: str, key: str) -> str:
    chosen = st.segmented_control(
        label, list(words), default=before, format_func=lambda name: words[name], key=key, required=True
    )
    return chosen or before


def _number(label: str, allowed: tuple[float, float], step: float, before: float | None, key: str) -> float | None:
    low, high = allowed
    return st.number_input(label, low, high, value=before, step=step, placeholder=_OPEN, key=key, format="%g")
