"""Where phones reach the pages that are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from formcheck.web.access.origins import address_for_others, public_url
from formcheck.web.shared.addresses import PHONE_PATH

HOW_TO_GET_IT: Final = (
    "A phone in your Wi-Fi can be the camera: stop formcheck, and start it with `formcheck app --phone`. Then a code "
    "stands here for the phone to scan."
)


@dataclass
class Listening:
    """The second listener of this process."""

    address: str = ""
    """`http://192.168.1.20:8510`; empty where there is none."""
    secure_address: str = ""
    """The same over HTTPS."""
    fingerprint: str = ""
    """Of the authority whose certificate that is (SHA-256)."""
    fault: str = ""
    """Why there is none although it was asked for."""


@cache
def listening() -> Listening:
    """Return where this process listens for phones."""
    return Listening()


def address_for_phones(page_url: str | None) -> str | None:
    """Return where a phone reaches this server: the address that was set, the second listener, or the page's own.

    Parameters
    ----------
    page_url
        Of the page that is open; None where it is not known.

    Returns
    -------
    str or None
        Without a slash at its end; None where no phone is known to reach it.
    """
    return public_url() or listening().address or address_for_others(page_url)


def link_for_phone(address: str, code: str) -> str:
    """Return what stands in the code on the screen: what is behind `#` no server sees."""
    return f"{address}{PHONE_PATH}#{code}"
