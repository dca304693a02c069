"""Logins that somebody ended by *Log out*: over in every tab, download and socket of that browser.

Streamlit takes the login out of the tab in which it was ended and out of the browser's cookies. Other tabs would go on
as they were, and a copy of the cookie would still do.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from formcheck.web.access.login import Claims

_REMEMBERED_S: Final = 31 * 24 * 3600.0
"""Longer than the cookie of a login lasts."""
_NOT_OF_THE_LOGIN: Final = frozenset({"is_logged_in", "origin", "tokens"})
"""What Streamlit adds, not the same for pages and cookies."""


def login_id(claims: Claims) -> str:
    """Return what one login can be told from all others by: each has an ID token of its own."""
    told = {name: value for name, value in claims.items() if name not in _NOT_OF_THE_LOGIN}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class EndedLogins:
    """The logins that were ended while this process runs; safe to use from any thread.

    Parameters
    ----------
    clock
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ended_at_s: dict[str, float] = {}

    def end(self, claims: Claims) -> None:
        """End a login."""
        now_s = self._clock()
        with self._lock:
            recent = {name: at_s for name, at_s in self._ended_at_s.items() if now_s - at_s < _REMEMBERED_S}
            self._ended_at_s = {**recent, login_id(claims): now_s}

    def has(self, claims: Claims) -> bool:
        """Return whether a login was ended."""
        with self._lock:
            return login_id(claims) in self._ended_at_s


@cache
def ended_logins() -> EndedLogins:
    """Return the ended logins of this process."""
    return EndedLogins()
