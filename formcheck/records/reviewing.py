"""A set under review: its corrections, made, taken back and applied, and what is drawn on its frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from formcheck.errors import CorrectionError
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.files import KeptFile
from formcheck.records.people import get_person
from formcheck.records.plans import InForce, in_force, is_of_a_plan, prescribed, same_targets
from formcheck.records.records import Records, Work
from formcheck.records.requests import request_of
from formcheck.records.sets import (
    NewSet,
    add_set,
    get_set,
    give_to,
    leg_of,
    need_version,
    plan_id_of,
    set_date,
    summary_document,
    track_of,
)
from formcheck.records.tables import ExerciseSet, Json, StoredAnnotation, StoredCorrection, StoredFile, new_id
from formcheck.report.document import assessment_document
from formcheck.session.assessment import Assessment
from formcheck.session.corrected import check_correction, need_applied, review
from formcheck.session.correction_document import change_from_document, correction_to_document
from formcheck.session.corrections import Change, Correction, ReviewedSet
from formcheck.session.request import SetRequest
from formcheck.session.within import Within

_SIGNATURE: Final = ("id", "made_by", "made_at")
"""Of a correction's document: these have columns of their own."""


def corrections_of(work: Work, set_id: str, *, undone_too: bool = False) -> Sequence[StoredCorrection]:
    """Return the corrections of a set in the order in which they were made; those taken back only if asked for."""
    get_set(work, set_id)
    query = select(StoredCorrection).where(StoredCorrection.set_id == set_id)
    if not undone_too:
        query = query.where(StoredCorrection.undone_at.is_(None))
    return work.session.scalars(query.order_by(StoredCorrection.number)).all()


def as_correction(row: StoredCorrection) -> Correction:
    """Return a kept correction as the engine takes it."""
    return Correction(row.id, row.made_by, row.made_at, change_from_document(row.body))


def reviewed_set(work: Work, set_id: str) -> ReviewedSet:
    """Measure a set again from its landmarks: as it was, and with the corrections in force."""
    row = get_set(work, set_id)
    corrections = [as_correction(each) for each in corrections_of(work, set_id)]
    return review(track_of(work, row), _request(work, row), corrections)


def correct(
    records: Records,
    actor: Actor,
    set_id: str,
    change: Change,
    version: int,
    *,
    automatic: Assessment | None = None,
) -> ReviewedSet:
    """Correct a set: measured anew, then kept with who and when, all of it or nothing.

    Parameters
    ----------
    records
        The records.
    actor
        Who corrects.
    set_id
        Of the set.
    change
        The correction.
    version
        Of the set as the actor saw it.
    automatic
        What that version is without corrections, where it is known: then only the corrected set is measured.

    Raises
    ------
    ConflictError
        If somebody else changed the set meanwhile.
    FormcheckError
        If the correction does not fit the set.
    """
    made = Correction(new_id(), actor.name, records.now(), change)

    def add(work: Work, row: ExerciseSet) -> None:
        _keep_correction(work, row, made)

    def changed(before: Sequence[Correction]) -> list[Correction]:
        return [*before, made]

    return _remeasure(records, actor, set_id, version, changed, add, checked=made, automatic=automatic)


def _keep_correction(work: Work, row: ExerciseSet, made: Correction) -> None:
    body = {name: value for name, value in correction_to_document(made).items() if name not in _SIGNATURE}
    number = len(corrections_of(work, row.id, undone_too=True)) + 1
    work.session.add(
        StoredCorrection(
            id=made.id, set_id=row.id, number=number, body=body, made_by=made.made_by, made_at=made.made_at
        )
    )
    work.session.flush()
    details: Json = {"correction": made.id, "number": number, "what": body}
    work.log("set.corrected", subject=row.id, person=row.person_id, details=details)


def undo(
    records: Records,
    actor: Actor,
    set_id: str,
    correction_id: str,
    version: int,
    *,
    automatic: Assessment | None = None,
) -> ReviewedSet:
    """Take a correction back: it stays in the history, and counts no more. See `correct`.

    Raises
    ------
    NotFoundError
        If the set has no such correction in force.
    ConflictError
        If somebody else changed the set meanwhile.
    """
    return _say_whether_it_counts(records, actor, set_id, correction_id, version, counts=False, automatic=automatic)


def redo(
    records: Records,
    actor: Actor,
    set_id: str,
    correction_id: str,
    version: int,
    *,
    automatic: Assessment | None = None,
) -> ReviewedSet:
    """Put back a correction that was taken back, in its old place among the others. See `correct`.

    Raises
    ------
    NotFoundError
        If the set has no such correction that was taken back.
    ConflictError
        If somebody else changed the set meanwhile.
    FormcheckError
        If it does not fit the set as it is now.
    """
    return _say_whether_it_counts(records, actor, set_id, correction_id, version, counts=True, automatic=automatic)


def _say_whether_it_counts(
    records: Records,
    actor: Actor,
    set_id: str,
    correction_id: str,
    version: int,
    *,
    counts: bool,
    automatic: Assessment | None,
) -> ReviewedSet:
    def named(rows: Sequence[StoredCorrection]) -> StoredCorrection:
        for row in rows:
            if row.id == correction_id and (row.undone_at is None) is not counts:
                return row
        raise NotFoundError("correction")

    with records.reading(actor) as work:
        rows = corrections_of(work, set_id, undone_too=True)
        meant = named(rows)
        made, number = as_correction(meant), {row.id: row.number for row in rows}

    def changed(before: Sequence[Correction]) -> list[Correction]:
        others = [each for each in before if each.id != correction_id]
        # What somebody adds meanwhile has no number here yet, and comes last.
        return sorted([*others, made], key=lambda each: number.get(each.id, len(rows) + 1)) if counts else others

    def say(work: Work, row: ExerciseSet) -> None:
        stored = named(corrections_of(work, set_id, undone_too=True))
        stored.undone_at, stored.undone_by = (None, None) if counts else (work.now, actor.name)
        action = "set.corrected_again" if counts else "set.uncorrected"
        work.log(action, subject=row.id, person=row.person_id, details={"correction": correction_id})

    checked = made if counts else None
    return _remeasure(records, actor, set_id, version, changed, say, checked=checked, automatic=automatic)


def cut_apart(records: Records, actor: Actor, set_id: str, at_s: float, version: int) -> ExerciseSet:
    """Make two sets of one: it ends at a moment, and a new set of the same recording begins there.

    The set itself is corrected, which can be taken back. What was corrected after that moment, and what the set was
    said to be, is taken over by the new one; it is judged by the plan of its own leg.

    Parameters
    ----------
    records, actor, set_id, version
        As for `correct`.
    at_s
        Where to cut, seconds from the first frame of the recording.

    Returns
    -------
    ExerciseSet
        The new set.

    Raises
    ------
    ConflictError
        If somebody else changed the set meanwhile.
    FormcheckError
        If one side of the cut cannot be measured.
    """
    actor.need_clinician("cut sets apart")
    with records.reading(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        corrections = [as_correction(each) for each in corrections_of(work, set_id)]
        track, request = track_of(work, row), _request(work, row)
    whole = part_of(request, corrections) or Within()
    first = Correction(new_id(), actor.name, records.now(), replace(whole, end_s=at_s))
    before = check_correction(track, request, corrections, first)
    asked = replace(request, within=replace(whole, start_s=at_s))
    taken = [each for each in corrections if _goes_on_after(each.change, at_s)]
    later = review(track, asked, taken)
    if not (before.current.complete_reps and later.current.complete_reps):
        raise CorrectionError(
            f"Cut at {at_s:.2f} s, one side would hold no whole rep.", "Go to the pause between the two sets, and cut."
        )
    with records.reading(actor) as work:
        asked = _by_plan_of_leg(work, row, asked, later.current)
    if asked.plan != request.plan:
        later = review(track, asked, taken)
    with records.writing(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        _keep_correction(work, row, first)
        row.corrected = assessment_document(before.current)
        row.summary = summary_document(before.current)
        added = _add_rest(work, row, asked, later, taken)
        work.log("set.cut", subject=row.id, person=row.person_id, details={"set": added.id})
        work.session.flush()
    return added


def part_of(request: SetRequest, corrections: Sequence[Correction]) -> Within | None:
    """Return the part of its recording that a set is with corrections in force; None for all of it."""
    chosen = [each.change for each in corrections if isinstance(each.change, Within)]
    part = chosen[-1] if chosen else request.within
    return None if part is None or part.is_whole else part


def _goes_on_after(change: Change, at_s: float) -> bool:
    match change:
        case Within():
            return False
        case SetRequest():
            return True
        case _:
            return change.at_s >= at_s


def _by_plan_of_leg(work: Work, row: ExerciseSet, asked: SetRequest, found: Assessment) -> SetRequest:
    """Return as what a part of a set is measured: by the plan of its own leg, unless somebody said targets of it."""
    exercise = asked.rubric.exercise
    if not is_of_a_plan(work, row.person_id, exercise, asked.plan):
        return asked
    now = in_force(work, row.person_id, row.done_at)
    return replace(asked, plan=now.plan(exercise, found.leg), in_force=now.every_plan())


def _add_rest(
    work: Work, row: ExerciseSet, asked: SetRequest, later: ReviewedSet, taken: Sequence[Correction]
) -> ExerciseSet:
    """Keep the new set that begins where another was cut, of the same files."""
    video, proxy = row.video_sha256, row.proxy_sha256
    added = add_set(
        work,
        NewSet(
            measured_as=asked,
            assessment=later.automatic,
            track=_file_of(work, row.track_sha256),
            origin=row.origin,
            name=row.name,
            done_at=row.done_at,
            person_id=row.person_id,
            video=None if video is None else _file_of(work, video),
            proxy=None if proxy is None else _file_of(work, proxy),
            remarks=tuple(row.remarks),
        ),
    )
    for each in taken:
        _keep_correction(work, added, replace(each, id=new_id()))
    if later.corrected is not None:
        added.corrected = assessment_document(later.corrected)
        added.exercise = later.corrected.exercise
        added.summary = summary_document(later.corrected)
    return added


def _file_of(work: Work, sha256: str) -> KeptFile:
    stored = work.session.get_one(StoredFile, sha256)
    return KeptFile(stored.sha256, stored.suffix, stored.size)


def others_of_recording(work: Work, set_id: str) -> Sequence[ExerciseSet]:
    """Return the other sets of the same recording that the actor may see, in order of time within it."""
    row = get_set(work, set_id)
    query = select(ExerciseSet).where(ExerciseSet.track_sha256 == row.track_sha256, ExerciseSet.id != row.id)
    found = [each for each in work.session.scalars(query) if work.actor.may_see(each.person_id)]
    return sorted(found, key=_begins_s)


def _begins_s(row: ExerciseSet) -> float:
    within = (row.corrected or row.automatic).get("within") or {}
    return float(within.get("start_s") or 0.0)


def _remeasure(
    records: Records,
    actor: Actor,
    set_id: str,
    version: int,
    changed: Callable[[Sequence[Correction]], list[Correction]],
    write: Callable[[Work, ExerciseSet], None],
    *,
    checked: Correction | None = None,
    automatic: Assessment | None,
) -> ReviewedSet:
    """Measure outside of the transaction that writes: others shall not wait for arithmetic."""
    actor.need_clinician("correct sets")
    with records.reading(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        before = [as_correction(each) for each in corrections_of(work, set_id)]
        track, request = track_of(work, row), _request(work, row)
    after = changed(before)
    reviewed = review(track, request, after, automatic=automatic)
    if checked is not None:
        need_applied(reviewed, checked)
    corrected = None if reviewed.corrected is None else assessment_document(reviewed.corrected)
    with records.writing(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        write(work, row)
        # Asked before anything is changed: a query in between would write the row, and its version count twice.
        plan_id = plan_id_of(work, row.person_id, reviewed.current, row.done_at)
        row.corrected = corrected
        row.exercise = reviewed.current.exercise
        row.summary = summary_document(reviewed.current)
        row.plan_id = plan_id
        flag_modified(row, "corrected")  # so that the version counts on even where the numbers stay
        work.session.flush()
    return reviewed


def annotate(work: Work, set_id: str, t_s: float, body: Json) -> StoredAnnotation:
    """Keep an angle, a line or a text on a frame."""
    row = get_set(work, set_id)
    work.actor.need_clinician("draw on frames")
    drawn = StoredAnnotation(set_id=set_id, t_s=t_s, body=body, made_by=work.actor.name, made_at=work.now)
    work.session.add(drawn)
    work.session.flush()
    work.log("set.annotated", subject=row.id, person=row.person_id, details={"annotation": drawn.id})
    return drawn


def annotations_of(work: Work, set_id: str, *, removed_too: bool = False) -> Sequence[StoredAnnotation]:
    """Return what is drawn on the frames of a set, in order of time; what was removed only if asked for."""
    get_set(work, set_id)
    query = select(StoredAnnotation).where(StoredAnnotation.set_id == set_id)
    if not removed_too:
        query = query.where(StoredAnnotation.removed_at.is_(None))
    return work.session.scalars(query.order_by(StoredAnnotation.t_s, StoredAnnotation.id)).all()


def remove_annotation(work: Work, set_id: str, annotation_id: str) -> None:
    """Remove something drawn on a frame; it can be put back.

    Raises
    ------
    NotFoundError
        If the set has no such annotation.
    """
    row, drawn = get_set(work, set_id), _drawn(work, set_id, annotation_id, removed=False)
    drawn.removed_at, drawn.removed_by = work.now, work.actor.name
    work.log("set.annotation_removed", subject=row.id, person=row.person_id, details={"annotation": annotation_id})


def restore_annotation(work: Work, set_id: str, annotation_id: str) -> None:
    """Put back something drawn on a frame that was removed.

    Raises
    ------
    NotFoundError
        If the set has no such annotation that was removed.
    """
    row, drawn = get_set(work, set_id), _drawn(work, set_id, annotation_id, removed=True)
    drawn.removed_at = drawn.removed_by = None
    work.log("set.annotation_restored", subject=row.id, person=row.person_id, details={"annotation": annotation_id})


def _drawn(work: Work, set_id: str, annotation_id: str, *, removed: bool) -> StoredAnnotation:
    work.actor.need_clinician("draw on frames")
    drawn = work.session.get(StoredAnnotation, annotation_id)
    if drawn is None or drawn.set_id != set_id or (drawn.removed_at is not None) != removed:
        raise NotFoundError("annotation")
    return drawn


def place_set(
    records: Records, actor: Actor, set_id: str, *, person_id: str | None = None, done_at: datetime | None = None
) -> ExerciseSet:
    """Say whose set it is and when it was done, and judge it by what that person was prescribed then.

    All of it or nothing. What was measured stays. A set that was judged by targets that somebody said of it, and that
    are no plan's, keeps them.

    Parameters
    ----------
    records, actor
        Who says it.
    set_id
        Of the set.
    person_id, done_at
        None to leave it as it is.

    Raises
    ------
    NotFoundError
        If there is no such set or person for the actor.
    RecordsError
        If it cannot have been done then.
    ConflictError
        If somebody else changed the set meanwhile.
    """
    actor.need_clinician("say whose set it is, and when it was done")
    with records.reading(actor) as work:
        row = get_set(work, set_id)
        version, before = row.version, request_of(row.measured_as)
        whose, when = person_id or row.person_id, done_at or row.done_at
        if whose is not None:
            get_person(work, whose)
        corrections = [as_correction(each) for each in corrections_of(work, set_id)]
        after = _judged_by(work, row, before, in_force(work, whose, when))
        # Other plans matter to a set that was corrected to another exercise or leg as well.
        is_new = after.plan != before.plan or bool(corrections)
        reviewed = review(track_of(work, row), after, corrections) if is_new else None
    with records.writing(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        if person_id is not None:
            give_to(work, set_id, person_id)
        if done_at is not None:
            set_date(work, set_id, done_at)
        _keep_judged(work, row, before, after, reviewed)
        work.session.flush()
    return row


def _judged_by(work: Work, row: ExerciseSet, before: SetRequest, now: InForce) -> SetRequest:
    """Return what a set is measured as with the targets that were in force; those that somebody said stay."""
    exercise = before.rubric.exercise
    if not is_of_a_plan(work, row.person_id, exercise, before.plan):
        return replace(before, plan=replace(before.plan, sex=now.sex), in_force=None)
    leg = leg_of(row) if row.exercise == exercise else before.leg
    return replace(before, plan=now.plan(exercise, leg), in_force=now.every_plan())


def _keep_judged(
    work: Work, row: ExerciseSet, before: SetRequest, after: SetRequest, reviewed: ReviewedSet | None
) -> None:
    stored = in_force(work, row.person_id, row.done_at).stored(row.exercise, leg_of(row))
    if reviewed is None:
        fits = stored is not None and same_targets(prescribed(stored).plan, before.plan)
        row.plan_id = stored.id if stored is not None and fits else None
        return
    row.measured_as = after.document()
    row.automatic = assessment_document(reviewed.automatic)
    row.corrected = None if reviewed.corrected is None else assessment_document(reviewed.corrected)
    row.summary = summary_document(reviewed.current)
    row.plan_id = plan_id_of(work, row.person_id, reviewed.current, row.done_at)
    if after.plan != before.plan:
        details: Json = {"before": before.document()["plan"], "after": after.document()["plan"]}
        work.log("set.judged_by_plan", subject=row.id, person=row.person_id, details=details)


def _request(work: Work, row: ExerciseSet) -> SetRequest:
    """Return what a set was measured as, with what was in force then for the case that it was something else."""
    kept = request_of(row.measured_as)
    if not is_of_a_plan(work, row.person_id, kept.rubric.exercise, kept.plan):
        return kept
    return replace(kept, in_force=in_force(work, row.person_id, row.done_at).every_plan())
