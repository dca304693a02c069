"""*Review*: one kept set, named by `?set=` in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.pages.review.apply import apply_event
from formcheck.web.pages.review.corrections_view import show_corrections
from formcheck.web.pages.review.documents_view import show_documents
from formcheck.web.pages.review.history_view import show_history
from formcheck.web.pages.review.owner_view import show_heading
from formcheck.web.pages.review.pain_view import show_pain
from formcheck.web.pages.review.player_view import show_player_of
from formcheck.web.pages.review.results_view import show_results
from formcheck.web.pages.review.setup_view import show_setup, show_verdict
from formcheck.web.shared.addresses import PEOPLE, PERSON, VIDEOS
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.notes import show_notes
from formcheck.web.shared.opened_set import OpenedSet, open_set

_REFUSED: Final = "review_refused"
"""Why what the reviewer did last could not be done; shown once."""


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    set_id = st.query_params.get("set")
    if set_id is None:
        st.title("Review", anchor=False)
        st.info("Choose a set under *People*, or add a video under *Videos*.", icon=":material/movie:")
        _show_ways(actor)
        return
    try:
        opened = open_set(records, actor, set_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        _show_ways(actor)
        return
    _show(records, actor, opened)


def _show_ways(actor: Actor) -> None:
    if actor.sees_everybody:
        page_link(PEOPLE, "People", icon=":material/group:")
    else:
        page_link(PERSON, "My records", icon=":material/person:")
    page_link(VIDEOS, "Videos", icon=":material/upload:")


def _show(records: Records, actor: Actor, opened: OpenedSet) -> None:
    show_heading(records, actor, opened)
    show_verdict(opened.reviewed.current)
    refused: FormcheckError | None = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.error(f"{refused.reason} {refused.remedy}")
    event = show_player_of(records, actor, opened)
    if event is not None:
        try:
            apply_event(records, actor, opened, event)
        except FormcheckError as error:
            st.session_state[_REFUSED] = error
        st.rerun()
    _show_part(records, actor, opened)


def _show_part(records: Records, actor: Actor, opened: OpenedSet) -> None:
    parts: dict[str, Callable[[], None]] = {
        "Results": lambda: show_results(records, actor, opened),
        "Corrections": lambda: show_corrections(records, actor, opened),
        "Notes and pain": lambda: _show_notes_and_pain(records, actor, opened),
        "Documents": lambda: show_documents(records, actor, opened),
        "Set-up and gaps": lambda: show_setup(opened),
    }
    if actor.sees_everybody:
        parts["History"] = lambda: show_history(records, actor, opened)
    chosen = st.segmented_control(
        "Part of the review",
        list(parts),
        default="Results",
        key=f"part-{opened.row.id}",
        label_visibility="collapsed",
        required=True,
    )
    parts[chosen or "Results"]()


def _show_notes_and_pain(records: Records, actor: Actor, opened: OpenedSet) -> None:
    show_pain(records, actor, opened.row)
    show_notes(records, actor, opened.notes, key=f"set-{opened.row.id}", set_id=opened.row.id)
