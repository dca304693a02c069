"""Sets: kept once they are measured, found, given to a person, and how they hurt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select, update

from formcheck.history.summary import PainReport, SetSummary, summary_of
from formcheck.history.summary_document import summary_from_document
from formcheck.moments import is_sensible
from formcheck.pose.landmarks import Side
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack
from formcheck.records.access import ConflictError, NotFoundError, RecordsError
from formcheck.records.agreed import VIDEO, need_kept_sets, refusal
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.people import get_person
from formcheck.records.plans import in_force, prescribed, same_targets
from formcheck.records.records import Work
from formcheck.records.tables import (
    Clinic,
    ExerciseSet,
    Json,
    Note,
    RemoteMoment,
    RemoteRecording,
    RemoteSession,
    RemoteStill,
    StoredFile,
    Upload,
)
from formcheck.report.document import assessment_document
from formcheck.session.assessment import Assessment
from formcheck.session.request import SetRequest

PAIN_ASKED: Final = ("pain_before", "pain_during", "pain_after", "pain_after_hour", "pain_next_morning")
PAIN_RANGE: Final = (0, 10)
LIVE: Final = "live"
"""Origin of sets that were done in front of a camera here."""
TRACK_SUFFIX: Final = ".parquet"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, eq=False)
class NewSet:
    """A set that was just measured. Its files are ready for the store: see `keep_track` and `keep_video`."""

    measured_as: SetRequest
    assessment: Assessment = field(repr=False)
    """Without corrections."""
    track: KeptFile
    origin: str
    """`upload`, `live`, `sample` or `import`."""
    name: str
    done_at: datetime
    person_id: str | None = None
    video: KeptFile | None = None
    proxy: KeptFile | None = None
    remarks: tuple[str, ...] = ()


def keep_track(files: FileStore, track: PoseTrack, *, folder: Path | None = None) -> KeptFile:
    """Make a pose track ready for the store, before the transaction that needs it: writing it takes a while.

    Parameters
    ----------
    files
        The store.
    track
        What to write.
    folder
        Where it lies until then; None for the folder of this process.
    """
    return files.write(TRACK_SUFFIX, lambda path: save_track(track, path), folder=folder)


def keep_video(
    files: FileStore, video: Path, suffix: str, *, leave: bool = False, folder: Path | None = None
) -> KeptFile:
    """Make a video ready for the store, before the transaction that needs it.

    Parameters
    ----------
    files
        The store.
    video
        The file; gone from there afterwards, unless it is to be left.
    suffix
        With its dot.
    leave
        Whether a copy is taken instead.
    folder
        Where it lies until then; None for the folder of this process.
    """
    return files.take(video, suffix.lower(), keep=leave, folder=folder)


def add_set(work: Work, new: NewSet) -> ExerciseSet:
    """Keep a set; without its video where the person refuses that, which a remark says.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    RecordsError
        If the person refuses that what is measured is kept.
    """
    if new.person_id is not None:
        get_person(work, new.person_id)
        need_kept_sets(work, new.person_id)
    elif not work.actor.sees_everybody:
        raise NotFoundError("person")
    refused = None if new.video is None else refusal(work, new.person_id, VIDEO)
    if refused is not None:
        new = replace(new, video=None, proxy=None, remarks=(*new.remarks, refused.remark))
    exercise = new.assessment.exercise
    row = ExerciseSet(
        person_id=new.person_id,
        plan_id=plan_id_of(work, new.person_id, new.assessment, new.done_at),
        origin=new.origin,
        name=new.name[:_LONGEST_NAME],
        done_at=new.done_at,
        created_at=work.now,
        recorded_by=work.actor.name,
        measured_as=new.measured_as.document(),
        exercise=exercise,
        automatic=assessment_document(new.assessment),
        corrected=None,
        summary=summary_document(new.assessment),
        source_sha256=new.assessment.track.source.sha256 or new.track.sha256,  # a live set has no video file
        track_sha256=work.keep_file(new.track),
        video_sha256=None if new.video is None else work.keep_file(new.video),
        proxy_sha256=None if new.proxy is None else work.keep_file(new.proxy),
        remarks=list(new.remarks),
    )
    work.session.add(row)
    work.session.flush()
    work.log("set.added", subject=row.id, person=row.person_id, details={"origin": row.origin, "exercise": exercise})
    return row


def summary_document(assessment: Assessment) -> Json:
    """Return what progress keeps of an assessment, as JSON."""
    return summary_of(assessment).document()


def plan_id_of(work: Work, person_id: str | None, assessment: Assessment, done_at: datetime) -> str | None:
    """Return the id of the plan that a set was judged by; None where it was none, or targets that somebody said."""
    stored = in_force(work, person_id, done_at).stored(assessment.exercise, assessment.leg)
    if stored is None or not same_targets(prescribed(stored).plan, assessment.plan):
        return None
    return stored.id


def get_set(work: Work, set_id: str) -> ExerciseSet:
    """Return a set.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    """
    row = work.session.get(ExerciseSet, set_id)
    if row is None or not work.actor.may_see(row.person_id):
        raise NotFoundError("set")
    return row


def list_sets(work: Work, person_id: str | None, exercise: str | None = None) -> Sequence[ExerciseSet]:
    """Return the sets of a person, the newest first.

    Parameters
    ----------
    work
        Whose look it is.
    person_id
        None for the sets that belong to nobody yet.
    exercise
        None for all.
    """
    work.actor.need_sight(person_id, "person")
    query = select(ExerciseSet).where(ExerciseSet.person_id == person_id)
    if exercise is not None:
        query = query.where(ExerciseSet.exercise == exercise)
    return work.session.scalars(query.order_by(ExerciseSet.done_at.desc(), ExerciseSet.id)).all()


def sets_of_video(work: Work, source_sha256: str) -> Sequence[ExerciseSet]:
    """Return the sets, of those that the actor may see, that were measured from a video with this content."""
    query = select(ExerciseSet).where(ExerciseSet.source_sha256 == source_sha256)
    found = work.session.scalars(query.order_by(ExerciseSet.created_at)).all()
    return [row for row in found if work.actor.may_see(row.person_id)]


def track_of(work: Work, row: ExerciseSet) -> PoseTrack:
    """Return the pose track of a set as the estimator gave it."""
    return load_track(work.file_path(row.track_sha256))


def video_of(work: Work, set_id: str, *, for_browser: bool) -> Path | None:
    """Return where the video of a set is, None where it is not kept.

    Parameters
    ----------
    work
        Whose look it is.
    set_id
        Of the set.
    for_browser
        Whether the copy is wanted that every browser plays, instead of the video as it came.
    """
    row = get_set(work, set_id)
    wanted = (row.proxy_sha256 or row.video_sha256) if for_browser else row.video_sha256
    return None if wanted is None else work.file_path(wanted)


def give_to(work: Work, set_id: str, person_id: str) -> ExerciseSet:
    """Say whose set it is, without judging it anew (see `reviewing.place_set`).

    The notes about it and the upload that it came from go with it. What was said and seen in a remote session stays
    with the person whose session it was.

    Raises
    ------
    RecordsError
        If the person refuses that it is kept, or the video that it has.
    """
    row = get_set(work, set_id)
    work.actor.need_clinician("say whose set it is")
    get_person(work, person_id)
    before = row.person_id
    if before == person_id:
        return row
    need_kept_sets(work, person_id)
    refused = None if row.video_sha256 is None else refusal(work, person_id, VIDEO)
    if refused is not None:
        raise refused.error(
            "a set with a video cannot be theirs", "Delete the video in the review of the set, then say whose it is."
        )
    row.person_id = person_id
    work.session.execute(update(Note).where(Note.set_id == row.id).values(person_id=person_id))
    _move_uploads(work, row.id, before, person_id)
    elsewhere = select(RemoteSession.id).where(RemoteSession.person_id != person_id)
    for table in (RemoteMoment, RemoteStill):
        theirs = update(table).where(table.set_id == row.id, table.session_id.in_(elsewhere))
        work.session.execute(theirs.values(set_id=None))
    work.log("set.given", subject=row.id, person=person_id, details={"before": before})
    if before is not None:
        work.log("set.moved_away", subject=row.id, person=before, details={"after": person_id})
    return row


def _move_uploads(work: Work, set_id: str, before: str | None, person_id: str) -> None:
    """Let the entry of the video that a set came from be the person's; what others sent of the same file stays."""
    query = select(Upload).where(Upload.set_id == set_id)
    for upload in work.session.scalars(query):
        if upload.person_id in (None, before):
            upload.person_id = person_id
            upload.guesses = {name: each for name, each in upload.guesses.items() if name != "person_id"}


def leg_of(row: ExerciseSet) -> Side | None:
    """Return the leg that a set was done on; None for both."""
    leg = summary_from_document(row.summary).leg
    return Side(leg) if leg in set(Side) else None


def need_past(done_at: datetime, now: datetime) -> None:
    """Refuse a date on which no set was done: it is to come, or too long ago.

    Raises
    ------
    RecordsError
        If it is such.
    """
    if not is_sensible(done_at) or done_at > now:
        when = "in the future" if done_at > now else f"in the year {done_at.year}"
        raise RecordsError(f"A set cannot have been done {when}.", "Give the day on which it was done.")


def set_date(work: Work, set_id: str, done_at: datetime) -> ExerciseSet:
    """Say when a set was done, without judging it anew (see `reviewing.place_set`)."""
    row = get_set(work, set_id)
    work.actor.need_clinician("change the date of a set")
    need_past(done_at, work.now)
    if row.done_at != done_at:
        row.done_at = done_at
        work.log("set.dated", subject=row.id, person=row.person_id)
    return row


def say_pain(work: Work, set_id: str, answers: dict[str, int | None], *, swelling: bool | None = None) -> ExerciseSet:
    """Keep how a set hurt; what is not answered stays as it was.

    Parameters
    ----------
    work
        Whose answers they are.
    set_id
        Of the set.
    answers
        By name, of `PAIN_ASKED`: 0 to 10.
    swelling
        Whether the knee swelled afterwards; None for no answer.
    """
    row = get_set(work, set_id)
    low, high = PAIN_RANGE
    given = {name: value for name, value in answers.items() if value is not None}
    if not set(given) <= set(PAIN_ASKED) or not all(low <= value <= high for value in given.values()):
        raise RecordsError("Pain is a number from 0 to 10.", "Choose one of them, or leave it open.")
    for name, value in given.items():
        setattr(row, name, value)
    if swelling is not None:
        row.swelling = swelling
    if given or swelling is not None:
        work.log("set.pain", subject=row.id, person=row.person_id, details={"answers": sorted(given)})
    return row


def need_version(row: ExerciseSet, version: int) -> None:
    """Refuse a change by somebody who saw the set before another changed it.

    Raises
    ------
    ConflictError
        If the set is not as it was seen.
    """
    if row.version != version:
        raise ConflictError("set")


def need_videoless(work: Work, set_id: str) -> ExerciseSet:
    """Return a set that a video may be given to.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    RecordsError
        If it has one, was not done in front of a camera here, or its person refuses that videos are kept.
    """
    row = get_set(work, set_id)
    refused = refusal(work, row.person_id, VIDEO)
    if refused is not None:
        raise refused.error("the video cannot be kept")
    if row.origin != LIVE:
        raise RecordsError(
            "This set was not done in front of a camera here, so no device has its video.",
            "Upload the video: it is measured as a set of its own.",
        )
    if row.video_sha256 is not None:
        raise RecordsError("This set has a video already.", "Delete that first, if this one is to be kept instead.")
    return row


def give_video(work: Work, set_id: str, video: KeptFile, proxy: KeptFile) -> ExerciseSet:
    """Keep the video of a set that was measured without it, such as one from landmarks.

    Raises
    ------
    NotFoundError, RecordsError
        As `need_videoless` does.
    """
    row = need_videoless(work, set_id)
    row.video_sha256, row.proxy_sha256 = work.keep_file(video), work.keep_file(proxy)
    work.log("set.video_given", subject=row.id, person=row.person_id)
    return row


def drop_video(work: Work, set_id: str) -> None:
    """Give up the video of a set; landmarks and numbers stay. Its files go with the next `remove_unused`."""
    row = get_set(work, set_id)
    work.actor.need_clinician("delete videos")
    row.video_sha256 = row.proxy_sha256 = None
    work.log("set.video_dropped", subject=row.id, person=row.person_id)


def delete_set(work: Work, set_id: str) -> None:
    """Delete a set with its corrections and notes. Its files go with the next `remove_unused`."""
    row = get_set(work, set_id)
    work.actor.need_clinician("delete sets")
    work.session.refresh(row, ["corrections", "annotations"])
    work.log("set.deleted", subject=row.id, person=row.person_id)
    work.session.delete(row)


def summary_of_row(row: ExerciseSet) -> SetSummary:
    """Return a kept set as progress takes it."""
    pain = PainReport(row.pain_before, row.pain_during, row.pain_after, row.pain_after_hour, row.pain_next_morning)
    result = summary_from_document(row.summary)
    if row.corrected is not None and "reps_left_out" not in row.summary:  # summed up before that was kept
        left_out = sum(rep["complete"] and rep.get("excluded", False) for rep in row.corrected["reps"])
        result = replace(result, reps_left_out=left_out)
    return SetSummary(row.done_at, result, pain, row.swelling, row.id)


def unused_files(work: Work) -> Sequence[StoredFile]:
    """Return the files that no set, no still, no recording of a call and no letterhead needs any more."""
    used = (
        select(ExerciseSet.track_sha256)
        .union(
            select(ExerciseSet.video_sha256).where(ExerciseSet.video_sha256.is_not(None)),
            select(ExerciseSet.proxy_sha256).where(ExerciseSet.proxy_sha256.is_not(None)),
            select(RemoteStill.sha256),
            select(RemoteRecording.sha256).where(RemoteRecording.sha256.is_not(None)),
            select(Clinic.logo_sha256).where(Clinic.logo_sha256.is_not(None)),
        )
        .subquery()
    )
    return work.session.scalars(select(StoredFile).where(StoredFile.sha256.not_in(select(used.c[0])))).all()
