"""Whose page opens a live socket: only ours, since a browser lets any page open a socket anywhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from formcheck.web.live.refusal import CloseCode, LiveRefusalError

ORIGINS_VARIABLE: Final = "FORMCHECK_LIVE_ORIGINS"
"""More origins that are ours, with commas between, such as `https://knee.example.org`."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def check_origin(origin: str | None, host: str | None, environ: Mapping[str, str] = os.environ) -> None:
    """Refuse a socket that a page of another origin opens, or no page at all.

    Parameters
    ----------
    origin
        The Origin header.
    host
        The Host header.
    environ
        May name more origins in `FORMCHECK_LIVE_ORIGINS`.

    Raises
    ------
    LiveRefusalError
        If the origin is missing, is none, or is neither the host's nor among the named ones.
    """
    asked = _parts(origin or "")
    if asked is not None:
        scheme, name, port = asked
        if host is not None and _parts(f"{scheme}://{host}") == (scheme, name, port):
            return
        named = (_parts(each.strip()) for each in environ.get(ORIGINS_VARIABLE, "").split(","))
        if asked in named:
            return
    raise LiveRefusalError(
        CloseCode.ORIGIN,
        "origin",
        "This page does not belong to this server.",
        "Open the app at its own address.",
    )


def _parts(origin: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None for what is no origin."""
    try:
        split = urlsplit(origin)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in _DEFAULT_PORTS or not split.hostname or split.username is not None:
        return None
    if split.path or split.query or split.fragment or split.password is not None:
        return None
    return split.scheme, split.hostname.rstrip("."), port if port is not None else _DEFAULT_PORTS[split.scheme]
