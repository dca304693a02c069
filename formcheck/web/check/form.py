"""What is asked before a live set: the set itself, how it is shown and kept, and pain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from formcheck.exercises.catalogue.exercise import AUTO_LEG
from formcheck.pose.models import AUTO_MODEL, model_path
from formcheck.pose.releases import RELEASES
from formcheck.session.pain import HIGHEST, LOWEST
from formcheck.web.check.settings import (
    DEPTH_RANGE_DEG,
    EXERCISES,
    HOLD_RANGE_S,
    REPS_RANGE,
    STEP_RANGE_CM,
    SetSettings,
    default_exercise,
    default_settings,
)

_CHOSEN: Final = "chosen_sets"
"""By exercise, what was chosen: widgets forget their values while they are not shown."""
_EXERCISE: Final = "chosen_exercise"
_SESSION: Final = "chosen_session"
_DEEP_DEG: Final = 75.0
"""Deeper is warned of (measurement specification §7.2)."""
_LEG_WORDS: Final = {AUTO_LEG: "The camera finds it", "left": "Left", "right": "Right"}
_CAMERAS: Final = {"user": "Front", "environment": "Rear"}
_MODEL_WORDS: Final = {
    AUTO_MODEL: "Best for this computer",
    "lite": "Lite: fastest",
    "full": "Full",
    "heavy": "Heavy: slowest",
}


@dataclass(frozen=True)
class SessionChoices:
    """What is chosen besides the set itself."""

    camera: str = "user"
    """`user`, facing the person, or `environment`, on the back of a phone."""
    voice: bool = True
    model: str = AUTO_MODEL
    keep_video: bool = False


def ask_exercise() -> str:
    """Ask which exercise; return its name."""
    before: str = st.session_state.get(_EXERCISE) or default_exercise()
    chosen = st.segmented_control(
        "Exercise",
        list(EXERCISES),
        default=before,
        format_func=lambda name: EXERCISES[name].title,
        key="exercise",
        label_visibility="collapsed",
        required=True,
    )
    name: str = chosen or before
    st.session_state[_EXERCISE] = name
    return name


def chosen_settings(exercise: str) -> SetSettings:
    """Return what was last chosen for an exercise, else the guidance's defaults."""
    chosen: dict[str, SetSettings] = st.session_state.get(_CHOSEN, {})
    return chosen.get(exercise) or default_settings(exercise)


def ask_settings(exercise: str) -> SetSettings:
    """Ask for the values of a set."""
    before, choice = chosen_settings(exercise), EXERCISES[exercise]
    settings = before
    if len(choice.legs) > 1:
        leg = st.segmented_control(
            "Standing leg",
            choice.legs,
            default=before.leg,
            format_func=_LEG_WORDS.__getitem__,
            key=f"leg-{exercise}",
            required=True,
        )
        settings = replace(settings, leg=leg or before.leg)
    left, right = st.columns(2)
    with left:
        reps = st.number_input("Reps", *REPS_RANGE, value=before.reps, key=f"reps-{exercise}")
        settings = replace(settings, reps=int(reps))
        if choice.step_height_cm is not None and before.step_height_cm is not None:
            step = _number("Height of the step, cm", STEP_RANGE_CM, before.step_height_cm, 1.0, f"step-{exercise}")
            settings = replace(settings, step_height_cm=step)
    with right:
        depth = _number(
            "Depth, degrees of knee bend", DEPTH_RANGE_DEG, before.target_depth_deg, 5.0, f"depth-{exercise}"
        )
        settings = replace(settings, target_depth_deg=depth)
        if choice.takes_hold:
            hold = _number("Hold at the bottom, seconds", HOLD_RANGE_S, before.hold_s, 1.0, f"hold-{exercise}")
            settings = replace(settings, hold_s=hold)
    if choice.takes_ball:
        ball = st.toggle("I hold a ball between my knees", value=before.ball, key=f"ball-{exercise}")
        settings = replace(settings, ball=ball)
    if settings.target_depth_deg > _DEEP_DEG:
        st.warning(
            f"Deeper than {_DEEP_DEG:g}° loads the knee much more. Choose it only if your clinician asked for it.",
            icon=":material/warning:",
        )
    st.session_state[_CHOSEN] = {**st.session_state.get(_CHOSEN, {}), exercise: settings}
    return settings


def ask_session() -> SessionChoices:
    """Ask for camera, voice, pose model, and whether the video is kept."""
    before: SessionChoices = st.session_state.get(_SESSION, SessionChoices())
    camera = st.segmented_control(
        "Camera",
        list(_CAMERAS),
        default=before.camera,
        format_func=_CAMERAS.__getitem__,
        key="camera",
        help="Phones have both. On a computer either of them takes the camera there is.",
        required=True,
    )
    voice = st.toggle("Speak the cues", value=before.voice, key="voice")
    models = [AUTO_MODEL, *(name for name in RELEASES if model_path(name).is_file())]
    model = st.selectbox(
        "Pose model",
        models,
        index=models.index(before.model) if before.model in models else 0,
        format_func=lambda name: _MODEL_WORDS.get(name, name),
        key="model",
    )
    missing = [name for name in RELEASES if name not in models]
    if missing:
        st.caption(
            f"Not installed: {', '.join(missing)}. The command “formcheck models install {missing[0]}” fetches it."
        )
    keep_video = st.toggle("Keep the video of this set", value=before.keep_video, key="keep-video")
    st.caption(
        "The video stays on the computer that runs formcheck, for your report and download, for two hours at most. "
        "Then it is deleted."
        if keep_video
        else "No picture is kept: each one is gone as soon as it is measured."
    )
    choices = SessionChoices(camera or before.camera, voice, model or AUTO_MODEL, keep_video)
    st.session_state[_SESSION] = choices
    return choices


def ask_pain(question: str, key: str) -> int | None:
    """Ask for pain from 0 to 10; return None while it is not said."""
    answer = st.pills(question, range(LOWEST, HIGHEST + 1), key=key, help="0 is none, 10 the worst there is.")
    return None if answer is None else int(answer)


def _number(label: str, allowed: tuple[float, float], value: float, step: float, key: str) -> float:
    return float(st.number_input(label, *allowed, value=value, step=step, format="%g", key=key))
