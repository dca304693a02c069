"""How a person's measures went over months: a value a day with its error, and what became of it since the start."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from formcheck.history.change import (
    Apart,
    Change,
    Threshold,
    change_in_words,
    change_of,
    error_of_difference,
    threshold_for,
)
from formcheck.history.good_values import good_bands
from formcheck.history.set_values import LEG_ORDER, SetValue, value_of_reps
from formcheck.history.summary import KEPT, PainReport, SetSummary
from formcheck.history.summary import summary_of as summary_of
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.pose.landmarks import Side

_PER_CENT: Final = 100.0


@dataclass(frozen=True)
class DayValue:
    """A measure on one day."""

    day: date
    value: SetValue
    """Middle value of the day's sets."""
    sets: tuple[SetSummary, ...]


@dataclass(frozen=True)
class Trend:
    """A measure of one leg over time, of one exercise and one height of the step."""

    exercise: str
    measure: str
    leg: str
    """`left`, `right` or `both`."""
    step_height_cm: float | None
    """Steps of other heights are not comparable; None where there is no step or it was not said."""
    days: tuple[DayValue, ...]
    """In order of time; at least one."""
    change: Change | None
    """From the first day to the last; None with one day only."""

    @property
    def limit(self) -> float | None:
        """How far a value must be from the first to be called a change; None with one day only."""
        return None if self.change is None or self.change.threshold is None else self.change.threshold.value


@dataclass(frozen=True)
class DaySymmetry:
    """Left and right on one day."""

    day: date
    difference: Estimate
    """Left minus right, in the unit of the measure."""
    limit: Threshold
    """The difference must be larger than this to be told from none."""
    is_told: bool
    """Whether left and right can be told apart."""
    lsi_pct: Estimate | None
    """Limb symmetry index: 100 times the side with symptoms over the other; None where it is not known which side has
    them, or the measure is not a performance."""


@dataclass(frozen=True)
class DayPain:
    """Pain on one day, the worst answer of each kind; None for no answer."""

    day: date
    before: int | None
    worst: int | None
    """During or just after a set."""
    plus_60min: int | None
    next_morning: int | None


def trends(sets: Iterable[SetSummary], zone: tzinfo | None = None) -> tuple[Trend, ...]:
    """Return every measure that was followed, in the order of `KEPT`, left before right.

    Parameters
    ----------
    sets
        Of one person, in any order.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    ordered = sorted(sets, key=lambda each: each.done_at)
    groups: dict[tuple[str, float | None], list[SetSummary]] = {}
    for each in ordered:
        groups.setdefault((each.result.exercise, each.result.plan.step_height_cm), []).append(each)
    found = [_trend(measure, leg, group, zone) for measure in KEPT for leg in LEG_ORDER for group in groups.values()]
    return tuple(trend for trend in found if trend is not None)


def _trend(measure: str, leg: str, sets: Sequence[SetSummary], zone: tzinfo | None) -> Trend | None:
    days = day_values(sets, measure, leg, zone)
    if not days:
        return None
    result = sets[0].result
    return Trend(result.exercise, measure, leg, result.plan.step_height_cm, days, change_since(days, measure))


def day_values(sets: Iterable[SetSummary], measure: str, leg: str, zone: tzinfo | None = None) -> tuple[DayValue, ...]:
    """Return the middle value of each day on which a measure was measured, in order of time."""
    by_day = _by_day((each for each in sets if each.value(measure, leg) is not None), zone)
    found = []
    for day, group in by_day.items():
        value = _of_day([each.value(measure, leg) for each in group])
        if value is not None:
            found.append(DayValue(day, value, tuple(group)))
    return tuple(found)


def _of_day(values: Sequence[SetValue | None]) -> SetValue | None:
    known = [each for each in values if each is not None]
    return known[0] if len(known) == 1 else value_of_reps([each.estimate for each in known])


def change_since(days: Sequence[DayValue], measure: str) -> Change | None:
    """Return what became of a measure from the first day to the last, by the rule for different days."""
    if len(days) < 2:
        return None
    first, last = days[0], days[-1]
    before, after = first.sets[0].result, last.sets[-1].result
    return change_of(
        measure,
        first.value,
        last.value,
        Apart.DAYS,
        first_bands=good_bands(before.exercise, measure, before.plan),
        second_bands=good_bands(after.exercise, measure, after.plan),
    )


def change_words(trend: Trend) -> str:
    """Say what became of a measure since the start, with its direction and whether it matters; empty for one day."""
    if trend.change is None:
        return ""
    last = trend.days[-1].sets[-1].result
    values = (trend.days[0].value.estimate.value, trend.days[-1].value.estimate.value)
    return change_in_words(trend.measure, trend.change, *values, good_bands(last.exercise, trend.measure, last.plan))


def symmetry(
    sets: Iterable[SetSummary], measure: str, symptoms: Side | None = None, zone: tzinfo | None = None
) -> tuple[DaySymmetry, ...]:
    """Compare left and right on each day on which both were measured (specification §2.3), on steps of one height.

    Parameters
    ----------
    sets
        Of one person and one exercise.
    measure
        With a value for each leg.
    symptoms
        The side with symptoms, for the limb symmetry index of performances; None where it is not known or both are.
    zone
        As in `trends`.
    """
    heights: dict[float | None, list[SetSummary]] = {}
    for each in sorted(sets, key=lambda each: each.done_at):
        heights.setdefault(each.result.plan.step_height_cm, []).append(each)
    found = [day for group in heights.values() for day in _symmetry(group, measure, symptoms, zone)]
    return tuple(sorted(found, key=lambda each: each.day))


def _symmetry(
    ordered: Sequence[SetSummary], measure: str, symptoms: Side | None, zone: tzinfo | None
) -> Iterator[DaySymmetry]:
    """Compare left and right day by day, from steps of one height."""
    left, right = ({each.day: each for each in day_values(ordered, measure, leg, zone)} for leg in LEG_ORDER[:2])
    for day in sorted(set(left) & set(right)):
        one, other = left[day], right[day]
        # One camera saw both legs: what it got wrong in them is not independent, see `error_of_difference`.
        together = [each for each in one.sets if any(each is another for another in other.sets)]
        apart = Apart.LEGS_OF_ONE_SET if together else Apart.LEGS
        a, b = one.value.estimate, other.value.estimate
        difference = Estimate(a.value - b.value, error_of_difference(one.value, other.value, apart))
        limit = threshold_for(measure, one.value, other.value, apart)
        is_told = abs(difference.value) > limit.value and (
            not together or _is_borne_out(measure, difference.value, together, symptoms, zone)
        )
        yield DaySymmetry(day, difference, limit, is_told, _lsi(measure, a, b, symptoms))


def _is_borne_out(
    measure: str, difference: float, sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo | None
) -> bool:
    """Say whether what has to bear a difference out differs the same way: a turned camera changes the angle alone."""
    witness = MEASURES[measure].borne_out_by
    if not witness:
        return True
    places = symmetry(sets, witness, symptoms, zone)
    return any(place.is_told and place.difference.value * difference > 0 for place in places)


def _lsi(measure: str, left: Estimate, right: Estimate, symptoms: Side | None) -> Estimate | None:
    if not MEASURES[measure].performance or symptoms is None:
        return None
    own, other = (left, right) if symptoms is Side.LEFT else (right, left)
    if own.value <= 0 or other.value <= 0:
        return None
    ratio = _PER_CENT * own.value / other.value
    return Estimate(ratio, ratio * math.hypot(own.error / own.value, other.error / other.value))


def pain_days(sets: Iterable[SetSummary], zone: tzinfo | None = None) -> tuple[DayPain, ...]:
    """Return the pain of each day on which there was an answer, in order of time."""
    ordered = sorted(sets, key=lambda each: each.done_at)
    found = []
    for day, group in _by_day(ordered, zone).items():
        pains = [each.pain for each in group]
        answers = (
            _highest(pains, lambda pain: pain.before),
            _highest(pains, lambda pain: pain.worst),
            _highest(pains, lambda pain: pain.plus_60min),
            _highest(pains, lambda pain: pain.next_morning),
        )
        if any(answer is not None for answer in answers):
            found.append(DayPain(day, *answers))
    return tuple(found)


def _highest(pains: Sequence[PainReport], of: Callable[[PainReport], int | None]) -> int | None:
    answers = (of(each) for each in pains)
    return max((each for each in answers if each is not None), default=None)


def _by_day(sets: Iterable[SetSummary], zone: tzinfo | None) -> dict[date, list[SetSummary]]:
    """Gather sets by day, days and sets in the order of the sets."""
    found: dict[date, list[SetSummary]] = {}
    for each in sets:
        found.setdefault(each.day(zone), []).append(each)
    return found
