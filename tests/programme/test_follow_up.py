"""Layer: pure functions on made-up sets, answers and results: when tests are due, and the way back to sport."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from formcheck.programme.follow_up import Met, reassessment, return_to_activity
from formcheck.programme.story import Answered
from tests.history.made_up import DAY, calm, summary

MONDAY = date(2026, 3, 2)


def test_who_was_never_tested_is_due_at_once() -> None:
    due = reassessment([], MONDAY)
    assert due.last is None
    assert due.is_due(MONDAY)
    assert not due.is_late(MONDAY)


@pytest.mark.parametrize(
    ("weeks", "due", "late"), [(3, False, False), (4, True, False), (6, True, False), (7, True, True)]
)
def test_in_the_first_half_year_it_is_due_every_four_to_six_weeks(weeks: int, due: bool, late: bool) -> None:
    today = MONDAY + timedelta(weeks=weeks)
    found = reassessment([MONDAY], today)
    assert (found.is_due(today), found.is_late(today)) == (due, late)


def test_later_it_is_due_every_three_months() -> None:
    last = MONDAY + timedelta(weeks=26)
    found = reassessment([last, MONDAY], last)
    assert found.last == last
    assert not found.is_due(last + timedelta(weeks=12))
    assert found.is_due(last + timedelta(weeks=13))
    assert found.is_late(last + timedelta(weeks=16))


def test_of_nobody_nothing_is_known() -> None:
    found = return_to_activity([], [], [])
    assert {each.met for each in found} == {Met.UNKNOWN}
    assert all(each.source and each.evidence for each in found)


def test_the_list_goes_by_the_last_answers_sessions_and_sets() -> None:
    sets = [summary(3 * n, exercise="step-down", pain=calm(1), safe=1.0) for n in range(3)]
    told = [
        Answered("pain", "1", DAY, {"usual": 4, "worst": 6}),
        Answered("pain", "1", DAY + timedelta(weeks=5), {"usual": 1, "worst": 2}),
        Answered("return-to-activity", "1", DAY, {"count": 4}),
    ]
    found = {each.key: each.met for each in return_to_activity(sets, told, [])}
    assert found["pain"] is Met.YES
    assert found["calm"] is Met.YES
    assert found["form"] is Met.YES
    assert found["told"] is Met.NO


def test_a_session_that_hurt_and_a_faulty_set_hold_it_up() -> None:
    sets = [summary(3 * n, exercise="step-down", pain=calm(1 if n else 4), safe=0.9) for n in range(3)]
    found = {each.key: each for each in return_to_activity(sets, [], [])}
    assert found["calm"].met is Met.NO
    assert found["calm"].evidence == "Worst answer in the last 3: 4."
    assert found["form"].met is Met.NO
    assert "90 % of reps" in found["form"].evidence
