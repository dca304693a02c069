"""Layer: pure functions, and plans on each kind of database: what is guessed about a video, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.plan import Plan
from formcheck.intake.analysis import decide, decided_for_leg, recorded_in
from formcheck.intake.guesses import guess_date, guess_person
from formcheck.intake.queue import safe_name, video_suffix
from formcheck.intake.wishes import Guess, Wishes
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.records.access import SYSTEM, RecordsError
from formcheck.records.plans import prescribe
from formcheck.session.request import SetRequest
from tests.sample_tracks import sample_track

from .desk import NOON, ROBIN, Desk

PEOPLE = [("a", "Anna Berg"), ("b", "Berta Tal"), ("p", "P-17")]


@pytest.mark.parametrize(
    ("name", "person_id"),
    [
        ("anna_berg_squat.mp4", "a"),
        ("Anna 3.mov", "a"),
        ("set BERTA.mp4", "b"),
        ("IMG_1234.mp4", None),
        ("anna_and_berta.mp4", None),
        ("hannah.mp4", None),
        ("p.mp4", None),
    ],
)
def test_a_name_in_the_file_s_name_tells_whose_it_is(name: str, person_id: str | None) -> None:
    guess = guess_person(name, PEOPLE)
    assert (None if guess is None else guess.value) == person_id


def test_who_is_alone_in_the_records_is_guessed() -> None:
    guess = guess_person("IMG_1234.mp4", PEOPLE[:1])
    assert guess == Guess("a", "nobody else is in the records")
    assert guess_person("IMG_1234.mp4", []) is None


def test_the_video_knows_the_day_better_than_the_file() -> None:
    recorded, modified = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)
    assert guess_date(recorded, modified, NOON).value == recorded.isoformat()
    assert guess_date(None, modified, NOON).value == modified.isoformat()
    assert guess_date(None, None, NOON).value == NOON.isoformat()


def test_a_clock_that_was_never_set_or_runs_ahead_is_not_believed() -> None:
    never_set, ahead = datetime(1904, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    assert guess_date(never_set, None, NOON).value == NOON.isoformat()
    assert guess_date(ahead, None, NOON).value == NOON.isoformat()


def test_the_moment_with_a_time_zone_goes_first_and_without_one_it_is_utc() -> None:
    apple = {"com.apple.quicktime.creationdate": "2026-01-05T10:00:00+0200"}
    copied = {"creation_time": "2026-02-01T00:00:00.000000Z"}
    assert recorded_in(copied, apple) == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert recorded_in({"creation_time": "2026-02-01 10:00:00"}) == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert recorded_in({"creation_time": "yesterday"}, {}) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("set.mp4", "set.mp4"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\a\\knee (2).MOV", "knee (2).MOV"),
        ("<b>x</b>.mp4", "b_.mp4"),
        ("...", "video"),
        ("", "video"),
        ("x" * 300 + ".webm", "x" * 80 + ".webm"),
        ("Übung Küche.mp4", "Übung Küche.mp4"),
    ],
)
def test_a_name_leads_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text())
def test_any_name_becomes_one_of_a_file_in_a_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set("/\\\0\n")
    assert video_suffix(safe) is None or safe.lower().endswith(video_suffix(safe) or "")


# In the records -------------------------------------------------------------------------------------------------------


def test_what_was_said_goes_before_the_name_and_the_name_before_the_movement(desk: Desk) -> None:
    named, unnamed = desk.bring(b"pictures", "squat.mp4"), desk.bring(b"other pictures", "IMG_1.mp4")
    track = sample_track("step_down_side")
    with desk.records.reading(SYSTEM) as work:
        by_name, by_movement = decide(work, named, track, None), decide(work, unnamed, track, None)
        named.wishes = Wishes(SetRequest("wall-squat")).document()
        said = decide(work, named, track, None)
    assert by_name.measured_as.exercise == "squat"
    assert by_name.guesses["exercise"].reason == "the file's name says so"
    assert by_movement.measured_as.exercise == "step-down"
    assert "foot" in by_movement.guesses["exercise"].reason
    assert said.measured_as.exercise == "wall-squat"
    assert "exercise" not in said.guesses


def test_who_alone_is_prescribed_the_exercise_is_proposed_and_judged_by_their_plan_once_said(desk: Desk) -> None:
    desk.person("Anna Berg")
    berta = desk.person("Berta Tal")
    with desk.records.writing(ROBIN) as work:
        prescribe(work, berta, SetRequest("step-down", plan=Plan(target_depth_deg=60.0, reps=8)))
    row = desk.bring(b"pictures", "IMG_1.mp4")
    with desk.records.reading(SYSTEM) as work:
        proposed = decide(work, row, sample_track("step_down_side"), None)
        row.person_id, row.wishes = berta, Wishes(person_said=True).document()
        decision = decide(work, row, sample_track("step_down_side"), None)
    assert proposed.person_id is None
    assert proposed.guesses["person_id"] == Guess(berta, "nobody else is prescribed this exercise")
    assert (proposed.measured_as.plan, "plan" in proposed.guesses) == (Plan(), False)
    assert decision.person_id == berta
    assert decision.measured_as.plan == Plan(target_depth_deg=60.0, reps=8)
    assert decision.guesses["plan"].reason == "prescribed since 2 March 2026"


def test_the_plan_is_that_of_the_leg_that_is_found(desk: Desk) -> None:
    anna = desk.person("Anna Berg")
    left, right = Plan(target_depth_deg=40.0), Plan(target_depth_deg=60.0)
    with desk.records.writing(ROBIN) as work:
        prescribe(work, anna, SetRequest("step-down", Side.LEFT, plan=left))
        prescribe(work, anna, SetRequest("step-down", Side.RIGHT, plan=right))
    row = desk.bring(b"pictures", "IMG_1.mp4", person_id=anna)
    with desk.records.reading(SYSTEM) as work:
        unknown = decide(work, row, sample_track("step_down_side"), None)
        found = [decided_for_leg(work, row, unknown, leg) for leg in (Side.LEFT, Side.RIGHT)]
        row.wishes = Wishes(SetRequest(leg=Side.LEFT), person_said=True).document()
        said = decide(work, row, sample_track("step_down_side"), None)
    assert unknown.measured_as.plan == Plan()
    assert "plan" not in unknown.guesses
    assert [each.measured_as.plan for each in found] == [left, right]
    assert said.measured_as.plan == left
    assert [each.guesses["exercise"] for each in found] == [unknown.guesses["exercise"]] * 2


def test_targets_that_were_said_go_before_the_plan(desk: Desk) -> None:
    anna = desk.person("Anna Berg")
    with desk.records.writing(ROBIN) as work:
        prescribe(work, anna, SetRequest("step-down", plan=Plan(target_depth_deg=60.0)))
    row = desk.bring(b"pictures", "IMG_1.mp4")
    row.wishes = Wishes(
        SetRequest(leg=Side.LEFT, view=ViewKind.SIDE, plan=Plan(target_depth_deg=45.0)), plan_said=True
    ).document()
    with desk.records.reading(SYSTEM) as work:
        decision = decide(work, row, sample_track("step_down_side"), None)
    assert decision.measured_as.plan == Plan(target_depth_deg=45.0)
    assert (decision.measured_as.leg, decision.measured_as.view) == (Side.LEFT, ViewKind.SIDE)


def test_what_is_said_to_be_nobody_s_is_not_guessed(desk: Desk) -> None:
    desk.person("Anna Berg")
    row = desk.bring(b"pictures", "anna.mp4")
    row.person_id = None
    row.wishes = Wishes(person_said=True).document()
    with desk.records.reading(SYSTEM) as work:
        assert decide(work, row, sample_track("step_down_side"), None).person_id is None


# What is kept of it ---------------------------------------------------------------------------------------------------

moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
numbers = st.none() | st.floats(0, 200)
plans = st.builds(
    Plan, target_depth_deg=numbers, reps=st.none() | st.integers(1, 30), hold_s=numbers, ball=st.booleans()
)
requests = st.builds(
    SetRequest,
    exercise=st.sampled_from([None, "squat", "step-down", "wall-squat"]),
    leg=st.sampled_from([None, *Side]),
    view=st.sampled_from([None, *ViewKind]),
    mirrored=st.booleans(),
    capture_fps=st.none() | st.floats(1, 1000),
    plan=plans,
)
wishes = st.builds(
    Wishes,
    request=requests,
    person_said=st.booleans(),
    plan_said=st.booleans(),
    done_at=st.none() | moments,
    keep_video=st.booleans(),
    origin=st.sampled_from(["upload", "sample"]),
    last_modified=st.none() | moments,
)


@given(wishes)
def test_what_was_said_is_read_as_it_was_written(said: Wishes) -> None:
    request = said.request if said.plan_said else replace(said.request, plan=Plan())
    assert Wishes.from_document(said.document()) == replace(said, request=request)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {"exercise": "juggling"},
        {"capture_fps": "fast"},
        {"capture_fps": True},
        {"capture_fps": 0},
        {"capture_fps": float("nan")},
        {"leg": "third"},
        {"view": "above"},
        {"done_at": "yesterday"},
        {"done_at": 5},
        {"plan": {"reps": -1}},
        {"plan": {"reps": True}},
        {"plan": {"hold_s": float("nan")}},
        {"plan": {"ball": "yes"}},
        {"plan": {"sex": "x"}},
        {"origin": "elsewhere"},
    ],
)
def test_what_cannot_have_been_said_is_refused(document: object) -> None:
    with pytest.raises(RecordsError):
        Wishes.from_document(document)


def test_a_wish_left_out_was_not_said() -> None:
    assert Wishes.from_document({}) == Wishes()
    assert replace(Wishes(), keep_video=False).document()["keep_video"] is False
