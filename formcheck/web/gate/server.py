"""Bounds on connections, before there is a request: how many, from where, and how long each may take.

Streamlit starts uvicorn by itself and hands on no settings for this. uvicorn reads its settings anew for each
connection, and its lifespan carries them: so they are set while the app starts.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection
from typing import Any, ClassVar, Final, cast

import h11
import uvicorn
from starlette.types import Receive
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Response
from websockets.server import ServerProtocol

from formcheck.web.gate.crowd import GateLimits
from formcheck.web.gate.headers import secure_headers
from formcheck.web.shared.senders import group_of

_LOG: Final = logging.getLogger(__name__)


class Connections:
    """All connections of a server. For one event loop.

    Parameters
    ----------
    limits
        How many there may be.
    proxies
        Addresses from which everybody comes; only all connections together are bounded for these.
    """

    def __init__(self, limits: GateLimits, proxies: Collection[str] = ()) -> None:
        self.limits = limits
        self._proxies = frozenset(proxies)
        self._groups: dict[asyncio.BaseTransport, str] = {}
        self._idle: dict[asyncio.BaseTransport, None] = {}
        """Those in which no request is being answered, the oldest first."""

    def enter(self, transport: asyncio.Transport) -> None:
        """Count a new connection; one that waits for nothing but its request gives way, else the new one ends."""
        peer = transport.get_extra_info("peername")
        address = peer[0] if isinstance(peer, tuple) else None
        group = group_of(address)
        self._groups[transport] = group
        self._idle[transport] = None
        of_group = Counter(self._groups.values())
        if address not in self._proxies and of_group[group] > self.limits.connections_per_address:
            self._end_oldest_of(group)
        elif len(self._groups) > self.limits.connections:
            idle = Counter(self._groups[each] for each in self._idle)
            self._end_oldest_of(max(idle, key=of_group.__getitem__))

    def busy(self, transport: asyncio.BaseTransport) -> None:
        """Note that a request, or a socket, is being served."""
        self._idle.pop(transport, None)

    def idle(self, transport: asyncio.BaseTransport) -> None:
        """Note that the next request is waited for."""
        if transport in self._groups:
            self._idle[transport] = None

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Forget a connection that is over."""
        self._groups.pop(transport, None)
        self._idle.pop(transport, None)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._groups)

    def _end_oldest_of(self, group: str) -> None:
        # The newest is among them: it goes where all others are being served.
        oldest = next(each for each in self._idle if self._groups[each] == group)
        self.leave(oldest)
        cast(asyncio.Transport, oldest).abort()


class _Stalling:
    """Ends a connection whose other end does not take what is sent."""

    ledger: ClassVar[Connections]
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _stall: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self._stall = self.loop.call_later(self.ledger.limits.stall_s, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()  # type: ignore[misc]
        self._end_stall()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_stall()
        self.ledger.leave(self.transport)
        super().connection_lost(exc)  # type: ignore[misc]

    def _end_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


class BoundedHttp(_Stalling, H11Protocol):
    """A connection of uvicorn whose headers must come in time."""

    _header_timer: asyncio.TimerHandle | None = None
    _patience_s = 0.0
    """Of that timer."""
    _rest_bytes = 0
    """Of a body that were thrown away."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and wait for its first request."""
        super().connection_made(transport)
        self._await_header()
        self.ledger.enter(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_header_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; the time for a header begins with its first byte."""
        if not self._is_serving:
            self._await_header()
            self._rest_bytes = self._rest_bytes + len(data) if self.conn.their_state is h11.SEND_BODY else 0
            if self._rest_bytes > self.ledger.limits.rest_bytes:
                self.transport.abort()
                return
        super().data_received(data)
        if self._is_serving:
            self._end_header_timer()
            self.ledger.busy(self.transport)
            is_ahead = self.conn.their_state is h11.DONE
            if is_ahead and len(self.conn.trailing_data[0]) > self.ledger.limits.ahead_bytes:
                self.transport.abort()
        elif not self.transport.is_closing():
            self._await_header()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.ledger.idle(self.transport)
        super().on_response_complete()
        if self._is_serving:
            self.ledger.busy(self.transport)
        elif self.conn.trailing_data[0]:
            self._await_header()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Hand the connection over to a socket."""
        self._end_header_timer()
        self.ledger.busy(self.transport)
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, with the headers that every answer has."""
        body = msg.encode("ascii")
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *secure_headers(""),
        ]
        lines = [b"HTTP/1.1 400 Bad Request", *(name + b": " + value for name, value in headers), b"", body]
        if not self._is_serving:
            self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    @property
    def _is_serving(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _await_header(self) -> None:
        limits = self.ledger.limits
        patience_s = limits.rest_s if self.conn.their_state is h11.SEND_BODY else limits.header_s
        if self._header_timer is not None and self._patience_s == patience_s:
            return
        self._end_header_timer()
        self._patience_s = patience_s
        self._header_timer = self.loop.call_later(patience_s, self._header_is_late)

    def _header_is_late(self) -> None:
        self._header_timer = None
        self.transport.abort()

    def _end_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None


class _Handshakes(ServerProtocol):
    """Refuses sockets with the headers that every answer has."""

    def reject(self, status: Any, text: str) -> Response:
        response = super().reject(status, text)
        for name, value in secure_headers(""):
            response.headers[name.decode()] = value.decode()
        return response


class BoundedSocket(_Stalling, WebSocketsSansIOProtocol):
    """A socket of uvicorn that takes nothing more from who does not take its answers."""

    _is_full = False

    def __init__(self, config: uvicorn.Config, *args: Any, **more: Any) -> None:
        super().__init__(config, *args, **more)
        self.conn = _Handshakes(max_size=config.ws_max_size, logger=logging.getLogger("uvicorn.error"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, reading little at a time."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = self.ledger.limits.read_bytes

    def pause_writing(self) -> None:
        """Take nothing more: each ping would be answered."""
        super().pause_writing()
        self._is_full = True
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._is_full = False
        if not self.read_paused:
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        """Take what came; what was asked to go on meanwhile is stopped again."""
        super().data_received(data)
        if self._is_full and not self.transport.is_closing():
            self.transport.pause_reading()
        if self.transport.get_write_buffer_size() > self.ledger.limits.unsent_bytes:
            self.transport.abort()


def bound_server(receive: Receive, limits: GateLimits, proxies: Collection[str] = ()) -> Connections | None:
    """Set the bounds of the server that starts the app.

    Parameters
    ----------
    receive
        Of the lifespan.
    limits
        The bounds.
    proxies
        Addresses and networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; no other's are.

    Returns
    -------
    Connections or None
        Those of the server from now on; None where it is not uvicorn.
    """
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, uvicorn.Config):
        _LOG.warning("this server is not uvicorn: see yourself to it that connections are bounded in number and time")
        return None
    return bound_config(config, limits, proxies)


def bound_config(config: uvicorn.Config, limits: GateLimits, proxies: Collection[str] = ()) -> Connections:
    """Set the bounds of a server by its settings, which are loaded already; see `bound_server`."""
    connections = Connections(limits, proxies)
    bound = {"ledger": connections}
    config.http_protocol_class = type("BoundedHttp", (BoundedHttp,), bound)
    config.ws_protocol_class = type("BoundedSocket", (BoundedSocket,), bound)
    config.ws_max_size = limits.message_bytes
    # What the server is tells attackers what to try.
    config.encoded_headers = [(name, value) for name, value in config.encoded_headers if name != b"server"]
    served = cast(Any, config.loaded_app)
    if isinstance(served, ProxyHeadersMiddleware):
        config.loaded_app = ProxyHeadersMiddleware(served.app, trusted_hosts=list(proxies))
    return connections
