"""The queue of videos: begun, received piece by piece, complete, given up, tried again, listed.

Every step is one transaction. The bytes lie on the disk before the row says so, and a file goes only after the row no
longer needs it: so whatever is killed at whatever moment, an upload is continued, waits, or is done.

Names of uploaded files: what of them is kept, and which are names of videos.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from sqlalchemy import select

from formcheck.errors import VideoError
from formcheck.intake.duplicates import enter_queue
from formcheck.intake.ending import cancel, drop_file
from formcheck.intake.room import has_promise, in_megabytes, need_place, need_room
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import (
    UploadState,
    UploadStateError,
    get_upload,
    need_state,
    upload_path,
)
from formcheck.intake.wishes import Wishes, wishes_of
from formcheck.records.access import Actor, NotAllowedError, RecordsError, Role
from formcheck.records.agreed import need_kept_sets
from formcheck.records.files import PRIVATE_FILE
from formcheck.records.people import get_person
from formcheck.records.records import Records, Work
from formcheck.records.sets import need_videoless
from formcheck.records.tables import Upload, new_id
from formcheck.video.digest import file_sha256
from formcheck.video.unreadable import CONVERT, RECORD_AGAIN

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".3gp", ".mpg", ".mpeg", ".mts", ".m2ts")
_LONGEST_STEM: Final = 80
_LONGEST_SUFFIX: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[^\w .()+-]", re.UNICODE)


def safe_name(name: str) -> str:
    """Return the last part of a file name without what could lead elsewhere or steer anything; never empty."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    path = PurePosixPath(_NOT_IN_NAMES.sub("_", last).strip(". ") or "video")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix[:_LONGEST_SUFFIX]}"


def video_suffix(name: str) -> str | None:
    """Return the ending of a video's name, in lower case with its dot; None where it is no name of a video."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in VIDEO_SUFFIXES else None


_LISTED: Final = 200


@dataclass(frozen=True)
class Announced:
    """A file that is going to come."""

    name: str
    size: int
    """Bytes."""
    last_modified: datetime | None = None
    """As the browser says; with the name and the size it tells the same file when it is chosen again."""


class WrongOffsetError(UploadStateError):
    """Bytes that do not begin where those before ended.

    Parameters
    ----------
    received
        Where they should begin.
    """

    def __init__(self, received: int) -> None:
        self.received = received
        super().__init__("These bytes are not the next ones of this video.", "Go on from where the server says.")


def begin(
    work: Work, file: Announced, wishes: Wishes, settings: IntakeSettings, *, person_id: str | None = None
) -> Upload:
    """Announce a file, or find the upload of the same file that was interrupted.

    Parameters
    ----------
    work
        Who brings it.
    file
        What is going to come.
    wishes
        What is said about it.
    settings
        The size that is allowed.
    person_id
        Whose set it is said to be; None where that is not said. A client's are their own.

    Raises
    ------
    VideoError
        If its name is not that of a video, or it is empty or too large.
    RecordsError
        If the disk has no room for it, too many are on their way, or the person refuses that it is kept.
    NotFoundError
        If there is no such person for the actor.
    """
    name = safe_name(file.name)
    _check_file(name, file.size, settings)
    # It is that person's from the beginning: whoever erases them finds it.
    whose = _person(work, person_id) if wishes.for_set is None else need_videoless(work, wishes.for_set).person_id
    need_kept_sets(work, whose)
    interrupted = _interrupted(work, name, file, wishes)
    if interrupted is not None:
        _say_anew(work, interrupted, wishes, whose)
        return interrupted
    need_place(work)
    need_room(work, file.size)
    said = replace(wishes, last_modified=file.last_modified, person_said=wishes.person_said or whose is not None)
    row = Upload(
        id=new_id(),
        state=UploadState.RECEIVING,
        name=name,
        size=file.size,
        received=0,
        person_id=whose,
        wishes=said.document(),
        guesses={},
        created_by=work.actor.name,
        created_by_id=work.actor.id,
        created_at=work.now,
        updated_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    return row


def note_received(work: Work, upload_id: str, from_byte: int, to_byte: int) -> Upload:
    """Write down that bytes have come; they are on the disk already.

    Raises
    ------
    WrongOffsetError
        If others have come meanwhile.
    UploadStateError
        If nothing more is expected.
    """
    row = get_upload(work, upload_id, to_change=True)
    need_state(row, UploadState.RECEIVING, to_do="received")
    if row.received != from_byte or not from_byte <= to_byte <= row.size:
        raise WrongOffsetError(row.received)
    row.received, row.updated_at = to_byte, work.now
    return row


def expect(work: Work, row: Upload) -> None:
    """Keep room for the rest of an upload whose bytes begin to come, or come again after a while.

    Raises
    ------
    RecordsError
        If there is none, or too much of it is the same account's.
    """
    if not has_promise(work, row):
        need_room(work, row.size - row.received, row.id)
    row.updated_at = work.now


def complete(records: Records, actor: Actor, upload_id: str) -> Upload:
    """Take a file that has come whole into the queue, or find that it is here already. Done once, however often asked.

    Returns
    -------
    Upload
        `waiting`, or `duplicate`; what it was where it was complete already.

    Raises
    ------
    WrongOffsetError
        If it has not come whole.
    """
    with records.reading(actor) as work:
        row = get_upload(work, upload_id)
        if row.state != UploadState.RECEIVING:
            return row
        path = upload_path(work.files, row)
        if row.received != row.size:
            raise WrongOffsetError(row.received)
    whole = path.is_file() and path.stat().st_size == row.size
    sha256 = file_sha256(path) if whole else ""
    with records.writing(actor) as work:
        row = get_upload(work, upload_id, to_change=True)
        if row.state != UploadState.RECEIVING:
            return row
        if not whole:  # the disk lost what the row speaks of: all of it is asked for again
            row.received, row.updated_at = 0, work.now
        else:
            enter_queue(work, row, sha256)
    if not whole:
        path.unlink(missing_ok=True)
        raise WrongOffsetError(0)
    if row.state == UploadState.DUPLICATE:
        path.unlink(missing_ok=True)
    return row


def add_file(
    records: Records,
    actor: Actor,
    path: Path,
    wishes: Wishes,
    settings: IntakeSettings,
    *,
    person_id: str | None = None,
) -> Upload:
    """Take a copy of a file of this computer into the queue; see `begin` and `complete`."""
    announced = Announced(path.name, path.stat().st_size)
    with records.writing(actor) as work:
        row = begin(work, announced, wishes, settings, person_id=person_id)
        upload_path(work.files, row).touch(PRIVATE_FILE)
    try:
        shutil.copyfile(path, upload_path(records.files, row))
    except OSError as error:
        with records.writing(actor) as work:
            row = cancel(work, row.id)
            drop_file(work, row)
        raise RecordsError(
            f"The file could not be kept: {error.strerror or error}.", "Free some space, and try again."
        ) from error
    with records.writing(actor) as work:
        note_received(work, row.id, row.received, row.size)
    return complete(records, actor, row.id)


def list_uploads(work: Work, limit: int = _LISTED) -> Sequence[Upload]:
    """Return the uploads that the actor may see, the newest first."""
    query = select(Upload).order_by(Upload.created_at.desc(), Upload.id).limit(limit)
    if not work.actor.sees_everybody:
        query = query.where(Upload.created_by_id == work.actor.id)
    return work.session.scalars(query).all()


def _check_file(name: str, size: int, settings: IntakeSettings) -> None:
    if video_suffix(name) is None:
        raise VideoError(f'"{name}" does not have the name of a video file.', CONVERT)
    if size <= 0:
        raise VideoError(f'"{name}" is empty.', RECORD_AGAIN)
    if size > settings.upload_max_bytes:
        most, its = in_megabytes(settings.upload_max_bytes), in_megabytes(size)
        raise VideoError(
            f'"{name}" has {its}; a video may have {most} here.',
            "Trim it to one set, or record in 1080p instead of 4K.",
        )


def _person(work: Work, person_id: str | None) -> str | None:
    if work.actor.role is Role.CLIENT:
        if work.actor.person_id is None:
            raise NotAllowedError("upload videos before it is known who you are")
        work.actor.need_sight(person_id or work.actor.person_id, "person")
        return work.actor.person_id
    return None if person_id is None else get_person(work, person_id).id


def _say_anew(work: Work, row: Upload, wishes: Wishes, whose: str | None) -> None:
    """Let what is said now count for an upload that is gone on with; what is left open now stays as it was said."""
    before = wishes_of(row)
    said = replace(before, keep_video=before.keep_video and wishes.keep_video)
    if whose is not None and work.actor.sees_everybody:
        row.person_id, said = whose, replace(said, person_said=True)
    if said != before:
        row.wishes = said.document()


def _interrupted(work: Work, name: str, file: Announced, wishes: Wishes) -> Upload | None:
    """Find the upload of this very file that has not come whole, and is for the same set if it is for one."""
    query = select(Upload).where(
        Upload.state == UploadState.RECEIVING,
        Upload.created_by_id == work.actor.id,
        Upload.name == name,
        Upload.size == file.size,
    )
    for row in work.session.scalars(query.order_by(Upload.created_at)):
        before = wishes_of(row)
        if (before.last_modified, before.for_set, before.begins_s) == (
            file.last_modified,
            wishes.for_set,
            wishes.begins_s,
        ):
            return row
    return None
