"""The axis of days: round dates that fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree

from formcheck.report.svg_marks import PlotArea, rule, text

_PX_PER_TICK: Final = 74
_DAY_STEPS: Final = (1, 2, 7, 14)
_MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120, 600)
_DAYS_A_MONTH: Final = 30
_LEAST_DAYS: Final = 6
_MONTHS: Final = 12


def day_range(days: Sequence[date]) -> tuple[float, float]:
    """Return the first and the last day to show as ordinals, a week at least, with room for the marks."""
    first, last = min(days).toordinal(), max(days).toordinal()
    wanting = max(0, _LEAST_DAYS - (last - first)) / 2
    spare = 0.04 * max(last - first, _LEAST_DAYS)
    return first - wanting - spare, last + wanting + spare


def day_ticks(low: float, high: float, most: int) -> list[date]:
    """Return dates from one ordinal to another: every so many days, Mondays, or firsts of a month.

    Parameters
    ----------
    low, high
        Ordinals of days.
    most
        One more than this at most; at least one.
    """
    first, last = date.fromordinal(int(-(-low // 1))), date.fromordinal(int(high // 1))
    span = (last - first).days
    for step in _DAY_STEPS:
        if span // step + 1 <= most:
            start = first if step < 7 else first + timedelta(days=-first.weekday() % 7)
            return [start + timedelta(days=n) for n in range(0, (last - start).days + 1, step)]
    step = next((each for each in _MONTH_STEPS if span / (_DAYS_A_MONTH * each) + 1 <= most), _MONTH_STEPS[-1])
    found = []
    month = first.year * _MONTHS + first.month - 1
    month += -month % step
    while (day := date(month // _MONTHS, month % _MONTHS + 1, 1)) <= last:
        if day >= first:
            found.append(day)
        month += step
    return found or [first]


def draw_day_axis(svg: ElementTree.Element, area: PlotArea) -> None:
    """Draw ticks with their dates below the plot; the year stands where it begins, and at the first tick."""
    width = area.width - area.margins.left - area.margins.right
    bottom = area.height - area.margins.bottom
    year = None
    for day in day_ticks(*area.across, most=max(2, int(width // _PX_PER_TICK))):
        x = area.x(day.toordinal())
        rule(svg, "grid", x, bottom, x, bottom + 5)
        text(svg, "tick", x, bottom + 18, f"{day.day} {day:%b}", "middle")
        if day.year != year:
            text(svg, "tick", x, bottom + 33, f"{day.year}", "middle")
            year = day.year
