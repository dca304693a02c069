"""Layer: programmes and red flags in the records: versions, plans that come of them, what was done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Side
from formcheck.programme.course import How, sets_of
from formcheck.programme.plan import Item, Phase, Programme
from formcheck.programme.red_flags import RED_FLAGS, RedFlagsError
from formcheck.programme.templates import templates
from formcheck.records.access import ConflictError, NotAllowedError, NotFoundError, RecordsError
from formcheck.records.erasure import erase_person
from formcheck.records.exchange import export_people, import_people
from formcheck.records.plans import list_plans, plans_in_force, prescribe
from formcheck.records.programmes import (
    NewDone,
    done_of,
    end_programme,
    keep_done,
    move_to_phase,
    programme_in_force,
    programme_versions,
    programmes_in_hand,
    put_programme,
    say_morning,
    say_pain_after,
    take_back_done,
)
from formcheck.records.readable import person_sheet
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags, clear_red_flags, last_screen, may_exercise, raised_flags
from formcheck.records.sets import NewSet, add_set, get_set, keep_track, say_pain
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import AuditEntry, RedFlagScreen, StoredDone, StoredProgramme
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.chair_figure import Lunger, film_lunger
from tests.stick_figure import LEFT, RIGHT

from .examples import Clock
from .kept import CLINICIAN, add_somebody, client_of, keep_set

SQUAT = Item(exercise="wall-squat", sets=2, target_depth_deg=45.0, ball=True)
STEP = Item(exercise="step-down", leg="each", step_height_cm=10.0, reps=8)
CLAM = Item(exercise="clamshell", leg="each")
PROGRAMME = Programme(
    title="Mine", phases=(Phase(title="One", items=(SQUAT, CLAM)), Phase(title="Two", items=(STEP, CLAM)))
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def records(tmp_path: Path, clock: Clock) -> Iterator[Records]:
    opened = Records(RecordsSettings(home=tmp_path / "records"), clock)
    yield opened
    opened.close()


def exercises_in_force(records: Records, person_id: str) -> dict[str, Plan]:
    from formcheck.records.plans import prescribed

    with records.reading(CLINICIAN) as work:
        return {plan.exercise: prescribed(plan).plan for plan in plans_in_force(work, person_id)}


def test_a_programme_prescribes_what_is_measured_of_its_phase(records: Records, clock: Clock) -> None:
    ann = add_somebody(records).id
    with records.writing(CLINICIAN) as work:
        prescribe(work, ann, SetRequest("squat", plan=Plan(reps=5)))  # a plan beside it is left alone
        put_programme(work, ann, PROGRAMME)
    assert exercises_in_force(records, ann) == {
        "squat": Plan(reps=5),
        "wall-squat": Plan(45.0, 10, None, None, True),
    }
    clock.advance(days=7)
    with records.writing(CLINICIAN) as work:
        move_to_phase(work, ann, 1, seen=1)
    assert exercises_in_force(records, ann) == {"squat": Plan(reps=5), "step-down": Plan(reps=8, step_height_cm=10.0)}
    with records.writing(CLINICIAN) as work:
        end_programme(work, ann)
    assert exercises_in_force(records, ann) == {"squat": Plan(reps=5)}


def test_a_plan_that_stays_the_same_is_not_begun_anew(records: Records, clock: Clock) -> None:
    ann = add_somebody(records).id
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, PROGRAMME)
    clock.advance(days=1)
    changed = Programme(title="Mine", phases=(Phase(title="One", items=(SQUAT,)), PROGRAMME.phases[1]))
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, changed, seen=1)
        (plan,) = list_plans(work, ann)
    assert plan.until_at is None


def test_the_numbers_of_a_measured_exercise_are_those_of_the_plan_in_force(records: Records) -> None:
    ann = add_somebody(records).id
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, PROGRAMME)
        prescribe(work, ann, SetRequest("wall-squat", plan=Plan(60.0, 12)))
    with records.reading(client_of(add_somebody(records, "Beth"))) as work, pytest.raises(NotFoundError):
        programme_in_force(work, ann)
    with records.reading(CLINICIAN) as work:
        version = programme_in_force(work, ann)
        (in_hand,) = programmes_in_hand(work, work.now)
        (kept,) = programme_versions(work, ann)
    assert version is not None
    assert (version.phase.items[0].target_depth_deg, version.phase.items[0].reps, version.phase.items[0].sets) == (
        60.0,
        12,
        2,
    )
    assert in_hand.version == version
    assert kept.phase.items[0] == SQUAT  # as it was made


def test_a_plan_for_one_leg_is_ended_and_begun_for_that_leg(records: Records) -> None:
    ann = add_somebody(records).id
    left = Programme(title="Mine", phases=(Phase(title="One", items=(Item(exercise="step-down", leg="left"),)),))
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, left)
        (plan,) = plans_in_force(work, ann)
        assert plan.leg == Side.LEFT
        put_programme(work, ann, Programme(title="Mine", phases=(Phase(title="One", items=(CLAM,)),)))
        assert not plans_in_force(work, ann)


def test_versions_are_kept_and_who_saw_an_old_one_is_told(records: Records, clock: Clock) -> None:
    ann = add_somebody(records).id
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, PROGRAMME)
    clock.advance(days=2)
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann, templates()["combined"].programme, seen=1)
    with pytest.raises(ConflictError), records.writing(CLINICIAN) as work:
        put_programme(work, ann, PROGRAMME, seen=1)
    with records.reading(CLINICIAN) as work:
        second, first = programme_versions(work, ann)
    assert (first.number, first.programme, first.until_at) == (1, PROGRAMME, second.from_at)
    assert (second.number, second.until_at) == (2, None)
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        put_programme(work, ann, PROGRAMME, phase=2)
    unknown = Programme(title="Mine", phases=(Phase(title="One", items=(Item(exercise="handstand"),)),))
    with pytest.raises(RecordsError, match="handstand"), records.writing(CLINICIAN) as work:
        put_programme(work, ann, unknown)


def test_what_was_done_is_kept_under_its_version(records: Records, clock: Clock) -> None:
    ann = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann.id, PROGRAMME)
    clock.advance(hours=1)
    keep_set(records, ann.id, "wall_squat_front", done_at=records.now())
    clock.advance(hours=1)
    with records.writing(client_of(ann)) as work:
        keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.GUIDED, (10, 10), pain_before=1, pain_during=2))
    clock.advance(days=1)
    with records.writing(CLINICIAN) as work:
        move_to_phase(work, ann.id, 1, seen=1)
    with records.writing(client_of(ann)) as work:
        keep_done(work, ann.id, NewDone("clamshell", "each", 2, How.TOLD))
    with records.reading(client_of(ann)) as work:
        versions = {each.id: each.number for each in programme_versions(work, ann.id)}
        squat, clam, told = done_of(work, ann.id, work.now - timedelta(days=9))
    assert [(each.exercise, each.how, versions[each.version or ""]) for each in (squat, clam, told)] == [
        ("wall-squat", How.MEASURED, 1),
        ("clamshell", How.GUIDED, 1),
        ("clamshell", How.TOLD, 2),
    ]
    assert squat.safe_share is not None
    assert (clam.reps, clam.pain_before, clam.worst_pain) == ((10, 10), 1, 2)


@pytest.mark.parametrize(("front", "leg"), [(LEFT, "left"), (RIGHT, "right")])
def test_a_knee_to_wall_counts_for_the_leg_that_was_in_front(records: Records, front: int, leg: str) -> None:
    ann = add_somebody(records)
    request = SetRequest("knee-to-wall")
    track = film_lunger(Lunger(front=front, yaw_deg=90.0 if front == LEFT else -90.0)).track
    kept, made = keep_track(records.files, track), assess(track, request)
    with records.writing(CLINICIAN) as work:
        add_set(work, NewSet(request, made, kept, "live", "Live set", done_at=work.now, person_id=ann.id))
    with records.reading(CLINICIAN) as work:
        (done,) = done_of(work, ann.id, work.now - timedelta(days=1))
    assert (done.leg, done.safe_share) == (leg, None)
    both = Item(exercise="knee-to-wall", leg="each")
    assert [sets_of(both, [done]), sets_of(both, [done, replace(done, leg=None)])] == [0, 1]


def test_a_run_that_says_the_same_twice_is_kept_once(records: Records) -> None:
    ann = add_somebody(records)
    new = NewDone("clamshell", "each", 1, How.GUIDED, id="d" * 32)
    with records.writing(client_of(ann)) as work:
        assert keep_done(work, ann.id, new).id == keep_done(work, ann.id, new).id == "d" * 32
    with records.reading(CLINICIAN) as work:
        assert len(work.session.scalars(select(StoredDone)).all()) == 1
    beth = add_somebody(records, "Beth")
    with pytest.raises(NotFoundError), records.writing(client_of(beth)) as work:
        keep_done(work, beth.id, new)


@pytest.mark.parametrize(
    "new",
    [
        NewDone("clamshell", "each", 1, How.GUIDED, pain_during=11),
        NewDone("clamshell", "middle", 1, How.GUIDED),
        NewDone("clamshell", "each", -1, How.GUIDED),
        NewDone("clamshell", "each", 1, How.MEASURED),
        NewDone("no such thing", "each", 1, How.TOLD),
    ],
)
def test_what_nobody_can_have_done_is_refused(records: Records, new: NewDone) -> None:
    ann = add_somebody(records)
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        keep_done(work, ann.id, new)


def test_the_morning_after_goes_with_all_of_that_day_and_nothing_else(records: Records, clock: Clock) -> None:
    ann = add_somebody(records)
    begins = clock().replace(hour=0, minute=0, second=0, microsecond=0)
    clock.time = begins + timedelta(hours=10)
    row = keep_set(records, ann.id, "wall_squat_front", done_at=records.now())
    answered = keep_set(records, ann.id, "wall_squat_side", done_at=records.now())
    with records.writing(CLINICIAN) as work:
        say_pain(work, answered.id, {"pain_next_morning": 5})
        clam = keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.TOLD)).id
    clock.time = begins + timedelta(days=1, hours=8)
    with records.writing(client_of(ann)) as work:
        later = keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.TOLD)).id
        say_morning(work, ann.id, begins, begins + timedelta(days=1), 2)
        say_pain_after(work, [later], 3)
    with records.reading(CLINICIAN) as work:
        found = {
            each.id: (each.pain_after, each.pain_next_morning) for each in work.session.scalars(select(StoredDone))
        }
        assert found == {clam: (None, 2), later: (3, None)}
        assert get_set(work, row.id).pain_next_morning == 2
        assert get_set(work, answered.id).pain_next_morning == 5
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        say_pain_after(work, [later], 12)


def test_a_slip_is_taken_back(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    with records.writing(client_of(ann)) as work:
        done_id = keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.TOLD)).id
    with pytest.raises(NotFoundError), records.writing(client_of(beth)) as work:
        take_back_done(work, done_id)
    with records.writing(client_of(ann)) as work:
        take_back_done(work, done_id)
        assert not done_of(work, ann.id, work.now - timedelta(days=1))


def test_a_client_does_what_is_theirs_and_changes_no_programme(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann.id, PROGRAMME)
    with records.reading(client_of(beth)) as work:
        assert not programmes_in_hand(work, work.now)
    for attempt in (
        lambda work: put_programme(work, ann.id, PROGRAMME),
        lambda work: move_to_phase(work, ann.id, 1, 1),
        lambda work: end_programme(work, ann.id),
    ):
        with pytest.raises(NotAllowedError), records.writing(client_of(ann)) as work:
            attempt(work)
    with pytest.raises(NotFoundError), records.writing(client_of(beth)) as work:
        keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.TOLD))


def test_a_red_flag_keeps_somebody_from_exercising_until_a_clinician_says_so(records: Records, clock: Clock) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    with records.writing(client_of(ann)) as work:
        assert last_screen(work, None) is None
        assert not may_exercise(None)
        answer_red_flags(work, ann.id, ["locks"])
    with records.reading(CLINICIAN) as work:
        (raised,) = raised_flags(work)
        screen_id = raised.screen.id
        assert (raised.person.id, raised.screen.flags, raised.screen.answered_at) == (ann.id, ["locks"], clock())
    for other in (ann, beth):
        with pytest.raises((NotAllowedError, NotFoundError)), records.writing(client_of(other)) as work:
            clear_red_flags(work, screen_id)
    clock.advance(hours=1)
    with records.writing(CLINICIAN) as work:
        clear_red_flags(work, screen_id)
        screen = last_screen(work, ann.id)
        assert screen is not None
        assert may_exercise(screen)
        assert (screen.cleared_by, screen.answered_by) == (CLINICIAN.name, "Ann")
        assert not raised_flags(work)
    clock.advance(days=30)
    with records.writing(client_of(ann)) as work:
        answer_red_flags(work, ann.id, ["locks", "hot"])
        assert not may_exercise(last_screen(work, ann.id))
        clock.advance(days=1)
    with records.writing(client_of(ann)) as work:
        answer_red_flags(work, ann.id, [])
        assert may_exercise(last_screen(work, None))
    with records.reading(client_of(beth)) as work:
        assert not raised_flags(work)
        with pytest.raises(NotFoundError):
            last_screen(work, ann.id)


def test_another_screen_is_asked_anew(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    with records.writing(CLINICIAN) as work:
        answer_red_flags(work, None, [])
        assert may_exercise(last_screen(work, None))
        with pytest.raises(RedFlagsError):
            answer_red_flags(work, None, ["none of them"])
    monkeypatch.setattr("formcheck.programme.red_flags.RED_FLAGS", RED_FLAGS[:-1])
    with records.reading(CLINICIAN) as work:
        assert last_screen(work, None) is None


def add_all(records: Records) -> str:
    ann = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        put_programme(work, ann.id, PROGRAMME)
        put_programme(work, ann.id, PROGRAMME, phase=1)
        keep_done(work, ann.id, NewDone("clamshell", "each", 1, How.GUIDED, (10, 10)))
        answer_red_flags(work, ann.id, ["calf"])
    return ann.id


def test_an_erasure_takes_all_of_it(records: Records) -> None:
    ann, beth = add_all(records), add_all(records)
    erase_person(records, CLINICIAN, ann)
    with records.reading(CLINICIAN) as work:
        for column, count in ((StoredProgramme.person_id, 2), (StoredDone.person_id, 1), (RedFlagScreen.person_id, 1)):
            owners: list[str | None] = list(work.session.scalars(select(column)))
            assert owners == [beth] * count
        assert not [each for each in work.session.scalars(select(AuditEntry)) if each.person_id == ann]


def test_everything_that_is_kept_of_it_can_be_read(records: Records) -> None:
    ann = add_all(records)
    with records.reading(CLINICIAN) as work:
        said = repr(person_sheet(work, ann))
    for words in (
        "Version 1: Mine, phase 1, One",
        "Clamshell",
        "guided: 1 set, reps 10, 10",
        "Your calf hurts or swells",
    ):
        assert words in said


def test_it_travels_with_its_person_and_a_programme_in_force_there_stays(records: Records, tmp_path: Path) -> None:
    ann = add_all(records)
    target = tmp_path / "ann.zip"
    export_people(records, CLINICIAN, target, [ann])
    other = Records(RecordsSettings(home=tmp_path / "other"))
    try:
        imported = import_people(other, CLINICIAN, target)
        assert (imported.added["programme"], imported.added["programme_done"], imported.added["red_flag_screen"]) == (
            2,
            1,
            1,
        )
        with other.writing(CLINICIAN) as work:
            version = programme_in_force(work, ann)
            assert version is not None
            assert (version.number, version.phase_index) == (2, 1)
            put_programme(work, ann, PROGRAMME, seen=2)
        again = import_people(other, CLINICIAN, target)
        assert (again.added["programme"], again.known["programme"], again.differing["programme"]) == (0, 2, 1)
    finally:
        other.close()
