"""Serving the player's scripts and styles, and its data as a browser asks for them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from formcheck.web.shared.addresses import PLAYER_CLIENT_PATH
from formcheck.web.shared.browser_parts import StaticFolder

_CLIENT: Final = Path(__file__).resolve().parent / "client"
_COMPRESSION: Final = 5
"""Of 9: more costs time and saves next to nothing on numbers."""


def player_routes(static_folder: Path = _CLIENT) -> list[BaseRoute]:
    """Return the routes of the player's own files; those of videos and data are for who knows who may see them.

    Parameters
    ----------
    static_folder
        With the scripts and styles.
    """
    files = StaticFolder(static_folder)

    def static(request: Request) -> Response:
        return files.answer(request.path_params["file"], request.headers.get("if-none-match"))

    return [Route(PLAYER_CLIENT_PATH + "/{file}", static)]


def data_response(content: bytes, accepted_encodings: str | None) -> Response:
    """Return a player's data as an answer, compressed where the browser takes that.

    Parameters
    ----------
    content
        As `formcheck.web.player.payload.payload_bytes` gives it.
    accepted_encodings
        The Accept-Encoding header.
    """
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"}
    if "gzip" in (accepted_encodings or ""):
        content, headers["Content-Encoding"] = gzip.compress(content, _COMPRESSION, mtime=0), "gzip"
    return Response(content, media_type="application/json", headers=headers)
