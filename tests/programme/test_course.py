"""Layer: what is due, how the weeks went, whether a gate is open. Numbers by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formcheck.programme.course import (
    DayState,
    Done,
    How,
    Version,
    due_today,
    gate_state,
    morning_to_ask,
    phase_began,
    sets_of,
    version_on,
    week_in_words,
    weeks,
)
from formcheck.programme.plan import Gate, Item, Phase, Programme, Weekday

MONDAY = date(2026, 3, 2)
SQUEEZE = Item(exercise="ball-squeeze", sets=1, times_a_day=2)
CLAM = Item(exercise="clamshell", leg="each", sets=2, days=(Weekday.MON, Weekday.WED, Weekday.FRI))
SQUAT = Item(exercise="wall-squat", sets=2)
PHASE = Phase(title="One", items=(SQUEEZE, CLAM, SQUAT), gate=Gate(sessions=3, pain=2, quality=0.8))
PROGRAMME = Programme(title="Mine", phases=(PHASE, Phase(title="Two", items=(SQUAT,))))


def at(days: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=days)


def done(exercise: str, days: int, sets: int = 1, leg: str | None = None, hour: int = 9, **more: object) -> Done:
    how = How.MEASURED if exercise == "wall-squat" else How.GUIDED
    return Done(at(days, hour), exercise, leg, sets, how, **more)  # type: ignore[arg-type]


def version(number: int = 1, phase: int = 0, from_day: int = 0, until_day: int | None = None) -> Version:
    until = None if until_day is None else at(until_day, 6)
    return Version(f"v{number}", number, PROGRAMME, phase, at(from_day, 6), until)


def test_what_is_due_counts_sessions_of_whole_sets() -> None:
    squeeze, clam, squat = due_today(PHASE, [done("ball-squeeze", 0), done("wall-squat", 0)], MONDAY, UTC)
    assert (squeeze.planned, squeeze.sessions, squeeze.is_due, squeeze.sets_left) == (2, 1, True, 1)
    assert (clam.planned, clam.sessions, clam.is_due, clam.sets_left) == (1, 0, True, 2)
    assert (squat.sessions, squat.is_due, squat.sets_left) == (0, True, 1)
    all_done = [
        done("ball-squeeze", 0, 2),
        done("clamshell", 0, 2, "each"),
        done("wall-squat", 0),
        done("wall-squat", 0),
    ]
    assert not any(each.is_due for each in due_today(PHASE, all_done, MONDAY, UTC))


def test_a_day_that_is_free_of_an_item_has_nothing_due_of_it() -> None:
    _, clam, _ = due_today(PHASE, [], MONDAY + timedelta(days=1), UTC)
    assert (clam.planned, clam.is_due, clam.sets_left) == (0, False, 0)


def test_the_day_is_that_of_the_person() -> None:
    late = Done(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "ball-squeeze", None, 2, How.TOLD)
    sydney = ZoneInfo("Australia/Sydney")
    assert not due_today(PHASE, [late], MONDAY, UTC)[0].is_due
    assert due_today(PHASE, [late], MONDAY, sydney)[0].is_due
    assert not due_today(PHASE, [late], MONDAY + timedelta(days=1), sydney)[0].is_due


@pytest.mark.parametrize(
    ("leg", "legs", "sets"),
    [
        ("each", ["left", "right", "right"], 1),
        ("each", ["left"], 0),
        ("each", ["each", "left", "right"], 2),
        ("left", ["left", "right", "left"], 2),
        ("left", ["each"], 1),
        (None, ["left", "right", None], 3),
    ],
)
def test_sets_count_for_the_leg_that_did_them(leg: str | None, legs: list[str | None], sets: int) -> None:
    item = Item(exercise="step-down", leg=leg)  # type: ignore[arg-type]
    assert sets_of(item, [done("step-down", 0, leg=each) for each in legs]) == sets


def test_the_calendar_has_whole_weeks_and_says_each_day_as_it_was() -> None:
    whole = [done("ball-squeeze", 2, 2), done("clamshell", 2, 2, "each"), done("wall-squat", 2), done("wall-squat", 2)]
    (week,) = weeks([version(from_day=1)], [done("ball-squeeze", 3), *whole], MONDAY + timedelta(days=5), UTC)
    assert [each.day for each in week] == [MONDAY + timedelta(days=i) for i in range(7)]
    states = ["outside", "open", "done", "some", "open", "today", "to come"]
    assert [each.state.value for each in week] == states
    # Tuesday has no clamshells: twice the ball, once the squat.
    assert [each.planned for each in week] == [0, 3, 4, 3, 4, 3, 3]
    assert [each.done for each in week] == [0, 0, 4, 1, 0, 0, 0]


def test_the_calendar_goes_by_the_version_that_was_in_force() -> None:
    versions = [version(2, 1, from_day=7), version(1, 0, 0, until_day=7)]
    first, second = weeks(versions, [], MONDAY + timedelta(days=13), UTC)
    assert {each.planned for each in first} == {3, 4}
    assert {each.planned for each in second} == {1}
    assert version_on(versions, MONDAY, UTC) == versions[1]
    assert version_on(versions, MONDAY + timedelta(days=7), UTC) == versions[0]
    assert version_on(versions, MONDAY - timedelta(days=1), UTC) is None


def test_many_weeks_are_cut_to_the_last() -> None:
    assert len(weeks([version()], [], MONDAY + timedelta(weeks=20), UTC, most=4)) == 4
    assert weeks([], [], MONDAY) == []


def test_a_week_is_said_without_blame() -> None:
    today = MONDAY + timedelta(days=3)
    (none,) = weeks([version()], [], today, UTC)
    (some,) = weeks([version()], [done("ball-squeeze", 1)], today, UTC)
    (all_days,) = weeks([version()], [done("ball-squeeze", i) for i in range(4)], today, UTC)
    said = [week_in_words(each, today) for each in (none, some, all_days)]
    assert week_in_words(none, today, invites=False) == "Not exercised so far this week."
    assert said == [
        "Start again with today: one day at a time.",
        "You exercised on 1 of 4 days so far this week. Each of them counts.",
        "You exercised on 4 days this week, as planned.",
    ]
    for sentence in said:
        assert not any(word in sentence.lower() for word in ("miss", "fail", "only", "should", "late", "behind"))
    assert some[0].state is DayState.OPEN


def test_a_gate_is_open_when_days_pain_and_form_are_there() -> None:
    versions = [version()]
    good = [
        done("wall-squat", day, safe_share=share, pain_after=1)
        for day, share in ((0, 0.2), (1, 0.9), (2, 0.8), (3, 1.0))
    ]
    state = gate_state(versions, good, UTC)
    assert state is not None
    assert [each.met for each in state.lines] == [True, True, True]
    assert state.is_open
    hurt = [*good[:-1], done("wall-squat", 3, safe_share=1.0, pain_next_morning=4)]
    state = gate_state(versions, hurt, UTC)
    assert state is not None
    assert [each.met for each in state.lines] == [True, False, True]
    assert "the worst was 4" in state.lines[1].words
    early = gate_state(versions, good[:1], UTC)
    assert early is not None
    assert [each.met for each in early.lines] == [False, True, None]
    assert not early.is_open


@pytest.mark.parametrize("exercise", ["clamshell", "sit-to-stand"])
def test_a_gate_that_asks_for_form_says_so_where_no_camera_judges_it(exercise: str) -> None:
    phase = Phase(title="One", items=(Item(exercise=exercise),), gate=Gate(sessions=1, quality=0.8))
    programme = Programme(title="Mine", phases=(phase, Phase(title="Two", items=(SQUAT,))))
    began = replace(version(), programme=programme)
    state = gate_state([began], [done(exercise, day) for day in range(5)], UTC)
    assert state is not None
    assert [each.met for each in state.lines] == [True, None]
    assert "no camera judges the form" in state.lines[1].words
    assert not state.is_open


def test_what_was_done_without_a_camera_does_not_tell_of_form() -> None:
    unseen = replace(done("wall-squat", 1), how=How.TOLD)
    told, seen = (gate_state([version()], [each], UTC) for each in (unseen, done("wall-squat", 0, safe_share=1.0)))
    assert told is not None
    assert seen is not None
    assert "without a camera, or was not judged, does not tell" in told.lines[2].words
    assert "0 measured so far" in told.lines[2].words
    assert "does not tell" not in seen.lines[2].words


def test_what_was_before_the_phase_or_is_of_another_exercise_opens_no_gate() -> None:
    versions = [version(2, 0, from_day=10), version(1, 1, 0, until_day=10)]
    before = [done("wall-squat", day, safe_share=1.0, pain_after=0) for day in range(5)]
    other = [done("bridge", day) for day in range(11, 20)]
    state = gate_state(versions, [*before, *other], UTC)
    assert state is not None
    assert [each.met for each in state.lines] == [False, None, None]


def test_a_change_within_a_phase_does_not_begin_it_anew() -> None:
    versions = [version(3, 0, 9), version(2, 0, 4, 9), version(1, 0, 0, 4)]
    assert phase_began(versions, versions[0]) == versions[2].from_at
    back = [version(3, 0, 9), version(2, 1, 4, 9), version(1, 0, 0, 4)]
    assert phase_began(back, back[0]) == back[0].from_at


def test_there_is_no_gate_out_of_the_last_phase_or_without_a_programme() -> None:
    assert gate_state([version(phase=1)], [], UTC) is None
    assert gate_state([version(until_day=3)], [], UTC) is None


def test_the_morning_after_is_asked_once_and_not_for_ever() -> None:
    today = MONDAY + timedelta(days=4)
    assert morning_to_ask([], today, UTC) is None
    assert morning_to_ask([done("bridge", 4)], today, UTC) is None
    assert morning_to_ask([done("bridge", 1), done("bridge", 2)], today, UTC) == MONDAY + timedelta(days=2)
    assert morning_to_ask([done("bridge", 1), done("bridge", 2, pain_next_morning=0)], today, UTC) is None
    assert morning_to_ask([done("bridge", 0)], MONDAY + timedelta(days=8), UTC) is None
