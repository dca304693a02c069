"""Charts over months: each day's value with its interval and the band that is no change; pain; sessions a week."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

from formcheck.exercises.words import counted, estimate_text, label_of, sentence_case, value_text
from formcheck.history.progress import DayPain, DaySymmetry, Trend, change_words
from formcheck.history.sessions import WeekAdherence
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.moments import day_text
from formcheck.report.plot_kit import (
    PlotArea,
    Size,
    as_markup,
    draw_band,
    draw_level,
    draw_line,
    draw_mark,
    draw_value_axis,
    draw_whisker,
    drawing,
    rect,
    rule,
    text,
    value_range,
)
from formcheck.report.words import direction_of
from formcheck.session.pain import COMFORT_LIMIT, HIGHEST, LOWEST, STOP_ABOVE
from formcheck.web.shared.comparison_words import difference_text, limit_text, verdict_mark
from formcheck.web.shared.plot_parts import MARGINS, both_sizes

_KINDS: Final[tuple[tuple[str, str, Callable[[DayPain], int | None]], ...]] = (
    ("full", "worst in the set", lambda each: each.worst),
    ("square two", "an hour later", lambda each: each.plus_60min),
    ("up two", "the next morning", lambda each: each.next_morning),
    ("", "before", lambda each: each.before),
)
_BAR_SHARE: Final = 0.72
"""Of a week's width."""
LIMITS_IN_WORDS: Final = f"comfortable up to {COMFORT_LIMIT}, stop above {STOP_ABOVE}"
"""What the dotted lines of pain are: beside the chart, as any place in it may be one of an answer."""


def pain_html(days: Sequence[DayPain]) -> Markup:
    """Return the chart of pain with its key and the latest answers in words."""
    keys = Markup("").join(Markup("<li>{}<span>{}</span></li>").format(_key(style), name) for style, name, _ in _KINDS)
    keys += Markup('<li class="fc-quiet">{}: {}</li>').format("Dotted lines", LIMITS_IN_WORDS)
    said = pain_in_words(days)
    if len(days) == 1:
        return _in_words("Pain, 0 to 10", said)
    svg = both_sizes(lambda size: draw_pain(days, size))
    return Markup(
        '<figure><figcaption><strong>Pain, 0 to 10</strong><span class="fc-quiet">{}</span></figcaption>'
        '<ul class="fc-keys">{}</ul>{}</figure>'
    ).format(said, keys, svg)


def pain_in_words(days: Sequence[DayPain]) -> str:
    """Say how it hurt the last time somebody was asked."""
    last = days[-1]
    answers = [f"{of(last)} {name}" for _, name, of in _KINDS if of(last) is not None]
    return f"Last answers, on {day_text(last.day)}: {', '.join(answers)}."


def draw_pain(days: Sequence[DayPain], size: Size) -> Markup:
    """Draw the answers of each day; the worst of the sets as a line."""
    svg = drawing(size, "Pain over time, from 0 to 10")
    area = PlotArea(*size, MARGINS, day_range([each.day for each in days]), (LOWEST - 0.4, HIGHEST + 0.4))
    right = area.width - area.margins.right
    for value in (LOWEST, COMFORT_LIMIT, STOP_ABOVE, HIGHEST):
        draw_level(svg, area, value, f"{value}")
    for limit in (COMFORT_LIMIT, STOP_ABOVE):
        rule(svg, "edge", area.margins.left, area.y(limit), right, area.y(limit))
    draw_day_axis(svg, area)
    at = np.array([each.day.toordinal() for each in days], dtype=np.float64)
    worst = np.array([np.nan if each.worst is None else float(each.worst) for each in days])
    draw_line(svg, area, "one", at, worst)
    for each in days:
        for style, name, of in reversed(_KINDS):
            answer = of(each)
            if answer is not None:
                draw_mark(svg, area, style, each.day.toordinal(), answer, f"{day_text(each.day)}, {name}: {answer}")
    return as_markup(svg)


def weeks_html(weeks: Sequence[WeekAdherence]) -> Markup:
    """Return the chart of sessions a week with the share of the plan in words."""
    said = weeks_in_words(weeks)
    if not has_chart(weeks):
        return _in_words("Sessions a week", f"{said}.")
    svg = both_sizes(lambda size: draw_weeks(weeks, size))
    return Markup(
        '<figure><figcaption><strong>Sessions a week</strong><span class="fc-quiet">{}. Dashed: planned.</span>'
        "</figcaption>{}</figure>"
    ).format(said, svg)


def weeks_in_words(weeks: Sequence[WeekAdherence]) -> str:
    """Say how many sessions were done, and the share of the plan that they are."""
    done = sum(each.done for each in weeks)
    planned = sum(each.planned or 0.0 for each in weeks)
    said = f"{counted(done, 'session')} in {counted(len(weeks), 'week')}"
    if not planned:
        return said
    kept = sum(min(float(each.done), each.planned) for each in weeks if each.planned)
    return f"{said}; {round(kept, 1):g} of {round(planned, 1):g} planned were done ({100 * kept / planned:.0f} %)"


def has_chart(weeks: Sequence[WeekAdherence]) -> bool:
    """Return whether more than one week has something to draw: one bar is a sentence."""
    return sum(bool(each.done or each.planned) for each in weeks) > 1


def draw_weeks(weeks: Sequence[WeekAdherence], size: Size) -> Markup:
    """Draw a bar for the sessions of each week, and what was planned as a dashed outline."""
    svg = drawing(size, "Sessions done and planned, week by week")
    first, last = weeks[0].monday.toordinal(), weeks[-1].monday.toordinal() + 7
    most = max(4.0, *(max(float(each.done), each.planned or 0.0) for each in weeks))
    area = PlotArea(*size, MARGINS, (first, last), (0.0, most * 1.08))
    step = max(1, round(most / 6))
    for value in range(0, int(most) + 1, step):
        draw_level(svg, area, value, f"{value}")
    draw_day_axis(svg, area)
    for week in weeks:
        start = week.monday.toordinal() + 7 * (1 - _BAR_SHARE) / 2
        x, width = area.x(start), area.x(start + 7 * _BAR_SHARE) - area.x(start)
        if week.done:
            rect(svg, "bar", x, area.y(week.done), width, area.y(0) - area.y(week.done))
        if week.planned:
            rect(svg, "planned", x, area.y(week.planned), width, area.y(0) - area.y(week.planned))
    return as_markup(svg)


def _key(style: str) -> Markup:
    svg = drawing((24, 14), "")
    del svg.attrib["role"], svg.attrib["aria-label"]
    svg.set("aria-hidden", "true")
    area = PlotArea(24, 14, MARGINS._replace(left=0, right=0, top=0, bottom=0), (0, 1), (0, 1))
    draw_mark(svg, area, style, 0.5, 0.5, "")
    return as_markup(svg)


def shown_weeks(weeks: Sequence[WeekAdherence], most: int) -> Sequence[WeekAdherence]:
    """Return the last weeks, so many at most."""
    newest = weeks[-1].monday if weeks else date.min
    return [each for each in weeks if each.monday > newest - timedelta(weeks=most)] if weeks else weeks


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
    step = next((each for each in _MONTH_STEPS if span // (_DAYS_A_MONTH * each) + 1 <= most), _MONTH_STEPS[-1])
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


_LEAST_RANGE: Final = {"s": 2.0}
_LEAST_RANGE_ELSE: Final = 10.0
"""Degrees or percent: less would make mountains of noise."""


def trend_html(trend: Trend) -> Markup:
    """Return the chart of a measure with its verdict since the start."""
    name = sentence_case(label_of(trend.measure)) + (f", {trend.leg}" if trend.leg in {"left", "right"} else "")
    if trend.step_height_cm is not None:
        name += f", {trend.step_height_cm:g} cm step"
    first, last = trend.days[0], trend.days[-1]
    values = f"{estimate_text(trend.measure, first.value.estimate)} on {day_text(first.day)}"
    if trend.change is None:
        verdict = Markup('<span class="fc-word">One day so far</span>: {}').format(values)
    else:
        said = verdict_mark(trend.change.verdict)
        verdict = Markup(
            '<span class="fc-word {}"><span aria-hidden="true">{}</span> {}</span> Since the start: {}, {} on {} ({})'
            '<span class="fc-quiet">{} {}</span>'
        ).format(
            said.style,
            said.sign,
            change_words(trend),
            values,
            estimate_text(trend.measure, last.value.estimate),
            day_text(last.day),
            difference_text(trend.measure, trend.change),
            direction_of(trend.measure),
            limit_text(trend.measure, trend.change),
        )
    if trend.change is None:
        return _in_words(name, verdict)
    svg = both_sizes(lambda size: draw_trend(trend, size, f"{name} over time"))
    return Markup("<figure><figcaption><strong>{}</strong><br>{}</figcaption>{}</figure>").format(name, verdict, svg)


def _in_words(name: str, said: str) -> Markup:
    """Return one point: a chart of it would be empty."""
    return Markup("<figure><figcaption><strong>{}</strong><br>{}</figcaption></figure>").format(name, said)


def draw_trend(trend: Trend, size: Size, label: str) -> Markup:
    """Draw a value a day with its 95 % interval, and the limit around the first day's value."""
    points = [(each.day.toordinal(), each.value.estimate, day_text(each.day)) for each in trend.days]
    limit = None if trend.limit is None else (points[0][1].value, trend.limit)
    # What has no zero of its own is a time, a count or a size, which is never below none.
    floor = -math.inf if MEASURES[trend.measure].zero else 0.0
    return draw_points(trend.measure, points, limit, size, label, floor)


def symmetry_html(measure: str, days: Sequence[DaySymmetry]) -> Markup:
    """Return the chart of left minus right, with the index of depth where it is known which side has symptoms."""
    name = f"{sentence_case(label_of(measure))}, left minus right"
    last = days[-1]
    said = "Different" if last.is_told else "No detectable difference"
    held = f"Counts past {value_text(measure, last.limit.value)}: {last.limit.why}."
    if abs(last.difference.value) > last.limit.value and not last.is_told:
        held += " A turned camera looks the same, and the knees' place over the feet does not bear it out."
    index = ""
    if last.lsi_pct is not None:
        index = f" Side with symptoms over the other: {last.lsi_pct.value:.0f} ± {last.lsi_pct.error:.0f} %."
    caption = Markup(
        '<strong>{}</strong><br><span class="fc-word">{}</span> on {}: {}.{}<span class="fc-quiet">{}</span>'
    ).format(name, said, day_text(last.day), estimate_text(measure, last.difference), index, held)
    if len(days) == 1:
        return Markup("<figure><figcaption>{}</figcaption></figure>").format(caption)
    points = [(each.day.toordinal(), each.difference, day_text(each.day)) for each in days]
    svg = both_sizes(lambda size: draw_points(measure, points, (0.0, last.limit.value), size, f"{name}, over time"))
    return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(caption, svg)


def draw_points(
    measure: str,
    points: Sequence[tuple[int, Estimate, str]],
    limit: tuple[float, float] | None,
    size: Size,
    label: str,
    floor: float = -math.inf,
) -> Markup:
    """Draw points with whiskers joined by a line; `limit` is the middle and the half-width of the band.

    Nothing is drawn below `floor`: an interval may reach where no value can be.
    """
    svg = drawing(size, label)
    seen = [edge for _, each, _ in points for edge in _interval(each)]
    seen += [] if limit is None else [limit[0] - limit[1], limit[0] + limit[1]]
    seen = [max(floor, each) for each in seen]
    least = _LEAST_RANGE.get(measure.rpartition("_")[2], _LEAST_RANGE_ELSE)
    up = value_range(seen, least)
    if min(seen) >= 0:
        up = max(up[0], 0.0), up[1]
    across = day_range([_date(day) for day, _, _ in points])
    area = PlotArea(*size, MARGINS, across, up)
    draw_value_axis(svg, area, measure)
    draw_day_axis(svg, area)
    if limit is not None:
        ends = np.array(across)
        low = max(floor, limit[0] - limit[1])
        draw_band(svg, area, "limit", ends, np.full(2, low), np.full(2, limit[0] + limit[1]))
        text(
            svg,
            "remark",
            area.width - area.margins.right - 4,
            area.y(limit[0] + limit[1]) - 4,
            "no detectable difference" if limit[0] == 0 else "no detectable change",
            "end",
        )
    days = np.array([day for day, _, _ in points], dtype=np.float64)
    draw_line(svg, area, "one", days, np.array([each.value for _, each, _ in points]))
    for day, each, said in points:
        draw_whisker(svg, area, day, each.value, each.error, floor=floor)
        draw_mark(svg, area, "full", day, each.value, f"{said}: {estimate_text(measure, each)}")
    return as_markup(svg)


def _interval(each: Estimate) -> tuple[float, float]:
    error = each.error if math.isfinite(each.error) else 0.0
    return each.value - error, each.value + error


def _date(ordinal: int) -> date:
    return date.fromordinal(ordinal)
