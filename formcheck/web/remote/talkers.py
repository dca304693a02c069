"""Who has a room open: their sockets, what all of them are told, and what is written for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM, Actor
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import signed_by
from formcheck.records.tables import RemoteSession
from formcheck.remote.consent import ITEMS, TEXTS, Item, answer_to
from formcheck.remote.room import NotNowError, Room
from formcheck.remote.turn import TurnSettings
from formcheck.web.live.outgoing import Listener, Outgoing, goodbye
from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.remote import replies as told
from formcheck.web.remote.limits import SocketLimits
from formcheck.web.remote.seats import Seat, clinician_of

T = TypeVar("T")
CLINICIANS: Final = frozenset({"owner", "clinician"})
"""Roles."""


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


class Talkers:
    """See the module. What is told does not wait for who reads it.

    Parameters
    ----------
    session
        As the records have it.
    room
        With those who were in it before, after the server was started anew.
    parts
        What it is put together from.
    """

    def __init__(self, session: RemoteSession, room: Room, parts: RoomParts) -> None:
        self.session, self.room, self.parts = session, room, parts
        self._by_person: dict[str, Talker] = {}

    # Who.

    @property
    def everybody(self) -> list[Talker]:
        """All, whether they wait or are in."""
        return list(self._by_person.values())

    @property
    def admitted(self) -> list[Talker]:
        """Those who are in, in the order in which their pages came."""
        return [self._by_person[each.id] for each in self.room.admitted if each.id in self._by_person]

    @property
    def clinicians(self) -> list[Talker]:
        """Those of them who are clinicians."""
        return [each for each in self.admitted if each.seat.person.role in CLINICIANS]

    @property
    def owner(self) -> Talker | None:
        """The owner, if they are there."""
        return next((each for each in self.admitted if each.seat.person.role == "owner"), None)

    @property
    def client(self) -> Talker | None:
        """The client, if they are in."""
        client = self.room.client
        return None if client is None else self.get(client.id)

    def need_client(self) -> Talker:
        """Return the client.

        Raises
        ------
        NotNowError
            If they are not in.
        """
        client = self.client
        if client is None:
            raise NotNowError("no-client", "The client is not in the room.", "Wait until they are.")
        return client

    def get(self, person_id: str) -> Talker | None:
        """Return somebody's socket."""
        return self._by_person.get(person_id)

    def has(self, talker: Talker) -> bool:
        """Say whether a socket is still the one of its person."""
        return self.get(talker.id) is talker

    def put(self, talker: Talker) -> None:
        """Make a socket the one of its person."""
        self._by_person[talker.id] = talker

    def take_out(self, person_id: str) -> Talker | None:
        """Take somebody's socket out, and return it."""
        return self._by_person.pop(person_id, None)

    def is_in(self, person_id: str) -> bool:
        """Say whether somebody was let in."""
        return self.room.place_of(person_id) not in {"waiting", "nobody"}

    # What they are told.

    @staticmethod
    def tell(whom: Iterable[Talker], reply: told.RoomReply) -> None:
        """Send the same to several."""
        text = told.reply_text(reply)
        for each in whom:
            each.listener(Outgoing(text))

    def people(self) -> list[told.PersonShown]:
        """Return those who are in as pages are told of them."""
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

    def people_changed(self, event: told.PeopleEvent, person_id: str) -> None:
        """Tell those who are in what became of somebody."""
        self.tell(self.admitted, told.People(people=self.people(), event=event, person=person_id))

    def consents(self, person_id: str) -> list[told.ConsentShown]:
        """Return each item of consent with somebody's answer."""
        return [self.consent(person_id, item) for item in ITEMS]

    def consent(self, person_id: str, item: Item) -> told.ConsentShown:
        """Return one item of consent with somebody's answer."""
        text = TEXTS[item]
        answer = answer_to(self.room.consents, person_id, item)
        return told.ConsentShown(item, text.title, text.words, text.sha256, text.language, answer)

    # What is written for them.

    async def write(self, actor: Actor, does: Callable[[Work], T]) -> T:
        """Write to the records, without holding up the loop."""

        def written() -> T:
            with self.parts.records().writing(actor) as work:
                return does(work)

        return await asyncio.to_thread(written)

    @staticmethod
    def actor(talker: Talker) -> Actor:
        """Return who signs for what somebody does."""
        return talker.seat.actor or signed_by(talker.seat.person.name)

    @property
    def owner_actor(self) -> Actor:
        """Who signs for what is done for the owner."""
        return Actor(self.session.owner_id, self.session.owner, SYSTEM.role)


def iso(at_s: float) -> str:
    """Return a moment as pages are told of it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat()
