"""Layer: what is said about an upload, put right before it is measured and afterwards, on each kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from formcheck.errors import FormcheckError
from formcheck.exercises.plan import Plan
from formcheck.intake.analysis import decide
from formcheck.intake.claims import mark_done
from formcheck.intake.correcting import accept_person, measured_as_now, put_right, put_set_right
from formcheck.intake.guesses import proposed_person
from formcheck.intake.queue import Announced, begin
from formcheck.intake.states import UploadState, UploadStateError
from formcheck.intake.wishes import Wishes, wishes_of
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.records.access import SYSTEM, Actor, NotAllowedError, NotFoundError, RecordsError
from formcheck.records.plans import prescribe
from formcheck.records.sets import NewSet, add_set, get_set, keep_track, list_sets
from formcheck.records.tables import Upload
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.records.kept import keep_set
from tests.sample_tracks import sample_track

from .desk import FEW, NOON, ROBIN, Desk


def say(desk: Desk, row: Upload, said: Wishes, actor: Actor = ROBIN, person_id: str | None = None) -> Upload:
    with desk.records.writing(actor) as work:
        return put_right(work, row.id, said, person_id)


def measured(desk: Desk, row: Upload, exercise: str = "step-down", person_id: str | None = None) -> Upload:
    """Have an upload measured, as a worker would."""
    track, measured_as = sample_track("step_down_side"), SetRequest(exercise)
    kept = keep_track(desk.records.files, track)
    claim = desk.claim()
    assert claim is not None
    with desk.records.writing(SYSTEM) as work:
        new = NewSet(measured_as, assess(track, measured_as), kept, "upload", row.name, NOON, person_id)
        mark_done(work, claim, add_set(work, new).id)
    return desk.look(row.id)


@pytest.mark.parametrize("state", ["receiving", "waiting", "running", "failed"])
def test_what_is_not_measured_yet_can_be_said_anew(desk: Desk, state: str) -> None:
    anna = desk.person("Anna")
    row = desk.bring(b"pictures")
    with desk.records.writing(ROBIN) as work:
        work.session.merge(row).state = state
    said = Wishes(
        SetRequest("step-down", Side.RIGHT, ViewKind.FRONT, mirrored=True, capture_fps=240.0, plan=Plan(reps=8)),
        person_said=True,
        plan_said=True,
        done_at=NOON - timedelta(days=3),
        keep_video=False,
    )
    changed = say(desk, row, said, person_id=anna)
    assert changed.person_id == anna
    assert wishes_of(desk.look(row.id)) == said
    assert changed.state == state


def test_what_is_taken_back_is_guessed_again(desk: Desk) -> None:
    anna = desk.person("Anna")
    row = desk.bring(b"pictures", "anna_squat.mp4")
    assert (row.person_id, row.guesses["person_id"]["value"]) == (None, anna)
    nobodys = say(desk, row, Wishes(SetRequest("step-down"), person_said=True))
    assert "person_id" not in nobodys.guesses
    assert "exercise" not in nobodys.guesses
    again = say(desk, row, Wishes())
    assert (again.person_id, again.guesses["person_id"]["value"]) == (None, anna)
    assert again.guesses["exercise"]["value"] == "squat"


@pytest.mark.parametrize("is_measured", [False, True])
def test_a_person_who_is_proposed_has_the_video_once_somebody_accepts(desk: Desk, is_measured: bool) -> None:
    anna = desk.person("Anna")
    with desk.records.writing(ROBIN) as work:
        prescribe(work, anna, SetRequest("step-down", plan=Plan(reps=4)))
    row = desk.bring(b"pictures", "anna_1.mp4")
    if is_measured:
        row = measured(desk, row)
        with desk.records.reading(ROBIN) as work:
            assert [each.person_id for each in list_sets(work, None)] == [None]
            assert list_sets(work, anna) == []
    accept_person(desk.records, ROBIN, row.id)
    accepted = desk.look(row.id)
    assert accepted.person_id == anna
    with desk.records.reading(ROBIN) as work:
        decided = decide(work, accepted, sample_track("step_down_side"), None)
        if not is_measured:
            assert (decided.person_id, decided.measured_as.plan.reps) == (anna, 4)
        for kept in list_sets(work, anna):
            assert kept.automatic["plan"]["reps"] == 4
            assert proposed_person(work, kept) is None
        assert len(list_sets(work, anna)) == is_measured
    with pytest.raises(UploadStateError):
        accept_person(desk.records, ROBIN, row.id)


def test_every_set_of_a_video_goes_to_who_is_accepted(desk: Desk) -> None:
    anna = desk.person("Anna")
    row = measured(desk, desk.bring(b"pictures", "anna_1.mp4"))
    other = keep_set(desk.records, None, "step_down_side", actor=ROBIN)  # of the same landmarks
    accept_person(desk.records, ROBIN, row.id)
    with desk.records.reading(ROBIN) as work:
        assert {each.id for each in list_sets(work, anna)} == {row.set_id, other.id}


def test_a_client_accepts_nobody(desk: Desk) -> None:
    anna = desk.client(desk.person("Anna"))
    row = desk.bring(b"pictures", "anna_1.mp4")
    with pytest.raises(FormcheckError):
        accept_person(desk.records, anna, row.id)
    assert desk.look(row.id).person_id is None


def test_where_it_came_from_is_not_changed_by_what_is_said(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    with desk.records.writing(ROBIN) as work:
        work.session.merge(row).wishes = replace(wishes_of(row), origin="sample").document()
    assert wishes_of(say(desk, row, Wishes(SetRequest("squat")))).origin == "sample"


def test_a_day_to_come_is_refused(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    with pytest.raises(RecordsError, match="future"):
        say(desk, row, Wishes(done_at=NOON + timedelta(days=1)))


def test_a_client_says_what_it_is_and_not_whose(desk: Desk) -> None:
    anna_id, berta_id = desk.person("Anna"), desk.person("Berta")
    anna = desk.client(anna_id)
    row = desk.bring(b"pictures", actor=anna)
    assert say(desk, row, Wishes(SetRequest("squat")), anna).person_id == anna_id
    with pytest.raises(NotAllowedError):
        say(desk, row, Wishes(person_said=True), anna, person_id=berta_id)
    with pytest.raises(NotFoundError):
        say(desk, row, Wishes(SetRequest("squat")), desk.client(berta_id))
    assert desk.look(row.id).person_id == anna_id


def test_a_measured_upload_is_put_right_in_its_set(desk: Desk) -> None:
    anna = desk.person("Anna")
    row = measured(desk, desk.bring(b"pictures"), exercise="squat")
    with pytest.raises(UploadStateError):
        say(desk, row, Wishes(SetRequest("step-down")))
    said, done_at = SetRequest("step-down", Side.LEFT), NOON - timedelta(days=2)
    put_set_right(desk.records, ROBIN, row.id, said, person_id=anna, done_at=done_at)
    with desk.records.reading(ROBIN) as work:
        assert row.set_id is not None
        now = get_set(work, row.set_id)
        assert (now.person_id, now.exercise, now.done_at) == (anna, "step-down", NOON - timedelta(days=2))
        assert now.automatic["exercise"] == "squat"
        assert now.corrected is not None
        assert now.corrected["exercise"] == "step-down"
        assert measured_as_now(work, now).leg is Side.LEFT
    assert desk.look(row.id).person_id == anna


def test_saying_the_same_again_corrects_nothing(desk: Desk) -> None:
    row = measured(desk, desk.bring(b"pictures"))
    version = put_set_right(desk.records, ROBIN, row.id, SetRequest()).version
    again = put_set_right(desk.records, ROBIN, row.id, SetRequest(exercise="step-down"))
    assert again.corrected is None
    assert again.version == version


def test_a_client_does_not_correct_a_measured_set(desk: Desk) -> None:
    anna_id = desk.person("Anna")
    anna = desk.client(anna_id)
    row = measured(desk, desk.bring(b"pictures", actor=anna), person_id=anna_id)
    assert row.state == UploadState.DONE
    with pytest.raises(NotAllowedError):
        put_set_right(desk.records, anna, row.id, SetRequest(exercise="squat"))


def test_what_is_not_measured_has_no_set_to_put_right(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    with pytest.raises(UploadStateError, match="not measured yet"):
        put_set_right(desk.records, ROBIN, row.id, SetRequest(exercise="squat"))


def test_nothing_is_said_anew_of_the_video_of_a_set(desk: Desk) -> None:
    measured_set = keep_set(desk.records, desk.person("Ada"), "wall_squat_front", actor=ROBIN, origin="live")
    said = Wishes(for_set=measured_set.id, begins_s=-1.5)
    with desk.records.writing(ROBIN) as work:
        row = begin(work, Announced("kept.mp4", 100), said, FEW)
    before = wishes_of(row)
    with pytest.raises(UploadStateError, match="measured already"):
        say(desk, row, Wishes(SetRequest("squat")))
    assert wishes_of(desk.look(row.id)) == before
