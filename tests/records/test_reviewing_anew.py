"""Layer: the records' functions for what is taken back and put back, cut apart and written anew, on both databases."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest

from formcheck.errors import CorrectionError
from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Side
from formcheck.records.access import ConflictError, NotAllowedError, NotFoundError, RecordsError
from formcheck.records.audit import audit_log
from formcheck.records.notes import delete_note, edit_note, notes_of_set, versions_of_note, write_note
from formcheck.records.plans import prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import (
    annotate,
    annotations_of,
    correct,
    corrections_of,
    cut_apart,
    others_of_recording,
    redo,
    remove_annotation,
    restore_annotation,
    reviewed_set,
    undo,
)
from formcheck.records.sets import NewSet, add_set, delete_set, get_set, keep_track, leg_of
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import ExerciseSet, StoredCorrection
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ExcludeRep
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.within import Within

from ..sample_sets import left_then_right
from .kept import CLINICIAN, DONE_AT, add_somebody, client_of, keep_set, measured

NO_PLAN = Plan()
LEFT_OUT = ExcludeRep(at_s=measured("wall_squat_side").complete_reps[0].bottom_start_s)
LAST_LEFT_OUT = ExcludeRep(at_s=measured("wall_squat_side").complete_reps[2].bottom_start_s)


def look(records: Records, set_id: str) -> ExerciseSet:
    with records.reading(CLINICIAN) as work:
        return get_set(work, set_id)


def counted(row: ExerciseSet) -> int:
    return int((row.corrected or row.automatic)["reps_counted"])


@cache
def both_legs(plan: Plan = NO_PLAN) -> Assessment:
    return assess(left_then_right(), SetRequest("step-down", plan=plan))


def keep_both_legs(
    records: Records, person_id: str | None = None, plan: Plan = NO_PLAN, done_at: datetime = DONE_AT
) -> ExerciseSet:
    """Keep left and right step-downs as one set, as earlier versions did."""
    track = left_then_right()
    new = NewSet(
        measured_as=SetRequest("step-down", plan=plan),
        assessment=both_legs(plan),
        track=keep_track(records.files, track),
        origin="upload",
        name="both legs.mp4",
        done_at=done_at,
        person_id=person_id,
    )
    with records.writing(CLINICIAN) as work:
        return add_set(work, new)


def test_what_was_taken_back_is_put_back_in_its_place(records: Records) -> None:
    row = keep_set(records)
    correct(records, CLINICIAN, row.id, LEFT_OUT, 1)
    correct(records, CLINICIAN, row.id, LAST_LEFT_OUT, 2)
    first, second = (each.id for each in _corrections(records, row.id))
    undo(records, CLINICIAN, row.id, first, 3)
    assert counted(look(records, row.id)) == 2
    again = redo(records, CLINICIAN, row.id, first, 4)
    assert [each.id for each in again.corrections] == [first, second]
    assert counted(look(records, row.id)) == 1
    with records.reading(CLINICIAN) as work:
        assert audit_log(work, subject_id=row.id)[0].action == "set.corrected_again"
    with pytest.raises(NotFoundError):
        redo(records, CLINICIAN, row.id, first, 5)
    undo(records, CLINICIAN, row.id, second, 5)
    with pytest.raises(ConflictError):
        redo(records, CLINICIAN, row.id, second, 5)


def _corrections(records: Records, set_id: str) -> list[StoredCorrection]:
    with records.reading(CLINICIAN) as work:
        return list(corrections_of(work, set_id, undone_too=True))


def test_a_drawing_that_was_removed_is_put_back(records: Records) -> None:
    row = keep_set(records, add_somebody(records).id)
    with records.writing(CLINICIAN) as work:
        drawn = annotate(work, row.id, 1.5, {"kind": "text", "text": "here"}).id
        remove_annotation(work, row.id, drawn)
        assert list(annotations_of(work, row.id)) == []
        (removed,) = annotations_of(work, row.id, removed_too=True)
        assert (removed.removed_by, removed.removed_at) == (CLINICIAN.name, work.now)
        with pytest.raises(NotFoundError):
            remove_annotation(work, row.id, drawn)
        restore_annotation(work, row.id, drawn)
        assert [each.id for each in annotations_of(work, row.id)] == [drawn]
        with pytest.raises(NotFoundError):
            restore_annotation(work, row.id, drawn)


def test_one_set_is_cut_into_two_of_the_same_recording(records: Records) -> None:
    person = add_somebody(records)
    row = keep_both_legs(records, person.id)
    reps = both_legs().complete_reps
    right = ExcludeRep(at_s=reps[4].bottom_start_s)
    correct(records, CLINICIAN, row.id, right, 1)
    added = cut_apart(records, CLINICIAN, row.id, 16.5, 2)
    now, new = look(records, row.id), look(records, added.id)
    assert [counted(each) for each in (now, new)] == [3, 2]
    assert [leg_of(each) for each in (now, new)] == [Side.LEFT, Side.RIGHT]
    assert (new.track_sha256, new.name, new.person_id, new.done_at) == (row.track_sha256, row.name, person.id, DONE_AT)
    with records.reading(CLINICIAN) as work:
        assert [each.id for each in others_of_recording(work, row.id)] == [new.id]
        assert [each.id for each in others_of_recording(work, new.id)] == [row.id]
        (taken,) = reviewed_set(work, new.id).corrections
        assert taken.change == right
        assert reviewed_set(work, new.id).current.within == Within(16.5)
    cut = next(each for each in _corrections(records, row.id) if each.body["kind"] == "within")
    undo(records, CLINICIAN, row.id, cut.id, now.version)
    assert counted(look(records, row.id)) == 5
    with records.writing(CLINICIAN) as work:
        delete_set(work, new.id)
    remove_unused(records)
    with records.reading(CLINICIAN) as work:  # the files stay for the set that is left
        assert reviewed_set(work, row.id).automatic.complete_reps


def test_the_part_that_is_cut_off_is_judged_by_the_plan_of_its_leg(records: Records) -> None:
    person = add_somebody(records)
    either, right = Plan(step_height_cm=15.0, reps=3), Plan(step_height_cm=10.0, reps=5)
    for leg, plan in ((None, either), (Side.RIGHT, right)):
        with records.writing(CLINICIAN) as work:
            prescribe(work, person.id, SetRequest("step-down", leg=leg, plan=plan))
    own, planned = (keep_both_legs(records, person.id, plan, records.now()) for plan in (Plan(reps=8), either))
    rest = {row.id: cut_apart(records, CLINICIAN, row.id, 16.5, row.version) for row in (own, planned)}
    assert look(records, rest[planned.id].id).measured_as["plan"]["reps"] == 5
    # Targets that somebody said of the set, and that are no plan's, are kept.
    assert look(records, rest[own.id].id).measured_as["plan"]["reps"] == 8


def test_a_cut_that_leaves_no_rep_is_refused_and_nothing_happens(records: Records) -> None:
    row = keep_both_legs(records)
    for at_s in (2.0, 29.9):
        with pytest.raises(CorrectionError, match="hold no whole rep"):
            cut_apart(records, CLINICIAN, row.id, at_s, 1)
    with pytest.raises(ConflictError):
        cut_apart(records, CLINICIAN, row.id, 16.5, 7)
    assert look(records, row.id).version == 1
    with records.reading(CLINICIAN) as work:
        assert list(others_of_recording(work, row.id)) == []


def test_who_may_not_correct_may_not_cut(records: Records) -> None:
    person = add_somebody(records)
    row = keep_both_legs(records, person.id)
    with pytest.raises(NotAllowedError):
        cut_apart(records, client_of(person), row.id, 16.5, 1)


def test_a_note_is_edited_and_what_it_said_is_kept(records: Records) -> None:
    person = add_somebody(records)
    row = keep_set(records, person.id)
    with records.writing(CLINICIAN) as work:
        note = write_note(work, "Left knee hurts.", set_id=row.id, for_client=False)
        edit_note(work, note.id, "Right knee hurts.", for_client=True, version=1)
        edit_note(work, note.id, " Right knee hurts. ", for_client=True, version=2)  # nothing new
        edit_note(work, note.id, "Both knees hurt.", for_client=True, version=2)
        (now,) = notes_of_set(work, row.id)
        assert (now.text, now.for_client, now.version) == ("Both knees hurt.", True, 3)
        assert (now.author, now.edited_by, now.edited_at) == (CLINICIAN.name, CLINICIAN.name, work.now)
        before = versions_of_note(work, note.id)
        assert [(each.number, each.text, each.for_client) for each in before] == [
            (2, "Right knee hurts.", True),
            (1, "Left knee hurts.", False),
        ]
        with pytest.raises(ConflictError):
            edit_note(work, note.id, "Neither.", for_client=True, version=2)
        with pytest.raises(RecordsError, match="empty or too long"):
            edit_note(work, note.id, "  ", for_client=True, version=3)
    with records.writing(client_of(person)) as work:
        with pytest.raises(NotAllowedError):
            edit_note(work, note.id, "Fine.", for_client=True, version=3)
        with pytest.raises(NotAllowedError):
            versions_of_note(work, note.id)
    with records.writing(CLINICIAN) as work:
        delete_note(work, note.id)
    with records.reading(CLINICIAN) as work, pytest.raises(NotFoundError):
        versions_of_note(work, note.id)
