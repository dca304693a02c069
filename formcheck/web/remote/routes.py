"""The routes of remote sessions: the two pages and their files, the socket, stills, and what the pages are to know."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, NotFoundError, RecordsError
from formcheck.records.call_recordings import RecordingFullError, close_recordings, receive_part
from formcheck.records.remote_sessions import get_still
from formcheck.records.tables import RemoteRecording
from formcheck.remote.turn import TurnSettingError, split_urls, turn_settings
from formcheck.web.downloads.made_file import make_private, nothing_here
from formcheck.web.live.decode import decode_jpeg
from formcheck.web.live.limits import LiveLimits
from formcheck.web.remote.messages import MAX_STILL_BYTES, STILL_TYPE
from formcheck.web.remote.pages import join_page, session_page
from formcheck.web.remote.registry import RoomRegistry, room_service
from formcheck.web.remote.socket import serve_room_socket
from formcheck.web.remote.still_links import read_still_token
from formcheck.web.shared.addresses import (
    JOIN_PATH,
    LINK_HEADER,
    RECORDINGS_PATH,
    REMOTE_CLIENT_PATH,
    ROOM_PATH,
    SESSION_PATH,
    STILLS_PATH,
    UPLINK_PATH,
)
from formcheck.web.shared.browser_parts import StaticFolder

_CLIENT: Final = Path(__file__).resolve().parent / "client"
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Content-Security-Policy of the two pages, which have no script and no style in them."""
_STILL_LIMITS: Final = LiveLimits(max_frame_bytes=MAX_STILL_BYTES, max_side_px=4608)
"""4608 x 3456 are 16 megapixels, as phones' cameras give them at most in a browser."""
_QUALITY: Final = 92
_AT: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
"""An offset in a recording."""
_BY_UDP: Final = re.compile(r"turn:([^?]+)(?:\?transport=udp)?")
"""Addresses of a relay that also answers, as coturn does, whoever only asks for their own address."""


def remote_routes(service: Callable[[], RoomRegistry] = room_service, static_folder: Path = _CLIENT) -> list[BaseRoute]:
    """Return the routes for `streamlit.App`.

    Parameters
    ----------
    service
        Gives the registry; asked at each request, so that importing the app starts nothing.
    static_folder
        With the pages and their files.
    """
    files = StaticFolder(static_folder)

    async def room(websocket: WebSocket) -> None:
        await serve_room_socket(websocket, service())

    def static(request: Request) -> Response:
        return files.answer(request.path_params["file"], request.headers.get("if-none-match"))

    def join(_: Request) -> Response:
        return _page(join_page(_relay_addresses()))

    def session(_: Request) -> Response:
        return _page(session_page())

    async def uplink(request: Request) -> Response:
        async for _ in request.stream():
            pass
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def still(request: Request) -> Response:
        if request.method == "PUT":
            return await _take_still(request, service())
        return await _give_still(request, service())

    async def recording(request: Request) -> Response:
        return await _take_part(request, service())

    return [
        WebSocketRoute(ROOM_PATH, room),
        Route(JOIN_PATH, join),
        Route(SESSION_PATH + "/{room}", session),
        Route(REMOTE_CLIENT_PATH + "/{file}", static),
        Route(UPLINK_PATH, uplink, methods=["POST"]),
        Route(STILLS_PATH + "/{still}", still, methods=["GET", "PUT"]),
        Route(RECORDINGS_PATH + "/{recording}", recording, methods=["PUT", "POST"]),
    ]


def _page(text: str) -> Response:
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return HTMLResponse(text, headers=headers)


def _relay_addresses() -> list[str]:
    """Return where the relay answers a plain binding request, which needs no credential."""
    try:
        settings = turn_settings()
    except TurnSettingError:
        return []
    if not settings.has_relay:
        return []
    asked = split_urls(settings.stun_urls)
    return asked or [f"stun:{found[1]}" for url in split_urls(settings.urls) if (found := _BY_UDP.fullmatch(url))]


async def _take_still(request: Request, registry: RoomRegistry) -> Response:
    still = request.path_params["still"]
    link = read_still_token(request.headers.get(LINK_HEADER, ""), still, "put")
    room = None if link is None else registry.room(link.session_id)
    if link is None or room is None or not room.awaits_still(still, link.person_id):
        return nothing_here()
    if request.headers.get("content-type", "").partition(";")[0].strip() != STILL_TYPE:
        return _said("This is no picture.", 415)
    try:
        data = await request.body()
    except ClientDisconnect:
        return _said("The picture did not come whole.", 400)
    try:
        jpeg, width, height = await asyncio.to_thread(_picture_alone, data)
        taken = await room.take_in(still, link.person_id, jpeg, width, height)
    except FormcheckError as error:
        return _said(f"{error.reason} {error.remedy}", 400)
    return make_private(Response(status_code=204)) if taken else nothing_here()


def _picture_alone(data: bytes) -> tuple[bytes, int, int]:
    """Return a JPEG made anew: nothing of what a phone may have written beside the picture, such as where it was."""
    rgb = decode_jpeg(data, _STILL_LIMITS)
    encoded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return encoded.tobytes(), rgb.shape[1], rgb.shape[0]


async def _take_part(request: Request, registry: RoomRegistry) -> Response:
    """Take bytes of a recording, or have it made whole. That the token was given says that everybody had agreed."""
    recording = request.path_params["recording"]
    if read_still_token(request.headers.get(LINK_HEADER, ""), recording, "record") is None:
        return nothing_here()
    records = registry.parts.records()
    try:
        if request.method == "POST":
            await asyncio.to_thread(close_recordings, records, RemoteRecording.id == recording)
            return make_private(Response(status_code=204))
        at = _AT.fullmatch(request.query_params.get("at", ""))
        if at is None:
            return _said("It is not said where this part begins.", 400)
        there = await asyncio.to_thread(receive_part, records, recording, int(at[0]), await request.body())
    except NotFoundError:
        return nothing_here()
    except ClientDisconnect:
        return _said("The part did not come whole.", 400)
    except FormcheckError as error:
        # What is full stays so; everything else may go by.
        return _said(f"{error.reason} {error.remedy}", 507 if isinstance(error, RecordingFullError) else 503)
    return make_private(JSONResponse({"at": there}))


async def _give_still(request: Request, registry: RoomRegistry) -> Response:
    still = request.path_params["still"]
    link = read_still_token(request.query_params.get("token", ""), still, "get")
    room = None if link is None else registry.room(link.session_id)
    if link is None or room is None or not room.sees_still(still, link.person_id):
        return nothing_here()

    def find() -> Path:
        with registry.parts.records().reading(SYSTEM) as work:
            return work.file_path(get_still(work, still).sha256)

    try:
        path = await asyncio.to_thread(find)
    except RecordsError:
        return nothing_here()
    return make_private(FileResponse(path, media_type=STILL_TYPE))


def _said(words: str, status: int) -> Response:
    return make_private(PlainTextResponse(f"{words}\n", status_code=status))
