"""How long things are kept, where a limit is set; and what else the records need now and then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import ColumnElement, Select, and_, not_, or_, select

from formcheck.records.access import SYSTEM, ConflictError, NotFoundError, RecordsError
from formcheck.records.call_recordings import close_left_over, delete_recording
from formcheck.records.erasure import finish_erasures
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import delete_session, end_old_sessions
from formcheck.records.sets import delete_set, drop_video
from formcheck.records.sweep import Swept, remove_incoming, remove_unused, sweep
from formcheck.records.tables import ExerciseSet, RemoteRecording, RemoteSession, Upload

_ENDED: Final = ("done", "failed", "cancelled", "duplicate")
"""States of an upload that nothing comes after by itself."""
_LEFT_OPEN: Final = timedelta(hours=12)
"""A remote session lasts three hours at most; one that the server did not see end is over long before."""
_LONGEST: Final = 36_500
"""Days: a hundred years."""


class RetentionSettings(BaseSettings):
    """Read from the environment: `FORMCHECK_KEEP_VIDEOS_DAYS` and `FORMCHECK_KEEP_SETS_DAYS`. Both off by default."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_", env_ignore_empty=True, frozen=True)

    keep_videos_days: int | None = Field(default=None, ge=1, le=_LONGEST)
    """So long after a set came into the records its video goes; landmarks and numbers stay. Recordings of calls too."""
    keep_sets_days: int | None = Field(default=None, ge=1, le=_LONGEST)
    """So long after a set came into the records it goes, with its corrections and notes; remote sessions as well."""


def retention_settings() -> RetentionSettings:
    """Read the limits from the environment.

    Raises
    ------
    RecordsError
        If one of them is no number of days.
    """
    try:
        return RetentionSettings()
    except ValidationError as error:
        names = " and ".join(f"FORMCHECK_{str(each['loc'][0]).upper()}" for each in error.errors())
        raise RecordsError(
            f"How long to keep things is not clear: {names} is no number of days.",
            f"Give whole days from 1 to {_LONGEST}, or leave it out to keep everything.",
        ) from error


@dataclass(frozen=True)
class Retained:
    """What was past its time."""

    videos: int
    """Of sets, and recordings of calls."""
    sets: int
    uploads: int
    """Entries of uploads that ended as long ago as sets are kept: they hold names of files."""
    sessions: int = 0
    """Remote sessions as old as sets may get, with their stills."""


def apply_retention(records: Records, settings: RetentionSettings | None = None) -> Retained:
    """Let go of what is past its time; each set in a transaction of its own, entered in the audit log.

    Age counts from when a set came into the records, not from when it was done: an old recording that is uploaded today
    stays as long as a new one.

    Parameters
    ----------
    records
        The records.
    settings
        How long things are kept; None to ask the environment.
    """
    settings = settings if settings is not None else retention_settings()
    videos = sets = uploads = sessions = 0
    if settings.keep_sets_days is not None:
        limit = records.now() - timedelta(days=settings.keep_sets_days)
        sets = _each(records, select(ExerciseSet.id).where(ExerciseSet.created_at < limit), delete_set)
        old = select(Upload.id).where(Upload.updated_at < limit, Upload.state.in_(_ENDED))
        uploads = _each(records, old, _delete_upload)
        over = select(RemoteSession.id).where(RemoteSession.created_at < limit, not_(_is_to_come(records)))
        sessions = _each(records, over, delete_session)
    if settings.keep_videos_days is not None:
        limit = records.now() - timedelta(days=settings.keep_videos_days)
        kept = or_(ExerciseSet.video_sha256.is_not(None), ExerciseSet.proxy_sha256.is_not(None))
        videos = _each(records, select(RemoteRecording.id).where(RemoteRecording.started_at < limit), delete_recording)
        videos += _each(records, select(ExerciseSet.id).where(ExerciseSet.created_at < limit, kept), drop_video)
    if videos or sets or sessions:
        remove_unused(records)
    return Retained(videos, sets, uploads, sessions)


def _is_to_come(records: Records) -> ColumnElement[bool]:
    """Return the condition of sessions that are planned and not done yet."""
    planned = and_(RemoteSession.planned_at.is_not(None), RemoteSession.planned_at > records.now() - timedelta(days=1))
    return and_(RemoteSession.ended_at.is_(None), planned)


def _each(records: Records, query: Select[Any], let_go: Callable[[Work, str], None]) -> int:
    with records.reading(SYSTEM) as work:
        ids: Sequence[str] = work.session.scalars(query).all()
    counted = 0
    for each in ids:
        try:
            with records.writing(SYSTEM) as work:
                let_go(work, each)
            counted += 1
        except (NotFoundError, ConflictError):
            continue  # somebody was just at it: the next time will do
    return counted


def _delete_upload(work: Work, upload_id: str) -> None:
    upload = work.session.get(Upload, upload_id)
    if upload is None or upload.state not in _ENDED:
        raise NotFoundError("upload")
    work.log("upload.expired", subject=upload_id, person=upload.person_id)
    work.session.delete(upload)
    remove_incoming(work.files, [upload_id])


@dataclass(frozen=True)
class Housekeeping:
    """What was done."""

    erasures: int
    """That had been cut short, and are finished."""
    retained: Retained
    swept: Swept
    ended: int
    """Remote sessions that nobody had ended."""


def keep_house(records: Records, settings: RetentionSettings | None = None) -> Housekeeping:
    """Finish what was cut short, let go of what is past its time and remove what was left over.

    To be called when formcheck starts and once a day. Others may go on working meanwhile.
    """
    # The erasures in the end, so that one that cannot be finished does not keep the rest from being done; and always,
    # so that a limit that means nothing does not keep somebody from being erased.
    try:
        with records.writing(SYSTEM) as work:
            ended = end_old_sessions(work, work.now - _LEFT_OPEN)
        close_left_over(records)
        retained, swept = apply_retention(records, settings), sweep(records)
    finally:
        erasures = finish_erasures(records)
    return Housekeeping(erasures, retained, swept, ended)
