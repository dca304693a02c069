"""Layer: moments as they come from outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from formcheck.moments import EARLIEST, LATEST, is_sensible, read_moment


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
