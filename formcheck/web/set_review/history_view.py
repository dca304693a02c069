"""What was done to a set, by whom and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.audit import audit_log
from formcheck.records.records import Records
from formcheck.records.sets import delete_set, drop_video
from formcheck.records.tables import AuditEntry
from formcheck.records.unused import remove_unused
from formcheck.report.document_kinds import DocumentKind
from formcheck.web.moments import time_of
from formcheck.web.navigation import go_to
from formcheck.web.plain_text import as_typed
from formcheck.web.set_review.opened import OpenedSet

_WORDS: Final = {
    "set.added": "measured and kept",
    "set.given": "given to a person",
    "set.dated": "date changed",
    "set.pain": "pain answered",
    "set.corrected": "corrected",
    "set.uncorrected": "correction taken back",
    "set.annotated": "drawn on",
    "set.annotation_removed": "drawing removed",
    "set.video_dropped": "video deleted",
    "set.document": "document made",
}
_CHANGES: Final = {
    "move_landmark": "joint moved",
    "set_rep_times": "times of a rep",
    "exclude_rep": "rep left out",
    "measure_as": "measured as something else",
}
_DOCUMENTS: Final = {kind.value: kind.label for kind in DocumentKind}


def show_history(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show the audit log of a set, and how to delete its video or the whole set."""
    with records.reading(actor) as work:
        entries = audit_log(work, subject_id=opened.row.id)
    st.markdown("\n".join(f"- {_line(entry)}" for entry in entries) or "Nothing is in the log.")
    with st.container(horizontal=True):
        if opened.row.video_sha256 is not None and st.button("Delete the video", icon=":material/videocam_off:"):
            _confirm_video(records, actor, opened)
        if st.button("Delete this set", icon=":material/delete:"):
            _confirm_set(records, actor, opened)


def _line(entry: AuditEntry) -> str:
    what = _WORDS.get(entry.action, entry.action)
    changed = _CHANGES.get(entry.details.get("what", {}).get("kind", ""))
    said = as_typed(changed or _DOCUMENTS.get(entry.details.get("kind", ""), ""))
    said = f" ({said})" if said else ""
    return f"{time_of(entry.at)}: {what}{said}, {as_typed(entry.actor)}"


@st.dialog("Delete the video?")
def _confirm_video(records: Records, actor: Actor, opened: OpenedSet) -> None:
    st.markdown("Numbers, landmarks and notes stay. The picture is gone for good.")
    if st.button("Delete the video", type="primary", key="delete-video-yes"):
        _do(lambda: _drop(records, actor, opened.row.id))


@st.dialog("Delete this set?")
def _confirm_set(records: Records, actor: Actor, opened: OpenedSet) -> None:
    st.markdown("Its video, numbers, corrections and notes are gone for good.")
    if st.button("Delete the set", type="primary", key="delete-set-yes"):
        _do(lambda: _delete(records, actor, opened.row.id))


def _drop(records: Records, actor: Actor, set_id: str) -> None:
    with records.writing(actor) as work:
        drop_video(work, set_id)
    remove_unused(records)
    st.rerun()


def _delete(records: Records, actor: Actor, set_id: str) -> None:
    with records.writing(actor) as work:
        delete_set(work, set_id)
    remove_unused(records)
    go_to("people")
    st.rerun()


def _do(what: Callable[[], None]) -> None:
    try:
        what()
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
