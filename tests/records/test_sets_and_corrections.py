"""Layer: the records' functions about sets, their corrections and drawings, on both databases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from formcheck.errors import CorrectionError
from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Landmark
from formcheck.records.access import ConflictError, NotAllowedError, NotFoundError, RecordsError
from formcheck.records.audit import audit_log
from formcheck.records.notes import delete_note, notes_of_person, write_note
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.plans import prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import (
    annotate,
    annotations_of,
    correct,
    corrections_of,
    place_set,
    remove_annotation,
    reviewed_set,
    undo,
)
from formcheck.records.sets import (
    delete_set,
    drop_video,
    get_set,
    give_to,
    keep_video,
    list_sets,
    say_pain,
    set_date,
    sets_of_video,
    summary_of_row,
    track_of,
    video_of,
)
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import ExerciseSet, StoredFile, StoredPlan, Upload
from formcheck.report.document import assessment_document
from formcheck.session.corrections import ExcludeRep, MoveLandmark
from formcheck.session.request import SetRequest

from ..sample_tracks import sample_track
from .kept import CLINICIAN, DONE_AT, add_somebody, client_of, keep_set, measured


def _seen(records: Records, set_id: str) -> ExerciseSet:
    with records.reading(CLINICIAN) as work:
        return get_set(work, set_id)


def _knee_moved(px: float = 12.0) -> MoveLandmark:
    assessment = measured("wall_squat_side")
    rep = assessment.complete_reps[0]
    at = int(np.argmin(np.abs(assessment.track.t_s - (rep.bottom_start_s + rep.bottom_end_s) / 2)))
    near = assessment.view.near_leg
    assert near is not None
    knee = Landmark.LEFT_KNEE if near.value == "left" else Landmark.RIGHT_KNEE
    x, y = assessment.track.image_px[at, knee]
    t = float(assessment.track.t_s[at])
    return MoveLandmark(knee, t, float(x) + px, float(y), rep.bottom_start_s, rep.bottom_end_s)


def test_a_set_is_kept_with_its_landmarks_to_the_last_bit(records: Records) -> None:
    row = keep_set(records, add_somebody(records).id)
    with records.reading(CLINICIAN) as work:
        track = track_of(work, get_set(work, row.id))
    np.testing.assert_array_equal(track.image_px, sample_track("wall_squat_side").image_px)
    assert row.automatic == assessment_document(measured("wall_squat_side"))
    assert row.corrected is None


def test_a_kept_set_measured_again_gives_the_kept_numbers(records: Records) -> None:
    row = keep_set(records, add_somebody(records).id)
    with records.reading(CLINICIAN) as work:
        again = reviewed_set(work, row.id)
    assert assessment_document(again.automatic) == row.automatic


def _plan(records: Records, person_id: str, plan: Plan, since: timedelta, exercise: str = "wall-squat") -> StoredPlan:
    """Prescribe something so long before (or after, for a negative time) the sets were done."""
    with records.writing(CLINICIAN) as work:
        stored = prescribe(work, person_id, SetRequest(exercise, plan=plan))
        stored.from_at = DONE_AT - since
        return stored


DAY = timedelta(days=1)


def test_a_set_is_given_to_a_person_with_the_plan_in_force_when_it_was_done(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        first = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=3)))
        second = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=8)))
        first.from_at, first.until_at, second.from_at = DONE_AT - 9 * DAY, DONE_AT - 2 * DAY, DONE_AT - 2 * DAY
    times = {-3: (first.id, 3), 0: (second.id, 8), -20: (None, None)}
    for days, judged_by in times.items():
        row = place_set(records, CLINICIAN, keep_set(records, done_at=DONE_AT + days * DAY).id, person_id=person.id)
        assert (row.plan_id, row.automatic["plan"]["reps"]) == judged_by
    with records.writing(CLINICIAN) as work:
        prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=20)))
    assert reviewed_reps(records, row.id) is None
    again = place_set(records, CLINICIAN, row.id, done_at=DONE_AT - 3 * DAY)
    assert (again.plan_id, again.automatic["plan"]["reps"], again.summary["plan"]["reps"]) == (first.id, 3, 3)


def reviewed_reps(records: Records, set_id: str) -> int | None:
    with records.reading(CLINICIAN) as work:
        return reviewed_set(work, set_id).current.plan.reps


def test_a_set_that_was_another_exercise_is_judged_by_the_plan_of_that_one(records: Records) -> None:
    person = add_somebody(records)
    _plan(records, person.id, Plan(reps=3), DAY)
    of_steps = _plan(records, person.id, Plan(reps=7), DAY, "step-down")
    row = place_set(records, CLINICIAN, keep_set(records).id, person_id=person.id)
    correct(records, CLINICIAN, row.id, SetRequest("step-down"), row.version)
    seen = _seen(records, row.id)
    assert (seen.plan_id, seen.summary["plan"]["reps"]) == (of_steps.id, 7)
    assert seen.automatic["plan"]["reps"] == 3
    assert reviewed_reps(records, row.id) == 7


def test_the_sex_of_a_person_chooses_the_bands_of_their_sets(records: Records) -> None:
    with records.writing(CLINICIAN) as work:
        person = add_person(work, PersonDetails("Ann", sex="female"))
    row = place_set(records, CLINICIAN, keep_set(records, clip="step_down_front_valgus").id, person_id=person.id)
    assert row.measured_as["plan"]["sex"] == "female"


def test_a_set_that_moves_is_nowhere_any_more_where_it_was(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    row = keep_set(records, ann.id)
    with records.writing(CLINICIAN) as work:
        upload = Upload(
            state="done", name="a.mp4", size=1, wishes={}, set_id=row.id, person_id=ann.id, created_by="Owner",
            created_by_id="owner", created_at=work.now, updated_at=work.now,
        )  # fmt: skip
        work.session.add(upload)
    place_set(records, CLINICIAN, row.id, person_id=beth.id)
    with records.reading(CLINICIAN) as work:
        assert list_sets(work, ann.id) == []
        assert [each.id for each in list_sets(work, beth.id)] == [row.id]
        assert work.session.scalars(select(Upload.person_id)).all() == [beth.id]
        to, away = audit_log(work, person_id=beth.id)[0], audit_log(work, person_id=ann.id)[0]
    assert (to.action, to.details) == ("set.given", {"before": ann.id})
    assert (away.action, away.details, away.subject_id) == ("set.moved_away", {"after": beth.id}, row.id)


def test_a_set_of_nobody_is_given_to_a_person(records: Records) -> None:
    person, row = add_somebody(records), keep_set(records)
    with records.reading(client_of(person)) as work, pytest.raises(NotFoundError):
        get_set(work, row.id)
    with records.writing(CLINICIAN) as work:
        give_to(work, row.id, person.id)
    with records.reading(client_of(person)) as work:
        assert [each.id for each in list_sets(work, person.id)] == [row.id]
        assert list_sets(work, person.id, "step-down") == []


def test_the_notes_about_a_set_go_with_it_to_its_person(records: Records) -> None:
    ann, beth, row = add_somebody(records), add_somebody(records, "Beth"), keep_set(records)
    with records.writing(CLINICIAN) as work:
        note = write_note(work, "Keep the heel down.", set_id=row.id, for_client=True)
    for owner, other in ((ann, beth), (beth, ann)):
        with records.writing(CLINICIAN) as work:
            give_to(work, row.id, owner.id)
        with records.reading(client_of(owner)) as work:
            assert [each.id for each in notes_of_person(work, owner.id)] == [note.id]
        with records.reading(client_of(other)) as work:
            assert list(notes_of_person(work, other.id)) == []


def test_the_log_of_a_set_has_the_notes_about_it_and_of_no_other(records: Records) -> None:
    person = add_somebody(records)
    row, other = keep_set(records, person.id), keep_set(records, person.id)
    with records.writing(CLINICIAN) as work:
        delete_note(work, write_note(work, "Good depth", set_id=row.id, for_client=False).id)
        write_note(work, "Of another set", set_id=other.id, for_client=False)
    with records.reading(CLINICIAN) as work:
        logged = [entry.action for entry in audit_log(work, subject_id=row.id)]
    assert logged == ["note.deleted", "note.written", "set.added"]


def test_the_same_video_is_recognised_for_those_who_may_see_its_set(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    row = keep_set(records, ann.id)
    for actor, found in ((CLINICIAN, 1), (client_of(ann), 1), (client_of(beth), 0)):
        with records.reading(actor) as work:
            assert len(sets_of_video(work, row.source_sha256)) == found


def test_pain_is_kept_and_is_a_number_from_0_to_10(records: Records) -> None:
    person = add_somebody(records)
    row = keep_set(records, person.id)
    with records.writing(client_of(person)) as work:
        say_pain(work, row.id, {"pain_before": 2, "pain_during": None}, swelling=False)
    with records.writing(client_of(person)) as work:
        say_pain(work, row.id, {"pain_after": 3})
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        say_pain(work, row.id, {"pain_after": 11})
    summary = summary_of_row(_seen(records, row.id))
    assert (summary.pain.before, summary.pain.during, summary.pain.after) == (2, None, 3)
    assert summary.swelling is False


def test_a_set_is_not_done_in_the_future(records: Records) -> None:
    row = keep_set(records)
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        set_date(work, row.id, work.now + timedelta(days=1))
    with records.writing(CLINICIAN) as work:
        assert set_date(work, row.id, DONE_AT - timedelta(days=2)).done_at == DONE_AT - timedelta(days=2)


def test_one_moved_landmark_changes_the_numbers_and_is_in_the_log(records: Records) -> None:
    row = keep_set(records, add_somebody(records).id)
    change = _knee_moved()
    reviewed = correct(records, CLINICIAN, row.id, change, row.version)
    kept = _seen(records, row.id)
    assert kept.automatic == row.automatic
    assert kept.corrected is not None
    assert kept.corrected["reps"][0]["measures"] != row.automatic["reps"][0]["measures"]
    assert kept.corrected == assessment_document(reviewed.current)
    assert kept.summary != row.summary
    with records.reading(CLINICIAN) as work:
        (stored,) = corrections_of(work, row.id)
        newest = audit_log(work, subject_id=row.id)[0]
    assert (stored.made_by, newest.actor, newest.action) == (CLINICIAN.name, CLINICIAN.name, "set.corrected")
    assert newest.details["what"]["landmark"] == change.landmark.name.lower()


def test_taking_a_correction_back_restores_the_numbers_and_keeps_the_history(records: Records) -> None:
    row = keep_set(records, add_somebody(records).id)
    correct(records, CLINICIAN, row.id, _knee_moved(), row.version)
    with records.reading(CLINICIAN) as work:
        (stored,) = corrections_of(work, row.id)
    undo(records, CLINICIAN, row.id, stored.id, _seen(records, row.id).version)
    kept = _seen(records, row.id)
    assert (kept.corrected, kept.automatic, kept.summary) == (None, row.automatic, row.summary)
    with records.reading(CLINICIAN) as work:
        assert corrections_of(work, row.id) == []
        (undone,) = corrections_of(work, row.id, undone_too=True)
    assert undone.undone_by == CLINICIAN.name


def test_a_rep_left_out_does_not_count(records: Records) -> None:
    row = keep_set(records)
    rep = measured("wall_squat_side").complete_reps[0]
    correct(records, CLINICIAN, row.id, ExcludeRep(rep.bottom_start_s, "stumbled"), row.version)
    kept = _seen(records, row.id)
    assert kept.corrected is not None
    assert kept.corrected["reps_counted"] == row.automatic["reps_counted"] - 1
    assert kept.summary["reps_complete"] == row.automatic["reps_counted"] - 1


def test_a_set_measured_as_another_exercise_is_found_under_it(records: Records) -> None:
    person = add_somebody(records)
    row = keep_set(records, person.id)
    correct(records, CLINICIAN, row.id, SetRequest(exercise="squat"), row.version)
    with records.reading(CLINICIAN) as work:
        assert [each.id for each in list_sets(work, person.id, "squat")] == [row.id]


def test_of_two_who_saw_the_same_state_the_second_changes_nothing(records: Records) -> None:
    row = keep_set(records)
    correct(records, CLINICIAN, row.id, _knee_moved(), row.version)
    before = _seen(records, row.id)
    with pytest.raises(ConflictError):
        correct(records, CLINICIAN, row.id, _knee_moved(-8.0), row.version)
    after = _seen(records, row.id)
    assert (after.corrected, after.version) == (before.corrected, before.version)


def test_a_correction_that_does_not_fit_changes_nothing(records: Records) -> None:
    row = keep_set(records)
    with pytest.raises(CorrectionError):
        correct(records, CLINICIAN, row.id, ExcludeRep(9999.0), row.version)
    assert _seen(records, row.id).version == row.version


def test_clients_correct_and_draw_nothing(records: Records) -> None:
    person = add_somebody(records)
    row = keep_set(records, person.id)
    with pytest.raises(NotAllowedError):
        correct(records, client_of(person), row.id, _knee_moved(), row.version)
    with pytest.raises(NotAllowedError), records.writing(client_of(person)) as work:
        annotate(work, row.id, 1.0, {"kind": "text"})
    with pytest.raises(NotAllowedError), records.writing(client_of(person)) as work:
        delete_set(work, row.id)


def test_what_is_drawn_is_kept_and_removed(records: Records) -> None:
    row, other = keep_set(records), keep_set(records, clip="wall_squat_front")
    with records.writing(CLINICIAN) as work:
        late = annotate(work, row.id, 2.0, {"kind": "text", "text": "late"})
        annotate(work, row.id, 1.0, {"kind": "text", "text": "early"})
    with pytest.raises(NotFoundError), records.writing(CLINICIAN) as work:
        remove_annotation(work, other.id, late.id)
    with records.writing(CLINICIAN) as work:
        assert [each.body["text"] for each in annotations_of(work, row.id)] == ["early", "late"]
        remove_annotation(work, row.id, late.id)
    with records.reading(CLINICIAN) as work:
        assert len(annotations_of(work, row.id)) == 1


def test_files_go_when_the_last_set_that_needs_them_does(records: Records, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film")
    video = keep_video(records.files, film, ".mp4", leave=True)
    first, second = keep_set(records, video=video), keep_set(records, video=video)
    path = records.files.path(video.sha256, ".mp4")
    with records.writing(CLINICIAN) as work:
        drop_video(work, first.id)
    assert remove_unused(records) == 0
    with records.reading(CLINICIAN) as work:
        assert video_of(work, first.id, for_browser=True) is None
        assert video_of(work, second.id, for_browser=True) == path
    with records.writing(CLINICIAN) as work:
        delete_set(work, second.id)
    assert remove_unused(records) == 1
    assert not path.exists()
    with records.writing(CLINICIAN) as work:
        delete_set(work, first.id)
    assert remove_unused(records) == 1
    with records.reading(CLINICIAN) as work:
        assert work.session.query(StoredFile).count() == 0
    assert list(records.files) == []


def test_a_file_cleaned_up_meanwhile_is_not_entered(records: Records, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film")
    video = keep_video(records.files, film, ".mp4")
    assert video.ready is not None
    video.ready.unlink()
    with pytest.raises(RecordsError):
        keep_set(records, video=video)
    with records.reading(CLINICIAN) as work:
        assert list_sets(work, None) == []


def test_a_client_keeps_sets_of_their_own_only(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    assert keep_set(records, ann.id, actor=client_of(ann)).recorded_by == "Ann"
    for person_id in (beth.id, None):
        with pytest.raises(NotFoundError):
            keep_set(records, person_id, actor=client_of(ann))


def test_a_set_given_to_a_person_is_judged_by_their_plan_and_measures_the_same(records: Records) -> None:
    person = add_somebody(records)
    _plan(records, person.id, Plan(target_depth_deg=90.0, reps=10), DAY)
    row = keep_set(records)
    assert row.automatic["plan"]["reps"] is None
    given = place_set(records, CLINICIAN, row.id, person_id=person.id)
    assert (given.automatic["plan"]["target_depth_deg"], given.automatic["plan"]["reps"]) == (90.0, 10)
    assert given.automatic["reps"] == row.automatic["reps"]
    assert given.automatic["findings"] != row.automatic["findings"]
    with records.reading(CLINICIAN) as work:
        assert assessment_document(reviewed_set(work, row.id).automatic) == given.automatic


def test_targets_said_of_one_set_stay_when_it_is_given_to_a_person(records: Records) -> None:
    person = add_somebody(records)
    _plan(records, person.id, Plan(reps=10), DAY)
    row = keep_set(records)
    with records.writing(CLINICIAN) as work:
        kept = get_set(work, row.id)
        kept.measured_as = {**kept.measured_as, "plan": {"reps": 3}}
    given = place_set(records, CLINICIAN, row.id, person_id=person.id)
    assert given.automatic["plan"]["reps"] is None  # nothing was measured anew
    assert given.measured_as["plan"] == {"reps": 3}
    assert (given.person_id, given.plan_id) == (person.id, None)


def test_a_set_is_not_given_to_who_is_not_there(records: Records) -> None:
    row = keep_set(records)
    with pytest.raises(NotFoundError):
        place_set(records, CLINICIAN, row.id, person_id="0" * 32)
    assert _seen(records, row.id).version == row.version
