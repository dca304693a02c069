"""What a browser may send over a room's socket: each message a model, every field checked at the door.

Who may send which is the table of `formcheck.remote.room`. Nothing tells who sends: the server knows, and says so to
whoever it passes a message on to.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, model_validator

from formcheck.doors import Door, Published, Text, Wrong, at_once, word_of
from formcheck.exercises.plan import LIMITS
from formcheck.exercises.rubric_file import builtin_names
from formcheck.remote.consent import Answer, Item
from formcheck.session.drawings import DrawingBody
from formcheck.web.live.messages import to_do
from formcheck.web.live.refusal import CloseCode, LiveRefusalError, malformed

RoomVersion = Literal[1]
ROOM_VERSION: Final[RoomVersion] = get_args(RoomVersion)[0]

MAX_TEXT_CHARS: Final = 16_384
"""Of any message but a session description."""
MAX_SDP_CHARS: Final = 65_536
MAX_SDP_TEXT_CHARS: Final = MAX_SDP_CHARS + MAX_SDP_CHARS // 8
"""Of a message with one: its line ends are written as four signs."""
MAX_STILL_BYTES: Final = 4_000_000
"""Of a still picture: 12 megapixels as a JPEG of middling quality."""
MAX_PART_BYTES: Final = 1_048_576
"""Of a recording: two seconds have a seventh of that."""
STILL_TYPE: Final = "image/jpeg"
MOST_DRAWINGS: Final = 50
"""On one still."""

Secret = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22,64}$", title="128 bits or more, in base64 for addresses")]
PersonId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", title="the id of a person in the room")]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", title="an id")]
Milliseconds = Annotated[float, Field(ge=-1e13, le=1e13)]
"""Of any clock: a page's own since it was opened, or since 1970."""
Share = Annotated[float, Field(ge=0, le=1)]


class Hello(Published):
    """The first message: who this is. A client has the code of an invitation, a clinician a ticket from their page."""

    type: Literal["hello"]
    version: RoomVersion
    instance: Secret
    """Made anew by each load of the page: others drop what they had with the one before."""
    browser: Secret
    """Made once by this browser, which keeps it: an invitation is bound to the first that uses it."""
    code: Secret | None = None
    """Of the invitation: what stands behind `#` in the link."""
    room: Id | None = None
    """Of the clinician's page: which room."""
    ticket: Annotated[str, Field(max_length=512)] | None = None
    """Of the clinician's page: what stands behind `#`. One that is too old still leads back to one's own seat."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Hello:
        if (self.code is None) == (self.room is None):
            at_once([(("code",), "either a `code` or a `room` is needed")])
        return self


Device = Literal["ok", "denied", "missing", "busy", "failed", "not_tried"]


class Check(Published):
    """What the check before joining found; shown to the clinician in the queue, kept nowhere."""

    type: Literal["check"]
    camera: Device
    microphone: Device
    speaker: Literal["heard", "not_heard", "not_tried"]
    relay: Literal["ok", "none", "failed", "not_tried"]
    """Whether the relay can be reached; without credentials, which come after admission, by a plain binding request."""
    uplink_kbps: Annotated[float, Field(ge=0, le=10_000_000)] | None = None
    pose_ms: Annotated[float, Field(ge=0, le=60_000)] | None = None
    """How long the browser's estimator takes for a picture, in the middle; null where it does not run."""
    browser: Text = Field(default="", max_length=300)


class Knock(Published):
    """Asks to be let in; the clinician sees it in the queue."""

    type: Literal["knock"]
    callback: Text = Field(default="", max_length=40)
    """A number to call when the connection is lost. Shown to the clinician, kept nowhere."""
    emergency: Text = Field(default="", max_length=200)
    """Whom to call, and where this person is now. Shown to the clinician, kept nowhere."""


class Admit(Published):
    """Lets one person in."""

    type: Literal["admit"]
    person: PersonId


class Decline(Published):
    """Does not let a waiting person in: their socket is closed with 4423, and they may knock again later."""

    type: Literal["decline"]
    person: PersonId


class Remove(Published):
    """Takes a person out for good: 4430, and their invitation is revoked."""

    type: Literal["remove"]
    person: PersonId


class BackToWaiting(Published):
    """Puts a person back into the waiting room."""

    type: Literal["back_to_waiting"]
    person: PersonId


class Replace(Published):
    """Answers another browser that came with a link that is bound: it takes the place of the first, or not."""

    type: Literal["replace"]
    person: PersonId
    allow: bool


class Leave(Published):
    """Says that one leaves: the place is not kept, and whoever comes back waits to be let in again."""

    type: Literal["leave"]


class End(Published):
    """Ends the session for all."""

    type: Literal["end"]


class Sdp(Published):
    """A session description for another person."""

    type: Literal["sdp"]
    to: PersonId
    generation: int = Field(ge=1, le=10**12)
    """Of the connection, as `connect` said; older ones are dropped."""
    kind: Literal["offer", "answer"]
    sdp: Text = Field(min_length=1, max_length=MAX_SDP_CHARS)


class Ice(Published):
    """A candidate for another person; an empty one says that there are no more."""

    type: Literal["ice"]
    to: PersonId
    generation: int = Field(ge=1, le=10**12)
    candidate: Text = Field(max_length=1000)
    mid: Text | None = Field(default=None, max_length=64)
    line: int | None = Field(default=None, ge=0, le=64)


class Fresh(Published):
    """Asks for a new connection with somebody instead of one that does not come back; `connect` follows to both."""

    type: Literal["fresh"]
    to: PersonId
    relay_only: bool = False
    """Whether both are to go by the relay only."""


class State(Published):
    """What one does with one's own devices."""

    type: Literal["state"]
    muted: bool
    camera: Literal["on", "off", "interrupted"]
    """`interrupted`: the device took it away, by a phone call for example."""
    away: bool = False
    """The page is in the background."""
    facing: Literal["user", "environment", "unknown"] = "unknown"
    captions: bool = False


class Targets(Published):
    """What is to be done in the next set."""

    type: Literal["targets"]
    exercise: Annotated[str, word_of(builtin_names)]
    leg: Literal["both", "left", "right", "auto"] = "auto"
    target_depth_deg: float | None = to_do("target_depth_deg")
    reps: int | None = Field(default=None, ge=int(LIMITS["reps"].least), le=int(LIMITS["reps"].most_to_do))
    hold_s: float | None = to_do("hold_s")
    step_height_cm: float | None = to_do("step_height_cm")
    ball: bool = False


class StartSet(Published):
    """Starts a set of the targets as they are: the client's page gets what it opens a live socket with."""

    type: Literal["start_set"]


class FinishSet(Published):
    """Ends the set and has it measured."""

    type: Literal["finish_set"]


class Stop(Published):
    """Ends the set at once, by either side: said and shown on both."""

    type: Literal["stop"]


class SetFailed(Published):
    """The client's page could not do the set that was started."""

    type: Literal["set_failed"]
    reason: Text = Field(max_length=300)


class SendCue(Published):
    """Spoken and shown at the client's."""

    type: Literal["cue"]
    text: Text = Field(min_length=1, max_length=80)


class Pointer(Published):
    """Shows a place in the picture of the client to the client; null takes it away."""

    type: Literal["pointer"]
    x: Share | None
    y: Share | None


class AskCamera(Published):
    """Asks the client to use another camera; it takes the client's tap."""

    type: Literal["ask_camera"]
    facing: Literal["user", "environment"]


class TakeStill(Published):
    """Asks for the picture of the client's camera that is nearest to a moment; needs the client's consent."""

    type: Literal["take_still"]
    t_ms: Milliseconds
    """By the clock of the client's page, as answers have it; see `clock`."""


class Draw(Published):
    """Draws on a still. All drawings of it come each time; more than 50 are refused."""

    type: Literal["draw"]
    still: Id
    drawings: list[DrawingBody]


class ShareStill(Published):
    """Shows a still, with what is drawn on it, to the client; or no more."""

    type: Literal["share_still"]
    still: Id
    shared: bool


class Moment(Published):
    """Marks a moment."""

    type: Literal["moment"]
    kind: Literal["mark", "good", "pain", "look_again"]
    text: Text = Field(default="", max_length=300)
    t_ms: Milliseconds | None = None
    """By the clock of the client's page; null for now."""


class WriteNote(Published):
    """Writes a note into the client's records, beside the set where one is done or was done last."""

    type: Literal["note"]
    text: Text = Field(min_length=1, max_length=4000)
    for_client: bool = False


class GiveConsent(Published):
    """Answers an item of consent, at any time; `withdrawn` takes a yes back."""

    type: Literal["consent"]
    what: Item
    answer: Answer
    text_sha256: str = Field(pattern=r"^[0-9a-f]{64}$", title="a SHA-256, 64 hexadecimal digits")
    """Of the words that were shown, as the server gave it."""


class AskConsent(Published):
    """Asks the client for an item of consent."""

    type: Literal["ask_consent"]
    what: Item


class Record(Published):
    """Begins the recording of the call, once everybody who is there has agreed; or ends it."""

    type: Literal["record"]
    on: bool


class SendChat(Published):
    """Writes to everybody in the room; kept nowhere."""

    type: Literal["chat"]
    text: Text = Field(min_length=1, max_length=1000)


class SendClock(Published):
    """Asks for the server's time, each 5 s; whoever is waited for longer than 30 s is taken for asleep."""

    type: Literal["clock"]
    c: Milliseconds
    """The page's own time (`performance.now()`), given back with the answer."""
    offset_ms: Milliseconds | None = None
    """Server's time less the page's own, from the round trip that was shortest; null until it is known."""
    round_trip_ms: Annotated[float, Field(ge=0, le=60_000)] | None = None
    """Of that round trip."""


RoomMessage = (
    Hello
    | Check
    | Knock
    | Admit
    | Decline
    | Remove
    | BackToWaiting
    | Replace
    | Leave
    | End
    | Sdp
    | Ice
    | Fresh
    | State
    | Targets
    | StartSet
    | FinishSet
    | Stop
    | SetFailed
    | SendCue
    | Pointer
    | AskCamera
    | TakeStill
    | Draw
    | ShareStill
    | Moment
    | WriteNote
    | GiveConsent
    | AskConsent
    | Record
    | SendChat
    | SendClock
)


def _refused(wrong: tuple[Wrong, ...]) -> LiveRefusalError:
    if any(each.path == ("version",) for each in wrong):
        reason = "This page is of another version than the server."
        return LiveRefusalError(CloseCode.VERSION, "version", reason, "Reload the page.")
    return malformed(f"A message cannot be read: {wrong[0].clause}.")


ROOM_MESSAGES: Final[Door[RoomMessage]] = Door(RoomMessage, _refused, by="type")


def parse_room_text(text: str) -> RoomMessage:
    """Read a message.

    Raises
    ------
    LiveRefusalError
        If it is too long, or no message of this protocol, with what is wrong in which field.
    """
    if len(text) > MAX_SDP_TEXT_CHARS:
        raise _too_long()
    message = ROOM_MESSAGES.read_json(text)
    if len(text) > MAX_TEXT_CHARS and not isinstance(message, Sdp):
        raise _too_long()
    return message


def _too_long() -> LiveRefusalError:
    return LiveRefusalError(CloseCode.TOO_LARGE, "text-too-large", "A message is too long.", "Reload the page.")
