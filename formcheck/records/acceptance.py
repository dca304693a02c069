"""That somebody has read the safety texts: once for each account, and again when the texts change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from formcheck.records.records import Work
from formcheck.records.tables import SafetyAcceptance


def accept_safety(work: Work, text_sha256: str) -> datetime:
    """Keep that whoever asks accepts the safety texts now; what was accepted before stands.

    Parameters
    ----------
    work
        Who accepts.
    text_sha256
        Of the texts that were shown.

    Returns
    -------
    datetime
        When these texts were accepted for the first time.
    """
    before = safety_accepted_at(work, text_sha256)
    if before is not None:
        return before
    row = SafetyAcceptance(
        account_id=work.actor.id,
        person_id=work.actor.person_id,
        text_sha256=text_sha256,
        accepted_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.log("safety.accepted", subject=row.id, person=row.person_id, details={"text": text_sha256})
    return row.accepted_at


def safety_accepted_at(work: Work, text_sha256: str) -> datetime | None:
    """Return when whoever asks accepted these texts; None where they did not.

    Parameters
    ----------
    work
        Who asks.
    text_sha256
        Of the texts as they are now.
    """
    mine = SafetyAcceptance.account_id == work.actor.id, SafetyAcceptance.text_sha256 == text_sha256
    query = select(SafetyAcceptance.accepted_at).where(*mine).order_by(SafetyAcceptance.accepted_at)
    return work.session.scalars(query).first()
