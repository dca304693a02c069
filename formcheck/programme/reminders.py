"""Reminders as a calendar file (RFC 5545): one repeating event for each time of the day, in the calendar's own clock.

Nothing of a person's health stands in it: calendars are shared, and shown on locked screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from formcheck.programme.plan import WEEK, Phase, Weekday

REMINDED_WEEKS: Final = 6
"""Then it is time to look at the programme again (the article on reassessment says every few weeks)."""
USUAL_TIMES: Final = (time(8, 0), time(18, 0), time(13, 0), time(10, 30), time(15, 30), time(20, 0))
"""Of the first, second and so on session of a day."""
_LINE_BYTES: Final = 75
_MINUTES: Final = 20


@dataclass(frozen=True)
class Reminder:
    """A time of the day, and the days that have it."""

    at: time
    days: tuple[Weekday, ...]


def reminders_of(phase: Phase, times: Sequence[time] = USUAL_TIMES) -> tuple[Reminder, ...]:
    """Return when to be reminded of a phase: the first time on each day with an exercise, the next where it has more.

    Parameters
    ----------
    phase
        With its items.
    times
        Of the first, second and so on session of a day, as many as the phase needs.
    """
    most = max(item.times_a_day for item in phase.items)
    found = []
    for i, at in enumerate(times[:most]):
        days = tuple(day for day in WEEK if any(day in item.days and item.times_a_day > i for item in phase.items))
        if days:
            found.append(Reminder(at, days))
    return tuple(sorted(found, key=lambda each: each.at))


def calendar_file(
    reminders: Iterable[Reminder],
    *,
    uid: str,
    first: date,
    made_at: datetime,
    sequence: int,
    weeks: int = REMINDED_WEEKS,
) -> bytes:
    """Write reminders as a calendar file.

    Parameters
    ----------
    reminders
        What to be reminded of.
    uid
        That of the person's programme: a file that is made again later replaces what a calendar took from this one.
    first
        The first day.
    made_at
        Now, with time zone.
    sequence
        Counts the changes of the programme.
    weeks
        For how long.

    Returns
    -------
    bytes
        UTF-8, lines of at most 75 bytes that end in CRLF.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//formcheck//programme//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for i, reminder in enumerate(reminders):
        lines += _event(reminder, f"{uid}-{i}@formcheck", first, made_at, sequence, weeks)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def _event(reminder: Reminder, uid: str, first: date, made_at: datetime, sequence: int, weeks: int) -> list[str]:
    # An event begins on one of its own days, or calendars show it once too often.
    begins = next(day for day in (first + timedelta(days=i) for i in range(7)) if WEEK[day.weekday()] in reminder.days)
    until = first + timedelta(weeks=weeks, days=-1)
    by_day = ",".join(day.value[:2].upper() for day in WEEK if day in reminder.days)
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(uid)}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{_local(begins, reminder.at)}",
        f"DURATION:PT{_MINUTES}M",
        f"RRULE:FREQ=WEEKLY;UNTIL={_local(until, time(23, 59, 59))};BYDAY={by_day}",
        f"SUMMARY:{escaped('Your exercises')}",
        f"DESCRIPTION:{escaped('Open formcheck, then Today: it shows what is due, and leads you through it.')}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escaped('Your exercises')}",
        "TRIGGER:PT0M",
        "END:VALARM",
        "END:VEVENT",
    ]


def _local(day: date, at: time) -> str:
    """Write a moment without a time zone: eight in the morning wherever the person is."""
    return f"{datetime.combine(day, at):%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """Return a text as a value (RFC 5545, 3.3.11): with signs that have a meaning there, and line breaks, escaped."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def folded(line: str) -> bytes:
    """Return a line with its end, folded so that none is longer than 75 bytes (3.1), no character cut in two."""
    parts: list[bytes] = [b""]
    for sign in line:
        encoded = sign.encode("utf-8")
        room = _LINE_BYTES if len(parts) == 1 else _LINE_BYTES - 1  # the blank that goes before counts
        if len(parts[-1]) + len(encoded) > room:
            parts.append(b"")
        parts[-1] += encoded
    return b"\r\n ".join(parts) + b"\r\n"
