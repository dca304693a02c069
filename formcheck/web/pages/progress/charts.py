"""Measures over months: each day's value with its interval, and the band in which it is not a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
from markupsafe import Markup

from formcheck.history.progress import DaySymmetry, Trend
from formcheck.kinematics.estimate import Estimate
from formcheck.report.svg_marks import PlotArea, text
from formcheck.report.words import direction_of, estimate_text, label_of, sentence_case, value_text
from formcheck.web.pages.progress.time_axis import day_range, draw_day_axis
from formcheck.web.shared.comparison_words import difference_text, limit_text, verdict_words
from formcheck.web.shared.plot_parts import (
    MARGINS,
    Size,
    as_markup,
    both_sizes,
    draw_band,
    draw_line,
    draw_mark,
    draw_value_axis,
    draw_whisker,
    drawing,
    value_range,
)

_LEAST_RANGE: Final = {"s": 2.0}
_LEAST_RANGE_ELSE: Final = 10.0
"""Degrees or percent: less would make mountains of noise."""
_DAY: Final = "%d %B %Y"


def trend_html(trend: Trend) -> Markup:
    """Return the chart of a measure with its verdict since the start."""
    name = sentence_case(label_of(trend.measure)) + (f", {trend.leg}" if trend.leg in {"left", "right"} else "")
    if trend.step_height_cm is not None:
        name += f", {trend.step_height_cm:g} cm step"
    first, last = trend.days[0], trend.days[-1]
    values = f"{estimate_text(trend.measure, first.value.estimate)} on {_day(first.day)}"
    if trend.change is None:
        verdict = Markup('<span class="fc-word">One day so far</span>: {}').format(values)
    else:
        said = verdict_words(trend.change.verdict)
        verdict = Markup(
            '<span class="fc-word {}"><span aria-hidden="true">{}</span> {}</span> since the start: {}, {} on {} ({})'
            '<span class="fc-quiet">{} {}</span>'
        ).format(
            said.style,
            said.sign,
            said.words,
            values,
            estimate_text(trend.measure, last.value.estimate),
            _day(last.day),
            difference_text(trend.measure, trend.change),
            direction_of(trend.measure),
            limit_text(trend.measure, trend.change),
        )
    svg = both_sizes(lambda size: draw_trend(trend, size, f"{name} over time"))
    return Markup("<figure><figcaption><strong>{}</strong><br>{}</figcaption>{}</figure>").format(name, verdict, svg)


def draw_trend(trend: Trend, size: Size, label: str) -> Markup:
    """Draw a value a day with its 95 % interval, and the limit around the first day's value."""
    points = [(each.day.toordinal(), each.value.estimate, _day(each.day)) for each in trend.days]
    limit = None if trend.limit is None else (points[0][1].value, trend.limit)
    return _draw(trend.measure, points, limit, size, label)


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
    ).format(name, said, _day(last.day), estimate_text(measure, last.difference), index, held)
    points = [(each.day.toordinal(), each.difference, _day(each.day)) for each in days]
    svg = both_sizes(lambda size: _draw(measure, points, (0.0, last.limit.value), size, f"{name}, over time"))
    return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(caption, svg)


def _draw(
    measure: str,
    points: Sequence[tuple[int, Estimate, str]],
    limit: tuple[float, float] | None,
    size: Size,
    label: str,
) -> Markup:
    """Draw points with whiskers joined by a line; `limit` is the middle and the half-width of the band."""
    svg = drawing(size, label)
    seen = [edge for _, each, _ in points for edge in _interval(each)]
    seen += [] if limit is None else [limit[0] - limit[1], limit[0] + limit[1]]
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
        draw_band(svg, area, "limit", ends, np.full(2, limit[0] - limit[1]), np.full(2, limit[0] + limit[1]))
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
        draw_whisker(svg, area, day, each.value, each.error)
        draw_mark(svg, area, "full", day, each.value, f"{said}: {estimate_text(measure, each)}")
    return as_markup(svg)


def _interval(each: Estimate) -> tuple[float, float]:
    error = each.error if math.isfinite(each.error) else 0.0
    return each.value - error, each.value + error


def _day(day: date) -> str:
    return f"{day:{_DAY}}".lstrip("0")


def _date(ordinal: int) -> date:
    return date.fromordinal(ordinal)
