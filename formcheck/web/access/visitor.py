"""Where somebody comes from: without a login, only a browser on this computer is let in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from formcheck.web.access.origins import is_loopback_address, is_own_origin, names_loopback

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


@dataclass(frozen=True)
class Visitor:
    """What a connection says of where it comes from."""

    address: str | None
    """Of the other end, None where it is not known."""
    host: str | None
    """The Host header: under which name the server was asked for."""
    origin: str | None
    """The Origin header: whose page asks. Browsers send it with sockets, and not with plain downloads."""
    scheme: str | None
    """Over which the server was asked, None where it is not known."""
    by_proxy: bool
    """Whether a header tells of a proxy in between: then the address is the proxy's."""

    @classmethod
    def of(cls, address: object, headers: Mapping[str, str], scheme: str | None = None) -> Visitor:
        """Return what an address and headers say.

        Parameters
        ----------
        address
            Of the other end; anything but text is taken as not known.
        headers
            By name, in any case.
        scheme
            Over which the server was asked, None where it is not known.
        """
        known = {name.lower(): value for name, value in headers.items()}
        return cls(
            address=address if isinstance(address, str) else None,
            host=known.get("host"),
            origin=known.get("origin"),
            scheme=scheme,
            by_proxy=any(name in _BY_PROXIES or name.startswith(_BY_PROXIES_TOO) for name in known),
        )

    @property
    def is_on_this_computer(self) -> bool:
        """Whether it is a browser on this computer that has the app open under this computer's own name.

        The address alone does not tell: a proxy on this computer has it too, and so has a page of another site whose
        name was pointed here (DNS rebinding), or one that another program of this computer serves at another port. Such
        a page cannot hide where it is from in Host and Origin.
        """
        return (
            not self.by_proxy
            and is_loopback_address(self.address)
            and names_loopback(self.host)
            and (self.origin is None or is_own_origin(self.origin, self.host, self.scheme))
        )
