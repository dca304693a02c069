"""All rooms of this process. One that is asked for is made of what the records have of it, also after a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Final

from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM
from formcheck.records.call_recordings import recording_under_way
from formcheck.records.remote_sessions import consents_of, seats_of
from formcheck.records.tables import RemoteConsent, RemoteSeat, RemoteSession
from formcheck.remote.consent import ITEMS, Given
from formcheck.remote.room import Person, Room
from formcheck.remote.turn import usable_turn_settings
from formcheck.web.access.service import records_service
from formcheck.web.live.outgoing import Listener
from formcheck.web.live.refusal import CloseCode, LiveRefusalError
from formcheck.web.live.registry import live_service
from formcheck.web.remote.limits import Tries
from formcheck.web.remote.messages import Hello
from formcheck.web.remote.open_room import OpenRoom
from formcheck.web.remote.seats import Seat, no_way_in, seat_by_code, seat_by_ticket
from formcheck.web.remote.talkers import RoomParts, Talker
from formcheck.web.shared.senders import group_of

_logger: Final = logging.getLogger(__name__)
_SWEEP_EVERY_S: Final = 1.0
_ROLES: Final = ("owner", "clinician", "client", "guest")
_STANDINGS: Final = ("checking", "waiting", "admitted", "declined", "removed")


class RoomRegistry:
    """What the socket and the routes know of rooms. For one event loop.

    Parameters
    ----------
    parts
        What rooms are put together from.
    """

    def __init__(self, parts: RoomParts | None = None) -> None:
        self.parts = parts or RoomParts(records_service, live_service, usable_turn_settings)
        self._rooms: dict[str, OpenRoom] = {}
        self._opening = asyncio.Lock()
        self._tries = Tries()
        self._sweeping: asyncio.Task[None] | None = None

    def room(self, session_id: str) -> OpenRoom | None:
        """Return a room that people have open."""
        return self._rooms.get(session_id)

    async def enter(
        self, hello: Hello, connection: HTTPConnection, listener: Listener, is_late: Callable[[], bool]
    ) -> tuple[OpenRoom, Talker]:
        """Bring somebody into their room, or its waiting room.

        Parameters
        ----------
        hello
            Who they are.
        connection
            Their socket.
        listener
            What is said to them.
        is_late
            Whether they do not read what is sent.

        Raises
        ------
        LiveRefusalError
            If they have no way in, or came too often without one.
        """
        address = group_of(connection.client.host if connection.client is not None else None)
        if self._tries.count(address) >= self.parts.limits.tries_per_minute:
            raise LiveRefusalError(CloseCode.TOO_FAST, "too-fast", "Too many links were tried.", "Wait a minute.")
        async with self._opening:
            seat = await self._seat(hello, connection)
            if seat is None:
                self._tries.note(address)
                raise no_way_in()
            room = self._rooms.get(seat.session.id) or await self._opened(seat.session)
        talker = Talker(seat, connection, listener, is_late)
        await room.enter(talker)
        return room, talker

    async def _seat(self, hello: Hello, connection: HTTPConnection) -> Seat | None:
        records = self.parts.records()
        if hello.code is not None:
            return await asyncio.to_thread(seat_by_code, records, hello.code, hello)
        room = hello.room or ""
        return await asyncio.to_thread(seat_by_ticket, records, room, hello, connection, self.parts.clinician)

    async def _opened(self, session: RemoteSession) -> OpenRoom:
        """Make a room of what the records have of it."""

        def read() -> tuple[list[RemoteSeat], list[RemoteConsent], str | None]:
            with self.parts.records().reading(SYSTEM) as work:
                under_way = recording_under_way(work, session.id)
                return list(seats_of(work, session.id)), list(consents_of(work, session.id)), under_way

        seats, consents, recording = await asyncio.to_thread(read)
        opened_s = None if session.opened_at is None else session.opened_at.timestamp()
        room = Room(session.id, opened_s)
        for seat in seats:
            if seat.role in _ROLES and seat.standing in _STANDINGS:
                came_s = seat.came_at.timestamp()
                person = Person(
                    seat.id,
                    seat.role,  # type: ignore[arg-type]  # looked at above
                    seat.name,
                    seat.standing,  # type: ignore[arg-type]
                    came_s,
                    seat.instance,
                    heard_s=self.parts.clock(),
                )
                room.restore(person)
        for each in consents:
            if each.item in ITEMS:
                room.consent(Given(each.seat_id, each.item, each.answer, each.text_sha256))  # type: ignore[arg-type]
        opened = self._rooms[session.id] = OpenRoom(session, room, self.parts, self._over)
        opened.go_on(recording, session.set_under_way)
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self._sweep())
        return opened

    def _over(self, room: OpenRoom) -> None:
        self._rooms.pop(room.session.id, None)

    async def _sweep(self) -> None:
        """See to what comes with time, as long as there are rooms."""
        while self._rooms:
            await asyncio.sleep(_SWEEP_EVERY_S)
            for room in list(self._rooms.values()):
                try:
                    await room.sweep()
                except Exception:
                    # Whatever it was, other rooms go on, and the next time may do.
                    _logger.exception("a room could not be swept")

    async def close(self) -> None:
        """Let go of all rooms: the server stops. They come back with their people."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeping
        self._rooms.clear()


@cache
def room_service() -> RoomRegistry:
    """Return the registry of this process, made at the first call."""
    return RoomRegistry()
