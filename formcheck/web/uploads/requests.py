"""What browsers send about uploads, read strictly: anything may come."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request

from formcheck.intake.queue import Announced
from formcheck.intake.wishes import Wishes
from formcheck.moments import LATEST
from formcheck.records.access import NotFoundError
from formcheck.web.uploads.answers import CHUNK_BYTES, MalformedError

_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)
_LONGEST_JSON: Final = 16_384
_LONGEST_NAME: Final = 1024
_MOST_BYTES: Final = 2**53
"""As far as browsers count."""


@dataclass(frozen=True)
class Beginning:
    """A file that a page announces."""

    file: Announced
    person_id: str | None
    wishes: Wishes


async def read_beginning(request: Request) -> Beginning:
    """Read what a page says of a file.

    Raises
    ------
    MalformedError
        If it is not what our page sends.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LONGEST_JSON:
            raise MalformedError("it is too long")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedError("it is not JSON") from error
    if not isinstance(said, dict):
        raise MalformedError("it is no JSON object")
    name, size, person_id = said.get("name"), said.get("size"), said.get("person_id")
    keep_video = said.get("keep_video", True)
    if not isinstance(name, str) or len(name) > _LONGEST_NAME:
        raise MalformedError("the name")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _MOST_BYTES:
        raise MalformedError("the size")
    if person_id is not None and not (isinstance(person_id, str) and _ID.fullmatch(person_id)):
        raise MalformedError("the person")
    if not isinstance(keep_video, bool):
        raise MalformedError("whether to keep the video")
    announced = Announced(name, size, _moment(said.get("last_modified_ms")))
    return Beginning(announced, person_id, Wishes(keep_video=keep_video))


def upload_id_of(request: Request) -> str:
    """Return the id in the address.

    Raises
    ------
    NotFoundError
        If it is none of ours.
    """
    upload_id = str(request.path_params["upload_id"])
    if _ID.fullmatch(upload_id) is None:
        raise NotFoundError("upload")
    return upload_id


def range_of(request: Request) -> tuple[int, int]:
    """Return which bytes a request brings: offset of the first, and of the one behind the last.

    Raises
    ------
    MalformedError
        If it does not say, or brings too many.
    """
    match = _RANGE.fullmatch(request.headers.get("content-range", ""))
    if match is None:
        raise MalformedError("the range of its bytes")
    first, last, size = (int(number) for number in match.groups())
    if not first <= last < size or last + 1 - first > CHUNK_BYTES:
        raise MalformedError("the range of its bytes")
    return first, last + 1


def _moment(milliseconds: object) -> datetime | None:
    if milliseconds is None:
        return None
    if not isinstance(milliseconds, (int, float)) or isinstance(milliseconds, bool):
        raise MalformedError("the date of the file")
    if not 0 <= milliseconds <= 1000 * LATEST.timestamp():  # NaN neither
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
