"""The sets of a room: what is to be done, the one that is being done, and what is said and marked meanwhile."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, Actor
from formcheck.records.notes import write_note
from formcheck.records.records import Work
from formcheck.records.remote_sessions import keep_moment, keep_set_under_way
from formcheck.remote.room import NotNowError, Person
from formcheck.web.live.outgoing import Outgoing
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.room_set import Outcome, RoomSet, read_under_way, shown_targets
from formcheck.web.remote.talkers import CLINICIANS, Talker, Talkers
from formcheck.web.shared.addresses import REVIEW


class RoomSets:
    """See the module; what a `RoomSet` has `Around` it.

    Parameters
    ----------
    talkers
        Who has the room open.
    """

    def __init__(self, talkers: Talkers) -> None:
        self._talkers = talkers
        self._session, self._room, self._parts = talkers.session, talkers.room, talkers.parts
        self.now: RoomSet | None = None
        """The one that is being done."""
        self._targets: said.Targets | None = None
        self._is_kept = False
        """Whether the records say that a set is under way."""
        self._last_kept: str | None = None

    def shown(self, me: Person) -> told.SetShown:
        """Return what somebody is told of the set."""
        done = self.now
        targets = shown_targets(self._targets if done is None else done.targets)
        if done is None:
            return told.SetShown("none", targets, None, None, None)
        live = None
        if me.role == "client" and done.stage in {"starting", "running"}:
            token = self._parts.live().issue_token(done.owner, f"seat {me.id}")
            live = told.LiveDoor(token, done.set_id)
        return told.SetShown(done.stage, targets, done.set_id, done.started_at_ms, live)

    def _changed(self) -> None:
        for talker in self._talkers.admitted:
            talker.say(told.SetNow(set=self.shown(self._room.people[talker.id])))

    async def choose_targets(self, talker: Talker, message: said.Targets) -> None:
        """Take what is to be done next."""
        del talker
        if self.now is not None:
            raise NotNowError("set-running", "A set is being done.", "Finish it first.")
        self._targets = message
        self._changed()

    async def start(self, talker: Talker, message: said.StartSet) -> None:
        """Start a set: the client's page is told to begin it."""
        del message
        if self.now is not None:
            raise NotNowError("set-running", "A set is being done already.", "Finish it first.")
        if self._targets is None:
            raise NotNowError("no-targets", "It is not said what is to be done.", "Choose an exercise first.")
        client = self._talkers.need_client()
        if not self._room.agreed(client.id, "measure"):
            raise NotNowError("no-consent", f"{client.seat.person.name} has not agreed to be measured.", "Ask them.")
        done = self._new_set(self._talkers.actor(talker), self._targets, 1000 * self._parts.clock())
        await self._keep_under_way(done)
        self.now = done
        self._parts.live().sponsor(done.owner, done)
        self._changed()

    def _new_set(self, starter: Actor, targets: said.Targets, started_at_ms: float) -> RoomSet:
        return RoomSet(
            self,
            self._session.id,
            self._session.person_id,
            starter,
            targets,
            self._parts.records,
            started_at_ms,
            since_ms=1000 * self._parts.clock(),
        )

    async def _keep_under_way(self, done: RoomSet | None) -> None:
        """Write what is done now; a set that is over may wait until the records are there."""
        kept = None if done is None else done.under_way()
        await self._talkers.write(SYSTEM, lambda work: keep_set_under_way(work, self._session.id, kept))
        self._is_kept = done is not None

    def go_on(self, kept: dict[str, Any]) -> None:
        """Go on with a set that was under way when the server was started anew: the client's page sends it anew."""
        self._is_kept = True
        found = read_under_way(kept)
        if found is not None:
            self._targets = found.targets
            self.now = self._new_set(found.starter, found.targets, found.started_at_ms)
            self._parts.live().sponsor(self.now.owner, self.now)

    async def settle(self) -> None:
        """Write that no set is under way any more, where that could not be written before."""
        if self._is_kept and self.now is None:
            with suppress(FormcheckError):  # the records are away; it is tried again
                await self._keep_under_way(None)

    async def finish(self, talker: Talker, message: said.FinishSet) -> None:
        """End the set."""
        del talker, message
        if self.now is None:
            raise NotNowError("no-set", "No set is being done.", "Start one.")
        self.end()

    async def stop(self, talker: Talker, message: said.Stop) -> None:
        """Tell all to stop, and end the set."""
        del message
        self._talkers.tell(self._talkers.admitted, told.Stopped(sender=talker.id))
        done = self.now
        if done is not None:
            actor, t_ms = self._talkers.actor(talker), self._client_now_ms()
            try:
                kept = await self._talkers.write(actor, lambda work: keep_moment(work, self._session.id, "stop").id)
                done.said.moments[kept] = t_ms
            finally:
                # It may have ended by itself meanwhile; what came of it was told then.
                if done is self.now:
                    self.end()
            await self._attach_late(done)

    async def failed(self, talker: Talker, message: said.SetFailed) -> None:
        """Give up a set that the client's page cannot begin."""
        del talker
        if self.now is not None and self.now.stage == "starting":
            self._give_up(message.reason)

    def end(self) -> None:
        """Have the set measured now; what came of it is told by `set_ended`."""
        done = self.now
        if done is None or done.stage == "finishing":
            return
        if done.set_id is None:
            self._give_up("It was ended before it began.")
            return
        done.stage = "finishing"
        self._parts.live().end_sponsored(done.owner)
        self._changed()

    def _give_up(self, why: str) -> None:
        done, self.now = self.now, None
        if done is None:
            return
        done.stage = "none"
        self._parts.live().end_sponsored(done.owner)
        self._say_finished(None, Outcome(None, None, why))

    def take_back(self) -> None:
        """End it, and keep nothing of it: the client is not to be measured any more."""
        if self.now is not None:
            self.now.is_taken_back = True
        self.end()

    def look_after(self, now_s: float) -> None:
        """Give up a set that the client's page does not begin."""
        done = self.now
        late_s = 0.0 if done is None else now_s - done.since_ms / 1000
        if done is not None and done.stage == "starting" and late_s > self._parts.limits.begin_set_s:
            self._give_up("The client's page did not begin it in time.")

    def _say_finished(self, set_id: str | None, outcome: Outcome) -> None:
        self._changed()
        for talker in self._talkers.admitted:
            sees = talker.seat.person.role in CLINICIANS and outcome.kept_id is not None
            record = f"/{REVIEW}?set={outcome.kept_id}" if sees else None
            kept = outcome.kept_id is not None
            reps, why = outcome.reps, outcome.why
            talker.say(told.SetFinished(set_id=set_id, reps=reps, kept=kept, record=record, why=why))

    # What the set says and asks.

    def client_agreed(self, item: Any) -> bool:
        """Say whether the client agrees to an item of consent now."""
        client = self._room.client
        return client is not None and self._room.agreed(client.id, item)

    def client_is_in(self) -> bool:
        """Say whether the client is let in."""
        return self._room.client is not None

    def set_began(self, done: RoomSet) -> None:
        """Take note that the client's page has begun a set."""
        if done is self.now and done.stage == "starting":
            done.stage = "running"
            self._changed()

    def set_answered(self, done: RoomSet, answer: str) -> None:
        """Show the clinicians what the client's page was answered."""
        if done is not self.now or done.set_id is None or not answer:
            return
        text = told.result_text(done.set_id, answer)
        for each in self._talkers.clinicians:
            if not each.drop_when_late():
                each.listener(Outgoing(text))

    def set_ended(self, done: RoomSet, outcome: Outcome) -> None:
        """Tell all what came of a set."""
        self._parts.live().end_sponsored(done.owner)
        if done is self.now:
            self.now = None
            self._last_kept = outcome.kept_id or self._last_kept
            self._say_finished(done.set_id, outcome)

    # What is said and marked meanwhile.

    async def cue(self, talker: Talker, message: said.SendCue) -> None:
        """Say a cue to all."""
        self._talkers.tell(self._talkers.admitted, told.CueSaid(sender=talker.id, text=message.text))
        if self.now is not None:
            cue = (message.text, self._client_now_ms(), talker.seat.person.name)
            self.now.said.cues.append(cue)

    async def moment(self, talker: Talker, message: said.Moment) -> None:
        """Mark a moment."""
        actor, done = self._talkers.actor(talker), self.now
        t_ms = message.t_ms if message.t_ms is not None else self._client_now_ms()
        row = await self._talkers.write(
            actor, lambda work: keep_moment(work, self._session.id, message.kind, message.text)
        )
        if done is not None:
            done.said.moments[row.id] = t_ms
            await self._attach_late(done)
        t_s = None if done is None else done.t_s(t_ms)
        kept = told.MomentKept(id=row.id, kind=row.kind, text=row.text, t_s=t_s, at=row.at.isoformat(), by=row.made_by)
        self._talkers.tell(self._talkers.clinicians, kept)

    async def note(self, talker: Talker, message: said.WriteNote) -> None:
        """Keep a note, of the set where there is one."""
        done, last = self.now, self._last_kept
        person_id = self._session.person_id

        def written(work: Work) -> str:
            of_set = last if done is None else None
            note = write_note(work, message.text, person_id=person_id, set_id=of_set, for_client=message.for_client)
            return note.id

        note_id = await self._talkers.write(self._talkers.actor(talker), written)
        if done is not None:
            done.said.notes.append(note_id)
            await self._attach_late(done)
        talker.say(told.NoteKept(id=note_id))

    async def _attach_late(self, done: RoomSet) -> None:
        """Attach what was written while a set ended; it is kept with the session where that cannot be."""
        if done.kept_id is not None:
            with suppress(FormcheckError):
                await self._talkers.write(done.starter, done.attach_late)

    def _client_now_ms(self) -> float | None:
        """Return the time now by the clock of the client's page, as far as that is known."""
        client = self._talkers.client
        return None if client is None or client.clock is None else 1000 * self._parts.clock() - client.clock[0]
