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

from formcheck.serve import PUBLIC_VARIABLE
from formcheck.web.access.login import login_origin

ORIGINS_VARIABLE: Final = "FORMCHECK_LIVE_ORIGINS"
"""More origins that are ours, with commas between, such as `https://knee.example.org`."""
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HTTP_SCHEMES: Final = {"ws": "http", "wss": "https"}
_OWN_NAME: Final = "localhost"
_ANY_ADDRESS: Final = ("0.0.0.0", "::")
"""Where a server listens on every address: none that a browser could go to."""


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
    given = [*environ.get(ORIGINS_VARIABLE, "").split(","), _origin_in(public_url(environ) or "")]
    read = (read_origin(each.strip()) for each in given)
    return frozenset(each for each in read if each is not None)


def public_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the address under which others reach the app, as it was set, without a slash at its end.

    Returns
    -------
    str or None
        None where `FORMCHECK_PUBLIC_URL` names none that others can reach.
    """
    given = environ.get(PUBLIC_VARIABLE, "").strip().rstrip("/")
    return given if is_public_url(given) else None


def is_public_url(url: str) -> bool:
    """Say whether others can reach an address: `http` or `https`, with a host that is not this computer's own name."""
    origin = read_origin(_origin_in(url))
    split = urlsplit(url) if origin is not None else None
    plain = split is not None and not split.query and not split.fragment
    return plain and origin is not None and not _leads_home(origin.host)


def address_for_others(page_url: str | None) -> str | None:
    """Return what links begin with that are sent to others: the address that was set, else one that is known to work.

    Parameters
    ----------
    page_url
        Of the page that is open, by which this browser came here; None where it is not known.

    Returns
    -------
    str or None
        None where nobody but this computer is known to reach the app: then no link may be sent.
    """
    if (set_url := public_url()) is not None:
        return set_url
    known = (_origin_in(each) for each in (login_origin() or "", page_url or ""))
    return next((each for each in known if is_public_url(each)), None)


NO_PUBLIC_URL: Final = (
    "Nobody but this computer is known to reach this server, so no link to it can be sent. Start the app with "
    "`formcheck app --public-url https://…`, or set `FORMCHECK_PUBLIC_URL`, to the address by which others come here."
)


def _origin_in(url: str) -> str:
    try:
        split = urlsplit(url)
    except ValueError:
        return ""
    return f"{split.scheme}://{split.netloc}" if split.netloc else ""


def _leads_home(host: str) -> bool:
    return host == _OWN_NAME or host.endswith(f".{_OWN_NAME}") or is_loopback_address(host) or host in _ANY_ADDRESS


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
