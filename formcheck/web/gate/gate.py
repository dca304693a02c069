"""The one middleware before all routes: refuses what is not for us, bounds the rest, and secures every answer.

The routes that are open are listed, by method; all others of Streamlit's are closed, also those that a later version
brings.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from formcheck.errors import FormcheckError
from formcheck.web.access.identity import is_barred
from formcheck.web.access.login import login_set_up
from formcheck.web.access.origins import is_known_host, is_own_page, own_origins
from formcheck.web.gate.crowd import Crowd, GateLimits
from formcheck.web.gate.headers import secure, secure_headers
from formcheck.web.gate.page_head import WithHead, asked_whole, is_page
from formcheck.web.gate.server import bound_server
from formcheck.web.gate.stream import page_messages, without_places
from formcheck.web.phone.messages import LONGEST_CLAIM
from formcheck.web.remote.messages import MAX_PART_BYTES, MAX_STILL_BYTES
from formcheck.web.shared.addresses import (
    PAGES,
    PHONE_CLAIM_PATH,
    PHONE_LIVE_PATH,
    PHONE_UPLOADS_PATH,
    RECORDINGS_PATH,
    START,
    STILLS_PATH,
    UPLINK_PATH,
    UPLOADS_PATH,
)
from formcheck.web.uploads.answers import CHUNK_BYTES

STREAM_PATH: Final = "/_stcore/stream"
"""The socket between a page and Streamlit."""
_READ: Final = ("GET", "HEAD")
_OF_STREAMLIT: Final = (
    "/_stcore/health",  # asked by the page before it opens its socket; sets the cookie against forged requests
    "/_stcore/host-config",  # asked by the page at its start; holds constants
    "/media/{file:path}",  # pictures and downloads of a page
    "/static/{file:path}",  # Streamlit's own scripts, styles and fonts
    "/favicon.png",
    "/",
)
_OF_LOGIN: Final = ("/auth/login", "/auth/logout", "/oauth2callback")
"""There only where a login is set up."""


@dataclass(frozen=True)
class RequestBody:
    """What may come with a request."""

    most_bytes: int = 0
    seconds: float = 0.0
    """From the first byte to the last."""


_ANNOUNCEMENT: Final = RequestBody(65_536, 30.0)
_PIECE: Final = RequestBody(CHUNK_BYTES, 600.0)
_BODIES: Final = {
    ("POST", UPLOADS_PATH): _ANNOUNCEMENT,
    ("PUT", UPLOADS_PATH + "/{upload_id}"): _PIECE,
    ("POST", PHONE_CLAIM_PATH): RequestBody(LONGEST_CLAIM, 30.0),
    ("POST", PHONE_LIVE_PATH): RequestBody(LONGEST_CLAIM, 30.0),
    ("POST", PHONE_UPLOADS_PATH): _ANNOUNCEMENT,
    ("PUT", PHONE_UPLOADS_PATH + "/{upload_id}"): _PIECE,
    ("PUT", STILLS_PATH + "/{still}"): RequestBody(MAX_STILL_BYTES, 60.0),
    ("PUT", RECORDINGS_PATH + "/{recording}"): RequestBody(MAX_PART_BYTES, 60.0),
    ("POST", UPLINK_PATH): RequestBody(262_144, 30.0),
}
"""By method and route; nothing else takes one. Ten minutes for a piece are 14 kB/s."""
NO_BODY: Final = RequestBody()


class Access(Enum):
    """Whether a request may go on to its route."""

    OPEN = "open"
    NO_ROUTE = "no route"
    NO_METHOD = "no method"


class AllowedRoutes:
    """What may be asked for.

    Parameters
    ----------
    own
        The app's own routes, all of which are open to the requests that they name.
    alone
        Whether nothing is open beside them: no page of Streamlit's, no login.
    """

    def __init__(self, own: Sequence[BaseRoute], *, alone: bool = False) -> None:
        if alone:
            self._always, self._with_login = list(own), []
            return
        pages = [f"/{address}" for address in PAGES]
        # With and without a slash at its end; Streamlit sends browsers to the one without.
        pages += [f"{page}/" for page in pages]
        self._always = [*own, *_readable((*_OF_STREAMLIT, *pages)), WebSocketRoute(STREAM_PATH, _nowhere)]
        self._with_login = _readable(_OF_LOGIN)

    def access(self, scope: Scope) -> tuple[Access, RequestBody]:
        """Return whether a request or a socket may go on, and what body it may have."""
        found = Access.NO_ROUTE
        for route in self._open_now():
            match, _ = route.matches(scope)
            if match is Match.FULL:
                path = route.path if isinstance(route, Route) else ""
                return Access.OPEN, _BODIES.get((scope.get("method", ""), path), NO_BODY)
            if match is Match.PARTIAL:
                found = Access.NO_METHOD
        return found, NO_BODY

    def _open_now(self) -> list[BaseRoute]:
        return [*self._always, *self._with_login] if login_set_up().on else self._always


async def _nowhere(*_: object) -> None:
    """Be what a route needs that only tells whether an address is its own."""


def _readable(paths: Iterable[str]) -> list[BaseRoute]:
    return [Route(path, _nowhere, methods=list(_READ)) for path in paths]


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


_LOG: Final = logging.getLogger(__name__)
_READING: Final = frozenset({"GET", "HEAD"})
_SET_UP_LOGIN: Final = Path(__file__).with_name("set_up_login.html")
_NO_PAGE: Final = Path(__file__).with_name("no_page.html")


def gate(routes: Sequence[BaseRoute]) -> Middleware:
    """Return the middleware for `streamlit.App`.

    Parameters
    ----------
    routes
        The app's own.
    """
    return Middleware(Gate, routes=routes)


class Gate:
    """See the module.

    Parameters
    ----------
    app
        What is behind it.
    routes
        The app's own, which are open beside those of Streamlit's that the pages need.
    limits
        What strangers may take.
    clock
        Seconds, never going back.
    to_strangers
        Whether this is the listener for phones in the home network: these routes are open to whoever reaches it, and
        nothing else of the app is there.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Sequence[BaseRoute],
        limits: GateLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        to_strangers: bool = False,
    ) -> None:
        self._app = app
        self._allowed = AllowedRoutes(routes, alone=to_strangers)
        self._to_strangers = to_strangers
        self._limits = limits or GateLimits()
        self._clock = clock
        self._crowd = Crowd(self._limits, clock)
        self._proxies: tuple[str, ...] = ()
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, a socket, or the life of the server."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            self._proxies = _proxies()
            bound_server(receive, self._limits, self._proxies)
            await self._app(scope, receive, send)

    def _look_for_unknown_proxy(self, scope: Scope) -> None:
        """Say once that somebody tells of a proxy of which nobody has told us."""
        if not self._proxies and not self._has_warned and "x-forwarded-for" in Headers(scope=scope):
            self._has_warned = True
            _LOG.warning(
                "requests from %s come by way of a proxy: name it in %s, or all who come that way count as one address",
                _address(scope),
                PROXIES_VARIABLE,
            )

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._look_for_unknown_proxy(scope)
        answer = _Answer(scope, send)
        access, body = self._allowed.access(scope)
        with self._crowd.request(_address(scope)) as has_room:
            refusal = _refusal(scope, access, to_strangers=self._to_strangers) or _too_much(scope, body)
            if not self._to_strangers and scope["method"] in _READING:
                refusal = _for_people(scope, refusal)
            if not has_room:
                refusal = PlainTextResponse("Too much at once from one address. Try again.\n", status_code=429)
            if refusal is not None:
                # What it may still send is not waited for.
                refusal.headers["Connection"] = "close"
                await refusal(scope, receive, answer.send)
                return
            reply: Send = answer.send
            if is_page(scope):
                scope, reply = asked_whole(scope), WithHead(reply).send
            bounded = _BoundedBody(receive, body, self._limits, answer)
            try:
                await self._app(scope, bounded.receive, reply)
            except ClientDisconnect:
                # The sender's doing, so nothing for the log.
                if not answer.begun:
                    await bounded.refusal(scope, receive, answer.send)
            except Exception:
                if not answer.begun:
                    await PlainTextResponse("Something went wrong.\n", status_code=500)(scope, receive, answer.send)
                raise

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        access, _ = self._allowed.access(scope)
        # First of all: the tries of a page of another site must not use up what those of ours may open.
        refusal = _refusal(scope, access, to_strangers=self._to_strangers)
        if refusal is not None:
            await _refuse_socket(scope, receive, send, refusal)
            return
        with self._crowd.socket(_address(scope)) as has_room:
            if not has_room:
                full = PlainTextResponse("Too many windows are open at one address.\n", status_code=429)
                await _refuse_socket(scope, receive, send, full)
                return
            if scope["path"] == STREAM_PATH:
                pace = self._crowd.messages_of(_address(scope))
                receive = page_messages(receive, pace, self._limits, self._clock)
                send = without_places(send)
            await self._app(scope, receive, _secured_socket(scope, send))


def _proxies() -> tuple[str, ...]:
    try:
        return known_proxies()
    except FormcheckError as error:
        _LOG.error("no proxy is believed: %s", error)
        return ()


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _refusal(scope: Scope, access: Access, *, to_strangers: bool) -> Response | None:
    """Return the answer to what may not go on; None when it may."""
    headers = Headers(scope=scope)
    if len(headers.getlist("host")) != 1 or len(headers.getlist("origin")) > 1:
        return PlainTextResponse("There must be one Host, and one Origin at most.\n", status_code=400)
    connection = HTTPConnection(scope)
    if not to_strangers and is_barred(connection):
        return _set_up_login(scope, access)
    if not _is_known(headers.get("host")):
        return PlainTextResponse(
            "This server is not known by that name. Open the app at its own address, or name this one in "
            "FORMCHECK_LIVE_ORIGINS (docs/security.md).\n",
            status_code=421,
        )
    must_say = scope["type"] == "websocket" or scope["method"] not in _READING
    if (must_say or "origin" in headers) and not is_own_page(connection):
        return PlainTextResponse("This page does not belong to this server.\n", status_code=403)
    if access is Access.NO_METHOD:
        return PlainTextResponse("This cannot be done here.\n", status_code=405)
    return None if access is Access.OPEN else PlainTextResponse("There is nothing here.\n", status_code=404)


def _for_people(scope: Scope, refusal: Response | None) -> Response | None:
    """Lead whoever typed or followed a wrong address back: to a page of ours with the way home, or home itself."""
    if refusal is None and scope["path"].rstrip("/") == f"/{START}":
        # Streamlit has the page that the app opens on at the root alone, and says that there is none at its name.
        return RedirectResponse("/")
    asks_for_a_page = "text/html" in Headers(scope=scope).get("accept", "")
    if refusal is not None and refusal.status_code == HTTPStatus.NOT_FOUND and asks_for_a_page:
        return HTMLResponse(_NO_PAGE.read_text(encoding="utf-8"), status_code=HTTPStatus.NOT_FOUND)
    return refusal


def _is_known(host: str | None) -> bool:
    """Say whether the server may be asked for by this name, also by Streamlit's own setting for it."""
    return is_known_host(host, own_origins()) or (
        bool(config.get_option("server.allowedHosts")) and is_host_allowed(host)
    )


def _set_up_login(scope: Scope, access: Access) -> Response:
    """Return the one answer to strangers where there is no login."""
    if scope["type"] == "http" and scope["method"] in _READING and access is Access.OPEN:
        return HTMLResponse(_SET_UP_LOGIN.read_text(encoding="utf-8"), status_code=403)
    return PlainTextResponse("Set up login first (docs/access.md).\n", status_code=403)


def _too_much(scope: Scope, body: RequestBody) -> Response | None:
    """Return the answer to a request that announces more than its route takes."""
    headers = Headers(scope=scope)
    length = headers.get("content-length", "0")
    known = length.isascii() and length.isdigit() and len(length) <= 15
    if not known or int(length) > body.most_bytes or ("transfer-encoding" in headers and not body.most_bytes):
        return _more_than_is_taken()
    return None


def _more_than_is_taken() -> Response:
    return PlainTextResponse("That is more than is taken here.\n", status_code=413)


class _Answer:
    """What is sent to one request, with the headers that every answer has."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._path = str(scope["path"])
        self._send = send
        self.begun = False
        self.is_last = False
        """Whether the connection ends with it."""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message.setdefault("headers", [])
            headers = MutableHeaders(scope=message)
            secure(headers, self._path)
            if self.is_last:
                headers["Connection"] = "close"
        await self._send(message)


class _BoundedBody:
    """Receives what comes with a request: past its size or time, it is as if the other end had left."""

    def __init__(self, receive: Receive, body: RequestBody, limits: GateLimits, answer: _Answer) -> None:
        self._receive, self._body, self._limits, self._answer = receive, body, limits, answer
        self._bytes = 0
        self._is_whole = False
        self._until_s: float | None = None
        self.refusal: Response = PlainTextResponse("This did not come whole.\n", status_code=400)
        """For a route that was told that the other end had left, and says nothing itself."""

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        if self._answer.is_last:
            return {"type": "http.disconnect"}
        now_s = asyncio.get_running_loop().time()
        self._until_s = self._until_s or now_s + max(self._body.seconds, self._limits.stall_s)
        try:
            async with asyncio.timeout_at(min(self._until_s, now_s + self._limits.stall_s)):
                message = await self._receive()
        except TimeoutError:
            return self._leave(PlainTextResponse("This came too slowly.\n", status_code=408))
        self._bytes += len(message.get("body", b""))
        if self._bytes > self._body.most_bytes:
            return self._leave(_more_than_is_taken())
        self._is_whole = not message.get("more_body", False)
        return message

    def _leave(self, refusal: Response) -> Message:
        self.refusal = refusal
        self._answer.is_last = True
        return {"type": "http.disconnect"}


async def _refuse_socket(scope: Scope, receive: Receive, send: Send, refusal: Response) -> None:
    """Refuse a socket before it is open, in so many words where the server can."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = MutableHeaders(raw=list(refusal.raw_headers))
    secure(headers, scope["path"])
    start = {"type": "websocket.http.response.start", "status": refusal.status_code, "headers": headers.raw}
    await send(start)
    await send({"type": "websocket.http.response.body", "body": bytes(refusal.body)})


def _secured_socket(scope: Scope, send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] in {"websocket.accept", "websocket.http.response.start"}:
            message = {**message, "headers": [*message.get("headers", ()), *secure_headers(scope["path"])]}
        await send(message)

    return secured
