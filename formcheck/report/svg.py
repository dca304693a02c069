"""Charts of a report as SVG: sharp on paper, at home in light and dark, and there without any script."""

from __future__ import annotations

import math
from importlib import resources
from typing import Final
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

from formcheck.design.components import css, shadow_css
from formcheck.exercises.words import estimate_text
from formcheck.kinematics.reps import HOLD, STAND
from formcheck.pose.landmarks import Side
from formcheck.report.charts import Chart, Column, Floats, Peak
from formcheck.report.overlay import PHASE_WORDS
from formcheck.report.plot_kit import (
    Margins,
    PlotArea,
    as_markup,
    draw_across_axis,
    draw_line,
    draw_value_axis,
    draw_whisker,
    drawing,
    rect,
    rule,
    text,
)
from formcheck.report.words import why_not_counted
from formcheck.session.assessment import BOTTOM, Rep, Span
from formcheck.session.verdict import LEVEL_WORDS, Level

_STYLE: Final = "templates/report.css"
WIDE: Final = (760, 320)
"""Width and height for screens and paper."""
NARROW: Final = (344, 300)
"""Width and height for telephones, where a shrunken wide chart could not be read."""

_MARGINS: Final = Margins(left=48, right=58, top=46, bottom=44)
_LEFT, _RIGHT, _TOP, _BOTTOM = _MARGINS
_LANE_PX: Final = 18
_CHAR_PX: Final = 6.6
"""Mean width of a character at the charts' 12 px text, to tell whether a word fits."""
_PEAK_OFFSET_PX: Final = 5
"""Peaks of left and right lie at the same time; they are moved apart by this to either side."""
_POINTS_PER_PX: Final = 2
_NARROWEST_COLUMN_PX: Final = 10
_HEADROOM: Final = 0.08
_ZONE_WORDS: Final = {**LEVEL_WORDS, Level.NOT_JUDGED: "unclear"}
"""Beside the plot, where there is room for a word."""


def report_style(*, in_shadow: bool = False) -> str:
    """Return the style sheet of reports with that of the components before it, for a document or a shadow tree."""
    own = resources.files("formcheck.report").joinpath(_STYLE).read_text(encoding="utf-8")
    return f"{shadow_css() if in_shadow else css()}\n{own}"


def draw_chart(chart: Chart, size: tuple[int, int], label: str) -> Markup:
    """Draw a chart.

    Parameters
    ----------
    chart
        What to show.
    size
        Width and height, px; text is 12 px high at this size.
    label
        What the chart shows, in words, for people who do not see it.

    Returns
    -------
    Markup
        An `svg` element; everything in it is escaped.
    """
    width, height = size
    frame = PlotArea(width, height, _MARGINS, _time_range(chart), _value_range(chart))
    svg = drawing(size, label)
    _draw_zones(svg, chart, frame)
    draw_value_axis(svg, frame, chart.measure)
    draw_across_axis(svg, frame, "seconds")
    _draw_spans(svg, chart.spans, chart.reps, frame)
    for line in chart.lines:
        draw_line(svg, frame, line.side.value, *_thinned(line.t_s, line.values, _POINTS_PER_PX * width))
    shift = {Side.LEFT: -1, Side.RIGHT: 1} if len(chart.lines) > 1 else {}
    for peak in chart.peaks:
        _draw_peak(svg, peak, chart.measure, frame, _PEAK_OFFSET_PX * shift.get(peak.side, 0))
    return as_markup(svg)


def _time_range(chart: Chart) -> tuple[float, float]:
    t = chart.lines[0].t_s
    return float(t[0]), float(t[-1])


def _value_range(chart: Chart) -> tuple[float, float]:
    """Room for all values, error bars, zero and the finite edges of the bands."""
    seen = [0.0]
    for line in chart.lines:
        seen += [float(np.nanmin(line.values)), float(np.nanmax(line.values))]
    for peak in chart.peaks:
        error = peak.estimate.error if math.isfinite(peak.estimate.error) else 0.0
        seen += [peak.estimate.value - error, peak.estimate.value + error]
    zones = [zone for column in chart.columns for zone in column.zones]
    seen += [edge for zone in zones if zone.band is Level.GOOD for edge in (zone.low, zone.high) if math.isfinite(edge)]
    low, high = min(seen), max(seen)
    spare = _HEADROOM * max(high - low, 1.0)
    return low - spare, high + spare


def _draw_zones(svg: ElementTree.Element, chart: Chart, frame: PlotArea) -> None:
    """Shade what each rep was judged by at its bottom, each leg for itself, and name the last zones at the right."""
    right = frame.width - _RIGHT
    sides = [line.side for line in chart.lines if any(column.side is line.side for column in chart.columns)]
    for column in chart.columns:
        x, width = _place(column, sides, frame)
        for zone in column.zones:
            top, bottom = frame.y(zone.high), frame.y(zone.low)
            rect(svg, f"zone {zone.band.value}", x, top, width, bottom - top)
    last_y = math.inf
    for zone in chart.columns[-1].zones if chart.columns else ():
        top, bottom = frame.y(zone.high), frame.y(zone.low)
        middle = (top + bottom) / 2 + 4
        if bottom - top >= 13 and last_y - middle >= 13:
            text(svg, f"zone-name {zone.band.value}", right + 5, middle, _ZONE_WORDS[zone.band], "start")
            last_y = middle


def _place(column: Column, sides: list[Side], frame: PlotArea) -> tuple[float, float]:
    """Return start and width of a column on the drawing, wide enough to be seen; left and right share a bottom."""
    start, end = frame.x(column.start_s), frame.x(column.end_s)
    width = max(end - start, _NARROWEST_COLUMN_PX)
    share = width / max(len(sides), 1)
    return (start + end - width) / 2 + share * sides.index(column.side), share


def _draw_spans(svg: ElementTree.Element, spans: tuple[Span, ...], reps: tuple[Rep, ...], frame: PlotArea) -> None:
    """Draw a lane above the plot that names the phases, and above it the reps; thin rules lead down from each rep."""
    lane_top, bottom = _TOP - _LANE_PX, frame.height - _BOTTOM
    for span in spans:
        x, width = frame.x(span.start_s), frame.x(span.end_s) - frame.x(span.start_s)
        phase = HOLD if span.phase in (BOTTOM, STAND) else span.phase
        rect(svg, f"phase {phase}", x, lane_top, max(width, 0.5), _LANE_PX)
        word = PHASE_WORDS.get(span.phase, span.phase)
        if width >= _CHAR_PX * len(word) + 4:
            text(svg, "phase-name", x + width / 2, lane_top + 13, word, "middle")
    last_x = -math.inf
    for rep in reps:
        of_rep = [span for span in spans if span.rep == rep.index]
        if not of_rep:
            continue
        x0, x1 = frame.x(of_rep[0].start_s), frame.x(of_rep[-1].end_s)
        for x in (x0, x1):
            rule(svg, "rep-edge", x, lane_top, x, bottom)
        name = _rep_name(rep, x1 - x0)
        middle = (x0 + x1) / 2
        if middle - _CHAR_PX * len(name) / 2 > last_x:
            text(svg, "rep-name", min(middle, frame.width - _CHAR_PX * len(name) / 2), lane_top - 7, name, "middle")
            last_x = middle + _CHAR_PX * len(name) / 2 + 4


def _rep_name(rep: Rep, room_px: float) -> str:
    name = ", ".join(part for part in (f"Rep {rep.index}", why_not_counted(rep)) if part)
    return name if _CHAR_PX * len(name) <= room_px else str(rep.index)


def _draw_peak(svg: ElementTree.Element, peak: Peak, measure: str, frame: PlotArea, shift_px: float) -> None:
    """Draw a rep's value with a bar as long as its uncertainty: round for the left leg, square for the right."""
    value, error = peak.estimate.value, peak.estimate.error
    x, y = frame.x(peak.t_s) + shift_px, frame.y(value)
    group = ElementTree.SubElement(svg, "g", {"class": f"peak {peak.side.value}"})
    title = ElementTree.SubElement(group, "title")
    title.text = f"Rep {peak.rep}, {peak.side.value}: {estimate_text(measure, peak.estimate)}"
    draw_whisker(group, frame, peak.t_s, value, error, shift_px=shift_px)
    if peak.side is Side.LEFT:
        ElementTree.SubElement(group, "circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "4.5"})
    else:
        rect(group, "", x - 4, y - 4, 8, 8)


def _thinned(t_s: Floats, values: Floats, most: int) -> tuple[Floats, Floats]:
    """Keep the lowest and the highest value of each short stretch, so that no peak is lost, and every gap."""
    if len(t_s) <= most:
        return t_s, values
    keep: list[int] = []
    for stretch in np.array_split(np.arange(len(t_s)), most // 2):
        inside = values[stretch]
        gaps = stretch[np.isnan(inside)][:1].tolist()
        ends = [] if np.isnan(inside).all() else [stretch[np.nanargmin(inside)], stretch[np.nanargmax(inside)]]
        keep += sorted({*gaps, *(int(i) for i in ends)})
    return t_s[keep], values[keep]
