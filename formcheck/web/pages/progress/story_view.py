"""The story on the page: what it comes to, what became of each thing, charts of scores and tests, and the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import streamlit as st
from markupsafe import Markup

from formcheck.design.components import criteria as criteria_list
from formcheck.design.components import verdict
from formcheck.exercises.finding import Level
from formcheck.exercises.words import counted
from formcheck.history.change import Verdict
from formcheck.moments import day_text
from formcheck.programme.follow_up import Criterion, Met, Reassessment, reassessment_source
from formcheck.programme.story import Story, StoryLine, StoryTopic
from formcheck.report.plot_kit import (
    PlotArea,
    Size,
    as_markup,
    draw_band,
    draw_level,
    draw_line,
    draw_mark,
    drawing,
)
from formcheck.web.pages.progress.charts import day_range, draw_day_axis, draw_points
from formcheck.web.shared.addresses import TESTS
from formcheck.web.shared.comparison_words import verdict_mark
from formcheck.web.shared.design import show
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plot_parts import MARGINS, both_sizes, show_plots

_LEVELS: Final = {Met.YES: Level.GOOD, Met.NO: Level.CAUTION, Met.UNKNOWN: Level.NOT_MEASURED}
_TICKS: Final = 5


def verdict_html(story: Story) -> Markup:
    """Return what the story comes to."""
    followed = len(story.lines)
    parts = [
        (len(story.better), "better"),
        (len(story.worse), "worse"),
        (len(story.of(Verdict.CHANGED)), "changed, neither better nor worse"),
        (len(story.unchanged), "no more than measuring or answering again would give"),
        (len(story.untold), "of which no source says how large a change has to be, or that cannot be compared"),
        (len(story.once), "with one day so far"),
    ]
    said = "; ".join(f"{number} {words}" for number, words in parts if number)
    # Of one day only the headline says it already.
    is_told = followed > len(story.once)
    detail = f"Of {counted(followed, 'thing')} followed: {said}." if is_told else ""
    if story.worse:
        return verdict(Level.CAUTION, story.headline, detail, word="mixed" if story.better else "worse")
    if story.better:
        return verdict(Level.GOOD, story.headline, detail, word="better")
    return verdict(Level.NOT_JUDGED, story.headline, detail, word="no change told")


def became_html(story: Story) -> Markup:
    """Return what became of each thing, what changed first; a table on paper and screens, a list on telephones."""
    order = [Verdict.CHANGED_WORSE, Verdict.CHANGED_BETTER, Verdict.CHANGED, Verdict.NO_DETECTABLE_CHANGE]
    ranked = sorted(story.lines, key=lambda line: order.index(line.verdict) if line.verdict in order else len(order))
    rows = Markup("").join(
        Markup('<li class="{}"><span class="fc-word {}">{} {}</span><br>{}{}</li>').format(
            *_marked(line), line.title, line.words, _limit(line)
        )
        for line in ranked
    )
    return Markup('<ul class="fc-verdicts">{}</ul>').format(rows)


def _marked(line: StoryLine) -> tuple[str, str, Markup]:
    if line.verdict is None:
        return "none", "none", Markup('<span aria-hidden="true">·</span>')
    mark = verdict_mark(line.verdict)
    return mark.style, mark.style, Markup('<span aria-hidden="true">{}</span>').format(mark.sign)


def _limit(line: StoryLine) -> Markup:
    if not line.counts_from or len(line.points) == 1:
        return Markup("")
    return Markup('<span class="fc-quiet">Counts {}.</span>').format(
        line.counts_from if line.measure else f"from {line.counts_from}"
    )


def charts_html(lines: Sequence[StoryLine]) -> Markup:
    """Return the charts of lines; one of a single day is a sentence."""
    return Markup('<div class="fc-grid">{}</div>').format(Markup("").join(map(_chart, lines)))


def _chart(line: StoryLine) -> Markup:
    caption = Markup("<strong>{}</strong><br>{}{}").format(line.title, line.words, _limit(line))
    if len(line.points) == 1:
        return Markup("<figure><figcaption>{}</figcaption></figure>").format(caption)
    svg = both_sizes(lambda size: draw_story_line(line, size))
    return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(caption, svg)


def draw_story_line(line: StoryLine, size: Size) -> Markup:
    """Draw a value a day, with its interval where that is known, and the band around the first that is no change."""
    first = line.points[0]
    threshold = None if line.change is None else line.change.threshold
    limit = None if threshold is None or not math.isfinite(threshold.value) else (first.value.value, threshold.value)
    label = f"{line.title} over time"
    if line.measure:
        points = [(each.day.toordinal(), each.value, day_text(each.day)) for each in line.points]
        return draw_points(line.measure, points, limit, size, label)
    return _draw_score(line, limit, size, label)


def _draw_score(line: StoryLine, limit: tuple[float, float] | None, size: Size, label: str) -> Markup:
    least, most = line.reach or (0.0, 1.0)
    spare = 0.04 * (most - least)
    across = day_range([each.day for each in line.points])
    svg = drawing(size, label)
    area = PlotArea(*size, MARGINS, across, (least - spare, most + spare))
    step = max(1.0, (most - least) / _TICKS)
    for n in range(int((most - least) / step) + 1):
        draw_level(svg, area, least + n * step, f"{least + n * step:g}".replace("-", "−"))
    draw_day_axis(svg, area)
    if limit is not None:
        low, high = max(least, limit[0] - limit[1]), min(most, limit[0] + limit[1])
        draw_band(svg, area, "limit", np.array(across), np.full(2, low), np.full(2, high))
    days = np.array([each.day.toordinal() for each in line.points], dtype=np.float64)
    draw_line(svg, area, "one", days, np.array([each.value.value for each in line.points]))
    for each in line.points:
        said = f"{day_text(each.day)}: {each.words}"
        draw_mark(svg, area, "full", each.day.toordinal(), each.value.value, said)
    return as_markup(svg)


def show_story(story: Story, due: Reassessment, today: date, person_id: str) -> None:
    """Show what the story comes to, what became of each thing, and when the next tests are due."""
    show(verdict_html(story))
    st.markdown(due_in_words(due, today), help=reassessment_source())
    page_link(TESTS, "Tests and questionnaires", icon=":material/fact_check:", person=person_id)
    if story.lines:
        st.header("What became of it", anchor=False)
        show_plots(became_html(story))


def due_in_words(due: Reassessment, today: date) -> str:
    """Say when the next tests and questionnaires are due."""
    if due.last is None:
        return "**No test yet.** A first one now is what later ones are held against."
    last = f"Last tested or asked on {day_text(due.last)}."
    if due.is_late(today):
        return f"**Tests and questionnaires are due** since {day_text(due.by_day)}. {last}"
    if due.is_due(today):
        return f"**Tests and questionnaires are due**, best by {day_text(due.by_day)}. {last}"
    return f"Next tests and questionnaires from {day_text(due.from_day)} to {day_text(due.by_day)}. {last}"


def show_chapter(story: Story, *topics: StoryTopic) -> None:
    """Show the charts of questionnaires and tests of some chapters; measures of sets have theirs further down."""
    lines = [line for line in story.lines if line.topic in topics and line.is_asked]
    if lines:
        show_plots(charts_html(lines))


def show_return(criteria: Sequence[Criterion]) -> None:
    """Show the list before the way back to sport."""
    st.header("Return to activity", anchor=False)
    met = sum(each.met is Met.YES for each in criteria)
    rows = [(each.title, each.evidence, _LEVELS[each.met].value, each.met.value, each.source) for each in criteria]
    detail = "A clinician decides; the list says what is known."
    show(criteria_list(f"{met} of {len(criteria)} hold today", rows, detail))
