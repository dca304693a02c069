"""What was done to a set, by whom and when; taking corrections back, and measuring the set as something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor
from formcheck.records.audit import audit_log
from formcheck.records.records import Records
from formcheck.records.reviewing import as_correction
from formcheck.records.sets import delete_set, drop_video
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import StoredCorrection
from formcheck.report.review_words import change_in_words
from formcheck.session.request import SetRequest
from formcheck.web.access.guard import require_clinician
from formcheck.web.pages.review.meanwhile import done_here
from formcheck.web.shared.addresses import PEOPLE
from formcheck.web.shared.choose_person import people_shown
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.navigation import go_to
from formcheck.web.shared.opened_set import OpenedSet, correct_opened, put_back, take_back
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import EXERCISES


def show_history(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show the audit log of a set, and how to delete its video or the whole set."""
    with records.reading(actor) as work:
        entries = audit_log(work, subject_id=opened.row.id)
    people = people_shown(records, actor)
    st.markdown("\n".join(f"- {log_line(entry, people)}" for entry in entries) or "Nothing is in the log.")
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
    done_here()


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


_AS_FOUND: Final = "found"
_LEGS: Final = {_AS_FOUND: "As it is", "left": "Left", "right": "Right"}
_VIEWS: Final = {_AS_FOUND: "As it is", "front": "Front", "side": "Side"}


def show_corrections(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show the corrections of a set and, to clinicians, how to take them back and to measure it as something else."""
    if not opened.corrections:
        st.caption(
            "Nothing was corrected. In the player, *Joint* moves a joint on the paused frame, *Times* the edges of "
            "a rep in the plot, *Trim* chooses the part of the video, and *Leave out* beside a rep takes it out of the "
            "count."
        )
    for row in reversed(opened.corrections):
        _show(records, actor, opened, row)
    for each in opened.reviewed.not_applied:
        st.warning(f"{as_typed(change_in_words(each.correction.change))} This does not fit any more: {each.reason}")
    if actor.sees_everybody:
        _ask_measure_as(records, actor, opened)


def _show(records: Records, actor: Actor, opened: OpenedSet, row: StoredCorrection) -> None:
    said = as_typed(change_in_words(as_correction(row).change))
    who = f"{as_typed(row.made_by)}, {time_of(row.made_at)}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"correction-{row.id}"):
        if row.undone_at is not None:
            back = f"taken back by {as_typed(row.undone_by or '')}, {time_of(row.undone_at)}"
            st.markdown(f"{row.number}. ~~{said}~~  \n:small[{who} · {back}]")
            if actor.sees_everybody and st.button(
                "Put back", key=f"redo-{row.id}", type="tertiary", icon=":material/redo:"
            ):
                _try(lambda: put_back(records, actor, opened, row.id))
            return
        st.markdown(f"{row.number}. {said}  \n:small[{who}]")
        if actor.sees_everybody and st.button(
            "Take back", key=f"undo-{row.id}", type="tertiary", icon=":material/undo:"
        ):
            _try(lambda: take_back(records, actor, opened, row.id))


def _try(change: Callable[[], None]) -> None:
    try:
        change()
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        done_here()


def _ask_measure_as(records: Records, actor: Actor, opened: OpenedSet) -> None:
    current = opened.reviewed.current
    with st.form(f"measure-as-{opened.row.id}"):
        st.markdown("**Measure it as something else**")
        one, two, three = st.columns(3)
        exercise = one.selectbox(
            "Exercise",
            list(EXERCISES),
            index=list(EXERCISES).index(current.exercise),
            format_func=lambda name: EXERCISES[name].title,
            key=f"as-exercise-{opened.row.id}",
        )
        leg = two.selectbox(
            "Standing leg", list(_LEGS), format_func=lambda name: _LEGS[name], key=f"as-leg-{opened.row.id}"
        )
        view = three.selectbox(
            "Camera", list(_VIEWS), format_func=lambda name: _VIEWS[name], key=f"as-view-{opened.row.id}"
        )
        sent = st.form_submit_button("Measure again")
    if not sent:
        return
    change = SetRequest(
        exercise=exercise if exercise != current.exercise else None,
        leg=None if leg == _AS_FOUND else Side(leg),
        view=None if view == _AS_FOUND else ViewKind(view),
    )
    if change == SetRequest():
        st.info("It is measured like that already.")
        return
    try:
        correct_opened(records, actor, opened, change)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        done_here()
