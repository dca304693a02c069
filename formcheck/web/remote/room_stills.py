"""The stills of a room: those that are wanted of the client's page, and those that came."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from formcheck.records.access import SYSTEM, Actor
from formcheck.records.remote_sessions import (
    NewStill,
    add_still,
    draw_on_still,
    keep_still,
    share_still,
    stills_of,
)
from formcheck.records.tables import RemoteStill, new_id
from formcheck.remote.room import NotNowError, Person
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.room_set import RoomSet
from formcheck.web.remote.room_sets import RoomSets
from formcheck.web.remote.still_links import still_token, still_url
from formcheck.web.remote.talkers import CLINICIANS, Talker, Talkers
from formcheck.web.shared.addresses import STILLS_PATH

_MOST_WANTED: Final = 5


@dataclass
class _Wanted:
    """A still that was asked for."""

    t_ms: float
    by: Actor
    until_s: float
    of_set: RoomSet | None


class RoomStills:
    """See the module.

    Parameters
    ----------
    talkers
        Who has the room open.
    sets
        Of the room: a still belongs to the one that is being done.
    """

    def __init__(self, talkers: Talkers, sets: RoomSets) -> None:
        self._talkers = talkers
        self._session, self._room, self._parts = talkers.session, talkers.room, talkers.parts
        self._sets = sets
        self._wanted: dict[str, _Wanted] = {}
        self._kept: dict[str, told.StillShown] = {}

    async def take(self, talker: Talker, message: said.TakeStill) -> None:
        """Ask the client's page for a still."""
        client = self._talkers.need_client()
        if not self._room.agreed(client.id, "still"):
            raise NotNowError("no-consent", f"{client.seat.person.name} has not agreed to stills.", "Ask them.")
        if len(self._wanted) >= _MOST_WANTED:
            raise NotNowError("too-many", "Several stills are on their way.", "Wait for them.")
        still = new_id()
        until_s = self._parts.clock() + self._parts.limits.still_s
        self._wanted[still] = _Wanted(message.t_ms, self._talkers.actor(talker), until_s, self._sets.now)
        token = still_token(self._session.id, still, client.id, "put")
        client.say(told.StillWanted(still=still, t_ms=message.t_ms, put=f"{STILLS_PATH}/{still}", token=token))

    def awaits(self, still: str, person_id: str) -> bool:
        """Say whether a still is wanted of somebody."""
        client = self._room.client
        return client is not None and client.id == person_id and still in self._wanted

    async def take_in(self, still: str, person_id: str, jpeg: bytes, width: int, height: int) -> bool:
        """Keep a still that came; return whether it was wanted, and is agreed to."""
        wanted = self._wanted.pop(still, None)
        client = self._room.client
        if wanted is None or client is None or client.id != person_id:
            return False
        if not self._room.agreed(client.id, "still"):
            return False
        files = self._parts.records().files
        file = await asyncio.to_thread(keep_still, files, jpeg)
        new = NewStill(still, file, wanted.t_ms, width, height, wanted.by.name)
        row = await self._talkers.write(wanted.by, lambda work: add_still(work, self._session.id, new))
        if wanted.of_set is not None:
            wanted.of_set.said.stills.append(row.id)
        self._changed(row)
        return True

    def want_no_more(self) -> None:
        """Take none of those that are wanted: the client has not agreed any more."""
        self._wanted.clear()

    def forget_late(self, now_s: float) -> None:
        """Take none that did not come in time."""
        for still, wanted in list(self._wanted.items()):
            if now_s > wanted.until_s:
                del self._wanted[still]

    def sees(self, still: str, person_id: str) -> bool:
        """Say whether somebody in the room may see a still."""
        person, kept = self._room.people.get(person_id), self._kept.get(still)
        return person is not None and kept is not None and self._sees(person, kept)

    def _sees(self, person: Person, still: told.StillShown) -> bool:
        if person.standing != "admitted":
            return False
        return person.role in CLINICIANS or (person.role == "client" and still.shared)

    async def shown(self, me: Person) -> list[told.StillShown]:
        """Return those that somebody may see."""
        if not self._kept:
            await self._load()
        return [self._still_for(each, me) for each in self._kept.values() if self._sees(me, each)]

    async def _load(self) -> None:
        def read() -> list[RemoteStill]:
            with self._parts.records().reading(SYSTEM) as work:
                return list(stills_of(work, self._session.id))

        for row in await asyncio.to_thread(read):
            self._kept[row.id] = _shown_still(row)

    def _still_for(self, still: told.StillShown, me: Person) -> told.StillShown:
        """Return a still with an address of somebody's own."""
        return told.with_url(still, still_url(self._session.id, still.still, me.id))

    def _changed(self, row: RemoteStill) -> None:
        before = self._kept.get(row.id)
        now = self._kept[row.id] = _shown_still(row)
        for talker in self._talkers.admitted:
            me = self._room.people[talker.id]
            if self._sees(me, now):
                talker.say(told.StillNow(id=row.id, still=self._still_for(now, me)))
            elif before is not None and self._sees(me, before):
                talker.say(told.StillNow(id=row.id, still=None))

    async def draw(self, talker: Talker, message: said.Draw) -> None:
        """Keep what is drawn on a still."""
        self._need(message.still)
        if len(message.drawings) > said.MOST_DRAWINGS:
            raise NotNowError("too-many", f"A still holds {said.MOST_DRAWINGS} drawings at most.", "Take some away.")
        drawings = [each.at(0.0).body() for each in message.drawings]
        row = await self._talkers.write(
            self._talkers.actor(talker), lambda work: draw_on_still(work, message.still, drawings)
        )
        self._changed(row)

    async def share(self, talker: Talker, message: said.ShareStill) -> None:
        """Show a still to the client, or not any more."""
        self._need(message.still)
        row = await self._talkers.write(
            self._talkers.actor(talker), lambda work: share_still(work, message.still, shared=message.shared)
        )
        self._changed(row)

    def _need(self, still: str) -> None:
        if still not in self._kept:
            raise NotNowError("no-such-still", "There is no such still.", "Take one.")


def _shown_still(row: RemoteStill) -> told.StillShown:
    drawings = [
        told.DrawingShown(each["kind"], [(x, y) for x, y in each["points_px"]], each["text"]) for each in row.drawings
    ]
    return told.StillShown(
        row.id, row.t_ms, row.taken_at.isoformat(), row.taken_by, row.width, row.height, "", drawings, row.shared
    )
