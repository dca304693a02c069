"""Addresses from which a browser gets a set's video, data and documents.

Where everything about a person is had as one archive.
"""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from formcheck.records.access import Actor
from formcheck.web.access.links import (
    comparison_scope,
    document_scope,
    export_scope,
    page_link_token,
    player_scope,
    progress_scope,
    record_scope,
    recording_scope,
    video_scope,
)
from formcheck.web.shared.addresses import (
    COMPARISON_PATH,
    DOCUMENT_PATH,
    EXPORT_PATH,
    PLAYER_PATH,
    PROGRESS_PATH,
    RECORD_PATH,
    RECORDING_PATH,
    VIDEO_PATH,
)


def export_link(actor: Actor, person_id: str) -> str:
    """Return the address of the archive."""
    return f"{EXPORT_PATH}/{quote(person_id)}?token={quote(page_link_token(actor, export_scope(person_id)))}"


def video_link(actor: Actor, set_id: str) -> str:
    """Return the address of the video that browsers play."""
    return f"{VIDEO_PATH}/{quote(set_id)}?token={quote(page_link_token(actor, video_scope(set_id)))}"


def recording_link(actor: Actor, recording_id: str) -> str:
    """Return the address of the recording of a call."""
    token = page_link_token(actor, recording_scope(recording_id))
    return f"{RECORDING_PATH}/{quote(recording_id)}?token={quote(token)}"


def player_link(actor: Actor, set_id: str) -> str:
    """Return the address of what the player shows."""
    return f"{PLAYER_PATH}/{quote(set_id)}?token={quote(page_link_token(actor, player_scope(set_id)))}"


def document_link(actor: Actor, set_id: str, kind: str, paper: str = "") -> str:
    """Return the address of a document; of the clinic's paper where none is given."""
    token = page_link_token(actor, document_scope(set_id, kind))
    return f"{DOCUMENT_PATH}/{quote(set_id)}/{quote(kind)}?token={quote(token)}{_on(paper)}"


def record_link(actor: Actor, person_id: str, form: str, paper: str = "") -> str:
    """Return the address of everything about a person, as `pdf`, `html`, `fhir.json` or `csv`."""
    token = page_link_token(actor, record_scope(person_id, form))
    return f"{RECORD_PATH}/{quote(person_id)}/{quote(form)}?token={quote(token)}{_on(paper)}{_zone()}"


def progress_link(actor: Actor, person_id: str, exercise: str, paper: str = "") -> str:
    """Return the address of a person's progress in an exercise, as PDF."""
    token = page_link_token(actor, progress_scope(person_id, exercise))
    return f"{PROGRESS_PATH}/{quote(person_id)}/{quote(exercise)}?token={quote(token)}{_on(paper)}{_zone()}"


def comparison_link(actor: Actor, first_id: str, second_id: str, kind: str, paper: str = "") -> str:
    """Return the address of two sets beside each other, as PDF; `kind` is the name of one of `comparison.Kind`."""
    token = page_link_token(actor, comparison_scope(first_id, second_id, kind))
    path = f"{COMPARISON_PATH}/{quote(first_id)}/{quote(second_id)}/{quote(kind)}"
    return f"{path}?token={quote(token)}{_on(paper)}{_zone()}"


def _on(paper: str) -> str:
    return f"&paper={quote(paper)}" if paper else ""


def _zone() -> str:
    """Return the reader's time zone: days in a document are theirs."""
    named = st.context.timezone
    return f"&zone={quote(named, safe='')}" if named else ""
