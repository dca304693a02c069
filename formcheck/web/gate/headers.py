"""The security headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from streamlit import file_util

from formcheck.web.downloads.made_file import PRIVATE_HEADERS
from formcheck.web.gate.page_head import SCRIPT
from formcheck.web.shared.addresses import JOIN_PATH, SESSION_PATH

_INLINE_SCRIPT: Final = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_MEDIA: Final = "/media/"
"""Of Streamlit: pictures and downloads of a page, which are somebody's health as much as our own files."""
_PERMISSIONS: Final = (
    "camera=(self), microphone={microphone}, geolocation=(), display-capture=(), payment=(), usb=(), serial=(), "
    "hid=(), midi=()"
)
_ALWAYS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_UNLESS_SAID: Final = {"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer"}
_FOR_OTHER_SITES: Final = "access-control-"


@cache
def page_policy() -> str:
    """Return the Content-Security-Policy of pages and of what they load.

    Streamlit writes styles into its pages, and loads the script of a component from a `blob:` that it has made; no
    script stands in a page but the one that Streamlit's own `index.html` has and ours (`page_head`), named by hashes.
    """
    index = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in (*_INLINE_SCRIPT.findall(index), SCRIPT)]
    hashes = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' blob:{hashes}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def secure(headers: MutableHeaders, path: str) -> None:
    """Put the security headers on an answer, and take off what would open it to pages of other sites.

    Parameters
    ----------
    headers
        Of the answer. A Content-Security-Policy and the like that it has already stay: those of private files are
        stricter.
    path
        That was asked for.
    """
    for name in {name for name in headers if name.startswith(_FOR_OTHER_SITES)}:
        del headers[name]
    talks = path == JOIN_PATH or path.startswith(f"{SESSION_PATH}/")
    microphone = "(self)" if talks else "()"
    headers["Permissions-Policy"] = _PERMISSIONS.format(microphone=microphone)
    for name, value in _ALWAYS.items():
        headers[name] = value
    for name, value in (PRIVATE_HEADERS if path.startswith(_MEDIA) else _UNLESS_SAID).items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", page_policy())


def secure_headers(path: str) -> list[tuple[bytes, bytes]]:
    """Return the security headers by themselves, as ASGI has them."""
    headers = MutableHeaders(raw=[])
    secure(headers, path)
    return headers.raw
