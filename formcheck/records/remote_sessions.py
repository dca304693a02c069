"""Remote sessions in the records: planned, invited to, attended, agreed to, and what is to be found again of them.

What is kept is who was invited and was there, what they agreed to, moments that were marked, cues, stills, which need
the client's consent, and recordings, which need everybody's (`call_recordings`); the sets themselves are kept as all
sets are. Of codes and browsers there are hashes. The audit log has the facts, without names, addresses or words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import ColumnElement, func, select, update

from formcheck.records.access import SYSTEM, Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.people import get_person, need_storable
from formcheck.records.records import Work
from formcheck.records.sets import get_set
from formcheck.records.sweep import remove_incoming
from formcheck.records.tables import (
    Json,
    Note,
    RemoteConsent,
    RemoteInvitation,
    RemoteMoment,
    RemoteRecording,
    RemoteSeat,
    RemoteSession,
    RemoteStill,
)
from formcheck.remote.consent import TEXTS, Given
from formcheck.remote.invitation import Invitation, Use, hash_of, new_code, window

STILL_SUFFIX: Final = ".jpg"
InvitedRole = Literal["client", "guest"]
_LONGEST_NAME: Final = 100
MOMENT_KINDS: Final = ("set", "cue", "stop", "mark", "good", "pain", "look_again")
_OPEN_FOR_CLIENTS: Final = ("set", "cue", "stop", "good")
"""Kinds of moments that the client sees afterwards; marks are the clinician's own."""
CONSENT_NEEDED: Final = "still"


def plan_session(
    work: Work, person_id: str, planned_at: datetime | None = None, *, relay_only: bool = False
) -> RemoteSession:
    """Plan a session with a person.

    Parameters
    ----------
    work
        Whose room it will be.
    person_id
        The client.
    planned_at
        None for at once.
    relay_only
        Whether nobody is to learn another's address.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    NotFoundError
        If there is no such person.
    """
    work.actor.need_clinician("plan remote sessions")
    person = get_person(work, person_id)
    row = RemoteSession(
        person_id=person.id,
        owner_id=work.actor.id,
        owner=work.actor.name,
        planned_at=planned_at,
        relay_only=relay_only,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.log("remote.planned", subject=row.id, person=row.person_id)
    return row


def get_session(work: Work, session_id: str) -> RemoteSession:
    """Return a session.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    row = work.session.get(RemoteSession, session_id)
    if row is None or not work.actor.may_see(row.person_id):
        raise NotFoundError("remote session")
    return row


def list_sessions(work: Work, person_id: str | None = None, limit: int = 100) -> Sequence[RemoteSession]:
    """Return sessions, the newest first: of a person, or for who may see everybody of all (None)."""
    if person_id is None:
        work.actor.need_clinician("see everybody's remote sessions")
    else:
        work.actor.need_sight(person_id, "person")
    query = select(RemoteSession).order_by(RemoteSession.created_at.desc(), RemoteSession.id).limit(limit)
    if person_id is not None:
        query = query.where(RemoteSession.person_id == person_id)
    return work.session.scalars(query).all()


def need_owner(work: Work, session_id: str) -> RemoteSession:
    """Return a session whose room is the actor's.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    NotAllowedError
        If the room is another clinician's.
    """
    row = get_session(work, session_id)
    work.actor.need_clinician("change remote sessions")
    if row.owner_id != work.actor.id:
        raise NotAllowedError("change another clinician's remote session")
    return row


def open_session(work: Work, session_id: str) -> RemoteSession:
    """Note that the clinician opened their room."""
    row = need_owner(work, session_id)
    if row.opened_at is None:
        row.opened_at = work.now
        work.log("remote.opened", subject=row.id, person=row.person_id)
    return row


def end_session(work: Work, session_id: str, why: str = "") -> RemoteSession:
    """End a session; what it was for is kept, its invitations lead nowhere any more."""
    row = get_session(work, session_id)
    work.actor.need_clinician("end remote sessions")
    if row.ended_at is None:
        row.ended_at, row.ended_why, row.set_under_way = work.now, why, None
        open_links = (RemoteInvitation.session_id == row.id) & RemoteInvitation.revoked_at.is_(None)
        work.session.execute(update(RemoteInvitation).where(open_links).values(revoked_at=work.now))
        there = (RemoteSeat.session_id == row.id) & RemoteSeat.admitted_at.is_not(None) & RemoteSeat.left_at.is_(None)
        work.session.execute(update(RemoteSeat).where(there).values(left_at=work.now))
        work.log("remote.ended", subject=row.id, person=row.person_id)
    return row


def delete_session(work: Work, session_id: str) -> None:
    """Delete a session with all that was kept of it but its sets and notes. Files go with the next `remove_unused`."""
    row = get_session(work, session_id)
    work.actor.need_clinician("delete remote sessions")
    recordings = select(RemoteRecording.id).where(RemoteRecording.session_id == row.id)
    remove_incoming(work.files, work.session.scalars(recordings).all())
    work.log("remote.deleted", subject=row.id, person=row.person_id)
    work.session.delete(row)


# ---------------------------------------------------------------------- invitations


def invite(
    work: Work, session_id: str, role: InvitedRole = "client", name: str | None = None
) -> tuple[RemoteInvitation, str]:
    """Invite somebody.

    Parameters
    ----------
    work
        Who invites; the room must be theirs.
    session_id
        To which session.
    role
        `client` for the person whom it is for, else `guest`.
    name
        As the others in the room see it; None for the person's, or as much of that as a room shows.

    Returns
    -------
    tuple of RemoteInvitation and str
        What is kept, and the code, which is not.

    Raises
    ------
    RecordsError
        If the session is over, or the name is none.
    """
    row = need_owner(work, session_id)
    if row.ended_at is not None:
        raise RecordsError("The session is over.", "Plan a new one.")
    shown = (name if name is not None else get_person(work, row.person_id).name[:_LONGEST_NAME]).strip()
    if not shown or len(shown) > _LONGEST_NAME:
        raise RecordsError("The name is empty or too long.", f"Write 1 to {_LONGEST_NAME} characters.")
    need_storable(shown)
    code, (valid_from, valid_until) = new_code(), window(row.planned_at, work.now)
    made = RemoteInvitation(
        session_id=row.id,
        role=role,
        name=shown,
        code_sha256=hash_of(code),
        valid_from=valid_from,
        valid_until=valid_until,
        made_by=work.actor.name,
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    work.log("remote.invited", subject=row.id, person=row.person_id, details={"invitation": made.id, "role": role})
    return made, code


def revoke_invitation(work: Work, invitation_id: str) -> RemoteInvitation:
    """Take an invitation back: its link leads nowhere any more.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    made = work.session.get(RemoteInvitation, invitation_id)
    if made is None:
        raise NotFoundError("invitation")
    row = need_owner(work, made.session_id)
    if made.revoked_at is None:
        made.revoked_at = work.now
        details: Json = {"invitation": made.id}
        work.log("remote.invitation_revoked", subject=row.id, person=row.person_id, details=details)
    return made


def invitations_of(work: Work, session_id: str) -> Sequence[RemoteInvitation]:
    """Return the invitations to a session, in the order in which they were made."""
    get_session(work, session_id)
    work.actor.need_clinician("see invitations")
    query = select(RemoteInvitation).where(RemoteInvitation.session_id == session_id)
    return work.session.scalars(query.order_by(RemoteInvitation.made_at, RemoteInvitation.id)).all()


@dataclass(frozen=True)
class Found:
    """Where a code leads."""

    session: RemoteSession
    invitation: RemoteInvitation
    use: Use


def find_invitation(work: Work, code: str, browser: str) -> Found | None:
    """Return where a code leads for a browser now; None for a wrong, revoked or late one, all alike.

    It is looked for by its hash, so the time that it takes tells nothing of the code. A session that is over has none.

    Parameters
    ----------
    work
        The room's own work (`SYSTEM`): whoever has a code has no account.
    code
        As the browser sent it.
    browser
        Its secret.
    """
    work.actor.need_clinician("look for invitations")
    query = (
        select(RemoteInvitation, RemoteSession)
        .join(RemoteSession, RemoteInvitation.session_id == RemoteSession.id)
        .where(RemoteInvitation.code_sha256 == hash_of(code))
    )
    found = work.session.execute(query).first()
    if found is None:
        return None
    made, row = found
    known = Invitation(made.valid_from, made.valid_until, made.revoked_at is not None, made.browser_sha256)
    use = known.use(browser, work.now)
    return None if use is None or row.ended_at is not None else Found(row, made, use)


def bind_invitation(work: Work, invitation_id: str, browser: str) -> None:
    """Bind an invitation to a browser: its first, or one that takes the place of it."""
    work.actor.need_clinician("bind invitations")
    made = work.session.get(RemoteInvitation, invitation_id)
    if made is None:
        raise NotFoundError("invitation")
    row = get_session(work, made.session_id)
    action = "remote.invitation_used" if made.browser_sha256 is None else "remote.browser_replaced"
    made.browser_sha256 = hash_of(browser)
    made.used_at = made.used_at or work.now
    work.log(action, subject=row.id, person=row.person_id, details={"invitation": made.id})


def _own_room(work: Work, session_id: str) -> RemoteSession:
    """Return a session for the room itself, or a clinician in it, to write about."""
    row = get_session(work, session_id)
    work.actor.need_clinician("keep what happens in a room")
    return row


# ---------------------------------------------------------------------- seats


def seats_of(work: Work, session_id: str) -> Sequence[RemoteSeat]:
    """Return who came to a session, in that order; a client sees those who were let in."""
    get_session(work, session_id)
    query = select(RemoteSeat).where(RemoteSeat.session_id == session_id)
    if not work.actor.sees_everybody:
        query = query.where(RemoteSeat.admitted_at.is_not(None))
    return work.session.scalars(query.order_by(RemoteSeat.came_at, RemoteSeat.id)).all()


@dataclass(frozen=True)
class SeatState:
    """A seat as the room has it."""

    id: str
    role: str
    name: str
    instance: str
    standing: str
    invitation_id: str | None = None
    account_id: str | None = None


_STANDINGS: Final = {
    "waiting": "remote.knocked",
    "admitted": "remote.admitted",
    "declined": "remote.declined",
    "removed": "remote.removed",
    "checking": "remote.sent_back",
}


def keep_seat(work: Work, session_id: str, seat: SeatState, by: str = "") -> RemoteSeat:
    """Keep a seat as it is now, and note in the log what became of it.

    Parameters
    ----------
    work
        Who changed it.
    session_id
        Of the session.
    seat
        As the room has it.
    by
        Name of who let them in.
    """
    session = _own_room(work, session_id)
    row = work.session.get(RemoteSeat, seat.id)
    before = "" if row is None else row.standing
    if row is None:
        row = RemoteSeat(
            id=seat.id,
            session_id=session_id,
            invitation_id=seat.invitation_id,
            account_id=seat.account_id,
            role=seat.role,
            came_at=work.now,
        )
        work.session.add(row)
    row.name, row.instance, row.standing = seat.name, seat.instance, seat.standing
    if seat.standing == "admitted":
        row.left_at = None
        if row.admitted_at is None:
            row.admitted_at, row.admitted_by = work.now, by
    elif before == "admitted":
        row.left_at = work.now
    work.session.flush()
    action = _STANDINGS.get(seat.standing)
    if before != seat.standing and action is not None and (before or seat.standing != "checking"):
        details: Json = {"seat": row.id, "role": row.role}
        work.log(action, subject=session_id, person=session.person_id, details=details)
    return row


def revoked_seats(work: Work, session_id: str) -> set[str]:
    """Return the ids of the seats in a session whose invitation was revoked."""
    get_session(work, session_id)
    query = (
        select(RemoteSeat.id)
        .join(RemoteInvitation, RemoteInvitation.id == RemoteSeat.invitation_id)
        .where(RemoteSeat.session_id == session_id, RemoteInvitation.revoked_at.is_not(None))
    )
    return set(work.session.scalars(query))


def leave_seat(work: Work, seat_id: str) -> None:
    """Note that somebody left."""
    work.actor.need_clinician("keep seats")
    row = work.session.get(RemoteSeat, seat_id)
    if row is not None and row.left_at is None:
        row.left_at = work.now
        session = get_session(work, row.session_id)
        details: Json = {"seat": row.id, "role": row.role}
        work.log("remote.left", subject=row.session_id, person=session.person_id, details=details)


# ---------------------------------------------------------------------- consent


def keep_consent(work: Work, session_id: str, given: Given, name: str) -> RemoteConsent:
    """Keep an answer to an item of consent."""
    session, text = _own_room(work, session_id), TEXTS[given.item]
    row = RemoteConsent(
        session_id=session_id,
        seat_id=given.person,
        name=name,
        item=given.item,
        answer=given.answer,
        text_sha256=given.text_sha256,
        text_version=text.version,
        language=text.language,
        at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    details: Json = {"seat": given.person, "item": given.item, "answer": given.answer}
    work.log("remote.consent", subject=session_id, person=session.person_id, details=details)
    return row


def consents_of(work: Work, session_id: str) -> Sequence[RemoteConsent]:
    """Return the answers given in a session, the oldest first."""
    get_session(work, session_id)
    query = select(RemoteConsent).where(RemoteConsent.session_id == session_id)
    return work.session.scalars(query.order_by(RemoteConsent.id)).all()


# ---------------------------------------------------------------------- moments, sets, notes


def keep_set_under_way(work: Work, session_id: str, what: Json | None) -> None:
    """Keep what is done now, so that a server that is started anew goes on with it; None once it is over."""
    _own_room(work, session_id).set_under_way = what


def keep_moment(
    work: Work,
    session_id: str,
    kind: str,
    text: str = "",
    *,
    t_s: float | None = None,
    at: datetime | None = None,
    set_id: str | None = None,
    by: str | None = None,
) -> RemoteMoment:
    """Keep a moment of a session.

    Parameters
    ----------
    work
        Who marks it.
    session_id
        Of the session.
    kind
        As the table has it.
    text
        What is said of it.
    t_s
        From the beginning of the set as it is kept; None outside of one.
    at
        When it was; None for now.
    set_id
        The set in which it was, where that is kept already.
    by
        Whose it is, by name; None for the actor's.
    """
    _own_room(work, session_id)
    need_storable(text)
    row = RemoteMoment(
        session_id=session_id,
        set_id=set_id,
        kind=kind,
        text=text,
        t_s=t_s,
        at=at or work.now,
        made_by=work.actor.name if by is None else by,
    )
    work.session.add(row)
    work.session.flush()
    return row


def moments_of(work: Work, session_id: str) -> Sequence[RemoteMoment]:
    """Return the moments of a session in their order; a client sees sets, cues, praise and stops."""
    get_session(work, session_id)
    return _moments(work, RemoteMoment.session_id == session_id)


def moments_of_set(work: Work, set_id: str) -> Sequence[RemoteMoment]:
    """Return the moments in a set, as far as it is still the person's with whom it was done; see `moments_of`."""
    row = get_set(work, set_id)
    theirs = RemoteMoment.session_id.in_(select(RemoteSession.id).where(RemoteSession.person_id == row.person_id))
    return _moments(work, (RemoteMoment.set_id == set_id) & theirs)


def _moments(work: Work, which: ColumnElement[bool]) -> Sequence[RemoteMoment]:
    query = select(RemoteMoment).where(which)
    if not work.actor.sees_everybody:
        query = query.where(RemoteMoment.kind.in_(_OPEN_FOR_CLIENTS))
    return work.session.scalars(query.order_by(RemoteMoment.at, RemoteMoment.id)).all()


def attach_to_set(
    work: Work,
    session_id: str,
    set_id: str,
    *,
    moments: Mapping[str, float | None],
    stills: Iterable[str],
    notes: Iterable[str],
) -> None:
    """Say which moments, stills and notes were of a set, once that is kept; of moments their time in it (s)."""
    row = get_set(work, set_id)
    session = _own_room(work, session_id)
    if row.person_id != session.person_id:
        raise NotFoundError("set")
    for moment_id, t_s in moments.items():
        mine = (RemoteMoment.id == moment_id) & (RemoteMoment.session_id == session_id)
        work.session.execute(update(RemoteMoment).where(mine).values(set_id=set_id, t_s=t_s))
    taken = RemoteStill.id.in_(list(stills)) & (RemoteStill.session_id == session_id)
    work.session.execute(update(RemoteStill).where(taken).values(set_id=set_id))
    theirs = Note.id.in_(list(notes)) & (Note.person_id == session.person_id)
    work.session.execute(update(Note).where(theirs).values(set_id=set_id))


# ---------------------------------------------------------------------- stills


def keep_still(files: FileStore, jpeg: bytes) -> KeptFile:
    """Make a still ready for the store, before the transaction that needs it."""

    def write(path: Path) -> None:
        path.write_bytes(jpeg)

    return files.write(STILL_SUFFIX, write)


@dataclass(frozen=True)
class NewStill:
    """A still that came."""

    id: str
    file: KeptFile
    t_ms: float
    width: int
    height: int
    taken_by: str


def add_still(work: Work, session_id: str, new: NewStill) -> RemoteStill:
    """Keep a still.

    Raises
    ------
    NotAllowedError
        If the client's newest answer to it is not yes.
    """
    session = _own_room(work, session_id)
    client = RemoteSeat.id.in_(
        select(RemoteSeat.id).where(RemoteSeat.session_id == session_id, RemoteSeat.role == "client")
    )
    newest = (
        select(RemoteConsent.answer)
        .join(RemoteSeat, RemoteSeat.id == RemoteConsent.seat_id)
        .where(RemoteConsent.session_id == session_id, RemoteConsent.item == CONSENT_NEEDED, client)
        .order_by(RemoteConsent.id.desc())
        .limit(1)
    )
    if work.session.scalar(newest) != "yes":
        raise NotAllowedError("take a still without the client's consent")
    row = RemoteStill(
        id=new.id,
        session_id=session_id,
        sha256=work.keep_file(new.file),
        t_ms=new.t_ms,
        width=new.width,
        height=new.height,
        drawings=[],
        taken_by=new.taken_by,
        taken_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.log("remote.still", subject=session_id, person=session.person_id, details={"still": row.id})
    return row


def get_still(work: Work, still_id: str) -> RemoteStill:
    """Return a still; a client sees those that were shown to them.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    row = work.session.get(RemoteStill, still_id)
    session = None if row is None else work.session.get(RemoteSession, row.session_id)
    if row is None or session is None or not work.actor.may_see(session.person_id):
        raise NotFoundError("still")
    if not work.actor.sees_everybody and not row.shared:
        raise NotFoundError("still")
    return row


def draw_on_still(work: Work, still_id: str, drawings: list[Json]) -> RemoteStill:
    """Keep what is drawn on a still, all of it."""
    row = get_still(work, still_id)
    work.actor.need_clinician("draw on stills")
    row.drawings, row.drawn_by = drawings, work.actor.name
    return row


def share_still(work: Work, still_id: str, *, shared: bool) -> RemoteStill:
    """Show a still to the client, or no more."""
    row = get_still(work, still_id)
    work.actor.need_clinician("show stills")
    row.shared = shared
    return row


def delete_still(work: Work, still_id: str) -> None:
    """Delete a still. Its file goes with the next `remove_unused`."""
    row = get_still(work, still_id)
    work.actor.need_clinician("delete stills")
    session = get_session(work, row.session_id)
    work.log("remote.still_deleted", subject=row.session_id, person=session.person_id, details={"still": row.id})
    work.session.delete(row)


def stills_of(work: Work, session_id: str) -> Sequence[RemoteStill]:
    """Return the stills of a session in their order; a client sees those that were shown to them."""
    get_session(work, session_id)
    return _stills(work, RemoteStill.session_id == session_id)


def stills_of_set(work: Work, set_id: str) -> Sequence[RemoteStill]:
    """Return the stills of a set, as far as it is still the person's with whom it was done; see `stills_of`."""
    row = get_set(work, set_id)
    theirs = RemoteStill.session_id.in_(select(RemoteSession.id).where(RemoteSession.person_id == row.person_id))
    return _stills(work, (RemoteStill.set_id == set_id) & theirs)


def _stills(work: Work, which: ColumnElement[bool]) -> Sequence[RemoteStill]:
    query = select(RemoteStill).where(which)
    if not work.actor.sees_everybody:
        query = query.where(RemoteStill.shared)
    return work.session.scalars(query.order_by(RemoteStill.taken_at, RemoteStill.id)).all()


# ---------------------------------------------------------------------- what came of a set


@dataclass(frozen=True)
class SetInSession:
    """What is told of a set that was done in a remote session."""

    session: RemoteSession
    moments: Sequence[RemoteMoment]
    stills: Sequence[RemoteStill]
    attended: Sequence[RemoteSeat]
    """Who was let in."""


def session_of_set(work: Work, set_id: str) -> SetInSession | None:
    """Return what is kept of the remote session in which a set was done; None where it was done in none.

    A client sees what is theirs: cues but no marks, stills that were shown to them.
    """
    row = get_set(work, set_id)
    query = (
        select(RemoteSession)
        .join(RemoteMoment, RemoteMoment.session_id == RemoteSession.id)
        .where(RemoteMoment.set_id == set_id, RemoteMoment.kind == "set", RemoteSession.person_id == row.person_id)
        .limit(1)
    )
    session = work.session.scalar(query)
    if session is None:
        return None
    attended = [seat for seat in seats_of(work, session.id) if seat.admitted_at is not None]
    return SetInSession(session, moments_of_set(work, set_id), stills_of_set(work, set_id), attended)


def signed_by(name: str) -> Actor:
    """Return the room's own hand, which signs with the name of who did it: a client there has no account."""
    return Actor(SYSTEM.id, name, Role.SYSTEM)


def end_old_sessions(work: Work, before: datetime) -> int:
    """End the sessions that began, or were to begin, before a time, and were never ended; return how many."""
    work.actor.need_clinician("end remote sessions")
    began = func.coalesce(RemoteSession.opened_at, RemoteSession.planned_at, RemoteSession.created_at)
    old = list(work.session.scalars(select(RemoteSession.id).where(RemoteSession.ended_at.is_(None), began < before)))
    for each in old:
        end_session(work, each, "Nobody ended it.")
    return len(old)
