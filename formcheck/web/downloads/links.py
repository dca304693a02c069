"""Addresses from which a browser gets a set's video, data and documents.

Where everything about a person is had as one archive.
"""

from __future__ import annotations

from urllib.parse import quote

from formcheck.records.access import Actor
from formcheck.web.access.links import document_scope, export_scope, page_link_token, player_scope, video_scope
from formcheck.web.shared.addresses import DOCUMENT_PATH, EXPORT_PATH, PLAYER_PATH, VIDEO_PATH


def export_link(actor: Actor, person_id: str) -> str:
    """Return the address of the archive."""
    return f"{EXPORT_PATH}/{quote(person_id)}?token={quote(page_link_token(actor, export_scope(person_id)))}"


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
