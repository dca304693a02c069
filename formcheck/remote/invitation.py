"""Invitations: a code of 128 bits that stands behind `#` in a link, for one person, one room and a window of time.

Only its hash is kept. At first use it is bound to the browser that uses it, by the hash of a secret of that browser.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

EARLY: Final = timedelta(minutes=30)
"""Before the time that a session is planned for."""
LATE: Final = timedelta(hours=3)
"""After it."""
_CODE_BYTES: Final = 16

Use = Literal["first", "again", "other-browser"]


def new_code() -> str:
    """Return a code, fit for an address."""
    return secrets.token_urlsafe(_CODE_BYTES)


def hash_of(secret: str) -> str:
    """Return what is kept of a code, or of a browser's secret: its SHA-256 in hexadecimal.

    It has 128 bits of chance, so neither salt nor slowness adds anything.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Invitation:
    """What is known of one."""

    valid_from: datetime
    valid_until: datetime
    revoked: bool
    browser_sha256: str | None
    """Of the browser that it is bound to; None before its first use."""

    def use(self, browser: str, now: datetime) -> Use | None:
        """Return what it means that this browser comes with it now; None where it leads nowhere.

        The browser that it is bound to may come back after its time too: a call is over when its session is.

        Parameters
        ----------
        browser
            The browser's secret.
        now
            The time.
        """
        if self.revoked or now < self.valid_from:
            return None
        if self.browser_sha256 is not None and hmac.compare_digest(self.browser_sha256, hash_of(browser)):
            return "again"
        if now > self.valid_until:
            return None
        return "first" if self.browser_sha256 is None else "other-browser"


def window(planned: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until when an invitation is good.

    Parameters
    ----------
    planned
        What the session is planned for; None for at once.
    now
        The time.
    """
    at = now if planned is None else planned
    return at - EARLY, at + LATE
