"""What the server answers, as JSON: one function a message. What is not measured, NaN or infinite, is null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Bands, Interval, Rubric
from formcheck.kinematics.measures.record import CheckView, Per
from formcheck.kinematics.measures.registry import DEPTH, live_shown
from formcheck.kinematics.view import ViewVerdict
from formcheck.pose.types import Pose
from formcheck.session.live_state import Instruction, LiveState, LiveValue
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import PROTOCOL_VERSION
from formcheck.web.live.refusal import LiveRefusalError

_POSE_DECIMALS: Final = 4
"""Of shares of the picture: 0.13 px at the largest size taken."""
_VALUE_DECIMALS: Final = 1
_SHARE_DECIMALS: Final = 3
_TIME_DECIMALS: Final = 2


@dataclass(frozen=True)
class OpenSet:
    """What a page is told of a set when it begins or goes on."""

    set_id: str
    rubric: Rubric
    plan: Plan
    model: str
    """Such as `pose_landmarker_full`."""


def ready_message(opened: OpenSet, limits: LiveLimits, *, resumed: bool, last_t_ms: float | None) -> str:
    """Return the answer to `setup` and `resume`.

    Parameters
    ----------
    opened
        The set.
    limits
        What the client is to keep to.
    resumed
        Whether the set was begun over another socket.
    last_t_ms
        Capture time of the newest picture that was dealt with; None before the first.
    """
    plan, rubric = opened.plan, opened.rubric
    return _text(
        {
            "type": "ready",
            "version": PROTOCOL_VERSION,
            "set_id": opened.set_id,
            "resumed": resumed,
            "exercise": rubric.exercise,
            "exercise_name": rubric.name,
            "bilateral": rubric.phases.bilateral,
            "model": opened.model,
            "target": {"reps": plan.reps, "hold_s": plan.hold_s, "depth_deg": plan.target_depth_deg},
            "depth_band": _depth_band(rubric, plan),
            "alignment_band": _alignment_band(rubric, plan),
            "limits": {
                "max_bytes": limits.max_frame_bytes,
                "max_width": limits.max_side_px,
                "max_height": limits.max_side_px,
                "max_fps": limits.frames_per_s,
                "in_flight": limits.in_flight,
            },
            "last_t": last_t_ms,
        }
    )


def frame_message(
    state: LiveState, *, t_ms: float, server_ms: float, width_px: int, height_px: int, notice: str = ""
) -> str:
    """Return the answer to one picture.

    Parameters
    ----------
    state
        What the engine made of it.
    t_ms
        Its capture time, as the client gave it.
    server_ms
        From taking it up to having its answer.
    width_px, height_px
        Of the set's pictures, the pixels of which the landmarks are in.
    notice
        What the server has to say beside the engine: one sentence, or empty.
    """
    return _text(
        {
            "type": "frame",
            "t": t_ms,
            "server_ms": _number(server_ms, _VALUE_DECIMALS),
            "stage": state.stage.value,
            "pose": _pose(state.pose, width_px, height_px),
            "measures": _measures(state.measures),
            "not_measured": dict(state.not_measured),
            "phase": state.phase,
            "depth_share": _number(state.depth_share, _SHARE_DECIMALS),
            "reps": state.reps,
            "hold_s": _number(state.hold_s, _TIME_DECIMALS),
            "in_position": state.in_position,
            "cue": None
            if state.cue is None
            else {
                "text": state.cue.text,
                "kind": state.cue.kind.value,
                "leg": state.cue.leg,
                "spoken": state.cue.spoken,
            },
            "setup": _instruction(state.setup),
            "progress": _number(state.progress, _SHARE_DECIMALS),
            "countdown": state.countdown,
            "verdict": _verdict(state.view),
            "notice": " ".join(each for each in (state.notice, notice) if each),
        }
    )


def finished_message(set_id: str, reps: int) -> str:
    """Return what is said once the assessment is stored."""
    return _text({"type": "finished", "set_id": set_id, "reps": reps, "summary_ready": True})


def error_message(refusal: LiveRefusalError) -> str:
    """Return what is said before a socket is closed."""
    return _text({"type": "error", "code": refusal.code, "reason": refusal.reason, "remedy": refusal.remedy})


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _number(value: float | None, decimals: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals)


def _pose(pose: Pose | None, width_px: int, height_px: int) -> list[list[float | None]] | None:
    if pose is None:
        return None
    shares = np.round(pose.image_px / (width_px, height_px), _POSE_DECIMALS).tolist()
    visibility = np.round(pose.visibility, _SHARE_DECIMALS).tolist()
    return [
        [x, y, v] if math.isfinite(x) and math.isfinite(y) else [None, None, v]
        for (x, y), v in zip(shares, visibility, strict=True)
    ]


def _measures(measures: Mapping[str, Mapping[str, LiveValue | None]]) -> dict[str, dict[str, Any]]:
    return {name: {leg: _value(value) for leg, value in legs.items()} for name, legs in measures.items()}


def _value(value: LiveValue | None) -> dict[str, Any] | None:
    if value is None or not math.isfinite(value.value):
        return None
    return {
        "value": _number(value.value, _VALUE_DECIMALS),
        "error": _number(value.error, _VALUE_DECIMALS),
        "band": None if value.band is None else value.band.value,
    }


def _instruction(instruction: Instruction | None) -> dict[str, Any] | None:
    if instruction is None:
        return None
    return {
        "id": instruction.id,
        "message": instruction.message,
        "detail": instruction.detail,
        "figure": instruction.figure,
        "blocking": instruction.blocking,
    }


def _verdict(view: ViewVerdict | None) -> dict[str, Any] | None:
    if view is None:
        return None
    return {
        "kind": view.kind.value,
        "quality": view.verdict.value,
        "reason": view.reason,
        "near_leg": None if view.near_leg is None else view.near_leg.value,
    }


def _bands_of(rubric: Rubric, plan: Plan, measure: str) -> Bands | None:
    for check in rubric.checks_of(measure):
        if (bands := check.bands_for(plan)) is not None:
            return bands
    return None


def _depth_band(rubric: Rubric, plan: Plan) -> list[float | None] | None:
    """Return the good knee flexion where both its ends are known, which needs a prescribed depth."""
    bands = _bands_of(rubric, plan, DEPTH)
    if bands is None or not all(math.isfinite(edge) for edge in bands.good):
        return None
    return _interval(bands.good)


def _alignment_band(rubric: Rubric, plan: Plan) -> dict[str, Any] | None:
    # Of those that the gauges of the knees can show, the first that the exercise judges is the one that cues are by.
    for measure in live_shown():
        of_knee = measure.per is Per.LEG and measure.view is CheckView.FRONT
        if of_knee and (bands := _bands_of(rubric, plan, measure.name)) is not None:
            return {"good": _interval(bands.good), "caution": _interval(bands.caution), "measure": measure.name}
    return None


def _interval(interval: Interval) -> list[float | None]:
    return [_number(edge, _VALUE_DECIMALS) for edge in interval]
