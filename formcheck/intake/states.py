"""The states of an upload, and what holds in each.

```
receiving -> waiting -> running -> done
     |          |          |-----> failed -> waiting (tried again)
     |          |          `-----> waiting (its worker is gone)
     |-> duplicate -> waiting (what it is a duplicate of was cancelled)
     `---------------------------> cancelled
```
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from formcheck.records.access import Actor, NotFoundError, RecordsError
from formcheck.records.files import FileStore
from formcheck.records.records import Work
from formcheck.records.tables import Upload, new_id


class UploadState(StrEnum):
    """Where an upload is on its way."""

    RECEIVING = "receiving"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"


WITH_FILE: Final = (UploadState.RECEIVING, UploadState.WAITING, UploadState.RUNNING, UploadState.FAILED)
"""Whose file lies in the folder of what is not whole yet, under the upload's id. What failed may be tried again."""
UNDER_WAY: Final = (UploadState.RECEIVING, UploadState.WAITING, UploadState.RUNNING)
ENDED: Final = (UploadState.DONE, UploadState.FAILED, UploadState.CANCELLED, UploadState.DUPLICATE)
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,12}", re.ASCII)


class UploadStateError(RecordsError):
    """Something was asked of an upload that it is past, or not ready for."""


def file_suffix(name: str) -> str:
    """Return the ending of an upload's file: that of its name where a stored file may have it, else none."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def upload_path(files: FileStore, row: Upload) -> Path:
    """Return where the file of an upload lies until it is measured, whether it is there or not."""
    return files.incoming / f"{row.id}{file_suffix(row.name)}"


def work_folder(files: FileStore, row: Upload) -> Path:
    """Return where an attempt at an upload puts what it makes; each attempt has a name of its own."""
    return files.incoming / f"{row.id}.{new_id()}"


def older_work_folders(files: FileStore, row: Upload) -> list[Path]:
    """Return the folders that attempts at an upload before left behind, when their workers were killed."""
    return [path for path in files.incoming.glob(f"{row.id}.*") if path.is_dir()]


def may_see(actor: Actor, row: Upload) -> bool:
    """Return whether an upload is open to somebody: a client sees those of their own account alone."""
    return actor.sees_everybody or row.created_by_id == actor.id


def get_upload(work: Work, upload_id: str, *, to_change: bool = False) -> Upload:
    """Return an upload.

    Parameters
    ----------
    work
        Whose look it is.
    upload_id
        Of the upload.
    to_change
        Whether others shall wait until this transaction has ended.

    Raises
    ------
    NotFoundError
        If there is no such upload for the actor.
    """
    row = work.session.get(Upload, upload_id, with_for_update=to_change or None, populate_existing=to_change)
    if row is None or not may_see(work.actor, row):
        raise NotFoundError("upload")
    return row


def need_state(row: Upload, *states: UploadState, to_do: str) -> None:
    """Refuse what an upload is past, or not ready for.

    Parameters
    ----------
    row
        The upload.
    states
        In which it is possible.
    to_do
        Goes on after "cannot be".
    """
    if row.state not in states:
        raise UploadStateError(
            f'"{row.name}" cannot be {to_do}: it is {row.state} by now.', "Look at the list as it is now."
        )
