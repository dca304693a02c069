"""The audit log, read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from sqlalchemy import Text, cast, func, or_, select

from formcheck.records.records import Work
from formcheck.records.tables import AuditEntry
from formcheck.report.document_kinds import DocumentKind


def newest_change(work: Work, person_id: str | None) -> int:
    """Return a number that grows with whatever is done about a person; 0 while nothing was.

    Parameters
    ----------
    work
        Whose look it is.
    person_id
        None for everybody.

    Raises
    ------
    NotFoundError
        If the records of this person are not open to the actor.
    """
    work.actor.need_sight(person_id, "person")
    query = select(func.max(AuditEntry.id))
    if person_id is not None:
        query = query.where(AuditEntry.person_id == person_id)
    return work.session.scalar(query) or 0


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


_WORDS: Final = {
    "account.added": "login added",
    "account.removed": "login removed",
    "account.restored": "login restored",
    "clinic.changed": "clinic changed",
    "clinic.logo": "logo of the clinic changed",
    "clinic.signature": "signature changed",
    "consent.answered": "consent answered",
    "outcome.answered": "questionnaire answered",
    "outcome.taken_back": "answers to a questionnaire taken back",
    "outcome.tested": "set counted as a test",
    "outcome.untested": "set not counted as a test any more",
    "note.deleted": "note deleted",
    "note.edited": "note edited",
    "note.written": "note written",
    "person.added": "person added",
    "person.changed": "details of the person changed",
    "person.exported": "exported",
    "person.exchanged": "record written for other programs",
    "person.printed": "record printed",
    "person.progress_printed": "progress printed",
    "person.imported": "person imported",
    "plan.ended": "plan ended",
    "plan.link_made": "link to a prescribed set made",
    "plan.link_revoked": "link to a prescribed set taken back",
    "plan.prescribed": "plan prescribed",
    "programme.begun": "programme begun",
    "programme.changed": "programme changed",
    "programme.done": "exercise done without a camera",
    "programme.ended": "programme ended",
    "programme.pain": "pain answered",
    "programme.taken_back": "exercise done taken back",
    "red_flags.answered": "red-flag screen answered",
    "red_flags.cleared": "red flags seen, exercise allowed",
    "remote.admitted": "let into a remote session",
    "remote.browser_replaced": "link of a remote session given to another browser",
    "remote.consent": "consent answered in a remote session",
    "remote.declined": "not let into a remote session",
    "remote.deleted": "remote session deleted",
    "remote.ended": "remote session ended",
    "remote.invitation_revoked": "link to a remote session revoked",
    "remote.invitation_used": "link to a remote session used",
    "remote.invited": "link to a remote session made",
    "remote.knocked": "asked to be let into a remote session",
    "remote.left": "left a remote session",
    "remote.opened": "remote session opened",
    "remote.planned": "remote session planned",
    "remote.recording": "recording of a remote session begun",
    "remote.recording_deleted": "recording of a remote session deleted",
    "remote.removed": "taken out of a remote session",
    "remote.sent_back": "waits again for a remote session",
    "remote.still": "still picture taken",
    "remote.still_deleted": "still picture deleted",
    "safety.accepted": "safety texts accepted",
    "set.added": "set measured and kept",
    "set.annotated": "set drawn on",
    "set.annotation_removed": "drawing removed from a set",
    "set.annotation_restored": "drawing put back",
    "set.corrected": "set corrected",
    "set.corrected_again": "correction of a set put back",
    "set.cut": "set cut apart",
    "set.dated": "date of a set changed",
    "set.deleted": "set deleted",
    "set.document": "document made",
    "set.given": "set moved here",
    "set.judged_by_plan": "set judged by the person's plan",
    "set.moved_away": "set moved to another person",
    "set.pain": "pain answered",
    "set.uncorrected": "correction of a set taken back",
    "set.video_dropped": "video deleted",
    "set.video_given": "video given, which a browser had kept",
    "set.compared": "comparison printed",
    "soap.signed": "clinical note signed",
    "soap.written": "clinical note written",
    "suggestion.answered": "suggestion answered",
    "upload.cancelled": "upload cancelled",
    "upload.changed": "upload changed",
    "upload.expired": "upload given up",
    "upload.failed": "video could not be measured",
    "upload.received": "video received",
    "upload.refused": "video refused",
}
_CHANGES: Final = {
    "move_landmark": "joint moved",
    "set_rep_times": "times of a rep",
    "exclude_rep": "rep left out",
    "measure_as": "measured as something else",
    "within": "another part of the recording",
}
_MOVES: Final = ("set.given", "set.moved_away")
_DOCUMENTS: Final = {kind.value: kind.label for kind in DocumentKind}


def action_in_words(entry: AuditEntry, people: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say what was done; an action that has no words here is named as the log names it.

    What an entry that came with an import holds may be anything.

    Parameters
    ----------
    entry
        Of the log.
    people
        How people are called, by id: for from whom to whom a set was moved.
    """
    what, change = _WORDS.get(entry.action, entry.action), entry.details.get("what")
    changed = _CHANGES.get(str(change.get("kind"))) if isinstance(change, dict) else None
    document = _DOCUMENTS.get(str(entry.details.get("kind")))
    if changed:
        what += f" ({changed})"
    elif document:
        what += f": {document}"
    for name, word in (("before", "from"), ("after", "to")):
        other = entry.details.get(name)
        if entry.action in _MOVES and (isinstance(other, str) or name == "before"):
            return f"{what}, {word} {people.get(str(other), 'somebody') if other else 'nobody'}"
    return what
