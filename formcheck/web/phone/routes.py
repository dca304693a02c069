"""The routes of the phone's page: the page and its files, using a code up, one video, and what came of it.

They are routes of the app, and the only ones of the second listener in the home network.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from formcheck.design.components import css
from formcheck.errors import FormcheckError
from formcheck.intake.correcting import put_right
from formcheck.intake.ending import cancel
from formcheck.intake.settings import IntakeSettings, intake_settings
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import wishes_of
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.records import Records, Work
from formcheck.records.tables import Upload
from formcheck.web.access.links import LinkRefusedError
from formcheck.web.access.service import records_service
from formcheck.web.downloads.made_file import PRIVATE_HEADERS, nothing_here
from formcheck.web.live.routes import live_routes
from formcheck.web.phone.authority import Authority, fingerprint
from formcheck.web.phone.handovers import (
    CodeRefusedError,
    Handover,
    Handovers,
    SpentError,
    phone_service,
)
from formcheck.web.phone.live import can_be_live, is_phone, keep_live_set, live_data
from formcheck.web.phone.messages import CLAIMS, LIVE_DONE, LONGEST_CLAIM
from formcheck.web.phone.place import listening
from formcheck.web.phone.progress import Stage, acting, progress_of, result_html, result_of
from formcheck.web.remote.limits import Tries
from formcheck.web.remote.routes import PAGE_POLICY
from formcheck.web.shared.addresses import (
    HEALTH_PATH,
    LINK_HEADER,
    PHONE_CERTIFICATE_PATH,
    PHONE_CLAIM_PATH,
    PHONE_CLIENT_PATH,
    PHONE_HELP_PATH,
    PHONE_LIVE_PATH,
    PHONE_PATH,
    PHONE_STATE_PATH,
    PHONE_UPLOADS_PATH,
)
from formcheck.web.shared.browser_parts import StaticFolder
from formcheck.web.shared.senders import group_of

if TYPE_CHECKING:
    from jinja2 import Environment
from formcheck.web.uploads.requests import Beginning
from formcheck.web.uploads.routes import Begin, Senders, Uploads, uploads_client

_LOG: Final = logging.getLogger(__name__)
_CLIENT: Final = Path(__file__).resolve().parent / "client"
_TRIES_PER_MINUTE: Final = 10
"""Codes that are none, by one address: nobody finds 128 bits by trying, and nobody need be let try."""
_DESIGN: Final = "design.css"
_MAY_SEND: Final = (Stage.CONNECTED, Stage.SENDING, Stage.FAILED)


def phone_routes(
    records: Callable[[], Records] = records_service,
    service: Callable[[], Handovers] = phone_service,
    settings: Callable[[], IntakeSettings] = intake_settings,
) -> list[BaseRoute]:
    """Return the routes.

    Parameters
    ----------
    records
        Gives the records; asked at each request.
    service
        Gives the codes.
    settings
        What uploads are allowed.
    """
    phones = _Phones(records, service)
    uploads = Uploads(records, _PhoneSenders(records, service), settings)
    files = StaticFolder(_CLIENT)

    def static(request: Request) -> Response:
        name = request.path_params["file"]
        if name == _DESIGN:
            return Response(css(), media_type="text/css", headers={"Cache-Control": "no-cache"})
        return files.answer(name, request.headers.get("if-none-match"))

    return [
        Route(PHONE_PATH, _page),
        Route(PHONE_CLAIM_PATH, phones.claim, methods=["POST"]),
        Route(PHONE_STATE_PATH, phones.state),
        Route(PHONE_UPLOADS_PATH, uploads.begin, methods=["POST"]),
        Route(PHONE_UPLOADS_PATH + "/{upload_id}", uploads.one, methods=["PUT", "GET", "DELETE"]),
        Route(PHONE_LIVE_PATH, phones.live, methods=["GET", "POST"]),
        Route(PHONE_CLIENT_PATH + "/{file}", static),
    ]


def listener_routes(*, live: bool = False) -> list[BaseRoute]:
    """Return the routes of the second listener: these, the scripts that send videos, and how to have live sets.

    Parameters
    ----------
    live
        Whether the socket and the scripts of live sets are there too, of which the browser asks HTTPS.
    """
    of_live = live_routes(admits=is_phone) if live else []
    return [
        *phone_routes(),
        uploads_client(),
        Route(PHONE_HELP_PATH, _help),
        Route(PHONE_CERTIFICATE_PATH, _certificate),
        # Nothing is to be known there of how the server fares.
        *(route for route in of_live if not (isinstance(route, Route) and route.path == HEALTH_PATH)),
    ]


def _help(_: Request) -> Response:
    """Say how a phone is made to trust this computer, where that is possible."""
    own = Authority(records_service().settings.home).certificate()
    secure = listening().secure_address
    if own is None or not secure:
        return _html("secure.html", address="")
    return _html("secure.html", address=f"{secure}{PHONE_PATH}", fingerprint=fingerprint(own))


def _certificate(_: Request) -> Response:
    own = Authority(records_service().settings.home).certificate()
    if own is None:
        return nothing_here()
    headers = {"Content-Disposition": 'attachment; filename="formcheck-at-home.crt"', "Cache-Control": "no-store"}
    return Response(own, media_type="application/x-x509-ca-cert", headers=headers)


def _page(_: Request) -> Response:
    return _html("phone.html")


def _html(name: str, **values: str) -> Response:
    text = _templates().get_template(name).render(values)
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return HTMLResponse(text, headers=headers)


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most apps are started without the phone's pages

    return Environment(loader=FileSystemLoader(_CLIENT), undefined=StrictUndefined, autoescape=True, trim_blocks=True)


class _Phones:
    """Answers phones; see `phone_routes`."""

    def __init__(self, records: Callable[[], Records], service: Callable[[], Handovers]) -> None:
        self._records, self._service = records, service
        self._tries = Tries()

    async def claim(self, request: Request) -> Response:
        """Use a code up for the phone whose key comes with it."""
        address = group_of(request.client.host if request.client is not None else None)
        if self._tries.count(address) >= _TRIES_PER_MINUTE:
            return _said({"reason": "Too many codes were tried.", "remedy": "Wait a minute."}, 429)
        try:
            claim = CLAIMS.read_json(await _body(request))
            handover = self._service().claim(claim.code, claim.key)
            actor = await asyncio.to_thread(acting, self._records(), handover.errand.actor)
            return _said(await asyncio.to_thread(self._told, actor, handover))
        except FormcheckError as error:
            if isinstance(error, CodeRefusedError):
                self._tries.note(address)
            return _refused(error)

    async def state(self, request: Request) -> Response:
        """Tell a phone how far its video is, and the result."""
        try:
            return _said(await asyncio.to_thread(self._state, request.headers.get(LINK_HEADER, "")))
        except FormcheckError as error:
            return _refused(error)

    async def live(self, request: Request) -> Response:
        """Give what a live set needs; keep the one that is done."""
        try:
            key = request.headers.get(LINK_HEADER, "")
            if request.method == "POST":
                done = LIVE_DONE.read_json(await _body(request))
                return _said(await asyncio.to_thread(self._keep, key, done.set_id))
            return _said(await asyncio.to_thread(self._live, key))
        except FormcheckError as error:
            return _refused(error)

    def _live(self, key: str) -> dict[str, object]:
        handover = self._service().by_key(key)
        actor = acting(self._records(), handover.errand.actor)
        if progress_of(self._records(), actor, handover).stage not in _MAY_SEND or not can_be_live(handover):
            raise SpentError
        return live_data(handover)

    def _keep(self, key: str, live_set_id: str) -> dict[str, object]:
        handover = self._service().by_key(key)
        actor = acting(self._records(), handover.errand.actor)
        keep_live_set(self._records(), actor, handover, live_set_id)
        return self._told(actor, handover)

    def _state(self, key: str) -> dict[str, object]:
        handover = self._service().by_key(key)
        return self._told(acting(self._records(), handover.errand.actor), handover)

    def _told(self, actor: Actor, handover: Handover) -> dict[str, object]:
        progress = progress_of(self._records(), actor, handover)
        result = None if progress.set_id is None else result_of(self._records(), actor, progress.set_id)
        return {
            "stage": progress.stage,
            "share": progress.share,
            "reason": progress.reason,
            "remedy": progress.remedy,
            "said": handover.errand.said,
            "person": handover.errand.person,
            "live": can_be_live(handover),
            "result": None if result is None else str(result_html(result)),
        }


class _PhoneSenders(Senders):
    """Phones: each sends one video, for whom and as what was said at the computer."""

    def __init__(self, records: Callable[[], Records], service: Callable[[], Handovers]) -> None:
        super().__init__()
        self._records, self._service = records, service

    def actor(self, request: Request) -> Actor:
        """Return who showed the code, as their account is now."""
        return acting(self._records(), self._handover(request).errand.actor)

    def begin(self, request: Request, beginning: Beginning, begin: Begin) -> Upload:  # noqa: ARG002
        """Begin the one video, or go on with it, as what was said at the computer: what a phone says is passed over."""
        handover = self._handover(request)
        with handover.beginning:
            actor = acting(self._records(), handover.errand.actor)
            if progress_of(self._records(), actor, handover).stage not in _MAY_SEND:
                raise SpentError
            before, errand = handover.upload_id, handover.errand
            row = begin(errand.wishes, errand.person_id)
            handover.upload_id = row.id
            with self._records().writing(actor) as work:
                if before is not None and before != row.id:
                    _give_up(work, before)
                # One that was interrupted may have come by another code.
                if wishes_of(row).request != errand.wishes.request:
                    put_right(work, row.id, errand.wishes, person_id=errand.person_id)
            return row

    def need(self, request: Request, upload_id: str) -> None:
        """Refuse every upload but the phone's own.

        Raises
        ------
        NotFoundError
            If it is another's.
        """
        if self._handover(request).upload_id != upload_id:
            raise NotFoundError("upload")

    def _handover(self, request: Request) -> Handover:
        return self._service().by_key(request.headers.get(LINK_HEADER, ""))


def _give_up(work: Work, upload_id: str) -> None:
    """Cancel the video that another one takes the place of; its file goes with the next sweep."""
    row = work.session.get(Upload, upload_id)
    if row is not None and row.state == UploadState.RECEIVING:
        cancel(work, upload_id)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_CLAIM:
            raise CodeRefusedError
    return bytes(body)


def _said(content: Mapping[str, object], status: int = 200) -> Response:
    return JSONResponse(content, status_code=status, headers=dict(PRIVATE_HEADERS))


def _refused(error: FormcheckError) -> Response:
    _LOG.info("a phone was refused: %s", error)
    status = 401 if isinstance(error, (CodeRefusedError, LinkRefusedError)) else 503
    return _said({"reason": error.reason, "remedy": error.remedy}, status)
