"""What is handed to a socket to send, and its sending."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.websockets import WebSocket

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


async def send_all(outbox: asyncio.Queue[Outgoing], websocket: WebSocket, send_s: float) -> None:
    """Send what is put into an outbox, until one of it closes the socket.

    Parameters
    ----------
    outbox
        What is to be sent.
    websocket
        Accepted.
    send_s
        How long each may take.

    Raises
    ------
    TimeoutError
        If the other end does not read.
    """
    while True:
        outgoing = await outbox.get()
        async with asyncio.timeout(send_s):
            if outgoing.text:
                await websocket.send_text(outgoing.text)
            if outgoing.close_code is not None:
                await websocket.close(outgoing.close_code)
                return
