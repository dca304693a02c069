"""What a browser may send: each message a frozen dataclass, every field checked at the door.

Text is JSON. A picture is 8 bytes of capture time (float64, little-endian, milliseconds) and a JPEG.
"""

from __future__ import annotations

import json
import math
import re
import struct
from dataclasses import dataclass, replace
from typing import Any, Final

from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest
from formcheck.web.live.fields import Fields
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.refusal import malformed

PROTOCOL_VERSION: Final = 1
SESSION_NUMBER: Final = (1, 100_000)
LEGS: Final = ("both", "left", "right", "auto")
MODELS: Final = ("auto", "full", "lite", "heavy")

_TIME_BYTES: Final = 8
_LATEST_MS: Final = 1e12
"""30 years after the page was opened."""
_SET_ID: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class SetupMessage:
    """Begins a set: what is to be done, and how large the pictures are."""

    request: SetRequest
    """Exercise, leg (of an exercise on one leg, where it is named) and plan."""
    model: str
    """`auto`, `full`, `lite` or `heavy`."""
    session_number: int
    """From 1: how many sessions this person has begun, for the fading of feedback."""
    keep_video: bool
    width_px: int
    height_px: int


@dataclass(frozen=True)
class ResumeMessage:
    """Goes on with a set whose socket was lost."""

    set_id: str


@dataclass(frozen=True)
class Finish:
    """Ends the set and has it measured."""


@dataclass(frozen=True)
class Ping:
    """Keeps the socket open while there is no picture to send. Not answered."""


@dataclass(frozen=True)
class Cancel:
    """Drops the set with everything that belongs to it."""


@dataclass(frozen=True)
class FrameMessage:
    """One picture."""

    t_ms: float
    """When it was taken, by the page's clock."""
    jpeg: bytes


TextMessage = SetupMessage | ResumeMessage | Finish | Ping | Cancel


def parse_client_text(text: str, limits: LiveLimits | None = None) -> TextMessage:
    """Read a text message.

    Parameters
    ----------
    text
        JSON, already bounded in length.
    limits
        For the size of the pictures; the usual ones when None.

    Raises
    ------
    LiveRefusalError
        If it is no message of this protocol, with what is wrong in which field.
    """
    content = _json_object(text)
    kind = content.pop("type", None)
    fields = Fields(content)
    message: TextMessage
    if kind == "setup":
        message = _setup(fields, limits or LiveLimits())
    elif kind == "resume":
        _check_version(fields)
        message = ResumeMessage(_set_id(fields))
    elif kind == "finish":
        message = Finish()
    elif kind == "ping":
        message = Ping()
    elif kind == "cancel":
        message = Cancel()
    else:
        raise malformed("A message is of no known type.")
    fields.refuse_others()
    return message


def parse_frame(data: bytes) -> FrameMessage:
    """Split a binary message into capture time and JPEG, which is not looked at.

    Raises
    ------
    LiveRefusalError
        If it is too short, or its time is none.
    """
    if len(data) <= _TIME_BYTES:
        raise malformed("A picture from the camera is empty.")
    (t_ms,) = struct.unpack_from("<d", data)
    if not (math.isfinite(t_ms) and 0 <= t_ms <= _LATEST_MS):
        raise malformed("A picture from the camera has no valid time.")
    return FrameMessage(t_ms, data[_TIME_BYTES:])


def _setup(fields: Fields, limits: LiveLimits) -> SetupMessage:
    _check_version(fields)
    sides = (limits.min_side_px, limits.max_side_px)
    return SetupMessage(
        request=_request(fields),
        model=fields.choice("model", MODELS, default="auto"),
        session_number=fields.whole("session_number", *SESSION_NUMBER, default=1),
        keep_video=fields.flag("keep_video"),
        width_px=fields.whole("width", *sides),
        height_px=fields.whole("height", *sides),
    )


def _request(fields: Fields) -> SetRequest:
    exercise = fields.choice("exercise", builtin_names())
    leg = fields.choice("leg", LEGS, default="auto")
    plan = Plan(
        target_depth_deg=_number(fields, "target_depth_deg"),
        reps=fields.whole_or_none("reps", int(LIMITS["reps"].least), int(LIMITS["reps"].most_to_do)),
        hold_s=_number(fields, "hold_s"),
        step_height_cm=_number(fields, "step_height_cm"),
        ball=fields.flag("ball"),
    )
    request = SetRequest(exercise, plan=plan)
    return request if leg not in set(Side) or request.rubric.phases.bilateral else replace(request, leg=Side(leg))


def _number(fields: Fields, name: str) -> float | None:
    return fields.number_or_none(name, LIMITS[name].least, LIMITS[name].most_to_do)


def _check_version(fields: Fields) -> None:
    if fields.take("version") != PROTOCOL_VERSION:
        raise malformed("This page is of another version than the server.", "Reload the page.", code="version")


def _set_id(fields: Fields) -> str:
    set_id = fields.take("set_id")
    if not isinstance(set_id, str) or not _SET_ID.fullmatch(set_id):
        raise malformed("`set_id` names no set.", "Start a new set.")
    return set_id


def _json_object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise malformed("A message is not valid JSON.") from error
    if not isinstance(content, dict):
        raise malformed("A message is not a JSON object.")
    return content


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
