"""What became of a code, for the computer that showed it and for the phone that used it; and the result on both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from markupsafe import Markup

from formcheck.design.components import measure, measures, verdict
from formcheck.errors import FormcheckError
from formcheck.intake.states import UploadState, get_upload
from formcheck.records.access import SYSTEM, Actor, NotFoundError, Role
from formcheck.records.accounts import actor_of, get_account
from formcheck.records.records import Records
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.report.opening import Opening, opening_of
from formcheck.web.access.login import login_set_up
from formcheck.web.phone.handovers import Handover, KeyRefusedError
from formcheck.web.shared.opened_set import open_set


class Stage(StrEnum):
    """How far a code is."""

    SHOWN = "shown"
    """Nobody scanned it yet."""
    CONNECTED = "connected"
    """A phone did, and has sent nothing."""
    SENDING = "sending"
    WAITING = "waiting"
    """For other videos to be measured."""
    MEASURING = "measuring"
    DONE = "done"
    FAILED = "failed"
    """The phone may send another video."""


_STAGES: Final = {
    UploadState.RECEIVING: Stage.SENDING,
    UploadState.WAITING: Stage.WAITING,
    UploadState.RUNNING: Stage.MEASURING,
    UploadState.DONE: Stage.DONE,
    UploadState.FAILED: Stage.FAILED,
    UploadState.CANCELLED: Stage.FAILED,
    UploadState.DUPLICATE: Stage.DONE,
}


@dataclass(frozen=True)
class Progress:
    """How far a code is, as both sides are told."""

    stage: Stage
    share: float | None = None
    """Of what is being done, 0 to 1."""
    reason: str = ""
    remedy: str = ""
    set_id: str | None = None
    """What came of it."""


def acting(records: Records, actor: Actor) -> Actor:
    """Return who showed a code, as their account is now; asks the records.

    Raises
    ------
    KeyRefusedError
        If they are not let in any more.
    """
    if actor.role is Role.OWNER:
        if login_set_up().on:
            raise KeyRefusedError
        return actor
    try:
        with records.reading(SYSTEM) as work:
            account = get_account(work, actor.id)
            now = actor_of(account)
            if not account.active or (now.role, now.person_id) != (actor.role, actor.person_id):
                raise KeyRefusedError
            return now
    except NotFoundError as error:
        raise KeyRefusedError from error


def progress_of(records: Records, actor: Actor, handover: Handover) -> Progress:
    """Return how far a code is.

    Parameters
    ----------
    records
        With the upload.
    actor
        Who showed the code, see `acting`.
    handover
        Of the code.

    Raises
    ------
    RecordsError
        If the records cannot be read.
    """
    if handover.set_id is not None:
        return Progress(Stage.DONE, set_id=handover.set_id)
    if handover.upload_id is None:
        return Progress(Stage.SHOWN if handover.key_sha256 is None else Stage.CONNECTED)
    try:
        with records.reading(actor) as work:
            row = get_upload(work, handover.upload_id)
            set_id = _set_of(actor, row, work.session.get(ExerciseSet, row.set_id) if row.set_id else None, handover)
    except NotFoundError:
        return Progress(
            Stage.FAILED, None, "The video was taken off the list on the computer.", "Record the set again."
        )
    stage = _STAGES[UploadState(row.state)]
    if stage is Stage.SENDING:
        return Progress(stage, row.received / row.size)
    if stage is Stage.MEASURING:
        return Progress(stage, row.share)
    if row.state == UploadState.CANCELLED:
        return Progress(stage, None, "The video was cancelled.", "Record the set again.")
    if stage is Stage.FAILED:
        return Progress(stage, None, row.reason, row.remedy)
    if stage is Stage.DONE and set_id is None:
        return Progress(Stage.FAILED, None, "The same video came before, or its set was deleted.", "Record a new set.")
    return Progress(stage, set_id=set_id)


def _set_of(actor: Actor, row: Upload, found: ExerciseSet | None, handover: Handover) -> str | None:
    """Return the set that may be shown: of the same video sent before, only that of the same person."""
    if found is None or not actor.may_see(found.person_id):
        return None
    if row.state == UploadState.DUPLICATE and found.person_id != handover.errand.person_id:
        return None
    return found.id


def result_of(records: Records, actor: Actor, set_id: str) -> Opening | None:
    """Return what is read first of a set; None where it cannot be read."""
    try:
        return opening_of(open_set(records, actor, set_id).reviewed.current, ())
    except FormcheckError:
        return None


def result_html(result: Opening) -> Markup:
    """Return a result as both sides show it: the verdict, the reps, one target."""
    cards = [measure("Reps", result.count, "", None)]
    if result.target is not None:
        cards.append(measure("In the next set", result.target.aim, result.target.now, None))
    return verdict(result.level, result.title, result.detail) + measures(cards)
