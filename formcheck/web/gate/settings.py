"""What the environment says of the proxies before the app."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import Final

from formcheck.errors import FormcheckError

PROXIES_VARIABLE: Final = "FORMCHECK_PROXIES"
"""Addresses of proxies, with commas between, such as `127.0.0.1`: what they say of who asks is believed."""


class ProxySettingError(FormcheckError):
    """The setting names something that is no address."""


def known_proxies(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the addresses of the proxies before the app.

    Raises
    ------
    ProxySettingError
        If one is no address.
    """
    named = [each.strip() for each in environ.get(PROXIES_VARIABLE, "").split(",") if each.strip()]
    try:
        return tuple(str(ipaddress.ip_address(each)) for each in named)
    except ValueError as error:
        raise ProxySettingError(
            f"{PROXIES_VARIABLE} must be addresses with commas between, such as 127.0.0.1.", "Correct it, or unset it."
        ) from error
