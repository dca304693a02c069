"""The audit log in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from formcheck.records.tables import AuditEntry
from formcheck.report.document_kinds import DocumentKind
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.plain_text import as_typed

_WORDS: Final = {
    "account.added": "login added",
    "account.removed": "login removed",
    "account.restored": "login restored",
    "note.deleted": "note deleted",
    "note.written": "note written",
    "person.added": "person added",
    "person.changed": "details of the person changed",
    "person.exported": "exported",
    "person.imported": "person imported",
    "plan.ended": "plan ended",
    "plan.prescribed": "plan prescribed",
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
    "remote.removed": "taken out of a remote session",
    "remote.sent_back": "waits again for a remote session",
    "remote.still": "still picture taken",
    "remote.still_deleted": "still picture deleted",
    "safety.accepted": "safety texts accepted",
    "set.added": "set measured and kept",
    "set.annotated": "set drawn on",
    "set.annotation_removed": "drawing removed from a set",
    "set.corrected": "set corrected",
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
}
_MOVES: Final = ("set.given", "set.moved_away")
_DOCUMENTS: Final = {kind.value: kind.label for kind in DocumentKind}


def log_line(entry: AuditEntry, people: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say an entry of the log in one line of Markdown: when, what, by whom.

    Parameters
    ----------
    entry
        Of the audit log; one of an action that has no words here is named as the log names it.
    people
        How people are called, by id: for from whom to whom a set was moved.
    """
    what = _WORDS.get(entry.action, as_typed(entry.action))
    change = entry.details.get("what")  # anything, in an entry that came with an import
    changed = _CHANGES.get(str(change.get("kind"))) if isinstance(change, dict) else None
    document = _DOCUMENTS.get(str(entry.details.get("kind")))
    if changed:
        what += f" ({changed})"
    elif document:
        what += f": {as_typed(document)}"
    for name, word in (("before", "from"), ("after", "to")):
        other = entry.details.get(name)
        if entry.action in _MOVES and (isinstance(other, str) or name == "before"):
            what += f", {word} {as_typed(people.get(str(other), 'somebody') if other else 'nobody')}"
            break
    return f"{time_of(entry.at)}: {what}, {as_typed(entry.actor)}"
