"""What is said about an upload, put right: before it is measured, meanwhile, and afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from formcheck.intake.guesses import guess_by_name, proposed_for_upload
from formcheck.intake.states import UploadState, UploadStateError, get_upload, need_state
from formcheck.intake.wishes import PEOPLE, Wishes, wishes_of
from formcheck.records.access import Actor, NotAllowedError
from formcheck.records.agreed import need_kept_sets
from formcheck.records.people import get_person
from formcheck.records.records import Records, Work
from formcheck.records.requests import request_of
from formcheck.records.reviewing import as_correction, correct, corrections_of, others_of_recording, place_set
from formcheck.records.sets import get_set, need_past
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.session.request import SetRequest


def put_right(work: Work, upload_id: str, said: Wishes, person_id: str | None = None) -> Upload:
    """Say anew what an upload that is not measured yet is; one that is being measured is measured as this.

    Parameters
    ----------
    work
        Who says it.
    upload_id
        Of the upload.
    said
        All of it: what is None now is found again. Where it came from, and the date of its file, stay.
    person_id
        Whose it is, where `said.person_said`; None for nobody's. A client's videos are their own, whatever this says.

    Raises
    ------
    UploadStateError
        If it is measured already: see `put_set_right`. If it is the video of a set that is: nothing of it is measured.
    NotFoundError
        If there is no such upload or person for the actor.
    """
    row = get_upload(work, upload_id, to_change=True)
    states = (UploadState.RECEIVING, UploadState.WAITING, UploadState.RUNNING, UploadState.FAILED)
    need_state(row, *states, to_do="changed here")
    before = wishes_of(row)
    if before.for_set is not None:
        raise UploadStateError(
            f'"{row.name}" is the video of a set that is measured already.', "Correct that set, not its video."
        )
    if said.done_at is not None:
        need_past(said.done_at, work.now)
    wishes = replace(said, person_said=before.person_said, origin=before.origin, last_modified=before.last_modified)
    if work.actor.sees_everybody:
        whose = person_id if said.person_said else None
        need_kept_sets(work, whose)
        row.person_id = None if whose is None else get_person(work, whose).id
        wishes = replace(wishes, person_said=said.person_said)
    elif said.person_said and person_id != work.actor.person_id:
        raise NotAllowedError("say that a video is somebody else's")
    people = {name: kept for name, kept in row.guesses.items() if name == PEOPLE}
    row.wishes, row.guesses, row.updated_at = wishes.document(), people, work.now
    if row.state != UploadState.RECEIVING:
        guess_by_name(work, row)
    work.log("upload.changed", subject=row.id, person=row.person_id)
    return row


def accept_person(records: Records, actor: Actor, upload_id: str) -> None:
    """Take the person who is proposed for an upload as the one whose it is, measured already or not.

    Every set that came of it and is nobody's goes to them.

    Raises
    ------
    UploadStateError
        If nobody is proposed any more: somebody said meanwhile whose it is.
    NotAllowedError
        If the actor is a client.
    RecordsError
        If that person refuses that it is kept.
    ConflictError
        If somebody else changed the set meanwhile.
    """
    actor.need_clinician("say whose set it is")
    with records.writing(actor) as work:
        row = get_upload(work, upload_id, to_change=True)
        proposed = proposed_for_upload(row)
        if proposed is None:
            raise UploadStateError("Somebody said meanwhile whose this video is.", "Look at it as it is now.")
        person_id, set_id = get_person(work, str(proposed.value)).id, row.set_id
        if set_id is None:
            need_kept_sets(work, person_id)
            row.person_id, row.updated_at = person_id, work.now
            row.wishes = replace(wishes_of(row), person_said=True).document()
            row.guesses = {name: each for name, each in row.guesses.items() if name != "person_id"}
            work.log("upload.changed", subject=row.id, person=person_id)
    if set_id is None:
        return
    with records.reading(actor) as work:
        others = [each.id for each in others_of_recording(work, set_id) if each.person_id is None]
    for each in (set_id, *others):
        place_set(records, actor, each, person_id=person_id)


def put_set_right(
    records: Records,
    actor: Actor,
    upload_id: str,
    said: SetRequest,
    *,
    person_id: str | None = None,
    done_at: datetime | None = None,
) -> ExerciseSet:
    """Put right what a measured upload was taken for; exercise, leg and view become a correction of the set.

    Parameters
    ----------
    records, actor
        Who says it.
    upload_id
        Of the upload.
    said
        Exercise, leg and view; what is None stays as it is.
    person_id, done_at
        Whose it is and when it was done; None to leave it.

    Raises
    ------
    UploadStateError
        If it is not measured.
    ConflictError
        If somebody else changed the set meanwhile.
    """
    with records.reading(actor) as work:
        row = get_upload(work, upload_id)
        if row.set_id is None:
            raise UploadStateError(f'"{row.name}" is not measured yet.', "Wait for it, or change what is said of it.")
        others = [each.id for each in others_of_recording(work, row.set_id)]
        measured = get_set(work, row.set_id)
        set_id = measured.id
        given = person_id if person_id != measured.person_id else None
        dated = done_at if done_at != measured.done_at else None
    if given is not None or dated is not None:
        for each in (set_id, *others):  # all sets of a video are one person's, and of one day
            place_set(records, actor, each, person_id=given, done_at=dated)
    with records.reading(actor) as work:
        measured = get_set(work, set_id)
        version = measured.version
        now = measured_as_now(work, measured)
    change = SetRequest(
        exercise=said.exercise if said.exercise != now.exercise else None,
        leg=said.leg if said.leg != now.leg else None,
        view=said.view if said.view != now.view else None,
    )
    if change != SetRequest():
        correct(records, actor, set_id, change, version)
    with records.reading(actor) as work:
        return get_set(work, set_id)


def measured_as_now(work: Work, row: ExerciseSet) -> SetRequest:
    """Return what a set is measured as, corrections included."""
    changes = [as_correction(each).change for each in corrections_of(work, row.id)]
    return request_of(row.measured_as).corrected(each for each in changes if isinstance(each, SetRequest))
