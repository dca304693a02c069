"""Pain over months, and sessions week by week against the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from markupsafe import Markup

from formcheck.history.progress import DayPain
from formcheck.history.sessions import WeekAdherence
from formcheck.report.svg_marks import PlotArea, rect, rule, text
from formcheck.report.words import counted
from formcheck.session.pain import COMFORT_LIMIT, HIGHEST, LOWEST, STOP_ABOVE
from formcheck.web.pages.progress.time_axis import day_range, draw_day_axis
from formcheck.web.shared.plot_parts import (
    MARGINS,
    Size,
    as_markup,
    both_sizes,
    draw_line,
    draw_mark,
    drawing,
)

_KINDS: Final[tuple[tuple[str, str, Callable[[DayPain], int | None]], ...]] = (
    ("full", "worst in the set", lambda each: each.worst),
    ("square two", "an hour later", lambda each: each.plus_60min),
    ("up two", "the next morning", lambda each: each.next_morning),
    ("", "before", lambda each: each.before),
)
_BAR_SHARE: Final = 0.72
"""Of a week's width."""


def pain_html(days: Sequence[DayPain]) -> Markup:
    """Return the chart of pain with its key and the latest answers in words."""
    keys = Markup("").join(Markup("<li>{}<span>{}</span></li>").format(_key(style), name) for style, name, _ in _KINDS)
    last = days[-1]
    answers = [f"{of(last)} {name}" for _, name, of in _KINDS if of(last) is not None]
    said = f"Last answers, on {_day(last.day)}: {', '.join(answers)}."
    svg = both_sizes(lambda size: draw_pain(days, size))
    return Markup(
        '<figure><figcaption><strong>Pain, 0 to 10</strong><span class="fc-quiet">{}</span></figcaption>'
        '<ul class="fc-keys">{}</ul>{}</figure>'
    ).format(said, keys, svg)


def draw_pain(days: Sequence[DayPain], size: Size) -> Markup:
    """Draw the answers of each day; the worst of the sets as a line."""
    svg = drawing(size, "Pain over time, from 0 to 10")
    area = PlotArea(*size, MARGINS, day_range([each.day for each in days]), (LOWEST - 0.4, HIGHEST + 0.4))
    right = area.width - area.margins.right
    for value in range(LOWEST, HIGHEST + 1, 2):
        rule(svg, "grid", area.margins.left, area.y(value), right, area.y(value))
        text(svg, "tick", area.margins.left - 6, area.y(value) + 4, f"{value}", "end")
    for limit, words in ((COMFORT_LIMIT, "comfortable up to 2"), (STOP_ABOVE, "stop above 5")):
        rule(svg, "edge", area.margins.left, area.y(limit), right, area.y(limit))
        text(svg, "remark", right - 4, area.y(limit) - 4, words, "end")
    draw_day_axis(svg, area)
    at = np.array([each.day.toordinal() for each in days], dtype=np.float64)
    worst = np.array([np.nan if each.worst is None else float(each.worst) for each in days])
    draw_line(svg, area, "one", at, worst)
    for each in days:
        for style, name, of in reversed(_KINDS):
            answer = of(each)
            if answer is not None:
                draw_mark(svg, area, style, each.day.toordinal(), answer, f"{_day(each.day)}, {name}: {answer}")
    return as_markup(svg)


def weeks_html(weeks: Sequence[WeekAdherence]) -> Markup:
    """Return the chart of sessions a week with the share of the plan in words."""
    done = sum(each.done for each in weeks)
    planned = sum(each.planned or 0.0 for each in weeks)
    said = f"{counted(done, 'session')} in {counted(len(weeks), 'week')}"
    if planned:
        kept = sum(min(float(each.done), each.planned) for each in weeks if each.planned)
        said += f"; {round(kept, 1):g} of {round(planned, 1):g} planned were done ({100 * kept / planned:.0f} %)"
    svg = both_sizes(lambda size: draw_weeks(weeks, size))
    return Markup(
        '<figure><figcaption><strong>Sessions a week</strong><span class="fc-quiet">{}. Dashed: planned.</span>'
        "</figcaption>{}</figure>"
    ).format(said, svg)


def draw_weeks(weeks: Sequence[WeekAdherence], size: Size) -> Markup:
    """Draw a bar for the sessions of each week, and what was planned as a dashed outline."""
    svg = drawing(size, "Sessions done and planned, week by week")
    first, last = weeks[0].monday.toordinal(), weeks[-1].monday.toordinal() + 7
    most = max(4.0, *(max(float(each.done), each.planned or 0.0) for each in weeks))
    area = PlotArea(*size, MARGINS, (first, last), (0.0, most * 1.08))
    step = max(1, round(most / 6))
    for value in range(0, int(most) + 1, step):
        rule(
            svg,
            "grid zero" if value == 0 else "grid",
            area.margins.left,
            area.y(value),
            area.width - area.margins.right,
            area.y(value),
        )
        text(svg, "tick", area.margins.left - 6, area.y(value) + 4, f"{value}", "end")
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


def _day(day: date) -> str:
    return f"{day:%d %B %Y}".lstrip("0")


def shown_weeks(weeks: Sequence[WeekAdherence], most: int) -> Sequence[WeekAdherence]:
    """Return the last weeks, so many at most."""
    newest = weeks[-1].monday if weeks else date.min
    return [each for each in weeks if each.monday > newest - timedelta(weeks=most)] if weeks else weeks
