"""Files that are made for one download, and answers that hold somebody's health.

No cache keeps those, no other site is told of them, and no browser runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

PRIVATE_HEADERS: Final = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def make_private(response: Response) -> Response:
    """Return an answer with the headers of private ones; those that it has already stay."""
    for name, value in PRIVATE_HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def nothing_here() -> Response:
    """Return the one answer to everything that does not exist or is not for who asks: they cannot be told apart."""
    return make_private(PlainTextResponse("There is nothing here.\n", status_code=404))


def not_possible(reason: str) -> Response:
    """Return an answer to somebody who may have it, when it cannot be had."""
    return make_private(PlainTextResponse(f"{reason}\n", status_code=503))


class PrivateFile(FileResponse):
    """A file, whole or the part that was asked for (Range), with the headers of private answers on all of it.

    Parameters
    ----------
    path
        Of the file.
    media_type
        Of its content.
    name
        For the browser to keep it under.
    shown
        Whether the browser may show it in a page; else it is kept as a file.
    passing
        Whether the file is gone once it is sent, or the other end has left.
    """

    def __init__(self, path: Path, media_type: str, name: str, *, shown: bool = False, passing: bool = False) -> None:
        disposition = "inline" if shown else "attachment"
        super().__init__(path, media_type=media_type, filename=name, content_disposition_type=disposition)
        self._passing = Path(path) if passing else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in PRIVATE_HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            await super().__call__(scope, receive, send_private)
        finally:
            if self._passing is not None:
                self._passing.unlink(missing_ok=True)


@dataclass(frozen=True)
class MadeFile:
    """A file as it is handed out."""

    path: Path
    """Gone once it is sent."""
    name: str
    """For the browser."""
    media_type: str


def file_name(said: str) -> str:
    """Return what somebody typed as a part of a file's name that every system takes."""
    return "".join(sign if sign.isalnum() else "-" for sign in said).strip("-")[:80] or "set"


@contextmanager
def discarded_if_gone(path: Path) -> Iterator[None]:
    """Remove a file that was made if what it was made of turns out to be gone, or anything else fails, in the block."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
