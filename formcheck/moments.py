"""Moments: those from outside are read here, kept to years that every calendar can show; and how people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""Before anything that formcheck has to do with: recordings, people, plans."""
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""After it. Past the year 9998 a moment cannot be shown in some time zones."""
CLOCKS_DIFFER: Final = timedelta(days=1)
"""What happened somewhere else may lie so far ahead of the clock of this computer."""


def is_sensible(moment: datetime) -> bool:
    """Return whether a moment with a time zone lies between `EARLIEST` and `LATEST`."""
    try:
        return EARLIEST <= moment <= LATEST
    except OverflowError:  # at the ends of the calendar a time zone leads out of it
        return False


def read_moment(text: str, *, zone_needed: bool = False) -> datetime:
    """Read a moment as ISO 8601 writes it; UTC.

    Parameters
    ----------
    text
        From a file, an archive, a browser.
    zone_needed
        Whether one without a time zone is refused; else it is taken for UTC.

    Raises
    ------
    ValueError
        If it is none, or lies before `EARLIEST` or after `LATEST`.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if zone_needed:
            raise ValueError(f"{text} has no time zone")
        moment = moment.replace(tzinfo=UTC)
    if not is_sensible(moment):
        raise ValueError(f"{text} is no date of our time")
    return moment.astimezone(UTC)


def day_text(day: date) -> str:
    """Write a day as it is written everywhere: `3 March 2026`."""
    return f"{day.day} {day:%B} {day.year}"


def short_day_text(day: date) -> str:
    """Write a day in little room: `3 Mar 2026`."""
    return f"{day.day} {day:%b} {day.year}"


def time_text(moment: datetime) -> str:
    """Write day and time, by the moment's own time zone: `3 March 2026, 09:30`."""
    return f"{day_text(moment)}, {moment:%H:%M}"
