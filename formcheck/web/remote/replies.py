"""What the server says over a room's socket, as JSON: a record for each message.

The JavaScript types of the messages and their JSON Schema are made from the records: `python -m tools.contracts`.
Before admission nothing leaves but `waiting`, `asked`, `clock`, `refused` and `error`. Times named `at` are UTC, as
ISO 8601 has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, get_args

from pydantic import TypeAdapter

from formcheck.remote.consent import Answer, Item
from formcheck.remote.recording import RecordingStage
from formcheck.remote.room import Presence, Role
from formcheck.web.live.replies import Described, Frame, ServerError
from formcheck.web.remote.messages import ROOM_VERSION, RoomVersion


@dataclass(frozen=True)
class PersonShown(Described):
    """Somebody who was let in."""

    id: str
    role: Role
    name: str
    instance: str
    """Of the page they have open: another one than before means that the page was loaded anew."""
    presence: Presence
    muted: bool
    camera: Literal["on", "off", "interrupted"]
    away: bool
    facing: Literal["user", "environment", "unknown"]
    captions: bool


@dataclass(frozen=True)
class ConsentShown(Described):
    """One item of consent, with one's own answer to these words."""

    what: Item
    title: str
    words: str
    text_sha256: str
    language: str
    answer: Answer | None
    """Null where these words were not answered, which counts as no."""


@dataclass(frozen=True)
class IceServer(Described):
    """As `RTCPeerConnection` takes it."""

    urls: list[str]
    username: str
    credential: str


@dataclass(frozen=True)
class IceShown(Described):
    """How connections between browsers may go."""

    servers: list[IceServer]
    """Empty where the server has no relay: the page says so."""
    policy: Literal["all", "relay"]
    """`iceTransportPolicy`. With `relay` nobody learns another's address."""
    has_relay: bool
    expires_at_s: float | None
    """Seconds since 1970; new ones come 60 s before. Null where nothing expires."""


@dataclass(frozen=True)
class TargetsShown(Described):
    """What is to be done in the next set, or is being done; null where it was not said."""

    exercise: str
    exercise_name: str
    leg: Literal["both", "left", "right", "auto"]
    target_depth_deg: float | None
    reps: int | None
    hold_s: float | None
    step_height_cm: float | None
    ball: bool


@dataclass(frozen=True)
class LiveDoor(Described):
    """What the client's page opens the live socket with (`/live?token=...`)."""

    token: str
    set_id: str | None
    """Of a set that is being done, to go on with by `resume`; null to begin with `setup`."""


SetStage = Literal["none", "starting", "running", "finishing"]


@dataclass(frozen=True)
class SetShown(Described):
    """The set as it stands."""

    stage: SetStage
    targets: TargetsShown | None
    set_id: str | None
    started_at_ms: float | None
    """By the server's clock (see `clock`), for the timer."""
    live: LiveDoor | None
    """For the client alone, while a set is to be begun or gone on with. `setup` may say anything of exercise and
    targets: the room's own are measured by."""


@dataclass(frozen=True)
class RecordingDoor(Described):
    """Where the owner's page sends what it records: `PUT` with `?at=OFFSET`, answered with the next; then `POST`."""

    recording: str
    put: str
    token: str
    """In `x-formcheck-link`."""


@dataclass(frozen=True)
class RecordingShown(Described):
    """Whether the call is recorded now."""

    stage: RecordingStage
    """`asking`: it has not begun, since answers are missing; `resting`: it stands still until those have come."""
    waits_for: list[str]
    """Ids of people whose answer to `record_call` is missing: their pages ask them."""
    why: str
    """A sentence where it ended otherwise than by the owner's word; else empty."""
    door: RecordingDoor | None
    """For the owner's page alone. Another one than before begins another file."""


@dataclass(frozen=True)
class StillShown(Described):
    """A still picture."""

    still: str
    t_ms: float
    """Capture time by the client's clock."""
    at: str
    taken_by: str
    """Name."""
    width: int
    height: int
    url: str
    """Where the picture is, for this page alone, for two hours."""
    drawings: list[DrawingShown]
    shared: bool
    """Whether the client is shown it."""


@dataclass(frozen=True)
class DrawingShown(Described):
    """An angle, a line or a text on a still, in its pixels."""

    kind: Literal["angle", "line", "text"]
    points_px: list[tuple[float, float]]
    text: str


@dataclass(frozen=True, kw_only=True)
class Welcome(Described):
    """The answer to `hello` of whoever is let in already, and what is said once somebody is."""

    type: Literal["welcome"] = field(default="welcome", init=False)
    version: RoomVersion = field(default=ROOM_VERSION, init=False)
    you: str
    role: Role
    name: str
    room: str
    people: list[PersonShown]
    """All who were let in, oneself among them."""
    ice: IceShown
    consents: list[ConsentShown]
    """Of the client and of guests: one's own. To clinicians: the client's."""
    set: SetShown
    stills: list[StillShown]
    """To clinicians all; to the client those that are shared."""
    recording: RecordingShown


@dataclass(frozen=True, kw_only=True)
class Waiting(Described):
    """The answer to `hello` of whoever is not let in yet, and what is said when it changes."""

    type: Literal["waiting"] = field(default="waiting", init=False)
    version: RoomVersion = field(default=ROOM_VERSION, init=False)
    you: str
    role: Role
    name: str
    """One's own, as the invitation has it."""
    state: Literal["checking", "waiting", "replacing"]
    """`replacing`: the link is bound to another browser, and the clinician was asked."""
    place: int | None
    """In the queue, from 1; null before `knock`."""
    clinician: Literal["there", "busy", "away"]
    """`busy`: with somebody else in this room."""
    opens_at: str | None
    """When the session is planned for; null for at once."""
    consents: list[ConsentShown]


@dataclass(frozen=True)
class CheckShown(Described):
    """What the check before joining found."""

    camera: str
    microphone: str
    speaker: str
    relay: str
    uplink_kbps: float | None
    pose_ms: float | None
    browser: str


@dataclass(frozen=True)
class WaitingPerson(Described):
    """Somebody in the queue."""

    person: str
    role: Role
    name: str
    state: Literal["checking", "waiting", "replacing"]
    presence: Presence
    since: str
    check: CheckShown | None
    callback: str
    emergency: str


@dataclass(frozen=True, kw_only=True)
class Queue(Described):
    """To clinicians: all who wait, in order, whenever it changes."""

    type: Literal["queue"] = field(default="queue", init=False)
    people: list[WaitingPerson]


PeopleEvent = Literal["joined", "left", "removed", "asleep", "back", "reloaded", "state"]


@dataclass(frozen=True, kw_only=True)
class People(Described):
    """All who were let in, whenever it changes."""

    type: Literal["people"] = field(default="people", init=False)
    people: list[PersonShown]
    event: PeopleEvent
    person: str
    """Whom the event is about."""


@dataclass(frozen=True, kw_only=True)
class Connect(Described):
    """Make a connection with somebody; one that there was of a lower generation is dropped."""

    type: Literal["connect"] = field(default="connect", init=False)
    peer: str
    instance: str
    """Of the peer's page."""
    generation: int
    offer: bool
    """Whether the first offer is this page's; the other waits for it."""
    polite: bool
    """Who gives way when both renegotiate later on: the other of the two has the opposite."""
    relay_only: bool


@dataclass(frozen=True, kw_only=True)
class Disconnect(Described):
    """Drop the connection with somebody: they are not in the room any more."""

    type: Literal["disconnect"] = field(default="disconnect", init=False)
    peer: str


@dataclass(frozen=True, kw_only=True)
class PassedSdp(Described):
    """A session description from somebody."""

    type: Literal["sdp"] = field(default="sdp", init=False)
    sender: str
    generation: int
    kind: Literal["offer", "answer"]
    sdp: str


@dataclass(frozen=True, kw_only=True)
class PassedIce(Described):
    """A candidate from somebody; an empty one says that there are no more."""

    type: Literal["ice"] = field(default="ice", init=False)
    sender: str
    generation: int
    candidate: str
    mid: str | None
    line: int | None


@dataclass(frozen=True, kw_only=True)
class IceServers(Described):
    """New ones, 60 s before those that there were end: `setConfiguration`."""

    type: Literal["ice_servers"] = field(default="ice_servers", init=False)
    ice: IceShown


@dataclass(frozen=True, kw_only=True)
class SetNow(Described):
    """The set, whenever it changes."""

    type: Literal["set"] = field(default="set", init=False)
    set: SetShown


@dataclass(frozen=True, kw_only=True)
class Result(Described):
    """To clinicians: what the client's page was answered, with the pose. `frame.t` is the client's capture time."""

    type: Literal["result"] = field(default="result", init=False)
    set_id: str
    frame: Frame


@dataclass(frozen=True, kw_only=True)
class SetFinished(Described):
    """The set is over."""

    type: Literal["set_finished"] = field(default="set_finished", init=False)
    set_id: str | None
    """Null when it never began."""
    reps: int | None
    """Complete ones; null when nothing was measured."""
    kept: bool
    """Whether it is in the client's records."""
    record: str | None
    """To clinicians: the address of its review; null where it is not kept."""
    why: str
    """A sentence where it ended otherwise than by `finish_set`, was not kept or not measured; else empty."""


@dataclass(frozen=True, kw_only=True)
class CueSaid(Described):
    """Spoken and shown at the client's, shown at all others'."""

    type: Literal["cue"] = field(default="cue", init=False)
    sender: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PointedAt(Described):
    """A place in the client's picture, shares of the un-mirrored picture; null takes it away."""

    type: Literal["pointer"] = field(default="pointer", init=False)
    sender: str
    x: float | None
    y: float | None


@dataclass(frozen=True, kw_only=True)
class CameraAsked(Described):
    """To the client: the clinician asks for another camera."""

    type: Literal["ask_camera"] = field(default="ask_camera", init=False)
    sender: str
    facing: Literal["user", "environment"]


@dataclass(frozen=True, kw_only=True)
class StillWanted(Described):
    """To the client: the picture nearest to that moment is to be sent, by `PUT` with `token` in `x-formcheck-link`."""

    type: Literal["still_wanted"] = field(default="still_wanted", init=False)
    still: str
    t_ms: float
    put: str
    """Address."""
    token: str


@dataclass(frozen=True, kw_only=True)
class StillNow(Described):
    """A still that came, was drawn on, or is shown; `null` for one that is not shown to this page any more."""

    type: Literal["still"] = field(default="still", init=False)
    id: str
    still: StillShown | None


@dataclass(frozen=True, kw_only=True)
class MomentKept(Described):
    """To clinicians: a moment that was marked."""

    type: Literal["moment"] = field(default="moment", init=False)
    id: str
    kind: str
    text: str
    t_s: float | None
    """From the beginning of the set; null outside of one."""
    at: str
    by: str
    """Name."""


@dataclass(frozen=True, kw_only=True)
class NoteKept(Described):
    """To who wrote it: it is in the records."""

    type: Literal["noted"] = field(default="noted", init=False)
    id: str


@dataclass(frozen=True, kw_only=True)
class Consented(Described):
    """To who answered, and to clinicians."""

    type: Literal["consent"] = field(default="consent", init=False)
    person: str
    what: Item
    answer: Answer


@dataclass(frozen=True, kw_only=True)
class RecordingNow(Described):
    """To all: whether the call is recorded, whenever that changes. Who joins is in no picture before this is said."""

    type: Literal["recording"] = field(default="recording", init=False)
    recording: RecordingShown


@dataclass(frozen=True, kw_only=True)
class Asked(Described):
    """To the client: the clinician asks for an item of consent."""

    type: Literal["asked"] = field(default="asked", init=False)
    consent: ConsentShown


@dataclass(frozen=True, kw_only=True)
class Chat(Described):
    """What somebody wrote; to its sender too."""

    type: Literal["chat"] = field(default="chat", init=False)
    sender: str
    text: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Stopped(Described):
    """Somebody said stop: it is said aloud and shown to all, and the set is over."""

    type: Literal["stopped"] = field(default="stopped", init=False)
    sender: str


@dataclass(frozen=True, kw_only=True)
class Clock(Described):
    """The answer to `clock`: offset = s - (c + now) / 2, best where the round trip was shortest."""

    type: Literal["clock"] = field(default="clock", init=False)
    c: float
    s: float
    """Milliseconds since 1970, by the server."""


@dataclass(frozen=True, kw_only=True)
class ClockOf(Described):
    """To clinicians: the client's clock. Capture time + `offset_ms` is the server's time."""

    type: Literal["clock_of"] = field(default="clock_of", init=False)
    person: str
    instance: str
    offset_ms: float
    round_trip_ms: float


@dataclass(frozen=True, kw_only=True)
class Ended(Described):
    """The session is over; the socket is closed with 1000."""

    type: Literal["ended"] = field(default="ended", init=False)
    reason: str


@dataclass(frozen=True, kw_only=True)
class Refused(Described):
    """What was asked for is not done; the socket stays open."""

    type: Literal["refused"] = field(default="refused", init=False)
    message: str
    """The type of the message that is refused."""
    code: str
    reason: str
    remedy: str


RoomReply = (
    Welcome
    | Waiting
    | Queue
    | People
    | Connect
    | Disconnect
    | PassedSdp
    | PassedIce
    | IceServers
    | SetNow
    | Result
    | SetFinished
    | CueSaid
    | PointedAt
    | CameraAsked
    | StillWanted
    | StillNow
    | MomentKept
    | NoteKept
    | Consented
    | Asked
    | RecordingNow
    | Chat
    | Stopped
    | Clock
    | ClockOf
    | Ended
    | Refused
    | ServerError
)

_WRITERS: Final[Mapping[type, TypeAdapter[RoomReply]]] = {kind: TypeAdapter(kind) for kind in get_args(RoomReply)}


def reply_text(reply: RoomReply) -> str:
    """Return a message as it is sent."""
    return _WRITERS[type(reply)].dump_json(reply).decode()


def with_url(still: StillShown, url: str) -> StillShown:
    """Return a still with an address of somebody's own."""
    return replace(still, url=url)


def result_text(set_id: str, frame: str) -> str:
    """Return a `Result` around an answer of the live socket that is text already.

    Parameters
    ----------
    set_id
        Of the set.
    frame
        As `formcheck.web.live.replies.frame_message` gives it.
    """
    return f'{{"type":"result","set_id":"{set_id}","frame":{frame}}}'
