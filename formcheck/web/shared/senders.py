"""Where a request comes from: without accounts, that is what tells one sender from another."""

from __future__ import annotations

import ipaddress
from typing import Final

from starlette.requests import HTTPConnection

_FORWARDED: Final = "x-forwarded-for"
_IPV6_SITE_BITS: Final = 64
"""A household has as many addresses as it likes in one network of this size."""


def address_of(connection: HTTPConnection) -> str | None:
    """Return the address that somebody sends from, None for this computer: whoever sits at it is its owner.

    A proxy on this computer says whom it speaks for, in the last entry of `X-Forwarded-For`.
    """
    address = connection.client.host if connection.client is not None else ""
    if _is_loopback(address):
        address = connection.headers.get(_FORWARDED, "").rpartition(",")[2].strip()
    return None if not address or _is_loopback(address) else address


def _is_loopback(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return (mapped or known).is_loopback


def group_of(address: str | None) -> str:
    """Return what counts as one address: an IPv6 network of 64 bits, or an IPv4 address."""
    try:
        known = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _IPV6_SITE_BITS), strict=False))
