"""How a programme goes: what is due today, how the weeks went, whether the gate to the next phase is open.

Nothing here blames: a day on which nothing was done is a day, not a miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from formcheck.history.sessions import sessions_of
from formcheck.history.summary import SetSummary
from formcheck.programme.plan import EACH, WEEK, Item, Phase, Programme

FORM_UNSEEN: Final = "no camera judges the form of an exercise of this phase, so a clinician has to look at it"
"""Of a phase of guided exercises alone whose gate asks for form."""
LAST_DAYS: Final = 3
"""The gate looks at pain and form on so many days of exercising, the last ones. An engineering default."""
_ASKED_FOR: Final = timedelta(days=7)
"""So long after a day it is still asked how the knee was on the next morning."""


class How(StrEnum):
    """How it is known that something was done."""

    MEASURED = "measured"
    GUIDED = "guided"
    """Led through by the clock, without a camera."""
    TOLD = "told"


@dataclass(frozen=True)
class Done:
    """One exercise that was done."""

    at: datetime
    """With time zone."""
    exercise: str
    leg: str | None
    """`left`, `right`, `each` for both in turn; None for both at once, or where nobody said."""
    sets: int
    """Whole ones; on each leg where both took turns."""
    how: How
    reps: tuple[int, ...] = ()
    """Of each set as told; empty for what was measured, where the set has them."""
    id: str = ""
    """Of the records: of the set where it was measured."""
    version: str | None = None
    """Id of the version of the programme that was in force."""
    pain_before: int | None = None
    pain_during: int | None = None
    pain_after: int | None = None
    pain_next_morning: int | None = None
    """0 to 10 each."""
    safe_share: float | None = None
    """Of a measured set: share of its reps without a fault that concerns safety."""

    def day(self, zone: tzinfo | None = None) -> date:
        """Return the day on which it was done, where the person lives; None for the zone of `at`."""
        return _day(self.at, zone)

    @property
    def worst_pain(self) -> int | None:
        """The worst of during, after and the next morning; None where nobody answered."""
        answers = (self.pain_during, self.pain_after, self.pain_next_morning)
        return max((each for each in answers if each is not None), default=None)


@dataclass(frozen=True)
class Version:
    """A programme as it was in force for some time, at one of its phases."""

    id: str
    number: int
    """From 1."""
    programme: Programme
    phase_index: int
    from_at: datetime
    until_at: datetime | None
    """None while it is in force."""

    @property
    def phase(self) -> Phase:
        """The phase that the person is in."""
        return self.programme.phases[self.phase_index]

    @property
    def is_last_phase(self) -> bool:
        """Whether no phase follows."""
        return self.phase_index + 1 >= len(self.programme.phases)


@dataclass(frozen=True)
class ItemDue:
    """How an item of the phase stands today."""

    item: Item
    done_sets: int
    """Today."""
    planned: int
    """Sessions for today; 0 on a day that is free of it."""

    @property
    def sessions(self) -> int:
        """Whole sessions that were done today."""
        return self.done_sets // self.item.sets

    @property
    def is_due(self) -> bool:
        """Whether something of it is left to do today."""
        return self.done_sets < self.planned * self.item.sets

    @property
    def sets_left(self) -> int:
        """Sets of the session that is due now."""
        return self.item.sets - self.done_sets % self.item.sets if self.is_due else 0


def due_today(phase: Phase, done: Iterable[Done], today: date, zone: tzinfo | None = None) -> tuple[ItemDue, ...]:
    """Return how every item of a phase stands today, in its order.

    Parameters
    ----------
    phase
        That the person is in.
    done
        What they did, of any day.
    today
        The day where the person lives.
    zone
        Where they live; None for the zones of the moments themselves.
    """
    of_today = [each for each in done if each.day(zone) == today]
    return tuple(ItemDue(item, sets_of(item, of_today), planned_on(item, today)) for item in phase.items)


@dataclass(frozen=True)
class PlanDue:
    """How a single plan, of no programme, stands today."""

    done: int
    """Sessions that were begun today."""
    planned: int | None
    """Sessions for today; None where the plan does not say how often."""
    next_day: date | None = None
    """When the next session is due, where none is today."""

    @property
    def is_due(self) -> bool:
        """Whether there is something left to do today."""
        return self.planned is not None and self.done < self.planned


def plan_due_today(
    sets: Iterable[SetSummary], sessions_a_day: float | None, today: date, zone: tzinfo | None = None
) -> PlanDue:
    """Return how a single plan stands today.

    Parameters
    ----------
    sets
        Those that count for the plan: of its exercise and leg.
    sessions_a_day
        As it is prescribed; 0.5 for every other day, None where it was not said.
    today
        The day where the person lives.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    days = [session.day(zone) for session in sessions_of(sets)]
    done = days.count(today)
    if sessions_a_day is None:
        return PlanDue(done, None)
    if sessions_a_day <= 0:
        return PlanDue(done, 0)
    if sessions_a_day >= 1:
        return PlanDue(done, round(sessions_a_day))
    earlier = [day for day in days if day < today]
    next_day = max(earlier) + timedelta(days=round(1 / sessions_a_day)) if earlier else today
    return PlanDue(done, 1) if next_day <= today else PlanDue(done, 0, next_day)


def planned_on(item: Item, day: date) -> int:
    """Return how many sessions of an item a day has."""
    return item.times_a_day if WEEK[day.weekday()] in item.days else 0


def sets_of(item: Item, done: Iterable[Done]) -> int:
    """Return how many whole sets of an item were done; where legs take turns, those that both did."""
    counted = {"left": 0, "right": 0, None: 0}
    for each in done:
        if each.exercise != item.exercise:
            continue
        if each.leg in ("left", "right"):
            counted[each.leg] += each.sets
        else:
            counted[None] += each.sets
    if item.leg == EACH:
        return counted[None] + min(counted["left"], counted["right"])
    if item.leg is None:
        return sum(counted.values())
    return counted[item.leg] + counted[None]


class DayState(StrEnum):
    """What a day of the calendar shows."""

    DONE = "done"
    """All that was planned, or something on a free day."""
    SOME = "some"
    OPEN = "open"
    """Planned and nothing done, before today."""
    TODAY = "today"
    """Planned for today and nothing done so far."""
    TO_COME = "to come"
    FREE = "free"
    OUTSIDE = "outside"
    """Before the programme."""


@dataclass(frozen=True)
class CalendarDay:
    """One day of the calendar."""

    day: date
    planned: int
    """Sessions of items."""
    done: int
    """Whole sessions of items of the programme."""
    state: DayState


def weeks(
    versions: Sequence[Version], done: Sequence[Done], today: date, zone: tzinfo | None = None, *, most: int = 6
) -> list[tuple[CalendarDay, ...]]:
    """Return the weeks from the programme's first up to this one, Monday to Sunday each, the oldest first.

    Parameters
    ----------
    versions
        All that the person has and had.
    done
        What they did.
    today, zone
        See `due_today`.
    most
        Weeks at most: the last ones.
    """
    if not versions:
        return []
    monday = _monday(today)
    begun = min(_day(each.from_at, zone) for each in versions)
    first = max(_monday(begun), monday - timedelta(weeks=most - 1))
    by_day: dict[date, list[Done]] = {}
    for each in done:
        by_day.setdefault(each.day(zone), []).append(each)
    count = (monday - first).days // 7 + 1
    days = [first + timedelta(days=i) for i in range(7 * count)]
    shown = [_calendar_day(each, versions, by_day.get(each, []), today, zone) for each in days]
    return [tuple(shown[i : i + 7]) for i in range(0, len(shown), 7)]


def _calendar_day(
    day: date, versions: Sequence[Version], done: Sequence[Done], today: date, zone: tzinfo | None
) -> CalendarDay:
    version = version_on(versions, day, zone)
    items = () if version is None else version.phase.items
    planned = sum(planned_on(item, day) for item in items)
    sessions = sum(min(sets_of(item, done) // item.sets, planned_on(item, day) or 1) for item in items)
    return CalendarDay(day, planned, sessions, _state(day, planned, sessions, bool(done), today, version is not None))


def _state(day: date, planned: int, sessions: int, any_done: bool, today: date, within: bool) -> DayState:
    if any_done:
        return DayState.DONE if sessions >= planned else DayState.SOME
    if not within:
        return DayState.OUTSIDE
    if not planned:
        return DayState.FREE
    if day == today:
        return DayState.TODAY
    return DayState.OPEN if day < today else DayState.TO_COME


def version_on(versions: Sequence[Version], day: date, zone: tzinfo | None = None) -> Version | None:
    """Return the version that was in force at the end of a day, or is to be on one to come; None where none was."""
    fitting = [
        each
        for each in versions
        if _day(each.from_at, zone) <= day and (each.until_at is None or _day(each.until_at, zone) > day)
    ]
    return max(fitting, key=lambda each: each.from_at, default=None)


def week_in_words(week: Sequence[CalendarDay], today: date, *, invites: bool = True) -> str:
    """Say how a week goes, without blame: `On 3 of 4 days so far this week.`.

    Parameters
    ----------
    week
        Its days.
    today
        The day that it is now.
    invites
        Whether whoever reads it may exercise now; if not, nothing invites them to.
    """
    past = [each for each in week if each.day <= today]
    planned = sum(1 for each in past if each.planned)
    done = sum(1 for each in past if each.state in (DayState.DONE, DayState.SOME))
    if not planned and not done:
        return "Nothing planned so far this week."
    if not planned:
        return f"You exercised on {_days(done)} this week."
    if done >= planned:
        return f"You exercised on {_days(done)} this week, as planned."
    if done:
        return f"You exercised on {done} of {_days(planned)} so far this week. Each of them counts."
    if not invites:
        return "Not exercised so far this week."
    return "A new week: today is a good day to go on." if planned == 1 else "Start again with today: one day at a time."


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


@dataclass(frozen=True)
class GateLine:
    """One thing that a gate asks."""

    words: str
    met: bool | None
    """None where nobody said, or nothing was measured."""


@dataclass(frozen=True)
class GateState:
    """Whether a gate is open."""

    lines: tuple[GateLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether all that is asked is met; one that asks nothing is a clinician's word, never open by itself."""
        return bool(self.lines) and all(each.met for each in self.lines)


def gate_state(versions: Sequence[Version], done: Sequence[Done], zone: tzinfo | None = None) -> GateState | None:
    """Return how the gate out of the present phase stands; None where there is no programme in force, or no gate.

    Parameters
    ----------
    versions
        All that the person has and had.
    done
        What they did.
    zone
        Where they live.
    """
    current = next((each for each in versions if each.until_at is None), None)
    if current is None or current.phase.gate is None or current.is_last_phase:
        return None
    gate, since = current.phase.gate, phase_began(versions, current)
    within = [
        each for each in done if each.at >= since and any(each.exercise == i.exercise for i in current.phase.items)
    ]
    days = sorted({each.day(zone) for each in within})
    lines = []
    if gate.sessions is not None:
        words = f"{_days(gate.sessions)} of exercising in this phase; so far {len(days)}"
        lines.append(GateLine(words, len(days) >= gate.sessions))
    lately = [each for each in within if each.day(zone) in days[-LAST_DAYS:]]
    if gate.pain is not None:
        lines.append(_pain_line(gate.pain, lately))
    if gate.quality is not None:
        lines.append(_quality_line(gate.quality, current.phase, within))
    return GateState(tuple(lines))


def _pain_line(most: int, lately: Sequence[Done]) -> GateLine:
    answers = [each.worst_pain for each in lately if each.worst_pain is not None]
    asked = f"pain of {most} at most on the last {LAST_DAYS} days of exercising"
    if not answers:
        return GateLine(f"{asked}; nobody said yet", None)
    return GateLine(f"{asked}; the worst was {max(answers)}", max(answers) <= most)


def _quality_line(least: float, phase: Phase, within: Sequence[Done]) -> GateLine:
    """Say how the form is, which measured sets alone can tell."""
    if not any(item.is_judged for item in phase.items):
        return GateLine(f"{least:.0%} of the reps without a fault; {FORM_UNSEEN}", None)
    judged = [each for each in within if each.safe_share is not None]
    last = sorted(judged, key=lambda each: each.at)[-LAST_DAYS:]
    asked = f"{least:.0%} of the reps without a fault in each of the last {LAST_DAYS} measured sets"
    if len(last) < LAST_DAYS:
        unseen = any(each.safe_share is None for each in within)
        others = "; what was done without a camera, or was not judged, does not tell" if unseen else ""
        return GateLine(f"{asked}; {len(last)} measured so far{others}", None)
    worst = min(each.safe_share or 0.0 for each in last)
    return GateLine(f"{asked}; the least was {worst:.0%}", worst >= least)


def phase_began(versions: Sequence[Version], current: Version) -> datetime:
    """Return since when the person is in their phase: a change of the programme within it does not begin it anew."""
    began = current.from_at
    for each in sorted(versions, key=lambda one: one.from_at, reverse=True):
        if each.from_at > began or each.id == current.id:
            continue
        if (each.phase_index, each.programme.title) != (current.phase_index, current.programme.title):
            break
        began = each.from_at
    return began


def morning_to_ask(done: Iterable[Done], today: date, zone: tzinfo | None = None) -> date | None:
    """Return the last day before today on which something was done, if nobody said how the morning after was."""
    earlier = [each for each in done if today - _ASKED_FOR <= each.day(zone) < today]
    last = max((each.day(zone) for each in earlier), default=None)
    if last is None or any(each.pain_next_morning is not None for each in earlier if each.day(zone) == last):
        return None
    return last


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(moment: datetime, zone: tzinfo | None) -> date:
    return (moment if zone is None else moment.astimezone(zone)).date()
