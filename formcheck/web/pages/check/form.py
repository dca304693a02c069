"""What is asked before a live set: the set itself, how it is shown and kept, and pain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from formcheck.exercises.catalogue.exercise import AUTO_LEG
from formcheck.pose.landmarks import Side
from formcheck.pose.models import AUTO_MODEL
from formcheck.pose.releases import RELEASES
from formcheck.session.pain import HIGHEST, LOWEST
from formcheck.session.request import SetRequest
from formcheck.web.live.camera_view import installed_models
from formcheck.web.shared.plan_fields import ask_limited
from formcheck.web.shared.set_settings import EXERCISES, default_exercise, leg_word, usual_set

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


def chosen_set(exercise: str) -> SetRequest:
    """Return what was last chosen for an exercise, else the guidance's defaults."""
    chosen: dict[str, SetRequest] = st.session_state.get(_CHOSEN, {})
    return chosen.get(exercise) or usual_set(exercise)


def ask_request(exercise: str) -> SetRequest:
    """Ask for the values of a set."""
    before, choice = chosen_set(exercise), EXERCISES[exercise]
    leg, plan = before.leg, before.plan
    if len(choice.legs) > 1:
        said = st.segmented_control(
            "Standing leg",
            choice.legs,
            default=leg_word(before),
            format_func=_LEG_WORDS.__getitem__,
            key=f"leg-{exercise}",
            required=True,
        )
        leg = Side(said) if said in set(Side) else None
    left, right = st.columns(2)
    reps = ask_limited(left, "reps", "Reps", 1, plan.reps, f"reps-{exercise}")
    plan = replace(plan, reps=None if reps is None else int(reps))
    if choice.step_height_cm is not None:
        label = "Height of the step, cm"
        plan = replace(
            plan,
            step_height_cm=ask_limited(left, "step_height_cm", label, 1.0, plan.step_height_cm, f"step-{exercise}"),
        )
    if choice.target_depth_deg is not None:
        label = "Depth, degrees of knee bend"
        depth = ask_limited(right, "target_depth_deg", label, 5.0, plan.target_depth_deg, f"depth-{exercise}")
        plan = replace(plan, target_depth_deg=depth)
    if choice.takes_hold:
        label = "Hold at the bottom, seconds"
        hold = ask_limited(right, "hold_s", label, 1.0, plan.hold_s or 0.0, f"hold-{exercise}")
        plan = replace(plan, hold_s=hold or None)
    if choice.takes_ball:
        ball = st.toggle("I hold a ball between my knees", value=plan.ball, key=f"ball-{exercise}")
        plan = replace(plan, ball=ball)
    if plan.target_depth_deg is not None and plan.target_depth_deg > _DEEP_DEG:
        st.warning(
            f"Deeper than {_DEEP_DEG:g}° loads the knee much more. Choose it only if your clinician asked for it.",
            icon=":material/warning:",
        )
    request = replace(before, leg=leg, plan=plan)
    st.session_state[_CHOSEN] = {**st.session_state.get(_CHOSEN, {}), exercise: request}
    return request


def ask_session(no_video: str = "") -> SessionChoices:
    """Ask for camera, voice, pose model, and whether the video is kept.

    Parameters
    ----------
    no_video
        Why no video is kept of whose set it is; empty where it may be.
    """
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
    models = [AUTO_MODEL, *installed_models()]
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
    keep_video = not no_video and st.toggle("Keep the video of this set", value=before.keep_video, key="keep-video")
    if no_video:
        st.info(no_video, icon=":material/videocam_off:")
    st.caption(
        "Where this browser finds your joints itself, the video stays on this device until you give it away or delete "
        "it. Otherwise it stays on the computer that runs formcheck, for your report and download, for two hours at "
        "most. Then it is deleted."
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
