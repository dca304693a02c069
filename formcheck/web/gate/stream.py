"""What goes between a page and Streamlit: only what our pages send, and nothing about the server's disk.

Streamlit takes more from a browser than these pages have: to empty its caches, to write files beside the app, to read
the state of the source code. And it tells every browser where the app lies on the server.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import formcheck
from formcheck.web.gate.crowd import Bucket, GateLimits

_LOG: Final = logging.getLogger(__name__)
_WANTED: Final = frozenset({"rerun_script", "stop_script", "app_heartbeat", "deferred_file"})
"""Kinds of messages that a page of this app sends; the last asks for a file that is made when its button is pressed."""
_FOLDERS: Final = tuple(
    str(folder).encode() for folder in {Path(formcheck.__file__).resolve().parents[1], Path(sys.prefix), Path.home()}
)
"""Whatever names one of these tells where something lies on the server."""
_NOT_SAID: Final = "What went wrong is in the server's log."


def page_messages(
    receive: Receive, pace: Bucket, limits: GateLimits, clock: Callable[[], float] = time.monotonic
) -> Receive:
    """Return what receives the messages of a page that Streamlit may have, no faster than people work.

    Parameters
    ----------
    receive
        Gives what comes over the socket.
    pace
        Of all pages of the same address.
    limits
        With what counts as one message.
    clock
        Seconds, never going back; the one of `pace`.
    """

    async def wanted() -> Message:
        while True:
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            data = message.get("bytes")
            await asyncio.sleep(pace.wait_s(clock(), 1 + len(data or b"") // limits.message_unit_bytes))
            if _is_wanted(data):
                return message

    return wanted


def _is_wanted(data: bytes | None) -> bool:
    """Return whether Streamlit is to have a message; what is no message of a page, it closes the socket for."""
    if data is None:
        return True
    try:
        message = BackMsg.FromString(data)
    except DecodeError:
        return True
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        kind = message.backend_operation_request.WhichOneof("payload")
    if kind not in _WANTED:
        _LOG.info("a message of a page was dropped: %s", kind)
    return kind in _WANTED


def without_places(send: Send) -> Send:
    """Return what sends a page its messages without telling where anything lies on the server."""

    async def send_less(message: Message) -> None:
        data = message.get("bytes") if message["type"] == "websocket.send" else None
        if data is not None and any(folder in data for folder in _FOLDERS):
            message = {**message, "bytes": _without_places(data)}
        await send(message)

    return send_less


def _without_places(data: bytes) -> bytes:
    message = ForwardMsg.FromString(data)
    kind = message.WhichOneof("type")
    if kind == "new_session":
        session = message.new_session
        session.main_script_path = Path(session.main_script_path).name
        session.initialize.environment_info.python_version = ""
        session.initialize.environment_info.server_os = ""
    elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
        error = message.delta.new_element.exception
        error.message, error.message_is_markdown = _NOT_SAID, False
        del error.stack_trace[:]
    less: bytes = message.SerializeToString()
    return less
