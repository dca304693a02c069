"""Layer: reminders as a calendar file, held to RFC 5545 line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from formcheck.programme.plan import WEEK, Item, Phase, Weekday
from formcheck.programme.reminders import Reminder, calendar_file, escaped, folded, reminders_of

PHASE = Phase(
    title="One",
    items=(
        Item(exercise="ball-squeeze", times_a_day=2),
        Item(exercise="clamshell", days=(Weekday.MON, Weekday.FRI)),
    ),
)


def made(*reminders: Reminder, first: date = date(2026, 3, 4)) -> str:
    content = calendar_file(reminders, uid="abc", first=first, made_at=datetime(2026, 3, 4, 10, tzinfo=UTC), sequence=3)
    return content.decode("utf-8")


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_each_session_of_a_day_has_its_time_and_its_days() -> None:
    morning, evening = reminders_of(PHASE, (time(7, 30), time(19, 0)))
    assert morning == Reminder(time(7, 30), WEEK)
    assert evening == Reminder(time(19, 0), WEEK)
    weekdays = Phase(title="One", items=(Item(exercise="clamshell", days=(Weekday.FRI, Weekday.MON)),))
    assert reminders_of(weekdays) == (Reminder(time(8, 0), (Weekday.MON, Weekday.FRI)),)


def test_a_file_is_one_calendar_whose_events_and_alarms_are_whole() -> None:
    text = made(*reminders_of(PHASE))
    lines = unfolded(text)
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    for part in ("VEVENT", "VALARM"):
        assert lines.count(f"BEGIN:{part}") == lines.count(f"END:{part}") == 2
    assert len({line for line in lines if line.startswith("UID:")}) == 2
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_an_event_begins_on_one_of_its_days_at_the_persons_own_clock() -> None:
    lines = unfolded(made(Reminder(time(8, 0), (Weekday.MON, Weekday.FRI))))  # made on a Wednesday
    assert "DTSTART:20260306T080000" in lines
    assert "RRULE:FREQ=WEEKLY;UNTIL=20260414T235959;BYDAY=MO,FR" in lines
    assert "DTSTAMP:20260304T100000Z" in lines
    assert "SEQUENCE:3" in lines
    until, begins = date(2026, 4, 14), date(2026, 3, 4)
    assert until - begins == timedelta(weeks=6, days=-1)


def test_nothing_of_anybodys_health_stands_in_it() -> None:
    text = made(*reminders_of(PHASE)).lower()
    assert not any(word in text for word in ("knee", "pain", "squeeze", "clamshell", "leg"))


def test_signs_with_a_meaning_are_escaped() -> None:
    assert escaped("a; b, c\\d\ne\r\nf\rg") == "a\\; b\\, c\\\\d\\ne\\nf\\ng"


def test_long_lines_are_folded_without_cutting_a_letter() -> None:
    line = "SUMMARY:" + "Knie-Übungen für Zoë 🦵 " * 12
    content = folded(line)
    parts = content.split(b"\r\n")
    assert parts[-1] == b""
    assert all(len(part) <= 75 for part in parts)
    assert all(part.startswith(b" ") for part in parts[1:-1])
    for part in parts:
        part.decode("utf-8")
    assert content.replace(b"\r\n ", b"").decode("utf-8") == line + "\r\n"
    assert folded("A" * 75) == b"A" * 75 + b"\r\n"
    assert folded("A" * 76) == b"A" * 75 + b"\r\n A\r\n"
