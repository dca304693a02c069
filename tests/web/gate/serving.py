"""A real uvicorn on a free port of loopback, with the gate before a few made-up routes of the app's own names."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from formcheck.web.gate.crowd import GateLimits
from formcheck.web.gate.gate import Gate
from formcheck.web.shared.addresses import PHONE_CLAIM_PATH, UPLOADS_PATH

WITHIN_S = 60.0


@dataclass
class Seen:
    """What came to the routes behind the gate."""

    bytes: int = 0
    left: int = 0
    """Requests whose other end left, as far as they could tell."""
    messages: list[int] = field(default_factory=list)


def routes_that_see(seen: Seen) -> list[BaseRoute]:
    async def take(request: Request) -> Response:
        if request.path_params.get("upload_id") == "unread":
            return PlainTextResponse("refused")
        try:
            async for piece in request.stream():
                seen.bytes += len(piece)
        except ClientDisconnect:
            seen.left += 1
        return PlainTextResponse("taken")

    async def who(request: Request) -> Response:
        client = request.client
        return JSONResponse({"address": None if client is None else client.host, "scheme": request.url.scheme})

    async def read(request: Request) -> Response:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    async def fail(_: Request) -> Response:
        raise ZeroDivisionError("at /home/somebody/formcheck/secret.py")

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        async for data in websocket.iter_bytes():
            seen.messages.append(len(data))
            await websocket.send_bytes(data)

    return [
        Route(UPLOADS_PATH, take, methods=["POST"]),
        Route(UPLOADS_PATH + "/{upload_id}", take, methods=["PUT"]),
        Route("/formcheck-health", who),
        Route(PHONE_CLAIM_PATH, read, methods=["POST"]),
        Route("/fails", fail),
        WebSocketRoute("/live", talk),
    ]


@dataclass
class Served:
    """A server, and what came to its routes."""

    port: int
    seen: Seen
    server: uvicorn.Server

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port))
        link.settimeout(WITHIN_S)
        return link

    def open_socket(self, origin: str | None = None) -> ClientConnection:
        """Open a socket as a page of the server does, or one of another origin."""
        return connect(f"ws://127.0.0.1:{self.port}/live", origin=Origin(origin or self.origin), proxy=None)

    def ask(self, head: str, body: bytes = b"") -> bytes:
        """Send a request whose header is given but for Host, and return all that comes until the end."""
        with self.connect() as link:
            link.sendall(request(self.port, head) + body)
            return until_closed(link)


def request(port: int, head: str) -> bytes:
    first, *others = head.split("\n")
    lines = [first + " HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *others, "", ""]
    return "\r\n".join(lines).encode()


def until_closed(link: socket.socket) -> bytes:
    """Return all that comes until the other end closes; fails if it does not."""
    came = b""
    try:
        while piece := link.recv(65_536):
            came += piece
    except ConnectionError:
        pass
    return came


@contextmanager
def served(limits: GateLimits | None = None, own: Sequence[BaseRoute] | None = None) -> Iterator[Served]:
    """Serve on a free port while the block runs."""
    seen = Seen()
    routes = list(own) if own is not None else routes_that_see(seen)
    app = Starlette(routes=routes, middleware=[Middleware(Gate, routes=routes, limits=limits)])
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    end = time.monotonic() + WITHIN_S
    while not server.started:
        assert time.monotonic() < end, "the server did not start"
        time.sleep(0.005)
    try:
        yield Served(listener.getsockname()[1], seen, server)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(WITHIN_S)
        assert not thread.is_alive()
