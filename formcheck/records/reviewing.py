"""A set under review: its corrections, made, taken back and applied, and what is drawn on its frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from formcheck.records.access import Actor, NotFoundError
from formcheck.records.people import get_person
from formcheck.records.plans import InForce, in_force, is_of_a_plan, prescribed, same_targets
from formcheck.records.records import Records, Work
from formcheck.records.requests import request_of
from formcheck.records.sets import (
    get_set,
    give_to,
    leg_of,
    need_version,
    plan_id_of,
    set_date,
    summary_document,
    track_of,
)
from formcheck.records.tables import ExerciseSet, Json, StoredAnnotation, StoredCorrection, new_id
from formcheck.report.document import assessment_document
from formcheck.session.assessment import Assessment
from formcheck.session.corrected import check_correction, review
from formcheck.session.correction_document import change_from_document, correction_to_document
from formcheck.session.corrections import Change, Correction, ReviewedSet
from formcheck.session.request import SetRequest

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
    body = {name: value for name, value in correction_to_document(made).items() if name not in _SIGNATURE}

    def add(work: Work, row: ExerciseSet) -> None:
        number = len(corrections_of(work, set_id, undone_too=True)) + 1
        work.session.add(
            StoredCorrection(
                id=made.id,
                set_id=set_id,
                number=number,
                body=body,
                made_by=actor.name,
                made_at=made.made_at,
            )
        )
        details: Json = {"correction": made.id, "number": number, "what": body}
        work.log("set.corrected", subject=row.id, person=row.person_id, details=details)

    def changed(before: Sequence[Correction]) -> list[Correction]:
        return [*before, made]

    return _remeasure(records, actor, set_id, version, changed, add, checked=made, automatic=automatic)


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

    def changed(before: Sequence[Correction]) -> list[Correction]:
        left = [each for each in before if each.id != correction_id]
        if len(left) == len(before):
            raise NotFoundError("correction")
        return left

    def take_back(work: Work, row: ExerciseSet) -> None:
        stored = work.session.get(StoredCorrection, correction_id)
        if stored is None or stored.set_id != set_id or stored.undone_at is not None:
            raise NotFoundError("correction")
        stored.undone_at, stored.undone_by = work.now, actor.name
        work.log("set.uncorrected", subject=row.id, person=row.person_id, details={"correction": correction_id})

    return _remeasure(records, actor, set_id, version, changed, take_back, automatic=automatic)


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
    if checked is None:
        reviewed = review(track, request, after, automatic=automatic)
    else:
        reviewed = check_correction(track, request, before, checked, automatic=automatic)
    corrected = None if reviewed.corrected is None else assessment_document(reviewed.corrected)
    with records.writing(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        write(work, row)
        row.corrected = corrected
        row.exercise = reviewed.current.exercise
        row.summary = summary_document(reviewed.current)
        row.plan_id = plan_id_of(work, row.person_id, reviewed.current, row.done_at)
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


def annotations_of(work: Work, set_id: str) -> Sequence[StoredAnnotation]:
    """Return what is drawn on the frames of a set, in order of time."""
    get_set(work, set_id)
    query = select(StoredAnnotation).where(StoredAnnotation.set_id == set_id)
    return work.session.scalars(query.order_by(StoredAnnotation.t_s, StoredAnnotation.id)).all()


def remove_annotation(work: Work, set_id: str, annotation_id: str) -> None:
    """Remove something drawn on a frame.

    Raises
    ------
    NotFoundError
        If the set has no such annotation.
    """
    row = get_set(work, set_id)
    work.actor.need_clinician("draw on frames")
    drawn = work.session.get(StoredAnnotation, annotation_id)
    if drawn is None or drawn.set_id != set_id:
        raise NotFoundError("annotation")
    work.session.delete(drawn)
    work.log("set.annotation_removed", subject=row.id, person=row.person_id, details={"annotation": annotation_id})


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


def give_set(records: Records, actor: Actor, set_id: str, person_id: str) -> ExerciseSet:
    """Say whose set it is; see `place_set`."""
    return place_set(records, actor, set_id, person_id=person_id)


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
