"""Where everything about a person is had as one archive."""

from __future__ import annotations

from urllib.parse import quote

from formcheck.records.access import Actor
from formcheck.web.access.links import export_scope, page_link_token
from formcheck.web.files.paths import EXPORT_PATH


def export_link(actor: Actor, person_id: str) -> str:
    """Return the address of the archive."""
    return f"{EXPORT_PATH}/{quote(person_id)}?token={quote(page_link_token(actor, export_scope(person_id)))}"
