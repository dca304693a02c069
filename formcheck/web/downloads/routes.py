"""The routes of the files of sets and people: the video, what the player shows, documents, and all of one person.

Each asks three things: whether the link holds, who uses it (both in `web.access.links`), and whether that actor may see
the set (in the records). A no to any of them, and a set that does not exist, get the same answer.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor, NotAllowedError, NotFoundError
from formcheck.records.call_recordings import recording_path
from formcheck.records.exchange import export_people
from formcheck.records.people import get_person
from formcheck.records.records import Records
from formcheck.records.reviewing import as_correction
from formcheck.records.sets import get_set, video_of
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.letterhead import Paper
from formcheck.report.review_words import change_in_words
from formcheck.web.access.links import (
    LinkRefusedError,
    comparison_scope,
    document_scope,
    export_scope,
    player_scope,
    progress_scope,
    read_link,
    record_scope,
    recording_scope,
    video_scope,
)
from formcheck.web.access.service import records_service
from formcheck.web.downloads.made_file import (
    MadeFile,
    PrivateFile,
    discarded_if_gone,
    file_name,
    make_private,
    not_possible,
    nothing_here,
)
from formcheck.web.player.payload import TakenBack, payload_bytes, player_payload
from formcheck.web.player.routes import data_response
from formcheck.web.shared.addresses import (
    COMPARISON_PATH,
    DOCUMENT_PATH,
    EXPORT_PATH,
    PLAYER_PATH,
    PROGRESS_PATH,
    RECORD_PATH,
    RECORDING_PATH,
    VIDEO_PATH,
)
from formcheck.web.shared.opened_set import OpenedSet, drawn, open_set, whole_track


def player_data(records: Records, actor: Actor, set_id: str) -> bytes:
    """Return what the player shows of a set: landmarks, measures, reps, findings, corrections, drawings.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    """
    opened = open_set(records, actor, set_id)
    payload = player_payload(
        opened.reviewed,
        drawn(opened.annotations),
        recording=whole_track(records, actor, opened),
        taken_back=_taken_back(opened) if actor.sees_everybody else (),
    )
    return payload_bytes(payload)


def _taken_back(opened: OpenedSet) -> Iterator[TakenBack]:
    """Give what was corrected or drawn and then taken back."""
    for row in opened.corrections:
        if row.undone_at is not None:
            text = change_in_words(as_correction(row).change)
            yield TakenBack("put-back", row.id, text, row.undone_by or "", row.undone_at)
    for each in opened.removed:
        for annotation in drawn([each]):
            text = f"{annotation.drawing.kind.value.capitalize()}: {annotation.drawing.caption}"
            if each.removed_at is not None:
                yield TakenBack("restore-annotation", each.id, text, each.removed_by or "", each.removed_at)


_SUFFIX: Final = ".formcheck.zip"


def make_export(records: Records, actor: Actor, person_id: str) -> MadeFile:
    """Make an archive of everything about a person; who asked for it goes into the audit log.

    The file lies among what is not kept: whoever asked removes it when it is sent. What is left over is swept.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    NotAllowedError
        If the actor is a client.
    RecordsError
        If it cannot be written.
    """
    with records.reading(actor) as work:
        name = get_person(work, person_id).name
    path = records.files.passing_name(".zip", of=person_id)
    export_people(records, actor, path, [person_id])
    with discarded_if_gone(path), records.reading(actor) as work:
        get_person(work, person_id)  # may have been erased meanwhile
    return MadeFile(path, f"{file_name(name)}-{records.now():%Y-%m-%d}{_SUFFIX}", "application/zip")


_LOG: Final = logging.getLogger(__name__)
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
"""Nothing else gets as far as the records."""
_VIDEO_TYPES: Final = {".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm"}
_UNKNOWN_TYPE: Final = "application/octet-stream"
_DOCUMENTS_AT_ONCE: Final = 2
"""Each keeps a processor busy, an annotated video for minutes."""


MakeExport = Callable[[Records, Actor, str], MadeFile]
"""Makes one archive of everything about a person. Raises `NotFoundError` where there is none for the actor."""
MakePlayerData = Callable[[Records, Actor, str], bytes]
"""Makes what the player shows of a set, as JSON. Raises `NotFoundError` where there is none for the actor."""
MakeDocument = Callable[[Records, Actor, str, str, Paper | None], MadeFile]
"""Makes a document of a set. Raises `NotFoundError` where there is no such set for the actor, or no such kind."""
MakeRecord = Callable[[Records, Actor, str, str, "Printing"], MadeFile]
"""Makes everything about a person as a document, `pdf` or `html`."""
MakeProgress = Callable[[Records, Actor, str, str, "Printing"], MadeFile]
"""Makes a document of a person's progress in an exercise."""
MakeComparison = Callable[[Records, Actor, str, str, str, "Printing"], MadeFile]
"""Makes a document of two sets beside each other."""


@dataclass(frozen=True)
class Printing:
    """How a document is asked for."""

    paper: Paper | None
    """None for the clinic's."""
    zone: tzinfo
    """Of who reads it: days are theirs."""


def _make_document(records: Records, actor: Actor, set_id: str, kind: str, paper: Paper | None) -> MadeFile:
    # What writes PDFs and files for other tools takes a second to load: not before somebody wants one.
    from formcheck.web.downloads.documents import make_document

    try:
        wanted = DocumentKind(kind)
    except ValueError as error:
        raise NotFoundError("document") from error
    return make_document(records, actor, set_id, wanted, paper)


def _make_record(records: Records, actor: Actor, person_id: str, form: str, printing: Printing) -> MadeFile:
    from formcheck.web.downloads.record_document import make_record

    return make_record(records, actor, person_id, form, printing.paper, printing.zone)


def _nothing_made(*_: object) -> MadeFile:
    raise NotFoundError("document")


def file_routes(
    records: Callable[[], Records] = records_service,
    player_data: MakePlayerData = player_data,
    make_document: MakeDocument = _make_document,
    make_export: MakeExport = make_export,
    make_record: MakeRecord = _make_record,
    make_progress: MakeProgress = _nothing_made,
    make_comparison: MakeComparison = _nothing_made,
) -> list[BaseRoute]:
    """Return the routes for `streamlit.App`.

    Parameters
    ----------
    records
        Gives the records; asked at each request.
    player_data
        Makes what the player shows.
    make_document
        Makes documents.
    make_export
        Makes archives of everything about a person.
    make_record, make_progress, make_comparison
        Make documents about a person. The last two are what pages show, on paper: the server hands them in, since
        pages lie above this.
    """
    files = PrivateFiles(records, player_data, make_document, make_export)
    papers = _Papers(records, make_record, make_progress, make_comparison, files.places)
    return [
        Route(VIDEO_PATH + "/{set_id}", files.video),
        Route(RECORDING_PATH + "/{recording_id}", files.recording),
        Route(PLAYER_PATH + "/{set_id}", files.player),
        Route(DOCUMENT_PATH + "/{set_id}/{kind}", files.document),
        Route(EXPORT_PATH + "/{person_id}", files.export),
        Route(RECORD_PATH + "/{person_id}/{form}", papers.record),
        Route(PROGRESS_PATH + "/{person_id}/{exercise}", papers.progress),
        Route(COMPARISON_PATH + "/{first_id}/{second_id}/{kind}", papers.comparison),
    ]


class PrivateFiles:
    """Answers requests for the files of sets and people; see `file_routes`."""

    def __init__(
        self,
        records: Callable[[], Records],
        player_data: MakePlayerData,
        make_document: MakeDocument,
        make_export: MakeExport,
    ) -> None:
        self._records = records
        self._player_data = player_data
        self._make_document = make_document
        self._make_export = make_export
        self.places = asyncio.Semaphore(_DOCUMENTS_AT_ONCE)

    async def video(self, request: Request) -> Response:
        """Give the video of a set as browsers play it, or the part of it that was asked for."""
        return await _answered(asyncio.to_thread(self._video, request))

    async def recording(self, request: Request) -> Response:
        """Give the recording of a call, or the part of it that was asked for."""
        return await _answered(asyncio.to_thread(self._recording, request))

    async def player(self, request: Request) -> Response:
        """Give what the player shows of a set."""
        return await _answered(asyncio.to_thread(self._player, request))

    async def document(self, request: Request) -> Response:
        """Make a document of a set and give it; HEAD makes none."""
        return await _answered(self._document(request))

    async def export(self, request: Request) -> Response:
        """Make an archive of everything about a person and give it; HEAD makes none."""
        return await _answered(self._export(request))

    def _video(self, request: Request) -> Response:
        set_id = _set_id(request)
        actor = read_link(_token(request), video_scope(set_id), request)
        with self._records().reading(actor) as work:
            path = video_of(work, set_id, for_browser=True)
        if path is None:
            raise NotFoundError("video")
        media_type = _VIDEO_TYPES.get(path.suffix, _UNKNOWN_TYPE)
        return PrivateFile(path, media_type, f"set-{set_id[:8]}{path.suffix}", shown=True)

    def _recording(self, request: Request) -> Response:
        recording_id = _id(request, "recording_id", "recording")
        actor = read_link(_token(request), recording_scope(recording_id), request)
        with self._records().reading(actor) as work:
            path = recording_path(work, recording_id)
        media_type = _VIDEO_TYPES.get(path.suffix, _UNKNOWN_TYPE)
        return PrivateFile(path, media_type, f"session-{recording_id[:8]}{path.suffix}")

    def _player(self, request: Request) -> Response:
        set_id = _set_id(request)
        actor = read_link(_token(request), player_scope(set_id), request)
        content = self._player_data(self._records(), actor, set_id)
        return make_private(data_response(content, request.headers.get("accept-encoding")))

    async def _document(self, request: Request) -> Response:
        set_id, kind = _set_id(request), str(request.path_params["kind"])
        scope = document_scope(set_id, kind)
        actor = await asyncio.to_thread(read_link, _token(request), scope, request)
        await asyncio.to_thread(self._need_set, actor, set_id)
        if request.method == "HEAD":
            return make_private(Response())
        async with self.places:
            made = await asyncio.to_thread(self._make_document, self._records(), actor, set_id, kind, _paper(request))
        return PrivateFile(made.path, made.media_type, made.name, passing=True)

    async def _export(self, request: Request) -> Response:
        person_id = _id(request, "person_id", "person")
        actor = await asyncio.to_thread(read_link, _token(request), export_scope(person_id), request)
        await asyncio.to_thread(self._need_person, actor, person_id)
        if request.method == "HEAD":
            return make_private(Response())
        async with self.places:
            made = await asyncio.to_thread(self._make_export, self._records(), actor, person_id)
        return PrivateFile(made.path, made.media_type, made.name, passing=True)

    def _need_person(self, actor: Actor, person_id: str) -> None:
        actor.need_clinician("take everything about a person")
        with self._records().reading(actor) as work:
            get_person(work, person_id)

    def _need_set(self, actor: Actor, set_id: str) -> None:
        with self._records().reading(actor) as work:
            get_set(work, set_id)


class _Papers:
    """Answers requests for documents about a person; see `file_routes`. HEAD makes none."""

    def __init__(
        self,
        records: Callable[[], Records],
        make_record: MakeRecord,
        make_progress: MakeProgress,
        make_comparison: MakeComparison,
        places: asyncio.Semaphore,
    ) -> None:
        self._records = records
        self._make_record = make_record
        self._make_progress = make_progress
        self._make_comparison = make_comparison
        self._places = places

    async def record(self, request: Request) -> Response:
        """Give everything about a person, to be read."""
        return await _answered(self._record(request))

    async def progress(self, request: Request) -> Response:
        """Give a person's progress in an exercise."""
        return await _answered(self._progress(request))

    async def comparison(self, request: Request) -> Response:
        """Give two sets beside each other."""
        return await _answered(self._comparison(request))

    async def _record(self, request: Request) -> Response:
        person_id, form = _id(request, "person_id", "person"), str(request.path_params["form"])
        actor = await asyncio.to_thread(read_link, _token(request), record_scope(person_id, form), request)
        printing = _printing(request)
        return await self._given(request, lambda: self._make_record(self._records(), actor, person_id, form, printing))

    async def _progress(self, request: Request) -> Response:
        person_id, exercise = _id(request, "person_id", "person"), str(request.path_params["exercise"])
        actor = await asyncio.to_thread(read_link, _token(request), progress_scope(person_id, exercise), request)
        printing = _printing(request)
        return await self._given(
            request, lambda: self._make_progress(self._records(), actor, person_id, exercise, printing)
        )

    async def _comparison(self, request: Request) -> Response:
        first, second = _id(request, "first_id", "set"), _id(request, "second_id", "set")
        kind = str(request.path_params["kind"])
        actor = await asyncio.to_thread(read_link, _token(request), comparison_scope(first, second, kind), request)
        actor.need_clinician("compare sets")
        printing = _printing(request)
        return await self._given(
            request, lambda: self._make_comparison(self._records(), actor, first, second, kind, printing)
        )

    async def _given(self, request: Request, make: Callable[[], MadeFile]) -> Response:
        if request.method == "HEAD":
            return make_private(Response())
        async with self._places:
            made = await asyncio.to_thread(make)
        return PrivateFile(made.path, made.media_type, made.name, passing=True)


def _paper(request: Request) -> Paper | None:
    """Return the paper that is asked for; None for the clinic's, also where it is none of ours."""
    asked = request.query_params.get("paper", "")
    return Paper(asked) if asked in set(Paper) else None


def _printing(request: Request) -> Printing:
    try:
        zone: tzinfo = ZoneInfo(request.query_params.get("zone", "") or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = UTC
    return Printing(_paper(request), zone)


async def _answered(answer: Awaitable[Response]) -> Response:
    try:
        return await answer
    except (LinkRefusedError, NotFoundError, NotAllowedError):
        return nothing_here()
    except FormcheckError as error:
        _LOG.warning("a file could not be given: %s", error)
        return not_possible(f"{error.reason} {error.remedy}".strip())


def _set_id(request: Request) -> str:
    return _id(request, "set_id", "set")


def _id(request: Request, name: str, what: str) -> str:
    given = str(request.path_params[name])
    if _ID.fullmatch(given) is None:
        raise NotFoundError(what)
    return given


def _token(request: Request) -> str:
    return request.query_params.get("token", "")
