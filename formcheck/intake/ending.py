"""Uploads that are given up, tried again, or taken off the list."""

from __future__ import annotations

from formcheck.errors import FormcheckError
from formcheck.intake.duplicates import hand_over
from formcheck.intake.states import (
    ENDED,
    UNDER_WAY,
    WITH_FILE,
    UploadState,
    UploadStateError,
    get_upload,
    need_state,
    upload_path,
)
from formcheck.records.records import Work
from formcheck.records.sweep import remove_incoming
from formcheck.records.tables import Upload


def cancel(work: Work, upload_id: str) -> Upload:
    """Give an upload up. Its worker stops within seconds; its file goes with `drop_file`, or with the next sweep.

    Where another upload is a duplicate of it, that one takes its place.
    """
    row = get_upload(work, upload_id, to_change=True)
    need_state(row, *UNDER_WAY, UploadState.FAILED, to_do="cancelled")
    if row.sha256 is not None:
        hand_over(work, row)
    row.state, row.updated_at = UploadState.CANCELLED, work.now
    row.worker = row.lease_until = row.share = None
    row.stage = ""
    work.log("upload.cancelled", subject=row.id, person=row.person_id)
    return row


def refuse(work: Work, upload_id: str, error: FormcheckError) -> Upload:
    """Say that what has come so far is no video. Nothing of it is worth keeping: the caller removes its file."""
    row = get_upload(work, upload_id, to_change=True)
    need_state(row, UploadState.RECEIVING, to_do="refused")
    row.state, row.updated_at = UploadState.FAILED, work.now
    row.reason, row.remedy = error.reason, error.remedy
    work.log("upload.refused", subject=row.id, person=row.person_id)
    return row


def drop_file(work: Work, row: Upload) -> None:
    """Remove the files of an upload that needs none any more; call it once that is committed."""
    if row.state not in WITH_FILE:
        remove_incoming(work.files, [row.id])


def try_again(work: Work, upload_id: str) -> Upload:
    """Put an upload that failed back into the queue, with all its attempts.

    Raises
    ------
    UploadStateError
        If it has not failed, or its file is gone.
    """
    row = get_upload(work, upload_id, to_change=True)
    need_state(row, UploadState.FAILED, to_do="tried again")
    if not upload_path(work.files, row).is_file():
        raise UploadStateError(f'The file of "{row.name}" is not kept any more.', "Upload it again.")
    row.state, row.updated_at = UploadState.WAITING, work.now
    row.attempts, row.share, row.stage, row.reason, row.remedy = 0, None, "", "", ""
    return row


def remove_entry(work: Work, upload_id: str) -> Upload:
    """Take an upload that has ended off the list; a set that came of it stays. Its file goes with `drop_file`."""
    row = get_upload(work, upload_id, to_change=True)
    need_state(row, *ENDED, to_do="taken off the list")
    if row.state == UploadState.FAILED:
        cancel(work, upload_id)
    work.session.delete(row)
    return row
