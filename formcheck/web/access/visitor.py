"""Where somebody comes from: without a login, only a browser on this computer is let in."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_BY_PROXIES: Final = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fly-client-ip",
        "x-original-host",
        "x-original-forwarded-for",
    }
)
_BY_PROXIES_TOO: Final = "x-forwarded-"
_OWN_NAME: Final = "localhost"


@dataclass(frozen=True)
class Visitor:
    """What a connection says of where it comes from."""

    address: str | None
    """Of the other end, None where it is not known."""
    host: str | None
    """The Host header: under which name the server was asked for."""
    origin: str | None
    """The Origin header: whose page asks. Browsers send it with sockets, and not with plain downloads."""
    by_proxy: bool
    """Whether a header tells of a proxy in between: then the address is the proxy's."""

    @classmethod
    def of(cls, address: object, headers: Mapping[str, str]) -> Visitor:
        """Return what an address and headers say.

        Parameters
        ----------
        address
            Of the other end; anything but text is taken as not known.
        headers
            By name, in any case.
        """
        known = {name.lower(): value for name, value in headers.items()}
        return cls(
            address=address if isinstance(address, str) else None,
            host=known.get("host"),
            origin=known.get("origin"),
            by_proxy=any(name in _BY_PROXIES or name.startswith(_BY_PROXIES_TOO) for name in known),
        )

    @property
    def is_on_this_computer(self) -> bool:
        """Whether it is a browser on this computer that has the app open under this computer's own name.

        The address alone does not tell: a proxy on this computer has it too, and so has a page of another site whose
        name was pointed here (DNS rebinding). Such a page cannot hide its own name from Host and Origin.
        """
        return (
            not self.by_proxy
            and _is_loopback(self.address)
            and _names_loopback(f"//{self.host}" if self.host else "")
            and (self.origin is None or _names_loopback(self.origin))
        )


def _names_loopback(url: str) -> bool:
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return False
    if name is None:
        return False
    name = name.rstrip(".")
    return name == _OWN_NAME or name.endswith(f".{_OWN_NAME}") or _is_loopback(name)


def _is_loopback(address: str | None) -> bool:
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return known.is_loopback if mapped is None else mapped.is_loopback
