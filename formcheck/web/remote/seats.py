"""Who comes to a room: by the code of an invitation, or as a clinician who is logged in and has a ticket of their page.

A code, a ticket and a room that lead nowhere get the same answer, whatever is wrong with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM, Actor, RecordsError
from formcheck.records.access import Role as AccountRole
from formcheck.records.records import Records
from formcheck.records.remote_sessions import (
    SeatState,
    bind_invitation,
    find_invitation,
    get_session,
    keep_seat,
    open_session,
    seats_of,
)
from formcheck.records.tables import RemoteSession, new_id
from formcheck.remote.room import Person, Role
from formcheck.web.access.identity import who_asks
from formcheck.web.access.links import LinkRefusedError, link_maker
from formcheck.web.live.refusal import CloseCode, LiveRefusalError
from formcheck.web.remote.messages import Hello


def room_scope(session_id: str) -> str:
    """Return the scope of a ticket to a room."""
    return f"room:{session_id}"


@dataclass(frozen=True)
class Seat:
    """Where somebody who comes to a room belongs."""

    session: RemoteSession
    person: Person
    actor: Actor | None
    """Of a clinician; None for who has no account."""
    invitation_id: str | None = None
    browser: str = ""
    """Its secret."""

    def state(self, person: Person) -> SeatState:
        """Return what the records keep of it."""
        account = None if self.actor is None else self.actor.id
        return SeatState(
            person.id, person.role, person.name, person.instance, person.standing, self.invitation_id, account
        )


def no_way_in() -> LiveRefusalError:
    """Return the one answer to who has no way into any room."""
    return LiveRefusalError(
        CloseCode.TOKEN,
        "no-way-in",
        "This link does not lead to a session, or not now.",
        "Check that it is whole and that it is the right time, or ask your clinician for a new one.",
    )


def seat_by_code(records: Records, code: str, hello: Hello) -> Seat | None:
    """Return the seat that a code leads to for this browser, bound to it at its first use; waits for the records."""
    with records.writing(SYSTEM) as work:
        found = find_invitation(work, code, hello.browser)
        if found is None:
            return None
        made, row = found.invitation, found.session
        role: Role = "client" if made.role == "client" else "guest"
        taken = [seat for seat in seats_of(work, row.id) if seat.invitation_id == made.id]
        person = Person(new_id(), role, made.name, "checking", time.time(), hello.instance)
        if found.use == "other-browser":
            if not taken:
                return None
            person.standing, person.replaces = "replacing", taken[0].id
            return Seat(row, person, None, made.id, hello.browser)
        if taken:
            person.id = taken[0].id
        else:
            state = Seat(row, person, None, made.id).state(person)
            keep_seat(work, row.id, state)
        if found.use == "first":
            bind_invitation(work, made.id, hello.browser)
        return Seat(row, person, None, made.id, hello.browser)


def clinician_of(connection: HTTPConnection) -> Actor | None:
    """Return which clinician is behind a connection, by the login as it is now; waits for the records."""
    found = who_asks(connection)
    return found if isinstance(found, Actor) and found.role in {AccountRole.OWNER, AccountRole.CLINICIAN} else None


def seat_by_ticket(
    records: Records,
    room: str,
    hello: Hello,
    connection: HTTPConnection,
    clinician: Callable[[HTTPConnection], Actor | None] = clinician_of,
) -> Seat | None:
    """Return the seat of a clinician who is logged in, with a ticket or with a seat there; waits for the records."""
    actor = clinician(connection)
    if actor is None:
        return None
    try:
        with records.writing(actor) as work:
            row = get_session(work, room)
            if row.ended_at is not None:
                return None
            mine = [seat for seat in seats_of(work, row.id) if seat.account_id == actor.id]
            if not mine and not _is_ticket(hello.ticket, room, actor):
                return None
            is_owner = row.owner_id == actor.id
            if is_owner:
                open_session(work, row.id)
            person = Person(
                mine[0].id if mine else new_id(),
                "owner" if is_owner else "clinician",
                actor.name,
                "admitted" if is_owner else "checking",
                time.time(),
                hello.instance,
            )
            seat = Seat(row, person, actor)
            if not mine:  # at once: another tab of theirs is to find it
                keep_seat(work, row.id, seat.state(person), SYSTEM.name)
            return seat
    except RecordsError:
        return None


def _is_ticket(ticket: str | None, room: str, actor: Actor) -> bool:
    try:
        return ticket is not None and link_maker().account_of(ticket, room_scope(room)) == actor.id
    except LinkRefusedError:
        return False
