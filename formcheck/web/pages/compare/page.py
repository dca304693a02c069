"""*Compare*: two sets of a person side by side, or left and right, with differences told from measurement error."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import numpy as np
import streamlit as st
from markupsafe import Markup

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError, VideoError
from formcheck.exercises.words import counted, estimate_text, label_of, sentence_case, value_text
from formcheck.history.alignment import PHASES, PhaseCurves
from formcheck.history.change import Verdict
from formcheck.history.comparison import (
    Comparison,
    ComparisonRow,
    CurvePair,
    DatedSet,
    Kind,
    compare_legs,
    compare_sets,
)
from formcheck.kinematics.measures.record import CheckView
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.moments import short_day_text, time_text
from formcheck.records.access import Actor
from formcheck.records.people import list_people
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row, video_of
from formcheck.report.keyframes import KeyFrame, as_key_frame, key_moments
from formcheck.report.overlay import Overlay
from formcheck.report.plot_kit import (
    PlotArea,
    Size,
    as_markup,
    draw_band,
    draw_line,
    draw_value_axis,
    drawing,
    rule,
    text,
    value_range,
)
from formcheck.report.safety import SMALL_CHANGES
from formcheck.report.words import direction_of
from formcheck.session.assessment import Assessment
from formcheck.video.keyframes import frames_at
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.downloads.links import comparison_link
from formcheck.web.pages.compare.choosing import Chosen, choose_person, choose_sets
from formcheck.web.pages.compare.side_by_side import show_side_by_side
from formcheck.web.shared.addresses import PEOPLE, REVIEW, VIDEOS
from formcheck.web.shared.comparison_words import (
    difference_text,
    headline,
    limit_in_brief,
    row_name,
    shared_words,
    verdict_in_brief,
    verdict_mark,
)
from formcheck.web.shared.dates import viewer_zone
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.opened_set import OpenedSet, open_set
from formcheck.web.shared.paper import ask_paper
from formcheck.web.shared.plot_parts import MARGINS, both_sizes, show_plots

_LEAST_RANGE: Final = 10.0
"""Degrees or percent: less would make mountains of noise."""
_BOTTOM: Final = (1.0, 2.0)


def curves_html(pairs: tuple[CurvePair, ...], names: tuple[str, str], kind: Kind) -> Markup:
    """Return all curves with their key.

    Parameters
    ----------
    pairs
        What to draw.
    names
        What the first and the second are called.
    kind
        What is compared with what.
    """
    figures = Markup("").join(_figure(pair, names) for pair in pairs)
    return Markup('{}<div class="fc-grid">{}</div>').format(_keys(names, kind), figures)


def _keys(names: tuple[str, str], kind: Kind) -> Markup:
    what = "change" if kind is Kind.BEFORE_AFTER else "difference"
    line = '<svg viewBox="0 0 42 12" aria-hidden="true"><path class="line {}" d="M1 6H41"/></svg>'
    box = '<svg viewBox="0 0 42 12" aria-hidden="true"><rect class="{}" x="1" y="0" width="40" height="12"/></svg>'
    entries = [
        (Markup(line).format("one"), names[0]),
        (Markup(line).format("two"), names[1]),
        (Markup(box).format("spread one"), "spread of the reps (one standard deviation)"),
        (Markup(box).format("limit"), f"at the bottom: closer to the first than this is no detectable {what}"),
    ]
    items = Markup("").join(Markup("<li>{}<span>{}</span></li>").format(*entry) for entry in entries)
    return Markup('<ul class="fc-keys">{}</ul>').format(items)


def _figure(pair: CurvePair, names: tuple[str, str]) -> Markup:
    title = sentence_case(label_of(pair.measure)) + (f", {pair.leg}" if pair.leg in {"left", "right"} else "")
    label = f"{title}: {names[0]} and {names[1]} over descent, bottom and ascent"
    svg = both_sizes(lambda size: draw_pair(pair, size, label))
    counts = [counted(len(curves.reps), "rep") for curves in (pair.first, pair.second)]
    reps = f"{sentence_case(names[0])}: {counts[0]}, {names[1]}: {counts[1]}."
    return Markup(
        '<figure><figcaption><strong>{}</strong> <span class="fc-quiet">{} {}</span></figcaption>{}</figure>'
    ).format(title, direction_of(pair.measure), reps, svg)


def draw_pair(pair: CurvePair, size: Size, label: str) -> Markup:
    """Draw the mean curve of each set with the spread of its reps, and the limit around the first at the bottom.

    Parameters
    ----------
    pair
        What to draw.
    size
        Of the drawing.
    label
        What it shows, in words.
    """
    svg = drawing(size, label)
    position = pair.first.position
    at_bottom = (position >= _BOTTOM[0]) & (position <= _BOTTOM[1])
    limit = np.where(at_bottom, pair.limit if pair.limit is not None else np.nan, np.nan)
    first, second = pair.first.mean, pair.second.mean
    seen = [first - limit, first + limit]
    for curves in (pair.first, pair.second):
        seen += [curves.mean, curves.mean - curves.spread, curves.mean + curves.spread]
    up = value_range(np.concatenate(seen).tolist(), _LEAST_RANGE)
    area = PlotArea(*size, MARGINS, (0.0, float(len(PHASES))), up)
    draw_value_axis(svg, area, pair.measure)
    _draw_phases(svg, area)
    draw_band(svg, area, "limit", position, first - limit, first + limit)
    for curves, style in ((pair.first, "one"), (pair.second, "two")):
        _draw_spread(svg, area, curves, style)
    draw_line(svg, area, "one", position, first)
    draw_line(svg, area, "two", position, second)
    if pair.limit is not None:
        text(svg, "remark", area.x(1.5), MARGINS.top - 5, f"limit ± {value_text(pair.measure, pair.limit)}", "middle")
    return as_markup(svg)


def _draw_spread(svg: ElementTree.Element, area: PlotArea, curves: PhaseCurves, style: str) -> None:
    mean, spread = curves.mean, curves.spread
    draw_band(svg, area, f"spread {style}", curves.position, mean - spread, mean + spread)


def _draw_phases(svg: ElementTree.Element, area: PlotArea) -> None:
    bottom = area.height - area.margins.bottom
    for edge in range(len(PHASES) + 1):
        rule(svg, "edge", area.x(edge), area.margins.top, area.x(edge), bottom)
    for i, phase in enumerate(PHASES):
        text(svg, "tick", area.x(i + 0.5), bottom + 17, phase, "middle")
        text(svg, "tick", area.x(i + 0.5), bottom + 33, "0–100 %", "middle")


_KEPT_AS: Final = "compared_key_frames"
_KEPT: Final = 8


def show_frames(records: Records, actor: Actor, sets: tuple[OpenedSet, OpenedSet], names: tuple[str, str]) -> None:
    """Show the key frames side by side; says where there is none."""
    # The legs of one set are in one picture.
    shown = {opened.row.id: (opened, sentence_case(name)) for opened, name in zip(sets, names, strict=True)}
    if len(shown) == 1:
        shown = {sets[0].row.id: (sets[0], "The set")}
    for column, (opened, name) in zip(st.columns(2), shown.values(), strict=False):
        with column:
            try:
                frame = _frame(records, actor, opened)
            except VideoError:  # what it says names a file of the records, which nobody can open
                st.caption(f"{name}: the video that was kept cannot be read, so there is no picture.")
                continue
            except FormcheckError as error:
                st.caption(f"{name}: {error.reason} {error.remedy}")
                continue
            if frame is None:
                st.caption(f"{name}: the video was not kept, or no rep was counted, so there is no picture.")
            else:
                st.image(frame.jpeg, caption=f"{name}: rep {frame.rep} at its deepest, {frame.t_s:.1f} s")


def _frame(records: Records, actor: Actor, opened: OpenedSet) -> KeyFrame | None:
    kept: OrderedDict[tuple[str, int], KeyFrame | None] = st.session_state.setdefault(_KEPT_AS, OrderedDict())
    key = (opened.row.id, opened.row.version)
    if key not in kept:
        with records.reading(actor) as work:
            video = video_of(work, opened.row.id, for_browser=False)
        kept[key] = None if video is None else middle_frame(video, opened.reviewed.current)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return kept[key]


def middle_frame(video: Path, assessment: Assessment) -> KeyFrame | None:
    """Read the key frame of the middle counted rep; None without one.

    Raises
    ------
    VideoError
        If the video cannot be read.
    """
    moments = key_moments(assessment)
    if not moments:
        return None
    moment = moments[len(moments) // 2]
    overlay = Overlay(assessment)
    source = assessment.track.source
    (frame,) = frames_at(video, [moment.t_s], mirrored=source.mirrored, slowed=source.slowed)
    return as_key_frame(moment, frame.t_s, np.asarray(overlay.draw(frame)), overlay)


def verdicts_html(comparison: Comparison, names: tuple[str, str]) -> Markup:
    """Return the verdict in big words: that the two cannot be compared, each change, or that there is none."""
    apart = not_comparable_because(comparison)
    first = _big("Not comparable", apart) if apart else Markup("")
    if comparison.changed:
        cards = Markup("").join(_card(comparison, row, names) for row in _told_once(comparison.changed))
    else:
        cards = Markup("") if apart else _big(*headline(comparison))
    return Markup('<ul class="fc-verdicts">{}{}</ul>').format(first, cards)


def _big(words: str, sentence: str) -> Markup:
    return Markup('<li><span class="fc-verdict">{}</span>{}</li>').format(words, sentence)


def not_comparable_because(comparison: Comparison) -> str:
    """Say why nothing that shows how somebody moved can be compared; empty where something can.

    What can be told from any side, such as tempo, is no comparison of form.
    """
    form = [row for row in comparison.rows if MEASURES[row.measure].view is not CheckView.ANY]
    if not form or any(row.change.verdict is not Verdict.NOT_COMPARABLE for row in form):
        return ""
    reasons = sentence_case(f"{'; '.join(dict.fromkeys(row.change.reason for row in form))}.")
    others = any(row.change.verdict is not Verdict.NOT_COMPARABLE for row in comparison.rows)
    return f"{reasons} Only times are: they stand in the table below." if others else reasons


def _told_once(changed: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    """Leave out a change from stance where the measure itself changed the same way: both say one thing."""
    ways = {(row.measure, row.leg): (row.change.difference or 0.0) > 0 for row in changed}

    def is_told(row: ComparisonRow) -> bool:
        way = ways.get((MEASURES[row.measure].said_by, row.leg))
        return way is not None and way == ((row.change.difference or 0.0) > 0)

    return [row for row in changed if not is_told(row)]


def _card(comparison: Comparison, row: ComparisonRow, names: tuple[str, str]) -> Markup:
    said = verdict_mark(row.change.verdict, comparison.kind)
    return Markup(
        '<li class="{}"><span class="fc-verdict"><span aria-hidden="true">{}</span> {}</span>'
        '<strong>{}</strong><br>{}: {}, {}: {}<span class="fc-quiet">{}. {}</span></li>'
    ).format(
        said.style,
        said.sign,
        row.words,
        row_name(row),
        sentence_case(names[0]),
        estimate_text(row.measure, row.first),
        names[1],
        estimate_text(row.measure, row.second),
        f"Difference {difference_text(row.measure, row.change)}",
        limit_in_brief(row, comparison.rows),
    )


def table_html(comparison: Comparison, names: tuple[str, str]) -> Markup:
    """Return a row for each measure that either set has."""
    heads = ("Measure", *(sentence_case(name) for name in names), "Difference", "Verdict")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in heads)
    rows = Markup("").join(_row(comparison, row, heads) for row in comparison.rows)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, rows)


def under_table(comparison: Comparison) -> tuple[str, ...]:
    """Return what holds for all of the table, said once."""
    return (f"± is half of the 95 % interval. {SMALL_CHANGES}", *shared_words(comparison.rows))


def _row(comparison: Comparison, row: ComparisonRow, heads: tuple[str, ...]) -> Markup:
    said = verdict_mark(row.change.verdict, comparison.kind)
    numbers = (
        estimate_text(row.measure, row.first),
        estimate_text(row.measure, row.second),
        difference_text(row.measure, row.change),
    )
    cells = Markup("").join(
        Markup('<td class="number" data-head="{}">{}</td>').format(name, number)
        for name, number in zip(heads[1:4], numbers, strict=True)
    )
    words = verdict_in_brief(row, comparison.rows)
    verdict = Markup(
        '<td data-head="{}"><span class="fc-word {}"><span aria-hidden="true">{}</span> {}</span>'
        '<span class="fc-quiet">{}</span></td>'
    ).format(heads[4], said.style, said.sign, words, limit_in_brief(row, comparison.rows))
    return Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(row_name(row), cells, verdict)


_LEGS: Final = ("left leg", "right leg")


def page() -> None:
    """Show the page."""
    actor, records = require_clinician(), records_service()
    st.title("Compare", anchor=False)
    try:
        _show(records, actor)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _show(records: Records, actor: Actor) -> None:
    with records.reading(actor) as work:
        people = list_people(work)
    if not people:
        show_empty(Drawing.PEOPLE, "Nobody is here yet", "Sets are kept for each person.", PEOPLE, "Add a person")
        return
    with st.container(border=True, key="compare-choice"):
        person = choose_person(people)
        if person is None:
            show_empty(Drawing.COMPARE, "Whose sets?", "Choose a person above.")
            return
        with records.reading(actor) as work:
            sets = [summary_of_row(row) for row in list_sets(work, person.id)]
        if not sets:
            sentence = "Two sets of one exercise can be compared, or left and right."
            show_empty(Drawing.COMPARE, "No sets are kept yet", sentence, VIDEOS, "Add a video", person=person.id)
            return
        chosen = choose_sets(sets, viewer_zone(), person.id)
    if chosen is not None:
        _compare(records, actor, chosen)


def _compare(records: Records, actor: Actor, chosen: Chosen) -> None:
    first = open_set(records, actor, chosen.first_id)
    second = first if chosen.second_id == chosen.first_id else open_set(records, actor, chosen.second_id)
    comparison = compared(chosen.kind, first, second)
    names = names_of(comparison, viewer_zone())
    show_plots(verdicts_html(comparison, names))
    for note in comparison.notes:
        st.markdown(f":material/info: {note}")
    if first is not second:
        st.header("Side by side", anchor=False)
        show_side_by_side(actor, (first, second), [sentence_case(name) for name in names])
    if comparison.curves:
        st.header("A rep, phase by phase", anchor=False)
        st.caption(
            "Each part of the movement is stretched to the same length, so that slow and fast reps lie on each other. "
            "Lines are the mean of the counted reps."
        )
        show_plots(curves_html(comparison.curves, names, comparison.kind))
    st.header("Every measure", anchor=False)
    show_plots(table_html(comparison, names))
    st.caption("  \n".join(under_table(comparison)))
    st.header("At the deepest point", anchor=False)
    show_frames(records, actor, (first, second), names)
    paper = ask_paper(records, actor)
    address = comparison_link(actor, first.row.id, second.row.id, chosen.kind.name, paper.value)
    st.link_button("Comparison (PDF)", address, icon=":material/download:")
    if first is second:
        page_link(REVIEW, "Review the set", icon=":material/movie:", set=first.row.id)
        return
    for opened, name in zip((first, second), names, strict=True):
        page_link(REVIEW, f"Review the set: {name}", icon=":material/movie:", set=opened.row.id)


def compared(kind: Kind, first: OpenedSet, second: OpenedSet) -> Comparison:
    """Compare two sets that are open, or the legs of one."""
    one, two = (
        DatedSet(each.reviewed.current, each.row.done_at, each.row.name, each.date_is_guessed)
        for each in (first, second)
    )
    if kind is Kind.BEFORE_AFTER:
        return compare_sets(one, two)
    return compare_legs(one, None if first is second else two)


def names_of(comparison: Comparison, zone: tzinfo) -> tuple[str, str]:
    """Return what the two are called on the page: their days, with the time where the day is the same."""
    if comparison.kind is Kind.LEFT_RIGHT:
        return _LEGS
    times = [each.done_at.astimezone(zone) for each in (comparison.first, comparison.second)]
    write = short_day_text if times[0].date() != times[1].date() else time_text
    first, second = (write(time) for time in times)
    return (first, second) if first != second else ("First set", "Second set")
