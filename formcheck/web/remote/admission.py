"""Who waits for a room, who is let in and who is out again. Seats are written before anybody is told."""

from __future__ import annotations

import asyncio

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM
from formcheck.records.remote_sessions import (
    bind_invitation,
    keep_seat,
    leave_seat,
    revoke_invitation,
    revoked_seats,
)
from formcheck.records.tables import RemoteSession
from formcheck.remote.consent import ITEMS, answer_to
from formcheck.remote.room import NotNowError, Person
from formcheck.web.live.outgoing import Outgoing
from formcheck.web.live.refusal import CloseCode, LiveRefusalError
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.connections import PeerConnections
from formcheck.web.remote.room_recording import RoomRecording
from formcheck.web.remote.room_sets import RoomSets
from formcheck.web.remote.room_stills import RoomStills
from formcheck.web.remote.seats import Seat
from formcheck.web.remote.talkers import CLINICIANS, Talker, Talkers, iso


class Admission:
    """See the module.

    Parameters
    ----------
    talkers
        Who has the room open.
    connections, recording, sets, stills
        Of the room: what somebody who is let in is told, and what changes when they are.
    """

    def __init__(
        self,
        talkers: Talkers,
        connections: PeerConnections,
        recording: RoomRecording,
        sets: RoomSets,
        stills: RoomStills,
    ) -> None:
        self._talkers = talkers
        self._session, self._room, self._parts = talkers.session, talkers.room, talkers.parts
        self._connections, self._recording, self._sets, self._stills = connections, recording, sets, stills
        self._seats: dict[str, Seat] = {}
        """Of everybody who came since the server was started, by person."""
        self._checks: dict[str, told.CheckShown] = {}
        self._knocks: dict[str, said.Knock] = {}
        self._told_revoked: set[str] = set()
        """People of whom the owner was told that their link was revoked."""

    def seat(self, talker: Talker) -> None:
        """Give somebody who comes their seat."""
        self._talkers.put(talker)
        self._seats[talker.id] = talker.seat

    async def keep_seat(self, person: Person, by: Talker | None = None) -> None:
        """Write how somebody's seat stands now."""
        seat = self._seats.get(person.id)
        if seat is None or person.standing == "replacing":
            return
        # Who has no account is named in the seat, which goes with the session: the log outlives it.
        state, actor = seat.state(person), (by.seat.actor if by is not None else None) or SYSTEM
        await self._talkers.write(actor, lambda work: keep_seat(work, self._session.id, state, actor.name))

    # The waiting room.

    def check(self, talker: Talker, message: said.Check) -> None:
        """Take what the check of somebody's devices found."""
        values = message.model_dump(exclude={"type"})
        self._checks[talker.id] = told.CheckShown(**values)
        self.queue_changed()

    async def knock(self, talker: Talker, message: said.Knock) -> None:
        """Put somebody into the queue."""
        self._knocks[talker.id] = message
        self._room.knock(talker.id)
        await self.keep_seat(self._room.people[talker.id], talker)
        self.queue_changed()

    def say_waiting(self, talker: Talker) -> None:
        """Tell somebody who waits how they stand, where that changed."""
        person = self._room.people.get(talker.id)
        if person is None or not person.waits:
            return
        planned = self._session.planned_at
        waiting = told.Waiting(
            you=person.id,
            role=person.role,
            name=person.name,
            state=person.standing,  # type: ignore[arg-type]  # who waits has one of these
            place=self._room.place_in_queue(person.id),
            clinician=self._room.clinician,
            opens_at=None if planned is None else planned.isoformat(),
            consents=self._talkers.consents(person.id),
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
                    since=iso(each.since_s),
                    check=self._checks.get(each.id),
                    callback=self._knocks[each.id].callback if each.id in self._knocks else "",
                    emergency=self._knocks[each.id].emergency if each.id in self._knocks else "",
                )
                for each in self._room.queue
            ]
        )

    def queue_changed(self) -> None:
        """Tell the clinicians who waits, and those who wait how they stand."""
        self._talkers.tell(self._talkers.clinicians, self._queue())
        for talker in self._talkers.everybody:
            self.say_waiting(talker)

    # Who is let in.

    async def admit(self, talker: Talker, message: said.Admit) -> None:
        """Let somebody in."""
        await self._need_link(message.person)
        person = self._room.admit(message.person)
        try:
            await self.keep_seat(person, talker)
        except FormcheckError:
            self._room.back_to_waiting(person.id)  # who is in must be so in the records too
            raise
        self._recording.came(person.id)  # before anything of theirs can be seen or heard
        theirs = self._talkers.get(person.id)
        if theirs is not None:
            await self.welcome(theirs)
        self._talkers.people_changed("joined", person.id)
        for other, link in self._room.connect(person.id, self._parts.clock()):
            self._connections.say(person.id, other, link)
        self.queue_changed()
        if person.role == "client":
            for item in ITEMS:
                answer = answer_to(self._room.consents, person.id, item)
                if answer is not None:
                    self._talkers.tell(
                        self._talkers.clinicians, told.Consented(person=person.id, what=item, answer=answer)
                    )

    async def _need_link(self, person_id: str) -> None:
        """Refuse to let somebody in whose link was revoked."""

        def revoked() -> bool:
            with self._parts.records().reading(SYSTEM) as work:
                return person_id in revoked_seats(work, self._session.id)

        if await asyncio.to_thread(revoked):
            raise NotNowError("revoked", "Their link was revoked.", "Invite them anew if they are to come.")

    async def welcome(self, talker: Talker) -> None:
        """Tell somebody who is in all that there is."""
        me = self._room.people[talker.id]
        stills = await self._stills.shown(me)
        talker.last_waiting = ""
        talker.say(
            told.Welcome(
                you=me.id,
                role=me.role,
                name=me.name,
                room=self._session.id,
                people=self._talkers.people(),
                ice=self._connections.ice(talker),
                consents=self._talkers.consents(self._whose_consents(me)),
                set=self._sets.shown(me),
                stills=stills,
                recording=self._recording.shown(me.id, is_owner=me.role == "owner"),
            )
        )
        if me.role in CLINICIANS:
            self._talkers.tell([talker], self._queue())

    def _whose_consents(self, me: Person) -> str:
        client = self._room.client
        return client.id if client is not None and me.role in CLINICIANS else me.id

    async def decline(self, talker: Talker, message: said.Decline) -> None:
        """Send somebody away who waits."""
        await self.keep_seat(self._room.decline(message.person), talker)
        self._put_out(message.person, _not_admitted())
        self.queue_changed()

    async def replace(self, talker: Talker, message: said.Replace) -> None:
        """Give a seat to the other browser that asks for it, or send that away."""
        asking, held = self._room.replacing(message.person)
        theirs = self._talkers.take_out(asking.id)
        self._seats.pop(asking.id, None)
        if not message.allow or theirs is None:
            if theirs is not None:
                theirs.close(_not_admitted())
            self.queue_changed()
            return
        was_in = held.standing == "admitted"
        self._room.give_up_seat(held.id, self._parts.clock())
        made, browser = theirs.seat.invitation_id, theirs.seat.browser
        if made is not None:
            await self._talkers.write(self._talkers.actor(talker), lambda work: bind_invitation(work, made, browser))
        if was_in:
            self._is_out(held, "left")
        self._put_out(held.id, in_use())
        theirs.seat.person.id, theirs.seat.person.replaces = held.id, None
        theirs.seat.person.standing = "checking"
        self.seat(theirs)
        self._room.arrive(theirs.seat.person, self._parts.clock())
        await self.keep_seat(self._room.people[held.id], talker)
        self.queue_changed()

    # Who is out again.

    async def remove(self, talker: Talker, message: said.Remove) -> None:
        """Take somebody out for good."""
        was_in = self._talkers.is_in(message.person)
        person = self._room.remove(message.person)
        await self.keep_seat(person, talker)
        seat = self._seats.get(person.id)
        if seat is not None and seat.invitation_id is not None:
            made = seat.invitation_id
            await self._talkers.write(self._talkers.actor(talker), lambda work: revoke_invitation(work, made))
        if was_in:
            self._is_out(person, "removed")
        self._put_out(message.person, _removed())
        self.queue_changed()

    async def leave(self, talker: Talker, message: said.Leave) -> None:
        """Let go of somebody who leaves by their own will, and of whom nothing more is heard."""
        del message
        person = self._room.leave(talker.id)
        self._talkers.take_out(talker.id)
        await self.went(person, was_in=True)

    async def back_to_waiting(self, talker: Talker, message: said.BackToWaiting) -> None:
        """Put somebody back into the waiting room."""
        await self.keep_seat(self.put_back(message.person), talker)

    def put_back(self, person_id: str) -> Person:
        """Put somebody back into the waiting room, which is not written yet."""
        person = self._room.back_to_waiting(person_id)
        self._is_out(person, "left")
        self.queue_changed()
        return person

    async def went(self, person: Person, *, was_in: bool) -> None:
        """See to somebody who fell asleep, or whose seat is not kept any longer."""
        if person.presence == "left" and was_in:
            await self.keep_seat(person)
            await self._talkers.write(SYSTEM, lambda work: leave_seat(work, person.id))
            self._is_out(person, "left")
        elif was_in:
            self._talkers.people_changed("asleep", person.id)
        self.queue_changed()

    def _is_out(self, person: Person, event: told.PeopleEvent) -> None:
        """Tell all that somebody is not in any more; a set of theirs ends."""
        if person.role == "client":
            self._sets.end()
        self._recording.went(person.id)
        self._talkers.tell(self._talkers.admitted, told.Disconnect(peer=person.id))
        theirs = self._talkers.get(person.id)
        if theirs is not None:
            theirs.ice_ends_s = None
            for each in self._room.admitted:
                theirs.say(told.Disconnect(peer=each.id))
        self._talkers.people_changed(event, person.id)

    def _put_out(self, person_id: str, refusal: LiveRefusalError) -> None:
        talker = self._talkers.take_out(person_id)
        if talker is not None:
            talker.close(refusal)

    # What becomes of links.

    async def look_what_was_ended(self) -> None:
        """Take note that it was ended elsewhere, or a link revoked, by the page that it was planned on; or erased."""

        def revoked() -> set[str] | None:
            with self._parts.records().reading(SYSTEM) as work:
                row = work.session.get(RemoteSession, self._session.id)
                return None if row is None or row.ended_at is not None else revoked_seats(work, row.id)

        seats = await asyncio.to_thread(revoked)
        if seats is None:
            self._room.end("The session was ended.")
            return
        for person in list(self._room.people.values()):
            if (person.replaces or person.id) in seats:
                await self._see_to_revoked(person)

    async def _see_to_revoked(self, person: Person) -> None:
        """Send away who waits by a link that was revoked; of who is in, tell the owner once, who decides."""
        if person.standing == "replacing":
            self._room.forget(person.id)
            self._put_out(person.id, _not_admitted())
            self.queue_changed()
        elif person.waits:
            self._room.decline(person.id)
            self._put_out(person.id, _not_admitted())
            self.queue_changed()
            await self.keep_seat(person)
        elif person.standing == "admitted" and person.id not in self._told_revoked:
            reason, remedy = (
                f"The link of {person.name} was revoked: they are still in.",
                "Take them out if that is meant.",
            )
            owners = [each for each in self._talkers.admitted if each.seat.person.role == "owner"]
            self._talkers.tell(owners, told.Refused(message="admit", code="revoked", reason=reason, remedy=remedy))
            if owners:
                self._told_revoked.add(person.id)


def in_use() -> LiveRefusalError:
    """Return what a page is told whose person has another open."""
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
