"""The audit log, read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Text, cast, or_, select

from formcheck.records.records import Work
from formcheck.records.tables import AuditEntry


def audit_log(
    work: Work, *, person_id: str | None = None, subject_id: str | None = None, limit: int = 200
) -> Sequence[AuditEntry]:
    """Return what was done, the newest first.

    Parameters
    ----------
    work
        Who asks; not a client.
    person_id
        Whom it is about; None for everybody.
    subject_id
        What it was done to, such as a set with the notes about it; None for everything.
    limit
        At most so many entries.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    """
    work.actor.need_clinician("read the audit log")
    query = select(AuditEntry)
    if person_id is not None:
        query = query.where(AuditEntry.person_id == person_id)
    if subject_id is not None:
        # By its text: PostgreSQL takes no JSON apart that holds a zero character anywhere.
        about_it = cast(AuditEntry.details, Text).contains(f'"set": {json.dumps(subject_id)}', autoescape=True)
        query = query.where(or_(AuditEntry.subject_id == subject_id, about_it))
    return work.session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
