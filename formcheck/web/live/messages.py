"""What a browser may send: each message a model, every field checked at the door.

Text is JSON. What is binary begins with a byte that says its kind: a picture is 8 bytes of capture time (float64,
little-endian, milliseconds) and a JPEG; landmarks are in `formcheck.web.live.landmarks`. The JavaScript types of the
messages and their JSON Schema are made from these models: `python -m tools.contracts`.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, model_validator

from formcheck.doors import Door, Published, Text, Wrong, at_once, word_of
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest
from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.refusal import CloseCode, LiveRefusalError, malformed

Version = Literal[2]
PROTOCOL_VERSION: Final[Version] = get_args(Version)[0]

Why = Literal["slow", "failed", "context-lost", "wrong"]
"""What made a page give up a way of finding the pose: too slow, broken, without its WebGL context, or not exact."""

PICTURE_KIND: Final = 1
LANDMARKS_KIND: Final = 2
_PICTURE_HEADER: Final = struct.Struct("<Bd")
PICTURE_HEADER_BYTES: Final = _PICTURE_HEADER.size
"""Kind and capture time."""
_LATEST_MS: Final = 1e12
"""30 years after the page was opened."""


def to_do(name: str) -> Any:
    """Return a field for an entry of a plan, by its name in `LIMITS`: null where it was not prescribed."""
    return Field(default=None, ge=LIMITS[name].least, le=LIMITS[name].most_to_do)


def _side(name: str) -> Any:
    return Field(alias=name, ge=LiveLimits.min_side_px, le=LiveLimits.max_side_px)


def _sha256() -> Any:
    return Field(pattern=r"^[0-9a-f]{64}$", title="a SHA-256, 64 hexadecimal digits")


_Milliseconds = Annotated[float, Field(ge=0, le=60_000)]


class SelfTest(Published):
    """How the browser's estimator did on pictures whose landmarks are known."""

    runs: int = Field(ge=0, le=10_000)
    ms_p50: _Milliseconds
    ms_p90: _Milliseconds
    worst_px: float = Field(ge=0, le=1e6)
    """Furthest of the shoulders' and legs' landmarks, in any run, from where they are known to be (px of a picture 640
    wide)."""


class BrowserEstimator(Published):
    """What finds the landmarks in the browser, as the browser says."""

    package: Literal["@mediapipe/tasks-vision"]
    version: Literal["0.10.35"]
    wasm_sha256: str = _sha256()
    model: Literal["full", "lite"]
    model_sha256: str = _sha256()
    delegate: Literal["GPU", "CPU"]
    user_agent: Text = Field(max_length=300)
    self_test: SelfTest
    balanced: bool = False
    """Whether it looks into the mirror once a second, so that its landmarks can be balanced."""


def _need_estimator(source: Source, estimator: BrowserEstimator | None) -> None:
    if source == "landmarks" and estimator is None:
        at_once([(("estimator",), "landmarks need an `estimator` that finds them")])
    if source == "picture" and estimator is not None:
        at_once([(("estimator",), "pictures need no `estimator`")])


class SetupMessage(Published):
    """Begins a set: what is to be done, and how large the pictures are."""

    type: Literal["setup"]
    version: Version
    source: Source
    """Whether pictures will be sent, or landmarks that the browser finds in them."""
    estimator: BrowserEstimator | None = None
    """Where landmarks are sent: what finds them."""
    exercise: Annotated[str, word_of(builtin_names)]
    """Name of its rubric, such as `wall-squat`."""
    leg: Literal["both", "left", "right", "auto"] = "auto"
    """Of an exercise on one leg, the one that stands."""
    target_depth_deg: float | None = to_do("target_depth_deg")
    reps: int | None = Field(default=None, ge=int(LIMITS["reps"].least), le=int(LIMITS["reps"].most_to_do))
    hold_s: float | None = to_do("hold_s")
    step_height_cm: float | None = to_do("step_height_cm")
    ball: bool = False
    sex: Literal["female", "male"] | None = None
    """Of whoever does it, for checks whose bands differ; null where it is not known."""
    model: Literal["auto", "full", "lite", "heavy"] = "auto"
    session_number: int = Field(default=1, ge=1, le=100_000)
    """How many sessions this person has begun, for the fading of feedback."""
    keep_video: bool = False
    pictures_allowed: bool = True
    """Whether the set may go on with pictures, which leave the device then, where landmarks cannot be found there."""
    kept: bool = False
    """Whether the landmarks were kept on the device while there was no network: the whole set comes now, faster than it
    was done."""
    width_px: int = _side("width")
    height_px: int = _side("height")

    @model_validator(mode="after")
    def _of_one_source(self) -> SetupMessage:
        landmarks = self.source == "landmarks"
        _need_estimator(self.source, self.estimator)
        if landmarks and self.keep_video:
            at_once([(("keep_video",), "`keep_video` needs pictures")])
        if not landmarks and not self.pictures_allowed:
            at_once([(("pictures_allowed",), "a set of pictures needs `pictures_allowed`")])
        if self.kept and not landmarks:
            at_once([(("kept",), "`kept` needs landmarks")])
        return self

    @property
    def request(self) -> SetRequest:
        """Exercise, leg (of an exercise on one leg, where it is named) and plan."""
        plan = Plan(self.target_depth_deg, self.reps, self.hold_s, self.step_height_cm, self.ball, self.sex)
        request = SetRequest(self.exercise, plan=plan)
        if self.leg in ("both", "auto") or request.rubric.phases.bilateral:
            return request
        return SetRequest(self.exercise, Side(self.leg), plan=plan)


class ResumeMessage(Published):
    """Goes on with a set whose socket was lost."""

    type: Literal["resume"]
    version: Version
    set_id: str = Field(pattern=r"^[A-Za-z0-9_-]{16,64}$", title="the id of a set")


class StepDown(Published):
    """Says that the frames from here on come in another way: of another source, or found by another estimator.

    It stands between the frames of both, also where they are sent again after a lost connection, and is not answered.
    """

    type: Literal["step_down"]
    source: Source
    """Of the frames from here on."""
    estimator: BrowserEstimator | None = None
    """Where landmarks are sent: what finds them."""
    why: Why
    """Why the one before it is given up."""

    @model_validator(mode="after")
    def _of_one_source(self) -> StepDown:
        _need_estimator(self.source, self.estimator)
        return self


class Finish(Published):
    """Ends the set and has it measured."""

    type: Literal["finish"] = "finish"


class GoOn(Published):
    """Takes back the end of the set that is offered. Not answered."""

    type: Literal["go_on"] = "go_on"


class CameraSays(Published):
    """Says how the camera does, which tells poor light from a slow computer. Not answered."""

    type: Literal["camera"]
    fps: float = Field(ge=0, le=1000)
    """Pictures that it gives in a second, whether they are sent or not."""
    exposure_ms: float | None = Field(default=None, ge=0, le=60_000)
    """For how long each is exposed; null where the browser does not say."""


class Ping(Published):
    """Keeps the socket open while there is no picture to send. Not answered."""

    type: Literal["ping"] = "ping"


class Cancel(Published):
    """Drops the set with everything that belongs to it."""

    type: Literal["cancel"] = "cancel"


TextMessage = SetupMessage | ResumeMessage | StepDown | Finish | GoOn | CameraSays | Ping | Cancel


@dataclass(frozen=True)
class FrameMessage:
    """One picture."""

    t_ms: float
    """When it was taken, by the page's clock."""
    jpeg: bytes


def _refused(wrong: tuple[Wrong, ...]) -> LiveRefusalError:
    if any(each.path == ("version",) for each in wrong):
        reason = "This page is of another version than the server."
        return LiveRefusalError(CloseCode.VERSION, "version", reason, "Reload the page.")
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


def need_kind(data: bytes, source: Source) -> None:
    """Refuse a binary message that is not of the kind that its set is made of, without looking at the rest of it.

    Raises
    ------
    LiveRefusalError
        If it is empty or of another kind.
    """
    kind = {"picture": PICTURE_KIND, "landmarks": LANDMARKS_KIND}[source]
    if not data:
        raise malformed("A message is empty.")
    if data[0] != kind:
        other = {PICTURE_KIND: "pictures", LANDMARKS_KIND: "landmarks"}.get(data[0], "something that nobody knows")
        made_of = {"picture": "pictures", "landmarks": "landmarks"}[source]
        raise malformed(f"This set is made of {made_of}, but {other} came.", code="source")


def need_time(t_ms: float, what: str) -> None:
    """Refuse a capture time that is none.

    Raises
    ------
    LiveRefusalError
        With `what` it is of, such as `A picture from the camera`.
    """
    if not (math.isfinite(t_ms) and 0 <= t_ms <= _LATEST_MS):
        raise malformed(f"{what} has no valid time.")


def picture_time_ms(data: bytes) -> float:
    """Return the capture time of a message of kind 1 (ms).

    Raises
    ------
    LiveRefusalError
        If it is too short, or its time is none.
    """
    if len(data) <= PICTURE_HEADER_BYTES:
        raise malformed("A picture from the camera is empty.")
    _, t_ms = _PICTURE_HEADER.unpack_from(data)
    need_time(t_ms, "A picture from the camera")
    return float(t_ms)


def parse_picture(data: bytes) -> FrameMessage:
    """Split a message of kind 1 into capture time and JPEG, which is not looked at.

    Raises
    ------
    LiveRefusalError
        If it is too short, or its time is none.
    """
    return FrameMessage(picture_time_ms(data), data[PICTURE_HEADER_BYTES:])
