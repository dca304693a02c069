"""SOAP notes of sets: written in versions, the newest of which counts, and signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from formcheck.records.access import ConflictError, RecordsError
from formcheck.records.clinic import signature_of
from formcheck.records.people import need_storable
from formcheck.records.records import Work
from formcheck.records.sets import get_set
from formcheck.records.tables import SoapNote
from formcheck.report.soap import SoapText

LONGEST_PART: Final = 10_000


def write_soap(work: Work, set_id: str, text: SoapText, number: int, *, sign: bool = False) -> SoapNote:
    """Write a version of the SOAP note of a set; one without a change is not written again.

    Parameters
    ----------
    work
        Who writes.
    set_id
        Of the set.
    text
        Its four parts; one of them at least says something.
    number
        Of the newest version as the writer saw it, 0 where there was none: so that nobody writes over what they have
        not read.
    sign
        Whether it is signed as well.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    ConflictError
        If somebody else has written one meanwhile.
    RecordsError
        If it is empty, or a part is too long or cannot be kept.
    """
    work.actor.need_clinician("write notes")
    row, newest = get_set(work, set_id), soap_of(work, set_id)
    if number != (0 if newest is None else newest.number):
        raise ConflictError("note")
    parts = tuple(part.strip() for part in text)
    if not any(parts) or max(len(part) for part in parts) > LONGEST_PART:
        raise RecordsError("The note is empty or a part of it too long.", f"Write at most {LONGEST_PART:,} letters.")
    need_storable(*parts)
    if newest is None or text_of(newest) != parts or newest.set_version != row.version:
        newest = SoapNote(
            set_id=row.id,
            number=number + 1,
            **dict(zip(SoapText._fields, parts, strict=True)),
            set_version=row.version,
            author=work.actor.name,
            written_at=work.now,
        )
        work.session.add(newest)
        work.session.flush()
        work.log("soap.written", subject=newest.id, person=row.person_id, details={"set": row.id})
    if sign and newest.signed_at is None:
        signs = signature_of(work)
        newest.signed_at, newest.signed_by, newest.signed_title = work.now, signs.name, signs.title
        work.log("soap.signed", subject=newest.id, person=row.person_id, details={"set": row.id})
    return newest


def soap_of(work: Work, set_id: str) -> SoapNote | None:
    """Return the newest version of the SOAP note of a set; None where there is none, and for clients.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    """
    versions = soap_versions(work, set_id)
    return versions[0] if versions else None


def soap_versions(work: Work, set_id: str) -> Sequence[SoapNote]:
    """Return all versions of the SOAP note of a set, the newest first; none for clients: it is the clinician's."""
    get_set(work, set_id)
    if not work.actor.sees_everybody:
        return ()
    return work.session.scalars(
        select(SoapNote).where(SoapNote.set_id == set_id).order_by(SoapNote.number.desc())
    ).all()


def text_of(row: SoapNote) -> SoapText:
    """Return the four parts of a note."""
    return SoapText(row.subjective, row.objective, row.assessment, row.plan)
