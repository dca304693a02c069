"""Layer: arithmetic on days. What a plan asks for today, given what was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formcheck.history.due import Due, due_today
from formcheck.history.summary import SetSummary

from .made_up import summary

TODAY = date(2026, 3, 10)


def done(*days_ago: float) -> list[SetSummary]:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    return [replace(summary(), done_at=noon - timedelta(days=days)) for days in days_ago]


@pytest.mark.parametrize(
    ("sessions_a_day", "days_ago", "due"),
    [
        (1.0, (), Due(0, 1)),
        (1.0, (1,), Due(0, 1)),
        (1.0, (0,), Due(1, 1)),
        # Two sets within the hour are one session.
        (2.0, (0, 0.03), Due(1, 2)),
        (2.0, (0, 0.2), Due(2, 2)),
        (0.5, (), Due(0, 1)),
        (0.5, (1,), Due(0, 0, date(2026, 3, 11))),
        (0.5, (2,), Due(0, 1)),
        (0.5, (2, 0), Due(1, 1)),
        (0.5, (1, 0), Due(1, 0, date(2026, 3, 11))),
        (0.0, (1,), Due(0, 0)),
        (None, (0,), Due(1, None)),
    ],
)
def test_what_is_due(sessions_a_day: float | None, days_ago: tuple[float, ...], due: Due) -> None:
    assert due_today(done(*days_ago), sessions_a_day, TODAY) == due


def test_only_what_is_left_to_do_is_due() -> None:
    assert Due(1, 2).is_due
    assert not Due(2, 2).is_due
    assert not Due(0, 0).is_due
    assert not Due(0, None).is_due


def test_the_day_is_the_persons_own() -> None:
    late = [replace(summary(), done_at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))]
    assert due_today(late, 1.0, TODAY, ZoneInfo("Europe/Berlin")).done == 1
    assert due_today(late, 1.0, TODAY, UTC).done == 0
