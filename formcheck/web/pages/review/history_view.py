"""What was done to a set, by whom and when."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.audit import audit_log
from formcheck.records.records import Records
from formcheck.records.sets import delete_set, drop_video
from formcheck.records.unused import remove_unused
from formcheck.web.access.guard import require_clinician
from formcheck.web.shared.addresses import PEOPLE
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.navigation import go_to
from formcheck.web.shared.opened_set import OpenedSet


def show_history(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show the audit log of a set, and how to delete its video or the whole set."""
    with records.reading(actor) as work:
        entries = audit_log(work, subject_id=opened.row.id)
    st.markdown("\n".join(f"- {log_line(entry)}" for entry in entries) or "Nothing is in the log.")
    with st.container(horizontal=True):
        if opened.row.video_sha256 is not None and st.button("Delete the video", icon=":material/videocam_off:"):
            _confirm_video(records, opened)
        if st.button("Delete this set", icon=":material/delete:"):
            _confirm_set(records, opened)


@st.dialog("Delete the video?")
def _confirm_video(records: Records, opened: OpenedSet) -> None:
    actor = require_clinician()  # a dialog is run again without the page around it
    st.markdown("Numbers, landmarks and notes stay. The picture is gone for good.")
    if st.button("Delete the video", type="primary", key="delete-video-yes"):
        _do(lambda: _drop(records, actor, opened.row.id))


@st.dialog("Delete this set?")
def _confirm_set(records: Records, opened: OpenedSet) -> None:
    actor = require_clinician()
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
    go_to(PEOPLE)
    st.rerun()


def _do(what: Callable[[], None]) -> None:
    try:
        what()
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
