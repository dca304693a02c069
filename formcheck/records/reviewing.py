"""A set under review: its corrections, made, taken back and applied, and what is drawn on its frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from formcheck.exercises.plan import Plan
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.plans import current_plan, get_plan, prescribed
from formcheck.records.records import Records, Work
from formcheck.records.requests import request_of
from formcheck.records.sets import get_set, give_to, leg_of, need_version, summary_document, track_of
from formcheck.records.tables import ExerciseSet, Json, StoredAnnotation, StoredCorrection, new_id
from formcheck.report.document import assessment_document
from formcheck.session.assessment import Assessment
from formcheck.session.corrected import check_correction, review
from formcheck.session.correction_document import change_from_document, correction_to_document
from formcheck.session.corrections import Change, Correction, ReviewedSet

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
    return review(track_of(work, row), request_of(row.measured_as), corrections)


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
        track, request = track_of(work, row), request_of(row.measured_as)
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


def give_set(records: Records, actor: Actor, set_id: str, person_id: str) -> ExerciseSet:
    """Say whose set it is, and judge it by that person's plan, all of it or nothing.

    What was measured stays. A set that was judged by targets that somebody said of it, and that are no plan's, keeps
    them.

    Raises
    ------
    NotFoundError
        If there is no such set or person for the actor.
    ConflictError
        If somebody else changed the set meanwhile.
    """
    actor.need_clinician("say whose set it is")
    with records.reading(actor) as work:
        row = get_set(work, set_id)
        version, before = row.version, request_of(row.measured_as)
        former = None if row.plan_id is None else prescribed(get_plan(work, row.plan_id)).plan
        plan = current_plan(work, person_id, before.rubric.exercise, leg_of(row))
        after = replace(before, plan=Plan() if plan is None else prescribed(plan).plan)
        if before.plan not in (Plan(), former) or after == before:
            after, reviewed = before, None
        else:
            corrections = [as_correction(each) for each in corrections_of(work, set_id)]
            reviewed = review(track_of(work, row), after, corrections)
    with records.writing(actor) as work:
        row = get_set(work, set_id)
        need_version(row, version)
        give_to(work, set_id, person_id)
        if reviewed is not None:
            row.measured_as = after.document()
            row.automatic = assessment_document(reviewed.automatic)
            row.corrected = None if reviewed.corrected is None else assessment_document(reviewed.corrected)
            row.summary = summary_document(reviewed.current)
            details: Json = {"before": before.document()["plan"], "after": after.document()["plan"]}
            work.log("set.judged_by_plan", subject=row.id, person=person_id, details=details)
        work.session.flush()
    return row
