"""What a browser may send: each message a model, every field checked at the door.

Text is JSON. A picture is 8 bytes of capture time (float64, little-endian, milliseconds) and a JPEG. The JavaScript
types of the messages and their JSON Schema are made from these models: `python -m tools.contracts`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field

from formcheck.doors import Door, Published, Wrong, word_of
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.refusal import LiveRefusalError, malformed

Version = Literal[1]
PROTOCOL_VERSION: Final[Version] = get_args(Version)[0]

TIME_BYTES: Final = 8
_LATEST_MS: Final = 1e12
"""30 years after the page was opened."""


def _to_do(name: str) -> Any:
    return Field(default=None, ge=LIMITS[name].least, le=LIMITS[name].most_to_do)


def _side(name: str) -> Any:
    return Field(alias=name, ge=LiveLimits.min_side_px, le=LiveLimits.max_side_px)


class SetupMessage(Published):
    """Begins a set: what is to be done, and how large the pictures are."""

    type: Literal["setup"]
    version: Version
    exercise: Annotated[str, word_of(builtin_names)]
    """Name of its rubric, such as `wall-squat`."""
    leg: Literal["both", "left", "right", "auto"] = "auto"
    """Of an exercise on one leg, the one that stands."""
    target_depth_deg: float | None = _to_do("target_depth_deg")
    reps: int | None = Field(default=None, ge=int(LIMITS["reps"].least), le=int(LIMITS["reps"].most_to_do))
    hold_s: float | None = _to_do("hold_s")
    step_height_cm: float | None = _to_do("step_height_cm")
    ball: bool = False
    model: Literal["auto", "full", "lite", "heavy"] = "auto"
    session_number: int = Field(default=1, ge=1, le=100_000)
    """How many sessions this person has begun, for the fading of feedback."""
    keep_video: bool = False
    width_px: int = _side("width")
    height_px: int = _side("height")

    @property
    def request(self) -> SetRequest:
        """Exercise, leg (of an exercise on one leg, where it is named) and plan."""
        plan = Plan(self.target_depth_deg, self.reps, self.hold_s, self.step_height_cm, self.ball)
        request = SetRequest(self.exercise, plan=plan)
        if self.leg in ("both", "auto") or request.rubric.phases.bilateral:
            return request
        return SetRequest(self.exercise, Side(self.leg), plan=plan)


class ResumeMessage(Published):
    """Goes on with a set whose socket was lost."""

    type: Literal["resume"]
    version: Version
    set_id: str = Field(pattern=r"^[A-Za-z0-9_-]{16,64}$", title="the id of a set")


class Finish(Published):
    """Ends the set and has it measured."""

    type: Literal["finish"] = "finish"


class Ping(Published):
    """Keeps the socket open while there is no picture to send. Not answered."""

    type: Literal["ping"] = "ping"


class Cancel(Published):
    """Drops the set with everything that belongs to it."""

    type: Literal["cancel"] = "cancel"


TextMessage = SetupMessage | ResumeMessage | Finish | Ping | Cancel


@dataclass(frozen=True)
class FrameMessage:
    """One picture."""

    t_ms: float
    """When it was taken, by the page's clock."""
    jpeg: bytes


def _refused(wrong: tuple[Wrong, ...]) -> LiveRefusalError:
    if any(each.path == ("version",) for each in wrong):
        return malformed("This page is of another version than the server.", "Reload the page.", code="version")
    first = wrong[0]
    if first.kind == "value" and first.path not in ((), ("type",)):
        return malformed(f"{first.clause}.", "Choose a value that is allowed.", code="bad-setting")
    return malformed(f"A message cannot be read: {first.clause}.")


CLIENT_MESSAGES: Final[Door[TextMessage]] = Door(TextMessage, _refused, by="type")


def parse_client_text(text: str) -> TextMessage:
    """Read a text message.

    Parameters
    ----------
    text
        JSON, already bounded in length.

    Raises
    ------
    LiveRefusalError
        If it is no message of this protocol, with what is wrong in which field.
    """
    return CLIENT_MESSAGES.read_json(text)


def parse_frame(data: bytes) -> FrameMessage:
    """Split a binary message into capture time and JPEG, which is not looked at.

    Raises
    ------
    LiveRefusalError
        If it is too short, or its time is none.
    """
    if len(data) <= TIME_BYTES:
        raise malformed("A picture from the camera is empty.")
    (t_ms,) = struct.unpack_from("<d", data)
    if not (math.isfinite(t_ms) and 0 <= t_ms <= _LATEST_MS):
        raise malformed("A picture from the camera has no valid time.")
    return FrameMessage(t_ms, data[TIME_BYTES:])
