"""What our pages say in their head beside Streamlit's own: where the app is, that it can be installed, and its colour.

Streamlit has no setting for it. Its one `index.html` is the answer for every page, so the elements are put into it on
its way out. They load nothing but the manifest and an icon of this server.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from formcheck.web.shared.addresses import MANIFEST_PATH, OFFLINE_PATH, PAGES

_PATHS: Final = frozenset({"/", *(f"/{page}" for page in PAGES)})
_ICON: Final = f"{OFFLINE_PATH}/icon-192.png"
COLOUR: Final = "#00568a"
"""Of the icon, and of what browsers draw around an installed app."""
SCRIPT: Final = 'window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" }'
"""Streamlit's page takes its own address for a folder that the app might be in, and asks there in vain before it asks
at the root. The Content-Security-Policy names this script by its hash."""
ELEMENTS: Final = (
    f"<script>{SCRIPT}</script>"
    f'<link rel="manifest" href="{MANIFEST_PATH}" />'
    f'<link rel="apple-touch-icon" href="{_ICON}" />'
    f'<meta name="theme-color" content="{COLOUR}" />'
    '<meta name="mobile-web-app-capable" content="yes" />'
    '<meta name="apple-mobile-web-app-title" content="formcheck" />'
)
_END_OF_HEAD: Final = b"</head>"
_MOST_BYTES: Final = 1_000_000
"""Streamlit's has 8 kB; what is larger is none, and passes as it is."""
_OF_THE_FILE: Final = ("etag", "last-modified", "accept-ranges")
_ASKED_OF_THE_FILE: Final = frozenset(
    {b"if-none-match", b"if-modified-since", b"if-range", b"range", b"accept-encoding"}
)


def is_page(scope: Scope) -> bool:
    """Return whether a request is for a page."""
    return scope["method"] in {"GET", "HEAD"} and scope["path"] in _PATHS


def asked_whole(scope: Scope) -> Scope:
    """Return the request as one for all of a page, plain: nothing can be put into a part of it, or *not modified*."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _ASKED_OF_THE_FILE]
    extensions = {
        name: value for name, value in scope.get("extensions", {}).items() if name != "http.response.pathsend"
    }
    return {**scope, "headers": headers, "extensions": extensions}


class WithHead:
    """Sends an answer on, with the elements at the end of its head where it is a page.

    Parameters
    ----------
    send
        Where it goes.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._text = bytearray()

    async def send(self, message: Message) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
            return
        if message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
            return
        self._text += message.get("body", b"")
        more = message.get("more_body", False)
        if more and len(self._text) <= _MOST_BYTES:
            return
        start, self._start = self._start, None
        text = bytes(self._text)
        whole = not more and _END_OF_HEAD in text
        if whole:
            text = text.replace(_END_OF_HEAD, ELEMENTS.encode() + _END_OF_HEAD, 1)
        if whole or not text:  # an answer to HEAD has no text
            _of_another_size(start, len(text) or None)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": text, "more_body": more})


def _is_html(start: Message) -> bool:
    headers = MutableHeaders(raw=list(start["headers"]))
    plain = "content-encoding" not in headers
    return start["status"] == 200 and plain and headers.get("content-type", "").startswith("text/html")


def _of_another_size(start: Message, size: int | None) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    for name in ("content-length", *_OF_THE_FILE):
        del headers[name]
    if size is not None:
        headers["Content-Length"] = str(size)
    start["headers"] = headers.raw
