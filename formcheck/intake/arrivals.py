"""What interrupted uploads leave behind: finished where all bytes are here, given up where nobody comes back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select, true

from formcheck.errors import FormcheckError
from formcheck.intake.ending import drop_file
from formcheck.intake.queue import WrongOffsetError, complete
from formcheck.intake.states import UploadState, get_upload
from formcheck.records.access import SYSTEM
from formcheck.records.records import Records
from formcheck.records.tables import Upload

_LOG: Final = logging.getLogger(__name__)
_BROWSER_COMPLETES: Final = timedelta(minutes=1)
"""For the request that brought the last bytes to complete the upload itself."""
_RECEIVING_KEPT: Final = timedelta(days=7)
_ANNOUNCED_KEPT: Final = timedelta(hours=1)
"""Of which no byte has come."""
_FAILED_KEPT: Final = timedelta(days=14)


def complete_arrived(records: Records) -> int:
    """Complete uploads whose bytes are all here though nobody said so: the server was killed just then.

    Returns
    -------
    int
        How many.
    """
    before = records.now() - _BROWSER_COMPLETES
    with records.reading(SYSTEM) as work:
        query = select(Upload).where(
            Upload.state == UploadState.RECEIVING, Upload.received == Upload.size, Upload.updated_at < before
        )
        found: Sequence[Upload] = work.session.scalars(query).all()
    completed = 0
    for row in found:
        try:
            complete(records, SYSTEM, row.id)
        except WrongOffsetError:
            _LOG.warning("the bytes of upload %s are gone from the disk; they are asked for again", row.id)
        except FormcheckError as error:
            _LOG.warning("upload %s could not be completed: %s", row.id, error)
        else:
            completed += 1
    return completed


def give_up_old(records: Records) -> int:
    """Cancel uploads that nobody goes on with, and let go of the files of those that failed long ago.

    Returns
    -------
    int
        How many.
    """
    now = records.now()
    limits = (
        (UploadState.RECEIVING, now - _ANNOUNCED_KEPT, Upload.received == 0),
        (UploadState.RECEIVING, now - _RECEIVING_KEPT, true()),
        (UploadState.FAILED, now - _FAILED_KEPT, true()),
    )
    given_up = 0
    for state, before, which in limits:
        with records.reading(SYSTEM) as work:
            query = select(Upload.id).where(Upload.state == state, Upload.updated_at < before, which)
            found = work.session.scalars(query).all()
        for upload_id in found:
            with records.writing(SYSTEM) as work:
                row = get_upload(work, upload_id, to_change=True)
                if row.state != state or row.updated_at >= before:
                    continue
                row.state, row.updated_at = UploadState.CANCELLED, work.now
            with records.reading(SYSTEM) as work:
                drop_file(work, row)
            given_up += 1
    return given_up
