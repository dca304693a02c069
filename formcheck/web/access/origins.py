"""Whose page asks, and under which name: scheme, host and port, compared in one place for sockets, posts and pages."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from formcheck.web.access.login import login_origin

ORIGINS_VARIABLE: Final = "FORMCHECK_LIVE_ORIGINS"
"""More origins that are ours, with commas between, such as `https://knee.example.org`."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HTTP_SCHEMES: Final = {"ws": "http", "wss": "https"}
_OWN_NAME: Final = "localhost"


@dataclass(frozen=True)
class WebOrigin:
    """What browsers tell pages apart by (RFC 6454)."""

    scheme: str
    """`http` or `https`."""
    host: str
    """Name in lower case without a dot at the end, or address as Python writes it."""
    port: int


def read_origin(text: str | None) -> WebOrigin | None:
    """Return the origin that a text names; None for `null`, for an address with more in it, and for what is none."""
    text = text or ""
    try:
        split = urlsplit(text)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in _DEFAULT_PORTS or not split.hostname or split.username is not None:
        return None
    if split.path or split.query or split.fragment or split.password is not None or any(map(str.isspace, text)):
        return None
    return WebOrigin(split.scheme, _plain(split.hostname), port if port is not None else _DEFAULT_PORTS[split.scheme])


def host_name(host: str | None) -> str | None:
    """Return the name or address in a Host header; None for what is no Host header."""
    read = read_origin(f"http://{host}") if host else None
    return None if read is None else read.host


def is_own_origin(
    origin: str | None, host: str | None, scheme: str | None = None, named: Collection[WebOrigin] = ()
) -> bool:
    """Say whether a page of this origin is one of ours.

    Parameters
    ----------
    origin
        The Origin header; None and `null` are nobody's.
    host
        The Host header: under which name and port the server was asked for.
    scheme
        Over which the server was asked, `ws` and `wss` as well; None where that is not known: then the page's own.
    named
        Origins that are ours whatever `host` says.
    """
    asked = read_origin(origin)
    if asked is None:
        return False
    if asked in named:
        return True
    own_scheme = _HTTP_SCHEMES.get(scheme or "", scheme) or asked.scheme
    return host is not None and asked == read_origin(f"{own_scheme}://{host}")


def is_own_page(connection: HTTPConnection) -> bool:
    """Say whether a request or a socket comes from a page of ours; one that names no origin does not."""
    headers = connection.headers
    return is_own_origin(headers.get("origin"), headers.get("host"), connection.scope.get("scheme"), own_origins())


def own_origins() -> frozenset[WebOrigin]:
    """Return the origins that are ours under whatever name a server is asked for: those named, and the login's."""
    of_login = read_origin(login_origin())
    return named_origins() | ({of_login} if of_login is not None else set())


def named_origins(environ: Mapping[str, str] = os.environ) -> frozenset[WebOrigin]:
    """Return the origins that `FORMCHECK_LIVE_ORIGINS` names; what is no origin there names none."""
    read = (read_origin(each.strip()) for each in environ.get(ORIGINS_VARIABLE, "").split(","))
    return frozenset(each for each in read if each is not None)


def is_loopback_address(address: str | None) -> bool:
    """Say whether an address leads to the computer itself, also as IPv6 writes those of IPv4."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return known.is_loopback if mapped is None else mapped.is_loopback


def names_loopback(host: str | None) -> bool:
    """Say whether a Host header names the computer itself: `localhost`, a name below it, or a loopback address."""
    name = host_name(host)
    return name is not None and (name == _OWN_NAME or name.endswith(f".{_OWN_NAME}") or is_loopback_address(name))


def is_known_host(host: str | None, named: Collection[WebOrigin] = ()) -> bool:
    """Say whether a Host header is one that this server may be asked for under.

    A page of another site whose name was pointed here (DNS rebinding) has that name in `Host`, and none of these: the
    computer's own names, any address as numbers, and the hosts of `named`.
    """
    name = host_name(host)
    if name is None:
        return False
    return names_loopback(host) or _is_address(name) or name in _names_of_computer() or name in {o.host for o in named}


@cache
def _names_of_computer() -> frozenset[str]:
    name = socket.gethostname().lower().rstrip(".")
    return frozenset({name, f"{name}.local"} if name else ())


def _plain(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
