"""What browsers send about uploads, read strictly: anything may come."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

from pydantic import Field
from starlette.requests import Request

from formcheck.doors import Door, Strict
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
MOST_BESIDE_S: Final = 3600.0
"""A video begins within an hour of its set: no set is longer."""


class Beginning(Strict):
    """A file that a page announces."""

    name: str = Field(max_length=_LONGEST_NAME)
    """As the disk has it: what of it cannot be shown is replaced where it is kept."""
    size: int = Field(ge=0, le=_MOST_BYTES)
    last_modified_ms: int | float | None = Field(default=None, title="the date of the file in milliseconds")
    """As the browser says; not used where it is no date of our time."""
    person_id: str | None = Field(default=None, pattern="^[0-9a-f]{32}$", title="the id of a person")
    keep_video: bool = True
    set_id: str | None = Field(default=None, pattern="^[0-9a-f]{32}$", title="the id of a set")
    """Of a set that was measured from landmarks, whose video this is."""
    begins_s: float = Field(default=0.0, ge=-MOST_BESIDE_S, le=MOST_BESIDE_S)
    """When that video's first picture was taken, by the time of the set."""

    @property
    def file(self) -> Announced:
        """The file, as the queue takes it."""
        changed_ms = self.last_modified_ms
        if changed_ms is None or not 0 <= changed_ms <= 1000 * LATEST.timestamp():
            return Announced(self.name, self.size)
        return Announced(self.name, self.size, datetime.fromtimestamp(changed_ms / 1000, UTC))

    @property
    def wishes(self) -> Wishes:
        """What is said of it beside."""
        if self.set_id is not None:
            return Wishes(for_set=self.set_id, begins_s=self.begins_s, person_said=True)
        return Wishes(keep_video=self.keep_video)


BEGINNINGS: Final[Door[Beginning]] = Door(Beginning, lambda wrong: MalformedError(wrong[0].clause))


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
        said = json.loads(body)  # not by pydantic: names of files may hold what it takes for no text
    except (ValueError, RecursionError) as error:
        raise MalformedError("it is not JSON") from error
    return BEGINNINGS.read(said)


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
