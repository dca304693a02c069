"""What is said about an upload, put right: before it is measured, meanwhile, and afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from formcheck.exercises.plan import Plan
from formcheck.intake.guesses import guess_by_name
from formcheck.intake.states import UploadState, UploadStateError, get_upload, need_state
from formcheck.intake.wishes import PEOPLE, wishes_of
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.records.access import Actor, NotAllowedError, NotFoundError
from formcheck.records.people import get_person
from formcheck.records.records import Records, Work
from formcheck.records.requests import MeasuredAs
from formcheck.records.reviewing import as_correction, correct, corrections_of, give_set
from formcheck.records.sets import get_set, need_past, set_date
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.session.corrections import MeasureAs


@dataclass(frozen=True)
class Said:
    """All that can be said about an upload. What is None is left to formcheck to find."""

    person_said: bool = False
    """Whether it was said whose it is; else that is guessed."""
    person_id: str | None = None
    """None for nobody. A client's videos are their own, whatever this says."""
    exercise: str | None = None
    leg: Side | None = None
    view: ViewKind | None = None
    mirrored: bool = False
    capture_fps: float | None = None
    person: Region | None = None
    done_at: datetime | None = None
    plan: Plan | None = None
    keep_video: bool = True


def said_of(row: Upload) -> Said:
    """Return what is said about an upload."""
    wishes = wishes_of(row)
    return Said(
        person_id=row.person_id if wishes.person_said else None,
        person_said=wishes.person_said,
        exercise=wishes.exercise,
        leg=wishes.leg,
        view=wishes.view,
        mirrored=wishes.mirrored,
        capture_fps=wishes.capture_fps,
        person=wishes.person,
        done_at=wishes.done_at,
        plan=wishes.plan,
        keep_video=wishes.keep_video,
    )


def put_right(work: Work, upload_id: str, said: Said) -> Upload:
    """Say anew what an upload that is not measured yet is; one that is being measured is measured as this.

    Parameters
    ----------
    work
        Who says it.
    upload_id
        Of the upload.
    said
        All of it: what is None now is found again.

    Raises
    ------
    UploadStateError
        If it is measured already: see `put_set_right`.
    NotFoundError
        If there is no such upload or person for the actor.
    """
    row = get_upload(work, upload_id, to_change=True)
    states = (UploadState.RECEIVING, UploadState.WAITING, UploadState.RUNNING, UploadState.FAILED)
    need_state(row, *states, to_do="changed here")
    if said.done_at is not None:
        need_past(said.done_at, work.now)
    wishes = replace(
        wishes_of(row),
        exercise=said.exercise,
        leg=said.leg,
        view=said.view,
        mirrored=said.mirrored,
        capture_fps=said.capture_fps,
        person=said.person,
        done_at=said.done_at,
        plan=said.plan,
        keep_video=said.keep_video,
    )
    if work.actor.sees_everybody:
        person_id = said.person_id if said.person_said else None
        row.person_id = None if person_id is None else get_person(work, person_id).id
        wishes = replace(wishes, person_said=said.person_said)
    elif said.person_said and said.person_id != work.actor.person_id:
        raise NotAllowedError("say that a video is somebody else's")
    people = {name: kept for name, kept in row.guesses.items() if name == PEOPLE}
    row.wishes, row.guesses, row.updated_at = wishes.document(), people, work.now
    if row.state != UploadState.RECEIVING:
        guess_by_name(work, row)
    work.log("upload.changed", subject=row.id, person=row.person_id)
    return row


@dataclass(frozen=True)
class SetSaid:
    """What can be said about a set that came of an upload. What is None stays as it is."""

    person_id: str | None = None
    exercise: str | None = None
    leg: Side | None = None
    view: ViewKind | None = None
    done_at: datetime | None = None


def put_set_right(records: Records, actor: Actor, upload_id: str, said: SetSaid) -> ExerciseSet:
    """Put right what a measured upload was taken for; exercise, leg and view become a correction of the set.

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
        given = said.person_id if said.person_id != get_set(work, row.set_id).person_id else None
    if given is not None:
        give_set(records, actor, row.set_id, given)
    with records.writing(actor) as work:
        row = get_upload(work, upload_id)
        if row.set_id is None:
            raise NotFoundError("set")
        measured = get_set(work, row.set_id)
        if row.state == UploadState.DONE:
            row.person_id = measured.person_id
        if said.done_at is not None:
            measured = set_date(work, row.set_id, said.done_at)
        set_id = measured.id
        work.session.flush()
        version = measured.version
        now = measured_as_now(work, measured)
    change = MeasureAs(
        exercise=said.exercise if said.exercise != now.exercise else None,
        leg=said.leg if said.leg != now.leg else None,
        view=said.view if said.view != now.view else None,
    )
    if change != MeasureAs():
        correct(records, actor, set_id, change, version)
    with records.reading(actor) as work:
        return get_set(work, set_id)


def measured_as_now(work: Work, row: ExerciseSet) -> MeasuredAs:
    """Return what a set is measured as, corrections included."""
    now = MeasuredAs.from_document(row.measured_as)
    for each in corrections_of(work, row.id):
        change = as_correction(each).change
        if isinstance(change, MeasureAs):
            now = replace(
                now,
                exercise=change.exercise or now.exercise,
                leg=change.leg or now.leg,
                view=change.view or now.view,
            )
    return now
