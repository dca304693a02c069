"""A room that people have open: what each message does, and who is told of it.

The rules are `formcheck.remote.room`'s; what is to be found again is written to the records before anybody is told,
but for consent that is taken back, which counts at once.
For one event loop; one message at a time, but for what only passes through.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

from starlette.requests import HTTPConnection

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, Actor
from formcheck.records.call_recordings import CONSENT as RECORDED
from formcheck.records.notes import write_note
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import (
    NewStill,
    add_still,
    bind_invitation,
    draw_on_still,
    end_session,
    keep_consent,
    keep_moment,
    keep_seat,
    keep_set_under_way,
    keep_still,
    leave_seat,
    revoke_invitation,
    revoked_seats,
    share_still,
    signed_by,
    stills_of,
)
from formcheck.records.tables import RemoteSession, RemoteStill, new_id
from formcheck.remote.candidates import Passing
from formcheck.remote.consent import ITEMS, TEXTS, Given, Item, answer_to
from formcheck.remote.room import MAY, Devices, Link, NotNowError, Person, Room, third_persons
from formcheck.remote.turn import TurnSettings
from formcheck.web.access.origins import is_loopback_address
from formcheck.web.live.outgoing import Listener, Outgoing, goodbye
from formcheck.web.live.refusal import NORMAL_CLOSE, CloseCode, LiveRefusalError
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.ice import Signals, ice_for
from formcheck.web.remote.limits import SocketLimits, Tries
from formcheck.web.remote.room_recording import RoomRecording
from formcheck.web.remote.room_set import Outcome, RoomSet, read_under_way, shown_targets
from formcheck.web.remote.seats import Seat, clinician_of
from formcheck.web.remote.still_links import still_token, still_url
from formcheck.web.shared.addresses import REVIEW, STILLS_PATH

T = TypeVar("T")
_CLINICIANS: Final = frozenset({"owner", "clinician"})
_MOMENTS_OF_SET: Final = ("mark", "good", "pain", "look_again")
_LOGIN_ENDED: Final = ("You are not logged in any more.", "Log in, and open the session again.")
NOTHING_DONE: Final = "No set is being done."


@dataclass(frozen=True)
class RoomParts:
    """What rooms are put together from."""

    records: Callable[[], Records]
    live: Callable[[], LiveRegistry]
    turn: Callable[[], TurnSettings]
    clinician: Callable[[HTTPConnection], Actor | None] = clinician_of
    clock: Callable[[], float] = time.time
    """Seconds since 1970."""
    limits: SocketLimits = field(default_factory=SocketLimits)


@dataclass(eq=False)
class Talker:
    """One socket in a room."""

    seat: Seat
    connection: HTTPConnection
    listener: Listener
    drop_when_late: Callable[[], bool]
    """Says whether results are not to be sent now, since those before were not read yet."""
    ice_ends_s: float | None = None
    last_waiting: str = ""
    clock: tuple[float, float] | None = None
    """Offset of its clock and the round trip, ms."""

    @property
    def id(self) -> str:
        """Of the person."""
        return self.seat.person.id

    def say(self, reply: told.RoomReply) -> None:
        """Send something."""
        self.listener(Outgoing(told.reply_text(reply)))

    def close(self, refusal: LiveRefusalError) -> None:
        """Say why, and close the socket."""
        self.listener(goodbye(refusal))


@dataclass
class _Wanted:
    """A still that was asked for."""

    t_ms: float
    by: Actor
    until_s: float
    of_set: RoomSet | None


class OpenRoom:
    """See the module.

    Parameters
    ----------
    session
        As the records have it.
    room
        With those who were in it before, after the server was started anew.
    parts
        What it is put together from.
    on_over
        Called once it is over.
    """

    def __init__(
        self, session: RemoteSession, room: Room, parts: RoomParts, on_over: Callable[[OpenRoom], None]
    ) -> None:
        self.session, self.room, self.parts = session, room, parts
        self._on_over = on_over
        self._talkers: dict[str, Talker] = {}
        self._seats: dict[str, Seat] = {}
        """Of everybody who came since the server was started, by person."""
        self._turn = asyncio.Lock()
        self._signals = Signals(parts.limits, time.monotonic)
        self._loads = Tries()
        self._answers = Tries()
        self._checks: dict[str, told.CheckShown] = {}
        self._knocks: dict[str, said.Knock] = {}
        self._targets: said.Targets | None = None
        self._set: RoomSet | None = None
        self._is_set_kept = False
        """Whether the records say that a set is under way."""
        self._recording = RoomRecording(session.id, parts.records)
        self._told_recording = self._recording.shown("", is_owner=False)
        self._last_kept: str | None = None
        self._untold: set[frozenset[str]] = set()
        """Pairs one of whom had no socket when they were to be told of their connection."""
        self._told_revoked: set[str] = set()
        """People of whom the owner was told that their link was revoked."""
        self._unkept: dict[tuple[str, Item], Given] = {}
        """Answers other than yes that are not in the records yet."""
        self._wanted: dict[str, _Wanted] = {}
        self._stills: dict[str, told.StillShown] = {}
        self._is_over = False
        self._looked_s = parts.clock()

    # ------------------------------------------------------------------ talking

    @property
    def is_empty(self) -> bool:
        """Whether nobody has it open."""
        return not self._talkers

    def _clinicians(self) -> list[Talker]:
        return [each for each in self._admitted() if each.seat.person.role in _CLINICIANS]

    def _admitted(self) -> list[Talker]:
        return [self._talkers[each.id] for each in self.room.admitted if each.id in self._talkers]

    def _client(self) -> Talker | None:
        client = self.room.client
        return None if client is None else self._talkers.get(client.id)

    @staticmethod
    def _tell(whom: Iterable[Talker], reply: told.RoomReply) -> None:
        text = told.reply_text(reply)
        for each in whom:
            each.listener(Outgoing(text))

    async def _write(self, actor: Actor, does: Callable[[Work], T]) -> T:
        def written() -> T:
            with self.parts.records().writing(actor) as work:
                return does(work)

        return await asyncio.to_thread(written)

    async def _keep_seat(self, person: Person, by: Talker | None = None) -> None:
        seat = self._seats.get(person.id)
        if seat is None or person.standing == "replacing":
            return
        # Who has no account is named in the seat, which goes with the session: the log outlives it.
        state, actor = seat.state(person), (by.seat.actor if by is not None else None) or SYSTEM
        await self._write(actor, lambda work: keep_seat(work, self.session.id, state, actor.name))

    # ------------------------------------------------------------------ coming and going

    async def enter(self, talker: Talker) -> None:
        """Take in a page that was opened, or that came back.

        Raises
        ------
        LiveRefusalError
            If the room is over or full, or they were taken out.
        """
        async with self._turn:
            if self._is_over and not self.room.ended:
                raise LiveRefusalError(CloseCode.BUSY, "busy", "The room was closed just now.", "Come again.")
            if not self._loads.allows(talker.id, self.parts.limits.most_sockets_per_person):
                raise LiveRefusalError(CloseCode.TOO_FAST, "too-fast", "The page comes too often.", "Wait a minute.")
            came = talker.seat.person
            before = self.room.people.get(came.id)
            was = None if before is None else before.presence
            try:
                anew = self.room.arrive(came, self.parts.clock())
            except NotNowError as error:
                codes = {"removed": CloseCode.REMOVED, "full": CloseCode.BUSY}
                code = codes.get(error.code, CloseCode.GONE)
                raise LiveRefusalError(code, error.code, error.reason, error.remedy) from error
            old = self._talkers.pop(came.id, None)
            if old is not None:
                old.close(_in_use())
            self._talkers[came.id], self._seats[came.id] = talker, talker.seat
            try:
                await self._greet(talker, came_first=was is None, anew=anew)
            except BaseException:
                self.leave(talker)  # nobody else knows of it yet
                raise

    async def _greet(self, talker: Talker, *, came_first: bool, anew: bool) -> None:
        person = self.room.people[talker.id]
        talker.seat.person.standing = person.standing
        await self._keep_seat(person)
        if anew and person.role == "owner":
            self._recording.page_is_another()
            await self._settle_recording()
        if self.room.place_of(person.id) == "waiting":
            self._say_waiting(talker)
            self._queue_changed()
            return
        await self._welcome(talker)
        event: told.PeopleEvent = "joined" if came_first else "reloaded" if anew else "back"
        self._people_changed(event, person.id)
        self._connect(person, anew=anew)
        self._queue_changed()

    def leave(self, talker: Talker) -> None:
        """Note that a socket is gone; the seat is kept."""
        if self._talkers.get(talker.id) is not talker:
            return
        del self._talkers[talker.id]
        if talker.seat.person.standing == "replacing":
            self.room.forget(talker.id)
        self.room.sleep(talker.id)
        if self.room.place_of(talker.id) not in {"waiting", "nobody"}:
            self._people_changed("asleep", talker.id)
        self._queue_changed()

    def _connect(self, person: Person, *, anew: bool) -> None:
        now_s = self.parts.clock()
        if anew:
            links = self.room.connect(person.id, now_s)
        else:
            lacking = [each.id for each in self.room.admitted if self._lack_connection(person, each)]
            links = [(each, self.room.renew(person.id, each, now_s)) for each in lacking]
        for other, link in links:
            self._say_connect(person.id, other, link)

    def _lack_connection(self, one: Person, other: Person) -> bool:
        if one is other or other.presence == "left" or not other.instance:
            return False
        return self.room.link(one.id, other.id) is None or frozenset((one.id, other.id)) in self._untold

    def _say_connect(self, one: str, other: str, link: Link) -> None:
        are_told = one in self._talkers and other in self._talkers
        (self._untold.discard if are_told else self._untold.add)(frozenset((one, other)))
        for me, peer in ((one, other), (other, one)):
            talker, them = self._talkers.get(me), self.room.people[peer]
            if talker is not None and link.generation is not None:
                offer = link.offerer == me
                talker.say(
                    told.Connect(
                        peer=peer,
                        instance=them.instance,
                        generation=link.generation,
                        offer=offer,
                        polite=not offer,
                        relay_only=link.relay_only or self._relay_only(),
                    )
                )

    def _relay_only(self) -> bool:
        return self.session.relay_only or self.parts.turn().relay_only

    async def sweep(self) -> None:
        """See to what comes with time: sleep, seats that are not kept any longer, credentials, the end."""
        async with self._turn:
            if self._is_over:
                return
            now_s = self.parts.clock()
            inside = {each.id for each in self.room.admitted}
            for person_id in self.room.sweep(now_s):
                await self._went(self.room.people[person_id], was_in=person_id in inside)
            if now_s - self._looked_s > _LOOK_EVERY_S:
                self._looked_s = now_s
                await self._keep_unkept_answers()
                await self._look_at_logins()
                await self._look_what_was_ended()
            await self._settle()
            self._renew_ice(now_s)
            for still, wanted in list(self._wanted.items()):
                if now_s > wanted.until_s:
                    del self._wanted[still]
            done = self._set
            late_s = 0.0 if done is None else now_s - done.since_ms / 1000
            if done is not None and done.stage == "starting" and late_s > self.parts.limits.begin_set_s:
                self._give_up_set("The client's page did not begin it in time.")
            if self.room.ended:
                await self._end()
            elif self.is_empty and self.room.is_deserted:
                self._is_over = True
                self._on_over(self)

    async def _went(self, person: Person, *, was_in: bool) -> None:
        if person.presence == "left" and was_in:
            await self._keep_seat(person)
            await self._write(SYSTEM, lambda work: leave_seat(work, person.id))
            self._is_out(person, "left")
        elif was_in:
            self._people_changed("asleep", person.id)
        self._queue_changed()

    async def _look_what_was_ended(self) -> None:
        """Take note that it was ended elsewhere, or a link revoked, by the page that it was planned on; or erased."""

        def revoked() -> set[str] | None:
            with self.parts.records().reading(SYSTEM) as work:
                row = work.session.get(RemoteSession, self.session.id)
                return None if row is None or row.ended_at is not None else revoked_seats(work, row.id)

        seats = await asyncio.to_thread(revoked)
        if seats is None:
            self.room.end("The session was ended.")
            return
        for person in list(self.room.people.values()):
            if (person.replaces or person.id) in seats:
                await self._see_to_revoked(person)

    async def _see_to_revoked(self, person: Person) -> None:
        """Send away who waits by a link that was revoked; of who is in, tell the owner once, who decides."""
        if person.standing == "replacing":
            self.room.forget(person.id)
            self._put_out(person.id, _not_admitted())
            self._queue_changed()
        elif person.waits:
            self.room.decline(person.id)
            self._put_out(person.id, _not_admitted())
            self._queue_changed()
            await self._keep_seat(person)
        elif person.standing == "admitted" and person.id not in self._told_revoked:
            reason, remedy = (
                f"The link of {person.name} was revoked: they are still in.",
                "Take them out if that is meant.",
            )
            owners = [each for each in self._admitted() if each.seat.person.role == "owner"]
            self._tell(owners, told.Refused(message="admit", code="revoked", reason=reason, remedy=remedy))
            if owners:
                self._told_revoked.add(person.id)

    async def _need_link(self, person_id: str) -> None:
        """Refuse to let somebody in whose link was revoked."""

        def revoked() -> bool:
            with self.parts.records().reading(SYSTEM) as work:
                return person_id in revoked_seats(work, self.session.id)

        if await asyncio.to_thread(revoked):
            raise NotNowError("revoked", "Their link was revoked.", "Invite them anew if they are to come.")

    def _renew_ice(self, now_s: float) -> None:
        for talker in self._admitted():
            if talker.ice_ends_s is not None and now_s > talker.ice_ends_s - _RENEW_BEFORE_S:
                talker.say(told.IceServers(ice=self._ice(talker)))

    def _ice(self, talker: Talker) -> told.IceShown:
        now_s = self.parts.clock()
        ice = ice_for(self.parts.turn(), talker.id[:12], now_s, relay_only=self.session.relay_only)
        talker.ice_ends_s = ice.expires_at_s
        return ice

    async def _end(self) -> None:
        """End it for all, in the records too."""
        if self._is_over:
            return
        self._is_over = True
        self._end_set()
        self._recording.end("")
        await self._settle_recording()
        why = self.room.ended
        owner = Actor(self.session.owner_id, self.session.owner, SYSTEM.role)
        # What is to be told is told even where the records are away; they end old sessions by themselves.
        with suppress(FormcheckError):
            await self._write(owner, lambda work: end_session(work, self.session.id, why))
        for talker in list(self._talkers.values()):
            talker.say(told.Ended(reason=why))
            talker.listener(Outgoing("", NORMAL_CLOSE))
        self._on_over(self)

    # ------------------------------------------------------------------ what pages are told

    async def _welcome(self, talker: Talker) -> None:
        if not self._stills:
            await self._load_stills()
        me = self.room.people[talker.id]
        talker.last_waiting = ""
        talker.say(
            told.Welcome(
                you=me.id,
                role=me.role,
                name=me.name,
                room=self.session.id,
                people=self._people(),
                ice=self._ice(talker),
                consents=self._consents(self._whose_consents(me)),
                set=self._shown_set(me),
                stills=[self._still_for(each, me) for each in self._stills.values() if self._sees(me, each)],
                recording=self._recording.shown(me.id, is_owner=me.role == "owner"),
            )
        )
        if me.role in _CLINICIANS:
            self._tell([talker], self._queue())

    def _whose_consents(self, me: Person) -> str:
        client = self.room.client
        return client.id if client is not None and me.role in _CLINICIANS else me.id

    def _people(self) -> list[told.PersonShown]:
        return [
            told.PersonShown(
                each.id,
                each.role,
                each.name,
                each.instance,
                each.presence,
                each.devices.muted,
                each.devices.camera,
                each.devices.away,
                each.devices.facing,
                each.devices.captions,
            )
            for each in self.room.admitted
        ]

    def _people_changed(self, event: told.PeopleEvent, person_id: str) -> None:
        self._tell(self._admitted(), told.People(people=self._people(), event=event, person=person_id))

    def _consents(self, person_id: str) -> list[told.ConsentShown]:
        return [self._consent(person_id, item) for item in ITEMS]

    def _consent(self, person_id: str, item: Item) -> told.ConsentShown:
        text = TEXTS[item]
        answer = answer_to(self.room.consents, person_id, item)
        return told.ConsentShown(item, text.title, text.words, text.sha256, text.language, answer)

    def _say_waiting(self, talker: Talker) -> None:
        person = self.room.people.get(talker.id)
        if person is None or not person.waits:
            return
        planned = self.session.planned_at
        waiting = told.Waiting(
            you=person.id,
            role=person.role,
            name=person.name,
            state=person.standing,  # type: ignore[arg-type]  # who waits has one of these
            place=self.room.place_in_queue(person.id),
            clinician=self.room.clinician,
            opens_at=None if planned is None else planned.isoformat(),
            consents=self._consents(person.id),
        )
        text = told.reply_text(waiting)
        if text != talker.last_waiting:
            talker.last_waiting = text
            talker.listener(Outgoing(text))

    def _queue(self) -> told.Queue:
        return told.Queue(
            people=[
                told.WaitingPerson(
                    person=each.id,
                    role=each.role,
                    name=each.name,
                    state=each.standing,  # type: ignore[arg-type]  # as above
                    presence=each.presence,
                    since=_iso(each.since_s),
                    check=self._checks.get(each.id),
                    callback=self._knocks[each.id].callback if each.id in self._knocks else "",
                    emergency=self._knocks[each.id].emergency if each.id in self._knocks else "",
                )
                for each in self.room.queue
            ]
        )

    def _queue_changed(self) -> None:
        self._tell(self._clinicians(), self._queue())
        for talker in list(self._talkers.values()):
            self._say_waiting(talker)

    def _shown_set(self, me: Person) -> told.SetShown:
        done = self._set
        targets = shown_targets(self._targets if done is None else done.targets)
        if done is None:
            return told.SetShown("none", targets, None, None, None)
        live = None
        if me.role == "client" and done.stage in {"starting", "running"}:
            token = self.parts.live().issue_token(done.owner, f"seat {me.id}")
            live = told.LiveDoor(token, done.set_id)
        return told.SetShown(done.stage, targets, done.set_id, done.started_at_ms, live)

    def _set_changed(self) -> None:
        for talker in self._admitted():
            talker.say(told.SetNow(set=self._shown_set(self.room.people[talker.id])))

    # ------------------------------------------------------------------ messages

    async def handle(self, talker: Talker, message: said.RoomMessage) -> None:
        """Do what a message says, or say why not."""
        if self._talkers.get(talker.id) is not talker:
            return
        try:
            self.room.need(message.type, talker.id)
            self._need_pace(talker, message)
            if MAY[message.type] <= _CLINICIANS:
                await self._need_login(talker)
            quick = _QUICK.get(type(message))
            if quick is not None:
                quick(self, talker, message)
            else:
                async with self._turn:
                    self.room.need(message.type, talker.id)  # it may have changed while others had their turn
                    await _SLOW[type(message)](self, talker, message)
                    await self._settle()
        except FormcheckError as error:
            code = error.code if isinstance(error, NotNowError) else "records"
            talker.say(told.Refused(message=message.type, code=code, reason=error.reason, remedy=error.remedy))
        finally:
            self._hear(talker)

    def _hear(self, talker: Talker) -> None:
        if talker.id not in self.room.people or self._talkers.get(talker.id) is not talker:
            return
        if self.room.hear(talker.id, self.parts.clock()):
            if self.room.place_of(talker.id) not in {"waiting", "nobody"}:
                self._people_changed("back", talker.id)
            self._queue_changed()

    def _need_pace(self, talker: Talker, message: said.RoomMessage) -> None:
        """Bound what is told to others or written for who may not be let in; a no may be said at any moment.

        A no that changes nothing is not written, so there are no more of them than of a yes.
        """
        is_bounded = isinstance(message, said.Check | said.Knock) or (
            isinstance(message, said.GiveConsent) and message.answer == "yes"
        )
        if is_bounded and not self._answers.allows(talker.id, self.parts.limits.answers_per_minute):
            raise NotNowError("too-often", "That is said too often.", "Wait a minute.")

    async def _need_login(self, talker: Talker) -> None:
        if not await self._is_logged_in(talker):
            raise NotNowError("login", *_LOGIN_ENDED)

    async def _is_logged_in(self, talker: Talker) -> bool:
        """Ask anew whether a clinician is one: a login may have ended, an account have been taken away."""
        actor = await asyncio.to_thread(self.parts.clinician, talker.connection)
        return actor is not None and talker.seat.actor is not None and actor.id == talker.seat.actor.id

    async def _look_at_logins(self) -> None:
        """Put out clinicians whose login has ended: they are not to listen on."""
        with suppress(FormcheckError):  # the records are away for now, and who is logged in stands there
            for talker in list(self._talkers.values()):
                if talker.seat.actor is not None and not await self._is_logged_in(talker):
                    self._put_out_for_login(talker)

    def _put_out_for_login(self, talker: Talker) -> None:
        """Close somebody's page and their connections. Their seat is kept: they may log in and come back."""
        admitted = self._admitted()
        if talker in admitted:
            self.room.unlink(talker.id)
            for each in admitted:
                if each is not talker:
                    each.say(told.Disconnect(peer=talker.id))
                    talker.say(told.Disconnect(peer=each.id))
        self.leave(talker)
        talker.close(LiveRefusalError(CloseCode.TOKEN, "login", *_LOGIN_ENDED))

    def _actor(self, talker: Talker) -> Actor:
        return talker.seat.actor or signed_by(talker.seat.person.name)

    # What only passes through.

    def _sdp(self, talker: Talker, message: said.Sdp) -> None:
        if not self.room.passes(talker.id, message.to, message.generation, self.parts.clock()):
            return
        sdp = self._signals.description(talker.id, message, self._passing(talker, message.to))
        peer = self._talkers.get(message.to)
        if peer is not None:
            peer.say(told.PassedSdp(sender=talker.id, generation=message.generation, kind=message.kind, sdp=sdp))

    def _ice_candidate(self, talker: Talker, message: said.Ice) -> None:
        if not self.room.passes(talker.id, message.to, message.generation, self.parts.clock()):
            return
        candidate = self._signals.candidate(talker.id, message, self._passing(talker, message.to))
        peer = self._talkers.get(message.to)
        if peer is not None and candidate is not None:
            peer.say(
                told.PassedIce(
                    sender=talker.id,
                    generation=message.generation,
                    candidate=candidate,
                    mid=message.mid,
                    line=message.line,
                )
            )

    def _passing(self, talker: Talker, to: str) -> Passing:
        link, peer = self.room.link(talker.id, to), self._talkers.get(to)
        here = peer is not None and all(_is_here(each.connection) for each in (talker, peer))
        return Passing(here, self._relay_only() or (link is not None and link.relay_only))

    def _fresh(self, talker: Talker, message: said.Fresh) -> None:
        self._signals.fresh(talker.id, message.to)
        if message.to == talker.id:
            raise NotNowError("no-such-person", "That is yourself.", "Choose somebody else.")
        link = self.room.renew(talker.id, message.to, self.parts.clock(), relay_only=message.relay_only)
        self._say_connect(talker.id, message.to, link)

    def _state(self, talker: Talker, message: said.State) -> None:
        values = message.model_dump(exclude={"type"})
        self.room.people[talker.id].devices = Devices(**values)
        self._people_changed("state", talker.id)

    def _pointer(self, talker: Talker, message: said.Pointer) -> None:
        client = self._client()
        others = [each for each in (client, *self._clinicians()) if each is not None and each is not talker]
        self._tell(others, told.PointedAt(sender=talker.id, x=message.x, y=message.y))

    def _ask_camera(self, talker: Talker, message: said.AskCamera) -> None:
        self._need_client().say(told.CameraAsked(sender=talker.id, facing=message.facing))

    def _ask_consent(self, talker: Talker, message: said.AskConsent) -> None:
        del talker
        client = self._need_client()
        client.say(told.Asked(consent=self._consent(client.id, message.what)))

    def _chat(self, talker: Talker, message: said.SendChat) -> None:
        at = _iso(self.parts.clock())
        self._tell(self._admitted(), told.Chat(sender=talker.id, text=message.text, at=at))

    def _clock(self, talker: Talker, message: said.SendClock) -> None:
        talker.say(told.Clock(c=message.c, s=1000 * self.parts.clock()))
        if message.offset_ms is None or message.round_trip_ms is None:
            return
        talker.clock = (message.offset_ms, message.round_trip_ms)
        client = self._client()
        if talker is client:
            self._say_clock_of(client, self._clinicians())

    def _say_clock_of(self, client: Talker, whom: Iterable[Talker]) -> None:
        if client.clock is not None:
            offset, trip = client.clock
            instance = self.room.people[client.id].instance
            self._tell(whom, told.ClockOf(person=client.id, instance=instance, offset_ms=offset, round_trip_ms=trip))

    def _check(self, talker: Talker, message: said.Check) -> None:
        values = message.model_dump(exclude={"type"})
        self._checks[talker.id] = told.CheckShown(**values)
        self._queue_changed()

    def _need_client(self) -> Talker:
        client = self._client()
        if client is None:
            raise NotNowError("no-client", "The client is not in the room.", "Wait until they are.")
        return client

    # Who is let in.

    async def _knock(self, talker: Talker, message: said.Knock) -> None:
        self._knocks[talker.id] = message
        self.room.knock(talker.id)
        await self._keep_seat(self.room.people[talker.id], talker)
        self._queue_changed()

    async def _admit(self, talker: Talker, message: said.Admit) -> None:
        await self._need_link(message.person)
        person = self.room.admit(message.person)
        try:
            await self._keep_seat(person, talker)
        except FormcheckError:
            self.room.back_to_waiting(person.id)  # who is in must be so in the records too
            raise
        self._recording.state.came(person.id, agreed=self.room.agreed(person.id, RECORDED))
        self._recording_moved()  # before anything of theirs can be seen or heard
        theirs = self._talkers.get(person.id)
        if theirs is not None:
            await self._welcome(theirs)
        self._people_changed("joined", person.id)
        for other, link in self.room.connect(person.id, self.parts.clock()):
            self._say_connect(person.id, other, link)
        self._queue_changed()
        if person.role == "client":
            for item in ITEMS:
                answer = answer_to(self.room.consents, person.id, item)
                if answer is not None:
                    self._tell(self._clinicians(), told.Consented(person=person.id, what=item, answer=answer))

    async def _decline(self, talker: Talker, message: said.Decline) -> None:
        await self._keep_seat(self.room.decline(message.person), talker)
        self._put_out(message.person, _not_admitted())
        self._queue_changed()

    async def _remove(self, talker: Talker, message: said.Remove) -> None:
        was_in = self.room.place_of(message.person) not in {"waiting", "nobody"}
        person = self.room.remove(message.person)
        await self._keep_seat(person, talker)
        seat = self._seats.get(person.id)
        if seat is not None and seat.invitation_id is not None:
            made = seat.invitation_id
            await self._write(self._actor(talker), lambda work: revoke_invitation(work, made))
        if was_in:
            self._is_out(person, "removed")
        self._put_out(message.person, _removed())
        self._queue_changed()

    async def _back_to_waiting(self, talker: Talker, message: said.BackToWaiting) -> None:
        await self._keep_seat(self._put_back(message.person), talker)

    def _put_back(self, person_id: str) -> Person:
        person = self.room.back_to_waiting(person_id)
        self._is_out(person, "left")
        self._queue_changed()
        return person

    def _is_out(self, person: Person, event: told.PeopleEvent) -> None:
        """Tell all that somebody is not in any more; a set of theirs ends."""
        if person.role == "client":
            self._end_set()
        self._recording.state.went(person.id)
        self._tell(self._admitted(), told.Disconnect(peer=person.id))
        theirs = self._talkers.get(person.id)
        if theirs is not None:
            theirs.ice_ends_s = None
            for each in self.room.admitted:
                theirs.say(told.Disconnect(peer=each.id))
        self._people_changed(event, person.id)

    def _put_out(self, person_id: str, refusal: LiveRefusalError) -> None:
        talker = self._talkers.pop(person_id, None)
        if talker is not None:
            talker.close(refusal)

    async def _replace(self, talker: Talker, message: said.Replace) -> None:
        asking, held = self.room.replacing(message.person)
        theirs = self._talkers.pop(asking.id, None)
        self._seats.pop(asking.id, None)
        if not message.allow or theirs is None:
            if theirs is not None:
                theirs.close(_not_admitted())
            self._queue_changed()
            return
        was_in = held.standing == "admitted"
        self.room.give_up_seat(held.id, self.parts.clock())
        made, browser = theirs.seat.invitation_id, theirs.seat.browser
        if made is not None:
            await self._write(self._actor(talker), lambda work: bind_invitation(work, made, browser))
        if was_in:
            self._is_out(held, "left")
        self._put_out(held.id, _in_use())
        theirs.seat.person.id, theirs.seat.person.replaces = held.id, None
        theirs.seat.person.standing = "checking"
        self._talkers[held.id], self._seats[held.id] = theirs, theirs.seat
        self.room.arrive(theirs.seat.person, self.parts.clock())
        await self._keep_seat(self.room.people[held.id], talker)
        self._queue_changed()

    async def _end_by_owner(self, talker: Talker, message: said.End) -> None:
        del message
        self.room.end(f"{talker.seat.person.name} ended the session.")
        await self._end()

    # Consent.

    async def _consent_given(self, talker: Talker, message: said.GiveConsent) -> None:
        person = self.room.people[talker.id]
        if person.standing == "replacing":
            raise NotNowError("not-now", "The clinician was asked about this browser.", "Wait for the answer.")
        if person.standing == "admitted" and person.role != "client" and message.what != RECORDED:
            raise NotNowError("not-allowed", "This is the client's to answer.", "Ask them.")
        given = self.room.answered(talker.id, message.what, message.answer, message.text_sha256)
        is_kept = (given.person, given.item) not in self._unkept
        if is_kept and answer_to(self.room.consents, given.person, given.item) == given.answer:
            talker.say(told.Consented(person=given.person, what=given.item, answer=given.answer))
            self._recording_answered(given)
            return
        if given.answer == "yes":
            await self._keep_answer(given)
            self._answer_counts(given, talker)
            self._recording_answered(given)
            return
        # A no holds whether it can be written or not.
        self._unkept[given.person, given.item] = given
        self._answer_counts(given, talker)
        self._recording_answered(given)
        put_back = self._taken_back(given) if self.room.client is person else []
        await self._keep_answer(given)
        for each in put_back:
            await self._keep_seat(each, talker)

    async def _keep_answer(self, given: Given) -> None:
        name = self.room.people[given.person].name
        await self._write(SYSTEM, lambda work: keep_consent(work, self.session.id, given, name))
        self._unkept.pop((given.person, given.item), None)

    async def _keep_unkept_answers(self) -> None:
        with suppress(FormcheckError):  # the records are still away
            for given in list(self._unkept.values()):
                await self._keep_answer(given)

    def _answer_counts(self, given: Given, talker: Talker) -> None:
        self.room.consent(given)
        others = self._clinicians() if self.room.client is not None and self.room.client.id == talker.id else []
        reply = told.Consented(person=given.person, what=given.item, answer=given.answer)
        self._tell([talker, *others], reply)

    def _taken_back(self, given: Given) -> list[Person]:
        """Stop at once what is not agreed to any more; return who was put back into the waiting room for it."""
        if given.item == "measure":
            if self._set is not None:
                self._set.is_taken_back = True
            self._end_set()
        elif given.item == "still":
            self._wanted.clear()
        elif given.item == "third_person":
            return [self._put_back(each.id) for each in third_persons(self.room.people.values())]
        return []

    def client_agreed(self, item: Any) -> bool:
        """Say whether the client agrees to an item of consent now."""
        client = self.room.client
        return client is not None and self.room.agreed(client.id, item)

    def client_is_in(self) -> bool:
        """Say whether the client is let in."""
        return self.room.client is not None

    # The recording of the call.

    def _recording_answered(self, given: Given) -> None:
        person = self.room.people[given.person]
        if given.item == RECORDED and person.standing == "admitted":
            self._recording.answered(person.id, person.name, given.answer)
            self._recording_moved()

    async def _record(self, talker: Talker, message: said.Record) -> None:
        if not message.on:
            self._recording.end("")
        elif not self.room.agreed(talker.id, RECORDED):
            raise NotNowError("no-consent", "You have not agreed to the recording yourself.", "Agree, then ask all.")
        else:
            self._recording.why = ""
            there = [each.id for each in self.room.admitted if each.presence != "left"]
            self._recording.state.begin(there, [each for each in there if self.room.agreed(each, RECORDED)])
        self._recording_moved()

    def go_on_recording(self, recording_id: str) -> None:
        """Go on with what was recorded when the server was started anew."""
        there = {each.id for each in self.room.admitted}
        self._recording.restore(recording_id, {each for each in there if not self.room.agreed(each, RECORDED)})

    async def _settle(self) -> None:
        """Write what is to be written of what has happened by itself."""
        if self._is_set_kept and self._set is None:
            with suppress(FormcheckError):  # the records are away; it is tried again
                await self._keep_under_way(None)
        await self._settle_recording()

    async def _settle_recording(self) -> None:
        owner = Actor(self.session.owner_id, self.session.owner, SYSTEM.role)
        with suppress(FormcheckError):  # the records are away; it is tried again
            await self._recording.settle(owner)
        self._recording_moved()

    def _recording_moved(self) -> None:
        """Tell all of the recording where it is another than they were told of."""
        owner = next((each for each in self._admitted() if each.seat.person.role == "owner"), None)
        now = self._recording.shown("" if owner is None else owner.id, is_owner=True)
        if replace(now, door=None) == replace(self._told_recording, door=None) and (
            now.door and now.door.recording
        ) == (self._told_recording.door and self._told_recording.door.recording):
            return
        self._told_recording = now
        for each in self._admitted():
            shown = self._recording.shown(each.id, is_owner=each is owner)
            each.say(told.RecordingNow(recording=shown))

    # Sets.

    async def _targets_set(self, talker: Talker, message: said.Targets) -> None:
        del talker
        if self._set is not None:
            raise NotNowError("set-running", "A set is being done.", "Finish it first.")
        self._targets = message
        self._set_changed()

    async def _start_set(self, talker: Talker, message: said.StartSet) -> None:
        del message
        if self._set is not None:
            raise NotNowError("set-running", "A set is being done already.", "Finish it first.")
        if self._targets is None:
            raise NotNowError("no-targets", "It is not said what is to be done.", "Choose an exercise first.")
        client = self._need_client()
        if not self.room.agreed(client.id, "measure"):
            raise NotNowError("no-consent", f"{client.seat.person.name} has not agreed to be measured.", "Ask them.")
        done = self._new_set(self._actor(talker), self._targets, 1000 * self.parts.clock())
        await self._keep_under_way(done)
        self._set = done
        self.parts.live().sponsor(done.owner, done)
        self._set_changed()

    def _new_set(self, starter: Actor, targets: said.Targets, started_at_ms: float) -> RoomSet:
        return RoomSet(
            self,
            self.session.id,
            self.session.person_id,
            starter,
            targets,
            self.parts.records,
            started_at_ms,
            since_ms=1000 * self.parts.clock(),
        )

    async def _keep_under_way(self, done: RoomSet | None) -> None:
        """Write what is done now; a set that is over may wait until the records are there."""
        kept = None if done is None else done.under_way()
        await self._write(SYSTEM, lambda work: keep_set_under_way(work, self.session.id, kept))
        self._is_set_kept = done is not None

    def go_on_with_set(self, kept: dict[str, Any]) -> None:
        """Go on with a set that was under way when the server was started anew: the client's page sends it anew."""
        self._is_set_kept = True
        found = read_under_way(kept)
        if found is not None:
            self._targets = found.targets
            self._set = self._new_set(found.starter, found.targets, found.started_at_ms)
            self.parts.live().sponsor(self._set.owner, self._set)

    async def _finish_set(self, talker: Talker, message: said.FinishSet) -> None:
        del talker, message
        if self._set is None:
            raise NotNowError("no-set", NOTHING_DONE, "Start one.")
        self._end_set()

    async def _stop(self, talker: Talker, message: said.Stop) -> None:
        del message
        self._tell(self._admitted(), told.Stopped(sender=talker.id))
        if self._set is not None:
            actor = self._actor(talker)
            kept = await self._write(actor, lambda work: keep_moment(work, self.session.id, "stop").id)
            self._set.said.moments[kept] = self._client_now_ms()
            self._end_set()

    async def _set_failed(self, talker: Talker, message: said.SetFailed) -> None:
        del talker
        if self._set is not None and self._set.stage == "starting":
            self._give_up_set(message.reason)

    def _end_set(self) -> None:
        """Have the set measured now; what came of it is told by `set_ended`."""
        done = self._set
        if done is None or done.stage == "finishing":
            return
        if done.set_id is None:
            self._give_up_set("It was ended before it began.")
            return
        done.stage = "finishing"
        self.parts.live().end_sponsored(done.owner)
        self._set_changed()

    def _give_up_set(self, why: str) -> None:
        done, self._set = self._set, None
        if done is None:
            return
        done.stage = "none"
        self.parts.live().end_sponsored(done.owner)
        self._say_finished(None, Outcome(None, None, why))

    def _say_finished(self, set_id: str | None, outcome: Outcome) -> None:
        self._set_changed()
        for talker in self._admitted():
            sees = talker.seat.person.role in _CLINICIANS and outcome.kept_id is not None
            record = f"/{REVIEW}?set={outcome.kept_id}" if sees else None
            kept = outcome.kept_id is not None
            reps, why = outcome.reps, outcome.why
            talker.say(told.SetFinished(set_id=set_id, reps=reps, kept=kept, record=record, why=why))

    def set_began(self, done: RoomSet) -> None:
        """Take note that the client's page has begun a set."""
        if done is self._set and done.stage == "starting":
            done.stage = "running"
            self._set_changed()

    def set_answered(self, done: RoomSet, answer: str) -> None:
        """Show the clinicians what the client's page was answered."""
        if done is not self._set or done.set_id is None or not answer:
            return
        text = told.result_text(done.set_id, answer)
        for each in self._clinicians():
            if not each.drop_when_late():
                each.listener(Outgoing(text))

    def set_ended(self, done: RoomSet, outcome: Outcome) -> None:
        """Tell all what came of a set."""
        self.parts.live().end_sponsored(done.owner)
        if done is self._set:
            self._set = None
            self._last_kept = outcome.kept_id or self._last_kept
            self._say_finished(done.set_id, outcome)

    def _client_now_ms(self) -> float | None:
        """Return the time now by the clock of the client's page, as far as that is known."""
        client = self._client()
        return None if client is None or client.clock is None else 1000 * self.parts.clock() - client.clock[0]

    async def _cue(self, talker: Talker, message: said.SendCue) -> None:
        self._tell(self._admitted(), told.CueSaid(sender=talker.id, text=message.text))
        if self._set is not None:
            cue = (message.text, self._client_now_ms(), talker.seat.person.name)
            self._set.said.cues.append(cue)

    async def _moment(self, talker: Talker, message: said.Moment) -> None:
        actor, done = self._actor(talker), self._set
        t_ms = message.t_ms if message.t_ms is not None else self._client_now_ms()
        row = await self._write(actor, lambda work: keep_moment(work, self.session.id, message.kind, message.text))
        if done is not None:
            done.said.moments[row.id] = t_ms
        t_s = None if done is None else done.t_s(t_ms)
        kept = told.MomentKept(id=row.id, kind=row.kind, text=row.text, t_s=t_s, at=row.at.isoformat(), by=row.made_by)
        self._tell(self._clinicians(), kept)

    async def _note(self, talker: Talker, message: said.WriteNote) -> None:
        done, last = self._set, self._last_kept
        person_id = self.session.person_id

        def written(work: Work) -> str:
            of_set = last if done is None else None
            note = write_note(work, message.text, person_id=person_id, set_id=of_set, for_client=message.for_client)
            return note.id

        note_id = await self._write(self._actor(talker), written)
        if done is not None:
            done.said.notes.append(note_id)
        talker.say(told.NoteKept(id=note_id))

    # Stills.

    async def _take_still(self, talker: Talker, message: said.TakeStill) -> None:
        client = self._need_client()
        if not self.room.agreed(client.id, "still"):
            raise NotNowError("no-consent", f"{client.seat.person.name} has not agreed to stills.", "Ask them.")
        if len(self._wanted) >= _MOST_WANTED:
            raise NotNowError("too-many", "Several stills are on their way.", "Wait for them.")
        still = new_id()
        until_s = self.parts.clock() + self.parts.limits.still_s
        self._wanted[still] = _Wanted(message.t_ms, self._actor(talker), until_s, self._set)
        token = still_token(self.session.id, still, client.id, "put")
        client.say(told.StillWanted(still=still, t_ms=message.t_ms, put=f"{STILLS_PATH}/{still}", token=token))

    def awaits_still(self, still: str, person_id: str) -> bool:
        """Say whether a still is wanted of somebody."""
        client = self.room.client
        return client is not None and client.id == person_id and still in self._wanted

    async def take_in(self, still: str, person_id: str, jpeg: bytes, width: int, height: int) -> bool:
        """Keep a still that came; return whether it was wanted, and is agreed to."""
        async with self._turn:
            wanted = self._wanted.pop(still, None)
            client = self.room.client
            if wanted is None or client is None or client.id != person_id:
                return False
            if not self.room.agreed(client.id, "still"):
                return False
            files = self.parts.records().files
            file = await asyncio.to_thread(keep_still, files, jpeg)
            new = NewStill(still, file, wanted.t_ms, width, height, wanted.by.name)
            row = await self._write(wanted.by, lambda work: add_still(work, self.session.id, new))
            if wanted.of_set is not None:
                wanted.of_set.said.stills.append(row.id)
            self._still_changed(row)
            return True

    def sees_still(self, still: str, person_id: str) -> bool:
        """Say whether somebody in the room may see a still."""
        person, kept = self.room.people.get(person_id), self._stills.get(still)
        return person is not None and kept is not None and self._sees(person, kept)

    def _sees(self, person: Person, still: told.StillShown) -> bool:
        if person.standing != "admitted":
            return False
        return person.role in _CLINICIANS or (person.role == "client" and still.shared)

    async def _load_stills(self) -> None:
        def read() -> list[RemoteStill]:
            with self.parts.records().reading(SYSTEM) as work:
                return list(stills_of(work, self.session.id))

        for row in await asyncio.to_thread(read):
            self._stills[row.id] = _shown_still(row)

    def _still_for(self, still: told.StillShown, me: Person) -> told.StillShown:
        """Return a still with an address of somebody's own."""
        return told.with_url(still, still_url(self.session.id, still.still, me.id))

    def _still_changed(self, row: RemoteStill) -> None:
        before = self._stills.get(row.id)
        now = self._stills[row.id] = _shown_still(row)
        for talker in self._admitted():
            me = self.room.people[talker.id]
            if self._sees(me, now):
                talker.say(told.StillNow(id=row.id, still=self._still_for(now, me)))
            elif before is not None and self._sees(me, before):
                talker.say(told.StillNow(id=row.id, still=None))

    async def _draw(self, talker: Talker, message: said.Draw) -> None:
        self._need_still(message.still)
        if len(message.drawings) > said.MOST_DRAWINGS:
            raise NotNowError("too-many", f"A still holds {said.MOST_DRAWINGS} drawings at most.", "Take some away.")
        drawings = [each.at(0.0).body() for each in message.drawings]
        row = await self._write(self._actor(talker), lambda work: draw_on_still(work, message.still, drawings))
        self._still_changed(row)

    async def _share_still(self, talker: Talker, message: said.ShareStill) -> None:
        self._need_still(message.still)
        row = await self._write(
            self._actor(talker), lambda work: share_still(work, message.still, shared=message.shared)
        )
        self._still_changed(row)

    def _need_still(self, still: str) -> None:
        if still not in self._stills:
            raise NotNowError("no-such-still", "There is no such still.", "Take one.")


_RENEW_BEFORE_S: Final = 60.0
_LOOK_EVERY_S: Final = 5.0
"""Between looks into the records at what others did: ended the session, logged a clinician out."""
_MOST_WANTED: Final = 5

Quick = Callable[[OpenRoom, Talker, Any], None]
Slow = Callable[[OpenRoom, Talker, Any], Awaitable[None]]
_QUICK: Final[Mapping[type, Quick]] = MappingProxyType(
    {
        said.Sdp: OpenRoom._sdp,
        said.Ice: OpenRoom._ice_candidate,
        said.Fresh: OpenRoom._fresh,
        said.State: OpenRoom._state,
        said.Pointer: OpenRoom._pointer,
        said.AskCamera: OpenRoom._ask_camera,
        said.AskConsent: OpenRoom._ask_consent,
        said.SendChat: OpenRoom._chat,
        said.SendClock: OpenRoom._clock,
        said.Check: OpenRoom._check,
    }
)
"""What needs no records, and no turn."""
_SLOW: Final[Mapping[type, Slow]] = MappingProxyType(
    {
        said.Knock: OpenRoom._knock,
        said.Admit: OpenRoom._admit,
        said.Decline: OpenRoom._decline,
        said.Remove: OpenRoom._remove,
        said.BackToWaiting: OpenRoom._back_to_waiting,
        said.Replace: OpenRoom._replace,
        said.End: OpenRoom._end_by_owner,
        said.Targets: OpenRoom._targets_set,
        said.StartSet: OpenRoom._start_set,
        said.FinishSet: OpenRoom._finish_set,
        said.Stop: OpenRoom._stop,
        said.SetFailed: OpenRoom._set_failed,
        said.SendCue: OpenRoom._cue,
        said.TakeStill: OpenRoom._take_still,
        said.Draw: OpenRoom._draw,
        said.ShareStill: OpenRoom._share_still,
        said.Moment: OpenRoom._moment,
        said.WriteNote: OpenRoom._note,
        said.GiveConsent: OpenRoom._consent_given,
        said.Record: OpenRoom._record,
    }
)


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def _is_here(connection: HTTPConnection) -> bool:
    return connection.client is not None and is_loopback_address(connection.client.host)


def _shown_still(row: RemoteStill) -> told.StillShown:
    drawings = [
        told.DrawingShown(each["kind"], [(x, y) for x, y in each["points_px"]], each["text"]) for each in row.drawings
    ]
    return told.StillShown(
        row.id, row.t_ms, row.taken_at.isoformat(), row.taken_by, row.width, row.height, "", drawings, row.shared
    )


def _in_use() -> LiveRefusalError:
    return LiveRefusalError(
        CloseCode.IN_USE, "in-use", "The session is open in another window.", "Go on there, or close it and reload."
    )


def _not_admitted() -> LiveRefusalError:
    return LiveRefusalError(
        CloseCode.NOT_ADMITTED, "not-admitted", "The clinician did not let you in.", "Call them if that surprises you."
    )


def _removed() -> LiveRefusalError:
    return LiveRefusalError(
        CloseCode.REMOVED, "removed", "The clinician ended your part in this session.", "Call the clinic."
    )
