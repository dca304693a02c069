"""Layer: moments as they come from outside, and as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import formcheck
from formcheck.moments import EARLIEST, LATEST, day_text, is_sensible, read_moment, short_day_text, time_text


def test_a_moment_is_read_as_utc() -> None:
    assert read_moment("2026-03-01T09:30:00+14:00") == datetime(2026, 2, 28, 19, 30, tzinfo=UTC)
    assert read_moment("2026-03-01T09:30:00") == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59",
        "1899-12-31T23:59:59",
        "2200-01-02T00:00:00",
        "yesterday",
        "",
    ],
)
def test_what_no_calendar_of_ours_shows_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says; nothing else may come
        read_moment(text)


def test_a_zone_can_be_asked_for() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        read_moment("2026-03-01T09:30:00", zone_needed=True)


def test_every_sensible_moment_can_be_shown_everywhere() -> None:
    for moment in (EARLIEST, LATEST):
        assert is_sensible(moment)
        for zone in (timezone(timedelta(hours=14)), timezone(timedelta(hours=-12)), ZoneInfo("Pacific/Kiritimati")):
            assert f"{moment.astimezone(zone):%Y}"


def test_a_day_and_a_moment_are_written_in_one_form() -> None:
    moment = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
    assert (day_text(moment), short_day_text(moment)) == ("3 March 2026", "3 Mar 2026")
    assert time_text(moment) == "3 March 2026, 09:05"


@pytest.mark.parametrize("package", ["history", "intake", "records", "web"])
def test_nobody_writes_a_date_in_a_form_of_their_own(package: str) -> None:
    named_months = re.compile(r"%[bB]")
    for file in (Path(formcheck.__file__).parent / package).rglob("*.py"):
        # The ticks of a chart have no room for the year.
        text = file.read_text(encoding="utf-8").replace("{day.day} {day:%b}", "")
        assert named_months.search(text) is None, f"{file.name}: use formcheck.moments"
