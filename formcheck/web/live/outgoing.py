"""What is handed to a socket to send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.live.replies import error_message


@dataclass(frozen=True)
class Outgoing:
    """Something for a socket to send."""

    text: str
    """Empty when there is nothing to say before closing."""
    close_code: int | None = None
    """What to close the socket with afterwards; None to leave it open."""


Listener = Callable[[Outgoing], None]
"""Hands something to a socket; may be called from any thread, and does not wait."""


def goodbye(refusal: LiveRefusalError) -> Outgoing:
    """Return the error message and the closing that goes with it."""
    return Outgoing(error_message(refusal), int(refusal.close_code))
