"""The routes of uploads: announce a file, send its bytes piece by piece, ask how far it is, give it up.

`POST /formcheck-uploads` with a JSON object; `PUT /formcheck-uploads/ID` with `Content-Range`; `GET` and `DELETE` of
the same address. Each asks whether the link holds and who uses it (`web.access.links`), and whether that actor may (in
the queue).

How much of the room is promised to one address: without accounts, that is what tells one sender from another.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from formcheck.errors import FormcheckError
from formcheck.intake.ending import cancel, drop_file
from formcheck.intake.queue import begin, complete
from formcheck.intake.settings import (
    FIRST_BYTES_WITHIN,
    FREE_BYTES,
    PROMISE_LASTS,
    SHARE_OF_ONE,
    IntakeSettings,
    intake_settings,
)
from formcheck.intake.states import UploadState, get_upload
from formcheck.intake.wishes import Wishes
from formcheck.records.access import Actor, RecordsError
from formcheck.records.records import Records, Work
from formcheck.records.tables import Upload
from formcheck.web.access.links import UPLOADS, read_link
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import LINK_HEADER, UPLOADS_CLIENT_PATH, UPLOADS_PATH
from formcheck.web.shared.browser_parts import StaticFolder
from formcheck.web.shared.senders import address_of
from formcheck.web.uploads.answers import refused, told
from formcheck.web.uploads.receiver import Receiver
from formcheck.web.uploads.requests import Beginning, range_of, read_beginning, upload_id_of

_MOST_OPEN: Final = 200
"""Uploads of one address that are announced or on their way at a time."""


@dataclass(frozen=True)
class _Promise:
    left: int
    """Bytes that are to come."""
    until_s: float


@dataclass
class Addresses:
    """What was promised to whom, in this process. May be used by several threads at once."""

    clock: Callable[[], float] = time.monotonic
    _promises: dict[str, dict[str, _Promise]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def announce(self, address: str | None, upload_id: str, left: int, free: int) -> None:
        """Take note of an upload that was announced: room is kept for a minute.

        Parameters
        ----------
        address
            Of the sender; None for this computer, which may have all the room.
        upload_id
            Of the upload.
        left
            Bytes that are to come.
        free
            Bytes that there is room for.

        Raises
        ------
        RecordsError
            If too many of that address are open, or it was promised its share of the room already.
        """
        self._promise(address, upload_id, left, free, FIRST_BYTES_WITHIN)

    def promise(self, address: str | None, upload_id: str, left: int, free: int) -> None:
        """Take note of bytes that come, and of how many are to come yet; see `announce`."""
        self._promise(address, upload_id, left, free, PROMISE_LASTS)

    def _promise(self, address: str | None, upload_id: str, left: int, free: int, lasts: timedelta) -> None:
        if address is None:
            return
        with self._guard:
            open_ones = self._of(address)
            others = [each.left for name, each in open_ones.items() if name != upload_id]
            if len(others) >= _MOST_OPEN or (others and sum(others) + left > SHARE_OF_ONE * free):
                raise RecordsError(
                    "Much is on its way from this address already, and room is kept for others.",
                    "Let it arrive, or cancel some of it, and go on then.",
                )
            open_ones[upload_id] = _Promise(left, self.clock() + lasts.total_seconds())

    def forget(self, upload_id: str) -> None:
        """Take note that an upload has come, or is given up."""
        with self._guard:
            for open_ones in self._promises.values():
                open_ones.pop(upload_id, None)

    def _of(self, address: str) -> dict[str, _Promise]:
        now_s = self.clock()
        for known, open_ones in tuple(self._promises.items()):
            for upload_id in [name for name, each in open_ones.items() if each.until_s < now_s]:
                del open_ones[upload_id]
            if not open_ones:
                del self._promises[known]
        return self._promises.setdefault(address, {})


_LOG: Final = logging.getLogger(__name__)
_CLIENT: Final = Path(__file__).resolve().parent / "client"

ReadLink = Callable[[str, str, HTTPConnection], Actor]
"""From a token, its scope and who brings it to the actor; raises `LinkRefusedError`."""
Begin = Callable[[Wishes, str | None], Upload]
"""Announces a file with what is said of it, and the id of whose it is."""


class Senders:
    """Who sends, and what of what they say counts: here whoever has a page of the app open. Waits for a disk.

    Parameters
    ----------
    reader
        Reads links.
    """

    def __init__(self, reader: ReadLink = read_link) -> None:
        self._reader = reader

    def actor(self, request: Request) -> Actor:
        """Return on whose behalf something is sent.

        Raises
        ------
        RecordsError
            If it is nobody's who may.
        """
        return self._reader(request.headers.get(LINK_HEADER, ""), UPLOADS, request)

    def begin(self, request: Request, beginning: Beginning, begin: Begin) -> Upload:  # noqa: ARG002 - others ask it
        """Announce a file with what counts of what is said of it."""
        return begin(beginning.wishes, beginning.person_id)

    def need(self, request: Request, upload_id: str) -> None:
        """Refuse an upload that is not this sender's, beyond what the records know of the actor."""


def upload_routes(
    records: Callable[[], Records] = records_service,
    reader: ReadLink = read_link,
    settings: Callable[[], IntakeSettings] = intake_settings,
) -> list[BaseRoute]:
    """Return the routes for `streamlit.App`.

    Parameters
    ----------
    records
        Gives the records; asked at each request.
    reader
        Reads links.
    settings
        What is allowed; asked at each announcement.
    """
    uploads = Uploads(records, Senders(reader), settings)
    return [
        Route(UPLOADS_PATH, uploads.begin, methods=["POST"]),
        Route(UPLOADS_PATH + "/{upload_id}", uploads.one, methods=["PUT", "GET", "DELETE"]),
        uploads_client(),
    ]


def uploads_client() -> Route:
    """Return the route of the scripts that send videos."""
    files = StaticFolder(_CLIENT)

    def static(request: Request) -> Response:
        return files.answer(request.path_params["file"], request.headers.get("if-none-match"))

    return Route(UPLOADS_CLIENT_PATH + "/{file}", static)


class Uploads:
    """Answers requests about uploads; see `upload_routes`."""

    def __init__(
        self, records: Callable[[], Records], senders: Senders, settings: Callable[[], IntakeSettings]
    ) -> None:
        self._records = records
        self._senders = senders
        self._settings = settings
        self._receiver = Receiver(records)
        self._addresses = Addresses()

    async def begin(self, request: Request) -> Response:
        """Announce a file, or go on with the same file that was interrupted."""

        async def answer() -> Upload:
            actor = await self._actor(request)
            beginning = await read_beginning(request)

            def begin_as(wishes: Wishes, person_id: str | None) -> Upload:
                return self._begin(actor, beginning, wishes, person_id, address_of(request))

            return await asyncio.to_thread(self._senders.begin, request, beginning, begin_as)

        return await _answered(answer())

    async def one(self, request: Request) -> Response:
        """Receive bytes of an upload, tell how far it is, or give it up."""

        async def answer() -> Upload:
            actor, upload_id = await self._actor(request), upload_id_of(request)
            self._senders.need(request, upload_id)
            if request.method == "PUT":
                first, end = range_of(request)
                await asyncio.to_thread(self._expect, actor, upload_id, first, address_of(request))
                row = await self._receiver.receive(actor, upload_id, first, end, request.stream())
                if row.state != UploadState.RECEIVING:
                    self._addresses.forget(upload_id)
                return row
            act = self._cancel if request.method == "DELETE" else self._look
            return await asyncio.to_thread(act, actor, upload_id)

        return await _answered(answer())

    async def _actor(self, request: Request) -> Actor:
        return await asyncio.to_thread(self._senders.actor, request)

    def _begin(
        self, actor: Actor, beginning: Beginning, wishes: Wishes, person_id: str | None, address: str | None
    ) -> Upload:
        with self._records().writing(actor) as work:
            row = begin(work, beginning.file, wishes, self._settings(), person_id=person_id)
            self._addresses.announce(address, row.id, row.size - row.received, _free(work))
        return self._completed(actor, row)

    def _expect(self, actor: Actor, upload_id: str, first: int, address: str | None) -> None:
        """Have the address keep to its share of the room; that the upload is there and the actor's comes first."""
        with self._records().reading(actor) as work:
            row = get_upload(work, upload_id)
            free = _free(work)
        if row.state == UploadState.RECEIVING:
            self._addresses.promise(address, upload_id, max(0, row.size - first), free)

    def _look(self, actor: Actor, upload_id: str) -> Upload:
        with self._records().reading(actor) as work:
            row = get_upload(work, upload_id)
        return self._completed(actor, row)

    def _completed(self, actor: Actor, row: Upload) -> Upload:
        """Complete an upload whose bytes are all here: the server was killed, or the connection lost, just then."""
        if row.state == UploadState.RECEIVING and row.received == row.size:
            return complete(self._records(), actor, row.id)
        return row

    def _cancel(self, actor: Actor, upload_id: str) -> Upload:
        with self._records().writing(actor) as work:
            row = cancel(work, upload_id)
        self._addresses.forget(upload_id)
        with self._records().reading(actor) as work:
            drop_file(work, row)
        return row


def _free(work: Work) -> int:
    return shutil.disk_usage(work.files.incoming).free - FREE_BYTES


async def _answered(answer: Awaitable[Upload]) -> Response:
    try:
        return told(await answer)
    except FormcheckError as error:
        _LOG.info("an upload was refused: %s", error)
        return refused(error)
