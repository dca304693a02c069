"""A room that people have open: who comes and goes, and which of its parts does what a message says.

The rules are `formcheck.remote.room`'s; what is to be found again is written to the records before anybody is told,
but for consent that is taken back, which counts at once.
For one event loop; one message at a time, but for what only passes through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from formcheck.errors import FormcheckError
from formcheck.records.remote_sessions import end_session
from formcheck.records.tables import RemoteSession
from formcheck.remote.room import MAY, Devices, NotNowError, Room
from formcheck.web.live.outgoing import Outgoing
from formcheck.web.live.refusal import NORMAL_CLOSE, CloseCode, LiveRefusalError
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.admission import Admission, in_use
from formcheck.web.remote.connections import PeerConnections
from formcheck.web.remote.limits import Tries
from formcheck.web.remote.room_consents import RoomConsents
from formcheck.web.remote.room_recording import RoomRecording
from formcheck.web.remote.room_sets import RoomSets
from formcheck.web.remote.room_stills import RoomStills
from formcheck.web.remote.talkers import CLINICIANS, RoomParts, Talker, Talkers, iso

_LOOK_EVERY_S: Final = 5.0
"""Between looks into the records at what others did: ended the session, logged a clinician out."""
_LOGIN_ENDED: Final = ("You are not logged in any more.", "Log in, and open the session again.")

Quick = Callable[[Talker, Any], None]
Slow = Callable[[Talker, Any], Awaitable[None]]


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
        self.session, self.room, self._parts = session, room, parts
        self._on_over = on_over
        talkers = self._talkers = Talkers(session, room, parts)
        self._connections = PeerConnections(talkers)
        self._recording = RoomRecording(talkers)
        self._sets = RoomSets(talkers)
        self._stills = RoomStills(talkers, self._sets)
        self._admission = Admission(talkers, self._connections, self._recording, self._sets, self._stills)
        self._consents = RoomConsents(talkers, self._admission, self._recording, self._sets, self._stills)
        self.quick, self.slow = self._quick_messages(), self._slow_messages()
        self._turn = asyncio.Lock()
        self._loads = Tries()
        self._answers = Tries()
        self._is_over = False
        self._looked_s = parts.clock()

    def _quick_messages(self) -> Mapping[type, Quick]:
        """Return what needs no records, and no turn."""
        return {
            said.Sdp: self._connections.sdp,
            said.Ice: self._connections.ice_candidate,
            said.Fresh: self._connections.fresh,
            said.State: self._state,
            said.Pointer: self._pointer,
            said.AskCamera: self._ask_camera,
            said.AskConsent: self._consents.ask,
            said.SendChat: self._chat,
            said.SendClock: self._clock,
            said.Check: self._admission.check,
        }

    def _slow_messages(self) -> Mapping[type, Slow]:
        return {
            said.Knock: self._admission.knock,
            said.Admit: self._admission.admit,
            said.Decline: self._admission.decline,
            said.Remove: self._admission.remove,
            said.BackToWaiting: self._admission.back_to_waiting,
            said.Replace: self._admission.replace,
            said.Leave: self._admission.leave,
            said.End: self._end_by_owner,
            said.Targets: self._sets.choose_targets,
            said.StartSet: self._sets.start,
            said.FinishSet: self._sets.finish,
            said.Stop: self._sets.stop,
            said.SetFailed: self._sets.failed,
            said.SendCue: self._sets.cue,
            said.Moment: self._sets.moment,
            said.WriteNote: self._sets.note,
            said.TakeStill: self._stills.take,
            said.Draw: self._stills.draw,
            said.ShareStill: self._stills.share,
            said.GiveConsent: self._consents.answered,
            said.Record: self._recording.record,
        }

    def go_on(self, recording_id: str | None, set_under_way: dict[str, Any] | None) -> None:
        """Go on with what was under way when the server was started anew."""
        if recording_id is not None:
            self._recording.go_on(recording_id)
        if set_under_way is not None:
            self._sets.go_on(set_under_way)

    # Coming and going.

    @property
    def is_empty(self) -> bool:
        """Whether nobody has it open."""
        return not self._talkers.everybody

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
            if not self._loads.allows(talker.id, self._parts.limits.most_sockets_per_person):
                raise LiveRefusalError(CloseCode.TOO_FAST, "too-fast", "The page comes too often.", "Wait a minute.")
            came = talker.seat.person
            before = self.room.people.get(came.id)
            was = None if before is None else before.presence
            try:
                anew = self.room.arrive(came, self._parts.clock())
            except NotNowError as error:
                codes = {"removed": CloseCode.REMOVED, "full": CloseCode.BUSY}
                code = codes.get(error.code, CloseCode.GONE)
                raise LiveRefusalError(code, error.code, error.reason, error.remedy) from error
            old = self._talkers.take_out(came.id)
            if old is not None:
                old.close(in_use())
            self._admission.seat(talker)
            try:
                await self._greet(talker, came_first=was is None, anew=anew)
            except BaseException:
                self.leave(talker)  # nobody else knows of it yet
                raise

    async def _greet(self, talker: Talker, *, came_first: bool, anew: bool) -> None:
        person = self.room.people[talker.id]
        talker.seat.person.standing = person.standing
        await self._admission.keep_seat(person)
        if anew and person.role == "owner":
            self._recording.page_is_another()
            await self._recording.settle()
        if self.room.place_of(person.id) == "waiting":
            self._admission.say_waiting(talker)
            self._admission.queue_changed()
            return
        await self._admission.welcome(talker)
        event: told.PeopleEvent = "joined" if came_first else "reloaded" if anew else "back"
        self._talkers.people_changed(event, person.id)
        self._connections.connect(person, anew=anew)
        self._admission.queue_changed()

    def leave(self, talker: Talker) -> None:
        """Note that a socket is gone; the seat is kept."""
        if not self._talkers.has(talker):
            return
        self._talkers.take_out(talker.id)
        if talker.seat.person.standing == "replacing":
            self.room.forget(talker.id)
        self.room.sleep(talker.id)
        if self._talkers.is_in(talker.id):
            self._talkers.people_changed("asleep", talker.id)
        self._admission.queue_changed()

    async def sweep(self) -> None:
        """See to what comes with time: sleep, seats that are not kept any longer, credentials, the end."""
        async with self._turn:
            if self._is_over:
                return
            now_s = self._parts.clock()
            inside = {each.id for each in self.room.admitted}
            for person_id in self.room.sweep(now_s):
                await self._admission.went(self.room.people[person_id], was_in=person_id in inside)
            if now_s - self._looked_s > _LOOK_EVERY_S:
                self._looked_s = now_s
                await self._consents.keep_unkept()
                await self._look_at_logins()
                await self._admission.look_what_was_ended()
            await self._settle()
            self._connections.renew_ice(now_s)
            self._stills.forget_late(now_s)
            self._sets.look_after(now_s)
            if self.room.ended:
                await self._end()
            elif self.is_empty and self.room.is_deserted:
                self._is_over = True
                self._on_over(self)

    async def _settle(self) -> None:
        """Write what is to be written of what has happened by itself."""
        await self._sets.settle()
        await self._recording.settle()

    async def _end(self) -> None:
        """End it for all, in the records too."""
        if self._is_over:
            return
        self._is_over = True
        self._sets.end()
        self._recording.end("")
        await self._recording.settle()
        why = self.room.ended
        # What is to be told is told even where the records are away; they end old sessions by themselves.
        with suppress(FormcheckError):
            await self._talkers.write(self._talkers.owner_actor, lambda work: end_session(work, self.session.id, why))
        for talker in self._talkers.everybody:
            talker.say(told.Ended(reason=why))
            talker.listener(Outgoing("", NORMAL_CLOSE))
        self._on_over(self)

    # Messages.

    async def handle(self, talker: Talker, message: said.RoomMessage) -> None:
        """Do what a message says, or say why not."""
        if not self._talkers.has(talker):
            return
        try:
            self.room.need(message.type, talker.id)
            self._need_pace(talker, message)
            if MAY[message.type] <= CLINICIANS:
                await self._need_login(talker)
            quick = self.quick.get(type(message))
            if quick is not None:
                quick(talker, message)
            else:
                async with self._turn:
                    self.room.need(message.type, talker.id)  # it may have changed while others had their turn
                    await self.slow[type(message)](talker, message)
                    await self._settle()
        except FormcheckError as error:
            code = error.code if isinstance(error, NotNowError) else "records"
            talker.say(told.Refused(message=message.type, code=code, reason=error.reason, remedy=error.remedy))
        finally:
            self._hear(talker)

    def _hear(self, talker: Talker) -> None:
        if talker.id not in self.room.people or not self._talkers.has(talker):
            return
        if self.room.hear(talker.id, self._parts.clock()):
            if self._talkers.is_in(talker.id):
                self._talkers.people_changed("back", talker.id)
            self._admission.queue_changed()

    def _need_pace(self, talker: Talker, message: said.RoomMessage) -> None:
        """Bound what is told to others or written for who may not be let in; a no may be said at any moment.

        A no that changes nothing is not written, so there are no more of them than of a yes.
        """
        is_bounded = isinstance(message, said.Check | said.Knock) or (
            isinstance(message, said.GiveConsent) and message.answer == "yes"
        )
        if is_bounded and not self._answers.allows(talker.id, self._parts.limits.answers_per_minute):
            raise NotNowError("too-often", "That is said too often.", "Wait a minute.")

    # Logins.

    async def _need_login(self, talker: Talker) -> None:
        if not await self._is_logged_in(talker):
            raise NotNowError("login", *_LOGIN_ENDED)

    async def _is_logged_in(self, talker: Talker) -> bool:
        """Ask anew whether a clinician is one: a login may have ended, an account have been taken away."""
        actor = await asyncio.to_thread(self._parts.clinician, talker.connection)
        return actor is not None and talker.seat.actor is not None and actor.id == talker.seat.actor.id

    async def _look_at_logins(self) -> None:
        """Put out clinicians whose login has ended: they are not to listen on."""
        with suppress(FormcheckError):  # the records are away for now, and who is logged in stands there
            for talker in self._talkers.everybody:
                if talker.seat.actor is not None and not await self._is_logged_in(talker):
                    self._put_out_for_login(talker)

    def _put_out_for_login(self, talker: Talker) -> None:
        """Close somebody's page and their connections. Their seat is kept: they may log in and come back."""
        admitted = self._talkers.admitted
        if talker in admitted:
            self.room.unlink(talker.id)
            for each in admitted:
                if each is not talker:
                    each.say(told.Disconnect(peer=talker.id))
                    talker.say(told.Disconnect(peer=each.id))
        self.leave(talker)
        talker.close(LiveRefusalError(CloseCode.TOKEN, "login", *_LOGIN_ENDED))

    # Stills, as the routes give and take them.

    def awaits_still(self, still: str, person_id: str) -> bool:
        """Say whether a still is wanted of somebody."""
        return self._stills.awaits(still, person_id)

    async def take_in(self, still: str, person_id: str, jpeg: bytes, width: int, height: int) -> bool:
        """Keep a still that came; return whether it was wanted, and is agreed to."""
        async with self._turn:
            return await self._stills.take_in(still, person_id, jpeg, width, height)

    def sees_still(self, still: str, person_id: str) -> bool:
        """Say whether somebody in the room may see a still."""
        return self._stills.sees(still, person_id)

    # What only passes through.

    def _state(self, talker: Talker, message: said.State) -> None:
        values = message.model_dump(exclude={"type"})
        self.room.people[talker.id].devices = Devices(**values)
        self._talkers.people_changed("state", talker.id)

    def _pointer(self, talker: Talker, message: said.Pointer) -> None:
        client = self._talkers.client
        others = [each for each in (client, *self._talkers.clinicians) if each is not None and each is not talker]
        self._talkers.tell(others, told.PointedAt(sender=talker.id, x=message.x, y=message.y))

    def _ask_camera(self, talker: Talker, message: said.AskCamera) -> None:
        self._talkers.need_client().say(told.CameraAsked(sender=talker.id, facing=message.facing))

    def _chat(self, talker: Talker, message: said.SendChat) -> None:
        at = iso(self._parts.clock())
        self._talkers.tell(self._talkers.admitted, told.Chat(sender=talker.id, text=message.text, at=at))

    def _clock(self, talker: Talker, message: said.SendClock) -> None:
        talker.say(told.Clock(c=message.c, s=1000 * self._parts.clock()))
        if message.offset_ms is None or message.round_trip_ms is None:
            return
        talker.clock = (message.offset_ms, message.round_trip_ms)
        if talker is self._talkers.client:
            instance = self.room.people[talker.id].instance
            offset, trip = talker.clock
            clock = told.ClockOf(person=talker.id, instance=instance, offset_ms=offset, round_trip_ms=trip)
            self._talkers.tell(self._talkers.clinicians, clock)

    async def _end_by_owner(self, talker: Talker, message: said.End) -> None:
        del message
        self.room.end(f"{talker.seat.person.name} ended the session.")
        await self._end()
