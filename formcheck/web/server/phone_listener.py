"""The second listener, in the home network: the pages of phones and nothing else of the app."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from formcheck.commands.app import PHONE_VARIABLE, SECURE_PHONE_VARIABLE
from formcheck.errors import FormcheckError
from formcheck.web.access.service import records_service
from formcheck.web.gate.crowd import GateLimits
from formcheck.web.gate.gate import Gate
from formcheck.web.gate.server import bound_config
from formcheck.web.phone.authority import Authority, fingerprint
from formcheck.web.phone.place import listening
from formcheck.web.phone.routes import listener_routes

_LOG: Final = logging.getLogger(__name__)
_END_WITHIN_S: Final = 5


class _Beside(uvicorn.Server):
    """A server beside the one that this process is ended with: signals are that one's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def while_phones_are_served(environ: Mapping[str, str] = os.environ) -> AsyncIterator[None]:
    """Listen for phones where that was asked for, while the block runs."""
    servers: list[tuple[_Beside, asyncio.Task[None]]] = []
    told = listening()
    try:
        if place := environ.get(PHONE_VARIABLE):
            address, server = _server(place, "http")
            servers.append((server, asyncio.create_task(server.serve(_sockets(place)))))
            told.address = address
        if place and (secure := environ.get(SECURE_PHONE_VARIABLE)):
            host = secure.rpartition(":")[0]
            authority = Authority(records_service().settings.home)
            chain = await asyncio.to_thread(authority.certificate_for, host)
            told.fingerprint = fingerprint(authority.certificate() or b"")
            address, server = _server(secure, "https", chain)
            servers.append((server, asyncio.create_task(server.serve(_sockets(secure)))))
            told.secure_address = address
    except (OSError, ValueError, FormcheckError) as error:
        told.fault = "The address for phones could not be opened. Start formcheck again with `formcheck app --phone`."
        _LOG.error("no phone is served: %s", error)
    try:
        yield
    finally:
        told.address = told.secure_address = told.fingerprint = told.fault = ""
        for server, _ in servers:
            server.should_exit = True
        for _, task in servers:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(task, 2 * _END_WITHIN_S)


def phone_app(*, live: bool) -> Starlette:
    """Return all that there is at the address for phones: the gate, and these routes.

    Parameters
    ----------
    live
        Whether live sets can be done there, which takes HTTPS.
    """
    routes = listener_routes(live=live)
    return Starlette(routes=routes, middleware=[Middleware(Gate, routes=routes, to_strangers=True)])


def _server(place: str, scheme: str, chain: Path | None = None) -> tuple[str, _Beside]:
    """Return the address at which phones reach a server, and the server."""
    config = uvicorn.Config(
        phone_app(live=scheme == "https"),
        http="h11",
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_END_WITHIN_S,
        ssl_certfile=chain,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    config.load()
    bound_config(config, GateLimits())
    return f"{scheme}://{place}", _Beside(config)


def _sockets(place: str) -> list[socket.socket]:
    """Return what listens at one address of this computer, and at no other.

    Raises
    ------
    OSError
        If it cannot.
    """
    host, _, port = place.rpartition(":")
    ((family, kind, protocol, _, address), *_) = socket.getaddrinfo(
        host.strip("[]"), int(port), type=socket.SOCK_STREAM
    )
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return [listener]
