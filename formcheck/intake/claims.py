"""What workers do with the queue: take an upload on a lease, renew it, and say what became of it.

A worker has an upload while its lease runs. Whoever is killed stops renewing, and the next worker takes the upload
over: so nothing that was complete is ever lost, and nothing is measured by two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select, update

from formcheck.errors import FormcheckError
from formcheck.intake.duplicates import settle_duplicates
from formcheck.intake.settings import LEASE_S, MOST_ATTEMPTS
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import PEOPLE, PeopleSeen
from formcheck.pose.people import SeveralPeopleError
from formcheck.records.records import Work
from formcheck.records.tables import Upload

WORE_OUT: Final = FormcheckError(
    f"The analysis of this video broke off {MOST_ATTEMPTS} times.",
    "Convert it to MP4 (H.264) and upload that, or try again; the log of the computer that runs formcheck says more.",
)


class LeaseLostError(Exception):
    """The upload is not this worker's any more: it was cancelled, erased, or given to another."""


@dataclass(frozen=True)
class Claim:
    """An upload that a worker has."""

    upload_id: str
    worker: str


def claim_next(work: Work, worker: str, lease_s: float = LEASE_S) -> Claim | None:
    """Take the upload that waits longest; None where none waits.

    Leases that ran out are ended first: their uploads wait again, or have failed where that was tried often enough.

    Parameters
    ----------
    work
        A writing transaction.
    worker
        Name of the worker, unlike every other's.
    lease_s
        For how long, unless renewed.
    """
    _end_expired(work)
    query = select(Upload).where(Upload.state == UploadState.WAITING).order_by(Upload.created_at, Upload.id).limit(1)
    # On PostgreSQL workers pass by what another is just taking; SQLite lets one transaction write at a time.
    row = work.session.scalars(query.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    row.state, row.worker, row.lease_until = UploadState.RUNNING, worker, work.now + timedelta(seconds=lease_s)
    row.attempts += 1
    row.share, row.stage, row.started_at, row.updated_at = None, "Starting", work.now, work.now
    row.reason = row.remedy = ""
    return Claim(row.id, worker)


def something_to_do(work: Work) -> bool:
    """Say whether `claim_next` would find anything: a look that keeps nobody from writing."""
    waiting = select(Upload.id).where(Upload.state == UploadState.WAITING).limit(1)
    expired = select(Upload.id).where(Upload.state == UploadState.RUNNING, Upload.lease_until < work.now).limit(1)
    return work.session.scalar(waiting) is not None or work.session.scalar(expired) is not None


def renew(work: Work, claim: Claim, stage: str, share: float | None, lease_s: float = LEASE_S) -> bool:
    """Keep an upload, and say how far it is; False where it is this worker's no more."""
    until = work.now + timedelta(seconds=lease_s)
    change = (
        update(Upload)
        .where(Upload.id == claim.upload_id, Upload.worker == claim.worker, Upload.state == UploadState.RUNNING)
        .values(lease_until=until, stage=stage, share=share, updated_at=work.now)
        .returning(Upload.id)
    )
    return work.session.scalar(change) is not None


def claimed(work: Work, claim: Claim) -> Upload:
    """Return the upload that a worker has, kept from others until the transaction ends.

    Raises
    ------
    LeaseLostError
        If it is this worker's no more.
    """
    row = work.session.get(Upload, claim.upload_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != UploadState.RUNNING or row.worker != claim.worker:
        raise LeaseLostError
    return row


def mark_done(work: Work, claim: Claim, set_id: str) -> Upload:
    """Say that a set came of an upload."""
    row = claimed(work, claim)
    row.state, row.set_id = UploadState.DONE, set_id
    row.share, row.stage = 1.0, ""
    _let_go(work, row)
    settle_duplicates(work, row)
    return row


def mark_failed(work: Work, claim: Claim, error: FormcheckError) -> Upload:
    """Say that an upload cannot be measured, why, and what to do; its file stays so that it can be tried again."""
    row = claimed(work, claim)
    if isinstance(error, SeveralPeopleError):
        row.guesses = {**row.guesses, PEOPLE: PeopleSeen(error.people, error.at_s).document()}
    _fail(work, row, error)
    return row


def give_back(work: Work, claim: Claim) -> None:
    """Put an upload back that a worker cannot go on with because it is told to stop: that is no attempt."""
    row = claimed(work, claim)
    row.attempts -= 1
    _wait_again(work, row)


def take_back(work: Work, worker: str) -> int:
    """End the leases of a worker that is dead, and return how many: its successor knows before they run out."""
    query = select(Upload).where(Upload.state == UploadState.RUNNING, Upload.worker == worker)
    rows = work.session.scalars(query.with_for_update(skip_locked=True)).all()
    for row in rows:
        _next_try(work, row)
    return len(rows)


def _end_expired(work: Work) -> None:
    query = select(Upload).where(Upload.state == UploadState.RUNNING, Upload.lease_until < work.now)
    for row in work.session.scalars(query.with_for_update(skip_locked=True)).all():
        _next_try(work, row)


def _next_try(work: Work, row: Upload) -> None:
    if row.attempts >= MOST_ATTEMPTS:
        _fail(work, row, WORE_OUT)
    else:
        _wait_again(work, row)


def _fail(work: Work, row: Upload, error: FormcheckError) -> None:
    row.state, row.reason, row.remedy = UploadState.FAILED, error.reason, error.remedy
    _let_go(work, row)
    work.log("upload.failed", subject=row.id, person=row.person_id)


def _wait_again(work: Work, row: Upload) -> None:
    row.state = UploadState.WAITING
    row.share, row.stage, row.started_at = None, "", None
    _let_go(work, row)


def _let_go(work: Work, row: Upload) -> None:
    row.worker = row.lease_until = None
    row.updated_at = work.now
