"""Recordings of calls: begun when everybody has agreed, received part by part, kept with the session, deleted.

A recording in the making lies among what is on its way (`FileStore.incoming`), under its id; its row says so. Once it
is whole it is a file of the store like all others.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select

from formcheck.errors import VideoError
from formcheck.records.access import SYSTEM, NotAllowedError, NotFoundError, RecordsError
from formcheck.records.files import PRIVATE_FILE, FileStore
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import get_session
from formcheck.records.sweep import remove_incoming
from formcheck.records.tables import RemoteConsent, RemoteRecording, RemoteSeat, RemoteSession
from formcheck.remote.consent import TEXTS, Item

CONSENT: Final[Item] = "record_call"
RECORDING_SUFFIXES: Final = (".webm", ".mp4")
MOST_BYTES: Final = 2 * 1024**3
"""Of one recording: three hours, the longest that a session lasts, at 1.6 Mb/s; ours has a third of that."""
_SPARE_BYTES: Final = 512 * 1024**2
"""So much of the disk is left to others."""


class RecordingFullError(RecordsError):
    """No more of a recording can be kept: it is as long as one may be, or the disk is nearly full."""


def begin_recording(work: Work, session_id: str) -> RemoteRecording:
    """Make room for a recording.

    Raises
    ------
    NotAllowedError
        If the newest answer of anybody who is in the session is not yes.
    RecordsError
        If the session is over.
    """
    session = get_session(work, session_id)
    work.actor.need_clinician("record a call")
    if session.ended_at is not None:
        raise RecordsError("The session is over.", "Plan a new one.")
    there = (RemoteSeat.session_id == session_id) & (RemoteSeat.standing == "admitted") & RemoteSeat.left_at.is_(None)
    seats = set(work.session.scalars(select(RemoteSeat.id).where(there)))
    if not seats or seats - _agreed(work, session_id):
        raise NotAllowedError("record a call without everybody's consent")
    row = RemoteRecording(session_id=session_id, started_at=work.now, recorded_by=work.actor.name)
    work.session.add(row)
    work.session.flush()
    work.log("remote.recording", subject=session_id, person=session.person_id, details={"recording": row.id})
    return row


def _agreed(work: Work, session_id: str) -> set[str]:
    mine = (RemoteConsent.session_id == session_id) & (RemoteConsent.item == CONSENT)
    newest = select(func.max(RemoteConsent.id)).where(mine).group_by(RemoteConsent.seat_id)
    yes = (RemoteConsent.answer == "yes") & (RemoteConsent.text_sha256 == TEXTS[CONSENT].sha256)
    return set(work.session.scalars(select(RemoteConsent.seat_id).where(RemoteConsent.id.in_(newest), yes)))


def part_path(files: FileStore, recording_id: str) -> Path:
    """Return where a recording in the making lies."""
    return files.incoming / f"{recording_id}.recording"


def receive_part(records: Records, recording_id: str, at: int, data: bytes) -> int:
    """Put bytes behind those that there are, unless they were put there before.

    Parameters
    ----------
    records
        The records.
    recording_id
        Of a recording in the making.
    at
        Offset of the first byte.
    data
        The bytes.

    Returns
    -------
    int
        How many bytes there are now: what is sent next begins there.

    Raises
    ------
    NotFoundError
        If there is no such recording, or it is whole.
    RecordingFullError
        If it is too long, or the disk is nearly full.
    RecordsError
        If it cannot be written now.
    """
    with records.writing(SYSTEM) as work:  # nobody can delete it meanwhile
        row = work.session.get(RemoteRecording, recording_id, with_for_update=True)
        if row is None or row.sha256 is not None:
            raise NotFoundError("recording")
        path = part_path(work.files, recording_id)
        try:
            there = path.stat().st_size if path.is_file() else 0
            news = data[there - at :] if at <= there else b""
            if there + len(news) > MOST_BYTES:
                raise RecordingFullError("The recording is as long as one may be.", "Begin another one.")
            if shutil.disk_usage(path.parent).free < _SPARE_BYTES + len(news):
                raise RecordingFullError(
                    "The disk is nearly full.", "Free some space on the computer that runs formcheck."
                )
            path.touch(PRIVATE_FILE)
            with path.open("ab") as file:
                file.write(news)
            return there + len(news)
        except OSError as error:
            raise RecordsError(
                f"The recording cannot be written: {error.strerror or error}.", "Free some space, and go on."
            ) from error


def close_recordings(records: Records, which: ColumnElement[bool]) -> int:
    """Make whole what has come of recordings; return how many are kept by that. One without content goes.

    Parameters
    ----------
    records
        The records.
    which
        Condition on `RemoteRecording`.
    """
    with records.reading(SYSTEM) as work:
        ids = list(work.session.scalars(select(RemoteRecording.id).where(RemoteRecording.sha256.is_(None), which)))
    return sum(_close(records, each) for each in ids)


def close_left_over(records: Records) -> int:
    """Make whole the recordings of sessions that are over; see `close_recordings`."""
    over = select(RemoteSession.id).where(RemoteSession.ended_at.is_not(None))
    return close_recordings(records, RemoteRecording.session_id.in_(over))


def _close(records: Records, recording_id: str) -> bool:
    from formcheck.video.rewrap import rewrap  # what reads videos takes a while to load

    files = records.files
    path = part_path(files, recording_id)
    with files.passing_folder() as folder:
        made = files.passing_name(folder=folder)
        try:
            duration_s, suffix = rewrap(path, made)
        except VideoError:
            with records.writing(SYSTEM) as work:
                row = work.session.get(RemoteRecording, recording_id)
                if row is not None and row.sha256 is None:
                    _delete(work, row)
            return False
        file = files.take(made, suffix, folder=folder)
        with records.writing(SYSTEM) as work:
            row = work.session.get(RemoteRecording, recording_id, with_for_update=True)
            is_new = row is not None and row.sha256 is None
            if row is not None and is_new:
                row.sha256, row.duration_s = work.keep_file(file), duration_s
            path.unlink(missing_ok=True)
    return is_new


def stop_recording(work: Work, recording_id: str) -> None:
    """Note that a recording is over; its last parts may still come."""
    work.actor.need_clinician("end recordings")
    row = work.session.get(RemoteRecording, recording_id)
    if row is not None and row.stopped_at is None:
        row.stopped_at = work.now


def recording_under_way(work: Work, session_id: str) -> str | None:
    """Return the id of the recording of a session that is not over; None where there is none."""
    get_session(work, session_id)
    mine = (RemoteRecording.session_id == session_id) & RemoteRecording.sha256.is_(None)
    query = select(RemoteRecording.id).where(mine, RemoteRecording.stopped_at.is_(None))
    return work.session.scalar(query.order_by(RemoteRecording.started_at.desc(), RemoteRecording.id).limit(1))


def recordings_of(work: Work, session_id: str) -> Sequence[RemoteRecording]:
    """Return the recordings of a session that are whole, in their order."""
    get_session(work, session_id)
    return _whole(work, RemoteRecording.session_id == session_id)


def recordings_of_person(work: Work, person_id: str) -> Sequence[RemoteRecording]:
    """Return the recordings of all sessions with a person that are whole, in their order."""
    work.actor.need_sight(person_id, "person")
    return _whole(work, RemoteRecording.session_id.in_(_sessions_with(person_id)))


def _sessions_with(person_id: str) -> Select[str]:
    return select(RemoteSession.id).where(RemoteSession.person_id == person_id)


def _whole(work: Work, which: ColumnElement[bool]) -> Sequence[RemoteRecording]:
    query = select(RemoteRecording).where(RemoteRecording.sha256.is_not(None), which)
    return work.session.scalars(query.order_by(RemoteRecording.started_at, RemoteRecording.id)).all()


def length_in_words(duration_s: float | None) -> str:
    """Return how long a recording is, in minutes and seconds."""
    minutes, seconds = divmod(round(duration_s or 0.0), 60)
    return f"{minutes}:{seconds:02d} min"


def recording_path(work: Work, recording_id: str) -> Path:
    """Return where a recording that is whole lies.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    row = work.session.get(RemoteRecording, recording_id)
    if row is None or row.sha256 is None:
        raise NotFoundError("recording")
    get_session(work, row.session_id)
    return work.file_path(row.sha256)


def delete_recording(work: Work, recording_id: str) -> None:
    """Delete a recording, whole or in the making. The file of a whole one goes with the next `remove_unused`.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    row = work.session.get(RemoteRecording, recording_id)
    if row is None:
        raise NotFoundError("recording")
    get_session(work, row.session_id)
    work.actor.need_clinician("delete recordings")
    _delete(work, row)


def delete_recordings(work: Work, session_id: str) -> int:
    """Delete all recordings of a session, since somebody took back that there are any; return how many."""
    get_session(work, session_id)
    rows = work.session.scalars(select(RemoteRecording).where(RemoteRecording.session_id == session_id)).all()
    for row in rows:
        _delete(work, row)
    return len(rows)


def _delete(work: Work, row: RemoteRecording) -> None:
    session = work.session.get(RemoteSession, row.session_id)
    person_id = None if session is None else session.person_id
    work.log("remote.recording_deleted", subject=row.session_id, person=person_id, details={"recording": row.id})
    work.session.delete(row)
    work.session.flush()
    remove_incoming(work.files, [row.id])
