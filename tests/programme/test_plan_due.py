"""Layer: arithmetic on days. What a plan asks for today, given what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formcheck.history.summary import SetSummary
from formcheck.programme.course import PlanDue, plan_due_today
from tests.history.made_up import summary

TODAY = date(2026, 3, 10)


def done(*days_ago: float) -> list[SetSummary]:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    return [replace(summary(), done_at=noon - timedelta(days=days)) for days in days_ago]


@pytest.mark.parametrize(
    ("sessions_a_day", "days_ago", "due"),
    [
        (1.0, (), PlanDue(0, 1)),
        (1.0, (1,), PlanDue(0, 1)),
        (1.0, (0,), PlanDue(1, 1)),
        # Two sets within the hour are one session.
        (2.0, (0, 0.03), PlanDue(1, 2)),
        (2.0, (0, 0.2), PlanDue(2, 2)),
        (0.5, (), PlanDue(0, 1)),
        (0.5, (1,), PlanDue(0, 0, date(2026, 3, 11))),
        (0.5, (2,), PlanDue(0, 1)),
        (0.5, (2, 0), PlanDue(1, 1)),
        (0.5, (1, 0), PlanDue(1, 0, date(2026, 3, 11))),
        (0.0, (1,), PlanDue(0, 0)),
        (None, (0,), PlanDue(1, None)),
    ],
)
def test_what_is_due(sessions_a_day: float | None, days_ago: tuple[float, ...], due: PlanDue) -> None:
    assert plan_due_today(done(*days_ago), sessions_a_day, TODAY) == due


def test_only_what_is_left_to_do_is_due() -> None:
    assert PlanDue(1, 2).is_due
    assert not PlanDue(2, 2).is_due
    assert not PlanDue(0, 0).is_due
    assert not PlanDue(0, None).is_due


def test_the_day_is_the_persons_own() -> None:
    late = [replace(summary(), done_at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))]
    assert plan_due_today(late, 1.0, TODAY, ZoneInfo("Europe/Berlin")).done == 1
    assert plan_due_today(late, 1.0, TODAY, UTC).done == 0
