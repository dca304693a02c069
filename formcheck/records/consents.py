"""What people agreed to: answers to items of their own, and those that they gave in remote sessions.

An answer is never changed. Taking a yes back is a later answer; what was kept by it is deleted at a word of the
clinician's, who sees what there is. Nothing new is kept from then on (`agreed`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import select

from formcheck.records.access import NotAllowedError, NotFoundError, RecordsError
from formcheck.records.agreed import RECORDS, VIDEO
from formcheck.records.call_recordings import CONSENT as RECORDED
from formcheck.records.call_recordings import delete_recordings
from formcheck.records.people import get_person, need_storable
from formcheck.records.records import Work
from formcheck.records.remote_sessions import delete_still, get_session
from formcheck.records.sets import delete_set, drop_video
from formcheck.records.tables import (
    ExerciseSet,
    RemoteConsent,
    RemoteMoment,
    RemoteSeat,
    RemoteSession,
    RemoteStill,
    StoredConsent,
)
from formcheck.remote.consent import TEXTS, Answer, ConsentText

_LONGEST_NAME: Final = 200
_OWN: Final = (
    ConsentText(
        RECORDS,
        1,
        "Keep what is measured of me",
        "The positions of my joints during my sets, what is measured of them, my answers about pain and my clinicians' "
        "notes are kept in my records at the clinic, until they are erased.",
    ),
    ConsentText(
        VIDEO,
        1,
        "Keep videos of my sets",
        "Videos of my sets, uploaded or recorded, are kept in my records at the clinic, until they are deleted.",
    ),
    ConsentText(
        "share",
        1,
        "Send my documents to others who treat me",
        "My clinician may send reports about me to others who treat me, such as my doctor, and tells me to whom.",
    ),
)
OWN_TEXTS: Final[Mapping[str, ConsentText]] = MappingProxyType({text.item: text for text in _OWN})
"""What a person is asked by the clinic, outside of remote sessions, in the words in force."""


@dataclass(frozen=True)
class KnownConsent:
    """One answer, from wherever it was given."""

    id: str
    item: str
    title: str
    words: str
    """As they were shown; empty where they have changed since and only their hash is kept."""
    text_sha256: str
    text_version: int
    language: str
    answer: str
    """`yes`, `no` or `withdrawn`."""
    name: str
    """Of who answered."""
    recorded_by: str
    """Who wrote it down; empty where it was given in a remote session, on the page of who answered."""
    at: datetime
    session_id: str | None
    """Of the remote session in which it was given."""
    seat_id: str | None
    counts: bool
    """Whether it is the newest answer to its item, of this person or in this seat."""


def answer_consent(work: Work, person_id: str, item: str, answer: Answer, name: str | None = None) -> StoredConsent:
    """Keep a person's answer to an item of the clinic's, to the words in force.

    Parameters
    ----------
    work
        Who writes it down; clients answer for themselves.
    person_id
        Whose.
    item
        One of `OWN_TEXTS`.
    answer
        To it. A yes is taken back by `withdrawn`.
    name
        Of who answered, such as a parent; None for the person.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor, or no such item.
    RecordsError
        If the name is too long, or there is no yes that could be taken back.
    """
    person, text = get_person(work, person_id), OWN_TEXTS.get(item)
    if text is None:
        raise NotFoundError("consent")
    said = person.name if name is None or not work.actor.sees_everybody else " ".join(name.split())
    if not said or len(said) > _LONGEST_NAME:
        raise RecordsError("The name of who answered is empty or too long.", f"Give 1 to {_LONGEST_NAME} letters.")
    need_storable(said)
    if answer == "withdrawn" and not agreed_to(work, person_id, item):
        raise RecordsError("There is no consent that could be taken back.", "Look at the list again.")
    row = StoredConsent(
        person_id=person_id,
        item=item,
        answer=answer,
        title=text.title,
        words=text.words,
        text_sha256=text.sha256,
        text_version=text.version,
        language=text.language,
        name=said,
        recorded_by=work.actor.name,
        at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.log("consent.answered", subject=row.id, person=person_id, details={"item": item, "answer": answer})
    return row


def agreed_to(work: Work, person_id: str, item: str) -> bool:
    """Return whether a person's newest answer to an item of the clinic's is yes."""
    work.actor.need_sight(person_id, "person")
    return any(each.item == item and each.counts and each.answer == "yes" for each in _own(work, person_id))


def consents_of_person(work: Work, person_id: str) -> list[KnownConsent]:
    """Return all answers of a person and in their remote sessions, the newest first.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    get_person(work, person_id)
    return sorted((*_own(work, person_id), *_in_sessions(work, person_id)), key=lambda each: each.at, reverse=True)


def withdraw(work: Work, person_id: str, consent_id: str) -> None:
    """Take a yes back, wherever it was given. Recordings of a call go with it, as its words say.

    Raises
    ------
    NotFoundError
        If the person has no such consent, or there is no such person for the actor.
    NotAllowedError
        If the actor is a client and it is somebody else's.
    RecordsError
        If it is no yes, or not the newest answer, or its session is going on.
    """
    found = _known(work, person_id, consent_id)
    if not found.counts or found.answer != "yes":
        raise RecordsError("There is no consent that could be taken back.", "Look at the list again.")
    if found.session_id is None:
        answer_consent(work, person_id, found.item, "withdrawn", found.name)
        return
    session, seat = get_session(work, found.session_id), work.session.get(RemoteSeat, found.seat_id)
    if not work.actor.sees_everybody and (seat is None or seat.role != "client"):
        raise NotAllowedError("take back what somebody else agreed to")
    if session.opened_at is not None and session.ended_at is None:
        raise RecordsError("The session is going on.", "Take it back there: then it counts at once.")
    work.session.add(
        RemoteConsent(
            session_id=found.session_id,
            seat_id=found.seat_id,
            name=found.name,
            item=found.item,
            answer="withdrawn",
            text_sha256=found.text_sha256,
            text_version=found.text_version,
            language=found.language,
            at=work.now,
        )
    )
    details = {"seat": found.seat_id, "item": found.item, "answer": "withdrawn"}
    work.log("remote.consent", subject=found.session_id, person=person_id, details=details)
    if found.item == RECORDED:
        delete_recordings(work, found.session_id)


@dataclass(frozen=True)
class StillKept:
    """What is there that a consent which was taken back was about."""

    videos: tuple[str, ...] = ()
    """Ids of sets with a video."""
    sets: tuple[str, ...] = ()
    stills: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.videos or self.sets or self.stills)


def still_kept(work: Work, person_id: str, consent_id: str) -> StillKept:
    """Return what is kept although the consent to it was taken back or refused; nothing for a yes.

    That everything is to go is the erasure of the person, so taking `records` back names nothing here.
    """
    found = _known(work, person_id, consent_id)
    if not found.counts or found.answer == "yes":
        return StillKept()
    if found.session_id is None:
        return StillKept(videos=_with_video(work, person_id, None)) if found.item == VIDEO else StillKept()
    match found.item:
        case "keep_video":
            return StillKept(videos=_with_video(work, person_id, found.session_id))
        case "keep_set":
            return StillKept(sets=_sets_in(work, person_id, found.session_id))
        case "still":
            query = select(RemoteStill.id).where(RemoteStill.session_id == found.session_id)
            return StillKept(stills=tuple(work.session.scalars(query.order_by(RemoteStill.id))))
    return StillKept()


def delete_still_kept(work: Work, person_id: str, consent_id: str) -> StillKept:
    """Delete what is kept although its consent was taken back; return what it was.

    The files go with the next `remove_unused`.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    """
    work.actor.need_clinician("delete what is kept")
    kept = still_kept(work, person_id, consent_id)
    for set_id in kept.videos:
        drop_video(work, set_id)
    for set_id in kept.sets:
        delete_set(work, set_id)
    for still_id in kept.stills:
        delete_still(work, still_id)
    return kept


def _known(work: Work, person_id: str, consent_id: str) -> KnownConsent:
    for each in consents_of_person(work, person_id):
        if each.id == consent_id:
            return each
    raise NotFoundError("consent")


def _own(work: Work, person_id: str) -> Iterator[KnownConsent]:
    query = select(StoredConsent).where(StoredConsent.person_id == person_id)
    newest: set[str] = set()
    for row in work.session.scalars(query.order_by(StoredConsent.at.desc(), StoredConsent.id)):
        yield KnownConsent(
            row.id,
            row.item,
            row.title,
            row.words,
            row.text_sha256,
            row.text_version,
            row.language,
            row.answer,
            row.name,
            row.recorded_by,
            row.at,
            None,
            None,
            row.item not in newest,
        )
        newest.add(row.item)


def _in_sessions(work: Work, person_id: str) -> Iterator[KnownConsent]:
    """Go through the answers in a person's sessions, the newest first."""
    query = (
        select(RemoteConsent)
        .join(RemoteSession, RemoteSession.id == RemoteConsent.session_id)
        .where(RemoteSession.person_id == person_id)
        .order_by(RemoteConsent.id.desc())
    )
    newest: set[tuple[str, str]] = set()
    for row in work.session.scalars(query):
        text = next((each for each in TEXTS.values() if each.item == row.item), None)
        yield KnownConsent(
            f"remote-{row.id}",
            row.item,
            row.item if text is None else text.title,
            text.words if text is not None and text.sha256 == row.text_sha256 else "",
            row.text_sha256,
            row.text_version,
            row.language,
            row.answer,
            row.name,
            "",
            row.at,
            row.session_id,
            row.seat_id,
            (row.seat_id, row.item) not in newest,
        )
        newest.add((row.seat_id, row.item))


def _sets_in(work: Work, person_id: str, session_id: str) -> tuple[str, ...]:
    query = (
        select(ExerciseSet.id)
        .join(RemoteMoment, RemoteMoment.set_id == ExerciseSet.id)
        .where(RemoteMoment.session_id == session_id, RemoteMoment.kind == "set", ExerciseSet.person_id == person_id)
    )
    return tuple(work.session.scalars(query.distinct().order_by(ExerciseSet.id)))


def _with_video(work: Work, person_id: str, session_id: str | None) -> tuple[str, ...]:
    query = select(ExerciseSet.id).where(ExerciseSet.person_id == person_id, ExerciseSet.video_sha256.is_not(None))
    found: Sequence[str] = work.session.scalars(query.order_by(ExerciseSet.id)).all()
    within = found if session_id is None else _sets_in(work, person_id, session_id)
    return tuple(each for each in found if each in within)
