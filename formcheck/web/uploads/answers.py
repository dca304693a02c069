"""What a browser is told about an upload, as JSON."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse

from formcheck.errors import FormcheckError, VideoError
from formcheck.intake.queue import WrongOffsetError
from formcheck.intake.states import UploadStateError
from formcheck.records.access import ConflictError, NotAllowedError, NotFoundError, UnreachableError
from formcheck.records.tables import Upload
from formcheck.web.access.links import LinkRefusedError
from formcheck.web.downloads.made_file import PRIVATE_HEADERS

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""What a browser sends at a time: a second or two of a home connection, and so little to send again."""
_STATUSES: Final = (
    (LinkRefusedError, 401, "link"),
    (NotFoundError, 404, "not-found"),
    (NotAllowedError, 403, "not-allowed"),
    (WrongOffsetError, 409, "offset"),
    (UploadStateError, 409, "state"),
    (ConflictError, 409, "conflict"),
    (VideoError, 415, "not-a-video"),
    (UnreachableError, 503, "unreachable"),  # the only one that browsers try again by themselves
)
_OTHER: Final = (507, "no-room")
"""What remains of the errors of the records: no room on the disk, or too many uploads at once."""


class MalformedError(FormcheckError):
    """A request that no page of ours makes."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This request is not one of an upload: {what}.", "Reload the page.")


def told(row: Upload) -> JSONResponse:
    """Tell how far an upload is."""
    content = {
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "size": row.size,
        "received": row.received,
        "chunk_bytes": CHUNK_BYTES,
        "set_id": row.set_id,
        "reason": row.reason,
        "remedy": row.remedy,
    }
    return JSONResponse(content, headers=dict(PRIVATE_HEADERS))


def refused(error: FormcheckError) -> JSONResponse:
    """Tell why something is not possible, with a word that the page goes by."""
    status, code = _OTHER
    if isinstance(error, MalformedError):
        status, code = 400, "malformed"
    for kind, its_status, its_code in _STATUSES:
        if isinstance(error, kind):
            status, code = its_status, its_code
            break
    content: dict[str, object] = {"error": code, "reason": error.reason, "remedy": error.remedy}
    if isinstance(error, WrongOffsetError):
        content["received"] = error.received
    return JSONResponse(content, status_code=status, headers=dict(PRIVATE_HEADERS))
