"""Curves of two sets over the phases of a rep, laid on each other."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup

from formcheck.history.alignment import PHASES, PhaseCurves
from formcheck.history.comparison import CurvePair, Kind
from formcheck.report.svg_marks import PlotArea, rule, text
from formcheck.report.words import counted, direction_of, label_of, sentence_case, value_text
from formcheck.web.shared.plot_parts import (
    MARGINS,
    Size,
    as_markup,
    both_sizes,
    draw_band,
    draw_line,
    draw_value_axis,
    drawing,
    value_range,
)

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
