"""Sets that were done together as one session, and whether as many sessions were done as were planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from formcheck.history.summary import SetSummary
from formcheck.session.pain import NO_SESSION_FROM

SESSION_H: Final = 2.0
"""Sets that lie closer together were done in one session: nothing was put away between them. An engineering default."""
_SETTLED_WITHIN: Final = 1
"""An hour later and the next morning pain may be this much above what it was before (§3.6)."""


def unsettled_after(
    before: int | None, plus_60min: int | None, next_morning: int | None, swelling: bool | None
) -> tuple[str, ...]:
    """Return what had not settled after a session, in words; empty where all had, or nobody answered.

    Without an answer about pain before the session the most is taken for it with which there may be one: what is past
    that had not settled, whatever it was before.

    Parameters
    ----------
    before, plus_60min, next_morning
        Pain before the session, an hour after it and the next morning, 0 to 10; None for no answer.
    swelling
        Whether the knee swelled.
    """
    usual = (NO_SESSION_FROM - 1 if before is None else before) + _SETTLED_WITHIN
    found = []
    for answer, when in ((plus_60min, "an hour later"), (next_morning, "the next morning")):
        if answer is not None and answer > usual:
            found.append(f"pain {answer} {when}")
    if swelling:
        found.append("swelling")
    return tuple(found)


@dataclass(frozen=True)
class Session:
    """Sets done one after the other, in order of time; at least one."""

    sets: tuple[SetSummary, ...]

    @property
    def began_at(self) -> datetime:
        """When the first set was done."""
        return self.sets[0].done_at

    def day(self, zone: tzinfo | None = None) -> date:
        """Return the day on which it began."""
        return self.sets[0].day(zone)

    @property
    def pain_before(self) -> int | None:
        """Pain before the first set that says so; None for no answer."""
        return next((each.pain.before for each in self.sets if each.pain.before is not None), None)

    @property
    def pain_worst(self) -> int | None:
        """The worst during or just after any set; None for no answer."""
        return _highest(each.pain.worst for each in self.sets)

    @property
    def pain_plus_60min(self) -> int | None:
        """Pain an hour later, the worst answer; None for no answer."""
        return _highest(each.pain.plus_60min for each in self.sets)

    @property
    def pain_next_morning(self) -> int | None:
        """Pain the next morning, the worst answer; None for no answer."""
        return _highest(each.pain.next_morning for each in self.sets)

    @property
    def swelling(self) -> bool | None:
        """Whether the knee swelled; None for no answer."""
        answers = [each.swelling for each in self.sets if each.swelling is not None]
        return any(answers) if answers else None

    @property
    def unsettled(self) -> tuple[str, ...]:
        """What had not settled, in words; see `unsettled_after`."""
        return unsettled_after(self.pain_before, self.pain_plus_60min, self.pain_next_morning, self.swelling)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The answers that a decision about the next level needs and that nobody gave, in words."""
        needed = (
            (self.pain_before, "pain before the session"),
            (self.pain_worst, "pain in the set"),
            (self.pain_plus_60min, "pain an hour later"),
            (self.pain_next_morning, "pain the next morning"),
        )
        return tuple(words for answer, words in needed if answer is None)

    @property
    def reps_done_as_planned(self) -> bool | None:
        """Whether every set with a planned number of reps reached it; None where none had one.

        Reps that were taken out in review are not missing.
        """
        known = [each.result.all_reps_done for each in self.sets if each.result.all_reps_done is not None]
        return all(known) if known else None

    @property
    def answers(self) -> tuple[int, ...]:
        """Every answer about pain of every set."""
        reports = [each.pain for each in self.sets]
        found = [(each.before, each.worst, each.plus_60min, each.next_morning) for each in reports]
        return tuple(answer for each in found for answer in each if answer is not None)


@dataclass(frozen=True)
class PlannedPeriod:
    """How often somebody was to exercise, from one moment to another."""

    from_at: datetime
    """With time zone."""
    until_at: datetime | None
    """None while it is in force."""
    sessions_a_day: float | None
    """0.5 for every other day; None where it was not said."""


@dataclass(frozen=True)
class WeekAdherence:
    """One week."""

    monday: date
    done: int
    """Sessions that were done."""
    planned: float | None
    """Sessions that were planned for the days of this week that are over; None where nothing was planned."""

    @property
    def share(self) -> float | None:
        """Share of the planned sessions that were done, at most 1; None where nothing was planned."""
        return min(1.0, self.done / self.planned) if self.planned else None


def sessions_of(sets: Iterable[SetSummary]) -> tuple[Session, ...]:
    """Gather sets into sessions, in order of time: a set belongs to the session of the set shortly before it."""
    sessions: list[list[SetSummary]] = []
    for each in sorted(sets, key=lambda each: each.done_at):
        if sessions and each.done_at - sessions[-1][-1].done_at <= timedelta(hours=SESSION_H):
            sessions[-1].append(each)
        else:
            sessions.append([each])
    return tuple(Session(tuple(group)) for group in sessions)


def adherence(
    sets: Iterable[SetSummary], periods: Sequence[PlannedPeriod], today: date, zone: tzinfo | None = None
) -> tuple[WeekAdherence, ...]:
    """Count sessions against the plan, week by week.

    Parameters
    ----------
    sets
        Of the exercise that the periods are about.
    periods
        When how many sessions a day were planned. On a day on which the plan changed, the plan of its evening counts.
    today
        What is planned for today counts only as far as it is done: the day is not over.
    zone
        Where the person lives; None for the zones of the times themselves.

    Returns
    -------
    tuple of WeekAdherence
        From the first week with a plan or a session to the present one, none left out.
    """
    done: dict[date, int] = {}
    for session in sessions_of(sets):
        done[session.day(zone)] = done.get(session.day(zone), 0) + 1
    begun = [_local(each.from_at, zone).date() for each in periods if each.sessions_a_day is not None]
    if not done and not begun:
        return ()
    first, last = min([*done, *begun]), max([today, *done])
    weeks: dict[date, tuple[int, float | None]] = {}
    for offset in range((last - _monday(first)).days + 1):
        day = _monday(first) + timedelta(days=offset)
        sessions, planned = weeks.get(_monday(day), (0, None))
        of_day = _planned_on(day, periods, zone)
        if of_day is not None and day >= today:
            of_day = min(of_day, float(done.get(day, 0)))
        if of_day is not None:
            planned = (planned or 0.0) + of_day
        weeks[_monday(day)] = sessions + done.get(day, 0), planned
    return tuple(WeekAdherence(monday, *counts) for monday, counts in weeks.items())


def _planned_on(day: date, periods: Sequence[PlannedPeriod], zone: tzinfo | None) -> float | None:
    """Return the sessions planned for a day by what was in force at its end; None for no plan.

    Of plans for each leg the one with most counts: a session is of both.
    """
    in_force = [
        each
        for each in periods
        if _local(each.from_at, zone).date() <= day
        and (each.until_at is None or _local(each.until_at, zone).date() > day)
    ]
    return max((each.sessions_a_day for each in in_force if each.sessions_a_day is not None), default=None)


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment if zone is None else moment.astimezone(zone)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _highest(answers: Iterable[int | None]) -> int | None:
    return max((each for each in answers if each is not None), default=None)
