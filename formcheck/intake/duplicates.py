"""The same file twice: recognised by its content, among what its sender may know of."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import Final

from sqlalchemy import select, text

from formcheck.intake.guesses import guess_by_name
from formcheck.intake.states import UploadState, may_see, upload_path
from formcheck.intake.wishes import wishes_of
from formcheck.records.access import SYSTEM, Actor, Role, owner
from formcheck.records.accounts import actor_of
from formcheck.records.files import PRIVATE_FILE
from formcheck.records.records import Work
from formcheck.records.sets import sets_of_video
from formcheck.records.tables import Account, Upload

DUPLICATE_OF: Final = "duplicate_of"
"""Under this name `Upload.guesses` keeps the id of the upload that brought the same file and is not done yet."""
_WITHOUT_ACCOUNT: Final = (owner("").id, SYSTEM.id)


def enter_queue(work: Work, row: Upload, sha256: str) -> None:
    """Let an upload that has come whole wait, or be a duplicate of what its sender may know of.

    The video of a set that is in the records is neither a duplicate nor has one: nothing comes of it but that video.
    """
    if work.session.get_bind().dialect.name == "postgresql":
        # Of two that bring the same file at once, the second must see the first.
        work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(sha256[:15], 16)})
    row.sha256, row.updated_at = sha256, work.now
    # Who completes an upload may be a worker; what is found here is only what its sender may know of.
    theirs = replace(work, actor=_sender(work, row))
    is_given = wishes_of(row).for_set is not None
    known = [] if is_given else sets_of_video(theirs, sha256)
    twin = None if is_given else _twin(theirs, row)
    if known or twin is not None:
        row.state = UploadState.DUPLICATE
        row.set_id = known[0].id if known else None
        if not known and twin is not None:
            row.guesses = {DUPLICATE_OF: twin.id}
    else:
        row.state = UploadState.WAITING
        guess_by_name(work, row)
    work.log("upload.received", subject=row.id, person=row.person_id, details={"state": str(row.state)})


def duplicate_of(row: Upload) -> str | None:
    """Return the id of the upload that brought the same file, while that is not done."""
    value = row.guesses.get(DUPLICATE_OF)
    return value if isinstance(value, str) else None


def settle_duplicates(work: Work, row: Upload) -> None:
    """Lead the duplicates of an upload to the set that came of it."""
    for each in _duplicates(work, row.id):
        each.set_id, each.updated_at = row.set_id, work.now
        each.guesses = {}


def hand_over(work: Work, row: Upload) -> None:
    """Let a duplicate take the place of an upload that is given up, with a name of its own for the file."""
    heir = next(iter(_duplicates(work, row.id)), None)
    source = upload_path(work.files, row)
    if heir is None or not source.is_file():
        return
    work.hold_files()  # for a clean-up it is the file of an upload that needs none, until the end of this
    target = upload_path(work.files, heir)
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a disk without second names
        target.touch(PRIVATE_FILE)
        shutil.copyfile(source, target)
    heir.state, heir.updated_at, heir.guesses = UploadState.WAITING, work.now, {}
    heir.received = heir.size
    guess_by_name(work, heir)
    for other in _duplicates(work, row.id):
        other.guesses = {DUPLICATE_OF: heir.id}


def _duplicates(work: Work, upload_id: str) -> list[Upload]:
    query = select(Upload).where(Upload.state == UploadState.DUPLICATE, Upload.set_id.is_(None))
    found = work.session.scalars(query.order_by(Upload.created_at, Upload.id))
    return [each for each in found if each.guesses.get(DUPLICATE_OF) == upload_id]


def _twin(work: Work, row: Upload) -> Upload | None:
    """Find the upload that brought the same file and is going to be measured, of those the actor may see."""
    query = select(Upload).where(
        Upload.sha256 == row.sha256, Upload.id != row.id, Upload.state.in_((UploadState.WAITING, UploadState.RUNNING))
    )
    found = work.session.scalars(query.order_by(Upload.created_at))
    return next((each for each in found if may_see(work.actor, each) and wishes_of(each).for_set is None), None)


def _sender(work: Work, row: Upload) -> Actor:
    """Return who brought an upload."""
    account = work.session.get(Account, row.created_by_id)
    if account is not None:
        return actor_of(account)
    role = Role.SYSTEM if row.created_by_id in _WITHOUT_ACCOUNT else Role.CLIENT
    return Actor(row.created_by_id, row.created_by, role, row.person_id)
