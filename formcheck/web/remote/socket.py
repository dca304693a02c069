"""A room's socket: one loop that receives and one that sends, both bounded in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from formcheck.errors import FormcheckError
from formcheck.web.access.origins import is_own_page
from formcheck.web.live.outgoing import Outgoing, goodbye, send_all
from formcheck.web.live.pace import RateLimit
from formcheck.web.live.refusal import (
    NORMAL_CLOSE,
    CloseCode,
    LiveRefusalError,
    malformed,
    our_fault,
    too_fast,
)
from formcheck.web.remote.messages import Hello, RoomMessage, parse_room_text
from formcheck.web.remote.open_room import OpenRoom
from formcheck.web.remote.registry import RoomRegistry
from formcheck.web.remote.talkers import Talker

_LOG: Final = logging.getLogger(__name__)


class RoomSocket:
    """One socket, from its opening to its closing.

    Parameters
    ----------
    websocket
        Not yet accepted.
    registry
        Where rooms are found.
    """

    def __init__(self, websocket: WebSocket, registry: RoomRegistry) -> None:
        self._websocket, self._registry = websocket, registry
        self._limits = registry.parts.limits
        self._rate = RateLimit(self._limits.messages_per_s, time.monotonic)
        self._outbox: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._room: OpenRoom | None = None
        self._talker: Talker | None = None

    async def run(self) -> None:
        """Serve the socket until it is closed by either end."""
        # Also who is refused is let in first: a browser tells its page nothing of a socket that was never open.
        await self._websocket.accept()
        sending = asyncio.create_task(send_all(self._outbox, self._websocket, self._limits.send_s))
        receiving = asyncio.create_task(self._receive_loop())
        tasks = {sending, receiving}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done() and not sending.done() and self._has_last_words(receiving):
                await asyncio.wait({sending})
        finally:
            self._leave()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            if sending.done() and not sending.cancelled():
                sending.exception()  # whatever it was: the other end is gone

    def _listen(self, outgoing: Outgoing) -> None:
        if self._outbox.qsize() < self._limits.most_unsent:
            self._outbox.put_nowait(outgoing)

    def _is_late(self) -> bool:
        return self._outbox.qsize() >= self._limits.most_unsent_results

    def _leave(self) -> None:
        room, talker, self._room = self._room, self._talker, None
        if room is not None and talker is not None:
            room.leave(talker)

    def _has_last_words(self, receiving: asyncio.Task[None]) -> bool:
        """Say why nothing more is received, and return whether the other end is still there to hear it."""
        error = receiving.exception()
        if error is None or isinstance(error, WebSocketDisconnect):
            return False
        if isinstance(error, FormcheckError) and not isinstance(error, LiveRefusalError):
            error = LiveRefusalError(CloseCode.BUSY, "records", error.reason, error.remedy)
        if not isinstance(error, LiveRefusalError):
            _LOG.error("a room's socket failed", exc_info=error)
            error = our_fault()
        self._leave()
        self._outbox.put_nowait(goodbye(error))
        return True

    async def _receive_loop(self) -> None:
        if not is_own_page(self._websocket):
            raise LiveRefusalError(
                CloseCode.ORIGIN,
                "origin",
                "This page does not belong to this server.",
                "Open the session at its own address.",
            )
        hello = await self._receive(self._limits.first_message_s)
        if not isinstance(hello, Hello):
            raise malformed("The first message must say who comes.", code="order")
        room, talker = await self._registry.enter(hello, self._websocket, self._listen, self._is_late)
        self._room, self._talker = room, talker
        while True:
            message = await self._receive(self._limits.idle_s)
            if isinstance(message, Hello):
                raise malformed("It was said already who comes.", code="order")
            await room.handle(talker, message)

    async def _receive(self, patience_s: float) -> RoomMessage:
        """Return the next message, bounded in size, time and rate."""
        try:
            async with asyncio.timeout(patience_s):
                message = await self._websocket.receive()
        except TimeoutError as error:
            raise LiveRefusalError(
                CloseCode.IDLE, "idle", "Nothing was heard of this page for a while.", "Reload the page."
            ) from error
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", NORMAL_CLOSE))
        if not self._rate.allows_one_more():
            raise too_fast(f"More than {self._limits.messages_per_s:.0f} messages a second came.")
        text: str | None = message.get("text")
        if text is None:
            raise malformed("A message is no text.")
        return parse_room_text(text)


async def serve_room_socket(websocket: WebSocket, registry: RoomRegistry) -> None:
    """Serve one socket of a room until it is closed; see `RoomSocket`."""
    with contextlib.suppress(WebSocketDisconnect):
        await RoomSocket(websocket, registry).run()
