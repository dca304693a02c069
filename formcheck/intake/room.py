"""Room on the disk for what is on its way: promised while bytes come, in shares, so that nobody takes it from others.

An upload that is announced is promised room for a minute, in which its first bytes come; then for as long as more of
them do.
"""

from __future__ import annotations

import shutil
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select

from formcheck.intake.settings import FIRST_BYTES_WITHIN, FREE_BYTES, MOST_RECEIVING, PROMISE_LASTS, SHARE_OF_ONE
from formcheck.intake.states import WITH_FILE, UploadState
from formcheck.records.access import RecordsError, Role
from formcheck.records.records import Work
from formcheck.records.tables import Upload

_WITH_ACCOUNT: Final = (Role.CLINICIAN, Role.CLIENT)


def need_place(work: Work) -> None:
    """Refuse one more announcement where too many of the same account are open.

    Raises
    ------
    RecordsError
        If they are.
    """
    own = select(func.count()).where(
        Upload.state == UploadState.RECEIVING,
        Upload.created_by_id == work.actor.id,
        Upload.updated_at > work.now - PROMISE_LASTS,
    )
    if (work.session.scalar(own) or 0) >= MOST_RECEIVING:
        raise RecordsError(
            f"{MOST_RECEIVING} videos are on their way already.", "Let some of them arrive, or cancel them."
        )


def need_room(work: Work, size: int, upload_id: str | None = None) -> None:
    """Refuse what the disk has no room for, beside what others were promised.

    Parameters
    ----------
    work
        Whose it is.
    size
        Bytes that are to come.
    upload_id
        The upload that they are of; None where it is not begun.

    Raises
    ------
    RecordsError
        If there is no room, or too much of it is the same account's.
    """
    others = Upload.id != (upload_id or "")
    free = shutil.disk_usage(work.files.incoming).free - FREE_BYTES
    if free - _promised(work, others) < size:
        raise RecordsError(
            f"The computer that runs formcheck has no room for a video of {in_megabytes(size)}.",
            "Free some space on its disk, or delete videos that are not needed any more.",
        )
    if work.actor.role not in _WITH_ACCOUNT:
        return  # without accounts there are no others
    own = Upload.created_by_id == work.actor.id
    held = _held(work, own, others) + _promised(work, own, others)
    if held and held + size > SHARE_OF_ONE * (free + _held(work)):
        raise RecordsError(
            f"{in_megabytes(held)} of your videos are on their way already, and room is kept for others.",
            "Let them be measured, or cancel some, and go on then.",
        )


def in_megabytes(size: int) -> str:
    """Write a number of bytes for people: `14 MB`, `2.1 GB`."""
    megabyte = 1_000_000
    if size < megabyte:
        return f"{max(1, round(size / 1000))} kB"
    if size < 1000 * megabyte:
        return f"{size / megabyte:.0f} MB"
    return f"{size / (1000 * megabyte):.1f} GB"


def has_promise(work: Work, row: Upload) -> bool:
    """Return whether room is kept for the rest of an upload: some of it came lately, or it was just announced."""
    return row.updated_at > work.now - (PROMISE_LASTS if row.received else FIRST_BYTES_WITHIN)


def _promised(work: Work, *which: ColumnElement[bool]) -> int:
    """Return how many bytes are to come for which room is kept."""
    lately = or_(
        Upload.updated_at > work.now - FIRST_BYTES_WITHIN,
        (Upload.received > 0) & (Upload.updated_at > work.now - PROMISE_LASTS),
    )
    left = func.sum(Upload.size - Upload.received)
    return _number(work, select(left).where(Upload.state == UploadState.RECEIVING, lately, *which))


def _held(work: Work, *which: ColumnElement[bool]) -> int:
    """Return how many bytes of uploads that are not measured lie on the disk."""
    return _number(work, select(func.sum(Upload.received)).where(Upload.state.in_(WITH_FILE), *which))


def _number(work: Work, query: Select[Any]) -> int:
    return int(work.session.scalar(query) or 0)
