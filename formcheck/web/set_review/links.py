"""Addresses from which a browser gets a set's video, data and documents."""

from __future__ import annotations

from urllib.parse import quote

from formcheck.records.access import Actor
from formcheck.web.access.links import document_scope, page_link_token, player_scope, video_scope
from formcheck.web.files.paths import DOCUMENT_PATH, PLAYER_PATH, VIDEO_PATH


def video_link(actor: Actor, set_id: str) -> str:
    """Return the address of the video that browsers play."""
    return f"{VIDEO_PATH}/{quote(set_id)}?token={quote(page_link_token(actor, video_scope(set_id)))}"


def player_link(actor: Actor, set_id: str) -> str:
    """Return the address of what the player shows."""
    return f"{PLAYER_PATH}/{quote(set_id)}?token={quote(page_link_token(actor, player_scope(set_id)))}"


def document_link(actor: Actor, set_id: str, kind: str) -> str:
    """Return the address of a document."""
    token = page_link_token(actor, document_scope(set_id, kind))
    return f"{DOCUMENT_PATH}/{quote(set_id)}/{quote(kind)}?token={quote(token)}"
