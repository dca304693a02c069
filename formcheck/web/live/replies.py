"""What the server answers, as JSON: a record and a function for each message.

The JavaScript types of the messages and their JSON Schema are made from the records: `python -m tools.contracts`.
What is not measured, NaN or infinite, is null.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import numpy as np
from pydantic import ConfigDict, TypeAdapter

from formcheck.exercises.cues import Cue
from formcheck.exercises.finding import Band, Bands, Interval
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.measures.record import CheckView, Per
from formcheck.kinematics.measures.registry import DEPTH, live_shown
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import Side
from formcheck.pose.types import Pose
from formcheck.session.live_state import Ending, Instruction, LiveState, LiveValue, Stage
from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.messages import PROTOCOL_VERSION, Version
from formcheck.web.live.refusal import LiveRefusalError

_POSE_DECIMALS: Final = 4
"""Of shares of the picture: 0.13 px at the largest size taken."""
_VALUE_DECIMALS: Final = 1
_SHARE_DECIMALS: Final = 3
_TIME_DECIMALS: Final = 2

Edges = tuple[float | None, float | None]
"""Lowest and highest value; null where the end is open."""
Landmarks = list[tuple[float | None, float | None, float]]
"""Of the 33 landmarks x, y (shares of the un-mirrored picture; null where not seen) and visibility."""


class Described:
    """What is written under each field is published in the JSON Schema."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True)
class Target(Described):
    """What was prescribed, as far as it is shown; null where it was not."""

    reps: int | None
    hold_s: float | None
    depth_deg: float | None


@dataclass(frozen=True)
class BandEdges(Described):
    """The bands of a gauge."""

    good: Edges
    caution: Edges
    measure: str
    """That the gauge shows."""


@dataclass(frozen=True)
class ClientLimits(Described):
    """What the page is to keep to."""

    max_bytes: int
    max_width: int
    max_height: int
    max_fps: float
    in_flight: int
    """Frames that are not answered yet."""


@dataclass(frozen=True, kw_only=True)
class Ready(Described):
    """The answer to `setup` and `resume`."""

    type: Literal["ready"] = field(default="ready", init=False)
    version: Version = field(default=PROTOCOL_VERSION, init=False)
    set_id: str
    resumed: bool
    """Whether the set was begun over another socket."""
    exercise: str
    exercise_name: str
    bilateral: bool
    model: str
    target: Target
    depth_band: Edges | None
    """The good knee flexion; null where no depth was prescribed."""
    alignment_band: BandEdges | None
    limits: ClientLimits
    last_t: float | None
    """Capture time of the newest frame that was dealt with; null before the first."""
    sources: list[Source]
    """What this server takes of this set, which goes down from one to the other by `step_down`."""
    backlog: int
    """How many frames that were kept may come at once now, on top of `max_fps`."""


@dataclass(frozen=True)
class ShownValue(Described):
    """A value now, in the unit that its measure's name states."""

    value: float
    error: float | None
    """Half-width of the 95 % interval; null where it is not known."""
    band: Band | None


@dataclass(frozen=True)
class Verdict(Described):
    """The view of the set and what it is good for."""

    kind: ViewKind
    quality: ViewQuality
    reason: str
    near_leg: Side | None


@dataclass(frozen=True, kw_only=True)
class Frame(Described):
    """The answer to one picture, or to the landmarks of one or two."""

    type: Literal["frame"] = field(default="frame", init=False)
    t: float
    """Capture time of the newest, as the page gave it."""
    server_ms: float | None
    """From taking it up to having its answer."""
    stage: Stage
    pose: Landmarks | None
    """Null where nobody is found, and in every answer to landmarks, which the page has."""
    measures: dict[str, dict[str, ShownValue | None]]
    """By measure, then by `left` and `right` or `both`."""
    not_measured: dict[str, str]
    """By measure: why it cannot be judged now."""
    phase: str
    depth_share: float | None
    reps: int
    hold_s: float | None
    in_position: bool
    cue: Cue | None
    setup: Instruction | None
    progress: float | None
    countdown: int | None
    verdict: Verdict | None
    notice: str
    ending: Ending | None
    """The end of the set that is offered: it comes by itself unless the page says `go_on`, or the person goes on."""


@dataclass(frozen=True)
class Finished(Described):
    """Said once the assessment is stored."""

    type: Literal["finished"] = field(default="finished", init=False)
    set_id: str
    reps: int
    summary_ready: Literal[True] = field(default=True, init=False)


@dataclass(frozen=True)
class ServerError(Described):
    """Said before a socket is closed."""

    type: Literal["error"] = field(default="error", init=False)
    code: str
    reason: str
    remedy: str


Reply = Ready | Frame | Finished | ServerError


@dataclass(frozen=True)
class OpenSet:
    """What a page is told of a set when it begins or goes on."""

    set_id: str
    rubric: Rubric
    plan: Plan
    model: str
    """Such as `pose_landmarker_full`."""
    source: Source
    """What its page sends."""
    pictures_allowed: bool = True
    """Whether it may send pictures."""
    kept: bool = False
    """Whether its page kept it while there was no network."""


def ready_message(
    opened: OpenSet, limits: LiveLimits, *, resumed: bool, last_t_ms: float | None, backlog: int = 0
) -> str:
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
        Capture time of the newest frame that was dealt with; None before the first.
    backlog
        How many frames that were kept may come at once.
    """
    plan, rubric, in_flight = opened.plan, opened.rubric, limits.told_in_flight(opened.source)
    ready = Ready(
        set_id=opened.set_id,
        resumed=resumed,
        exercise=rubric.exercise,
        exercise_name=rubric.name,
        bilateral=rubric.phases.bilateral,
        model=opened.model,
        target=Target(plan.reps, plan.hold_s, plan.target_depth_deg),
        depth_band=depth_band(rubric, plan),
        alignment_band=alignment_band(rubric, plan),
        limits=ClientLimits(
            limits.max_frame_bytes, limits.max_side_px, limits.max_side_px, limits.rate(kept=opened.kept), in_flight
        ),
        last_t=last_t_ms,
        sources=[each for each in get_args(Source) if opened.pictures_allowed or each != "picture"],
        backlog=backlog,
    )
    return _text(ready)


def frame_message(
    state: LiveState,
    *,
    t_ms: float,
    server_ms: float,
    width_px: int,
    height_px: int,
    notice: str = "",
    with_pose: bool = True,
) -> str:
    """Return the answer to one message of frames.

    Parameters
    ----------
    state
        What the engine made of it.
    t_ms
        Capture time of the newest, as the client gave it.
    server_ms
        From taking it up to having its answer.
    width_px, height_px
        Of the set's pictures, the pixels of which the landmarks are in.
    notice
        What the server has to say beside the engine: one sentence, or empty.
    with_pose
        False where the page has it.
    """
    view = state.view
    frame = Frame(
        t=t_ms,
        server_ms=_number(server_ms, _VALUE_DECIMALS),
        stage=state.stage,
        pose=_pose(state.pose, width_px, height_px) if with_pose else None,
        measures={name: {leg: _value(value) for leg, value in legs.items()} for name, legs in state.measures.items()},
        not_measured=dict(state.not_measured),
        phase=state.phase,
        depth_share=_number(state.depth_share, _SHARE_DECIMALS),
        reps=state.reps,
        hold_s=_number(state.hold_s, _TIME_DECIMALS),
        in_position=state.in_position,
        cue=state.cue,
        setup=state.setup,
        progress=_number(state.progress, _SHARE_DECIMALS),
        countdown=state.countdown,
        verdict=None if view is None else Verdict(view.kind, view.verdict, view.reason, view.near_leg),
        notice=" ".join(each for each in (state.notice, notice) if each),
        ending=None if state.ending is None else Ending(state.ending.why, round(state.ending.left_s, _TIME_DECIMALS)),
    )
    return _text(frame)


def finished_message(set_id: str, reps: int) -> str:
    """Return what is said once the assessment is stored."""
    return _text(Finished(set_id, reps))


def error_message(refusal: LiveRefusalError) -> str:
    """Return what is said before a socket is closed."""
    return _text(ServerError(refusal.code, refusal.reason, refusal.remedy))


_WRITERS: Final[Mapping[type, TypeAdapter[Reply]]] = {kind: TypeAdapter(kind) for kind in get_args(Reply)}


def _text(reply: Reply) -> str:
    return _WRITERS[type(reply)].dump_json(reply).decode()


def _number(value: float | None, decimals: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals)


def _pose(pose: Pose | None, width_px: int, height_px: int) -> Landmarks | None:
    if pose is None:
        return None
    shares = np.round(pose.image_px / (width_px, height_px), _POSE_DECIMALS).tolist()
    visibility = np.round(pose.visibility, _SHARE_DECIMALS).tolist()
    return [
        (x, y, v) if math.isfinite(x) and math.isfinite(y) else (None, None, v)
        for (x, y), v in zip(shares, visibility, strict=True)
    ]


def _value(value: LiveValue | None) -> ShownValue | None:
    number = None if value is None else _number(value.value, _VALUE_DECIMALS)
    if value is None or number is None:
        return None
    return ShownValue(number, _number(value.error, _VALUE_DECIMALS), value.band)


def _bands_of(rubric: Rubric, plan: Plan, measure: str) -> Bands | None:
    for check in rubric.checks_of(measure):
        if (bands := check.bands_for(plan)) is not None:
            return bands
    return None


def depth_band(rubric: Rubric, plan: Plan) -> Edges | None:
    """Return the good knee flexion where both its ends are known, which needs a prescribed depth."""
    bands = _bands_of(rubric, plan, DEPTH)
    if bands is None or not all(math.isfinite(edge) for edge in bands.good):
        return None
    return _interval(bands.good)


def alignment_band(rubric: Rubric, plan: Plan) -> BandEdges | None:
    """Return the bands that the gauges of the knees show; None where the exercise judges none of their measures."""
    # Of those that the gauges of the knees can show, the first that the exercise judges is the one that cues are by.
    for measure in live_shown():
        of_knee = measure.per is Per.LEG and measure.view is CheckView.FRONT
        if of_knee and (bands := _bands_of(rubric, plan, measure.name)) is not None:
            return BandEdges(_interval(bands.good), _interval(bands.caution), measure.name)
    return None


def _interval(interval: Interval) -> Edges:
    low, high = (_number(edge, _VALUE_DECIMALS) for edge in interval)
    return low, high
