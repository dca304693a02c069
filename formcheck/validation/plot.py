"""Bland-Altman plots as SVG: differences over means, bias and limits of agreement with their own uncertainty."""

from __future__ import annotations

import math
from typing import Final
from xml.etree import ElementTree

from markupsafe import Markup

from formcheck.report.svg import NARROW, WIDE
from formcheck.report.svg_marks import Margins, PlotArea, rect, rule, text, ticks
from formcheck.report.units import unit_of
from formcheck.report.words import counted
from formcheck.validation.agreement import Interval
from formcheck.validation.study import Group
from formcheck.validation.words import number, with_unit

SIZES: Final = (WIDE, NARROW)
_MARGINS: Final = Margins(left=52, right=92, top=16, bottom=48)
_LEFT, _RIGHT, _TOP, _BOTTOM = _MARGINS
_HEADROOM: Final = 0.12
_MOST_POINTS: Final = 600
"""More points than this lie on one another; every so-manieth is drawn."""
_LABEL_PX: Final = 14
"""Labels nearer to one another than this cannot be read."""


def bland_altman(group: Group, size: tuple[int, int], label: str) -> Markup:
    """Draw the pairs of a group.

    Parameters
    ----------
    group
        At least three pairs, so that there are limits of agreement.
    size
        Width and height, px; text is 12 px high at this size.
    label
        What the plot shows, in words, for people who do not see it.

    Returns
    -------
    Markup
        An `svg` element; everything in it is escaped. It takes its colours from `validation.css`.
    """
    width, height = size
    means = (group.ours + group.truth) / 2
    differences = group.ours - group.truth
    limits = group.agreement.limits
    shown = [0.0, *differences.tolist(), limits.low_interval.low, limits.high_interval.high]
    frame = PlotArea(
        width, height, _MARGINS, _room(float(means.min()), float(means.max())), _room(min(shown), max(shown))
    )
    svg = ElementTree.Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": label})
    for interval in (limits.low_interval, limits.bias_interval, limits.high_interval):
        _band(svg, interval, frame)
    _axes(svg, group.measure, frame)
    lines = [("limit", limits.high, "+1.96 SD"), ("bias", limits.bias, "bias"), ("limit", limits.low, "−1.96 SD")]
    last_y = -math.inf
    for style, value, word in lines:
        y = frame.y(value)
        rule(svg, style, _LEFT, y, width - _RIGHT, y)
        last_y = max(y, last_y + _LABEL_PX * 2)
        text(svg, "line-name", width - _RIGHT + 6, last_y - 2, word, "start")
        text(svg, "line-value", width - _RIGHT + 6, last_y + 11, with_unit(group.measure, value, signed=True), "start")
    step = max(1, math.ceil(len(means) / _MOST_POINTS))
    for mean, difference in zip(means[::step].tolist(), differences[::step].tolist(), strict=True):
        place = {"cx": f"{frame.x(mean):.1f}", "cy": f"{frame.y(difference):.1f}", "r": "3.5"}
        ElementTree.SubElement(svg, "circle", {"class": "pair", **place})
    return Markup(ElementTree.tostring(svg, encoding="unicode"))


def in_words(group: Group) -> str:
    """Say what a Bland-Altman plot of a group shows."""
    limits, m = group.agreement.limits, group.measure
    return (
        f"{group.agreement.n} values of {counted(len(group.clips), 'clip')}: "
        f"bias {with_unit(m, limits.bias, signed=True)}, limits of agreement "
        f"{number(m, limits.low, signed=True)} to {with_unit(m, limits.high, signed=True)}."
    )


def _room(low: float, high: float) -> tuple[float, float]:
    spare = _HEADROOM * max(high - low, 1e-3)
    return low - spare, high + spare


def _band(svg: ElementTree.Element, interval: Interval, frame: PlotArea) -> None:
    top, bottom = frame.y(interval.high), frame.y(interval.low)
    rect(svg, "unsure", _LEFT, top, frame.width - _LEFT - _RIGHT, bottom - top)


def _axes(svg: ElementTree.Element, measure: str, frame: PlotArea) -> None:
    left, right, bottom = _LEFT, frame.width - _RIGHT, frame.height - _BOTTOM
    symbol = unit_of(measure).symbol.strip()
    for value in ticks(*frame.up, most=7):
        y = frame.y(value)
        rule(svg, "grid zero" if value == 0 else "grid", left, y, right, y)
        text(svg, "tick", left - 6, y + 4, f"{value:g}{symbol}".replace("-", "−"), "end")
    for value in ticks(*frame.across, most=max(4, frame.width // 90)):
        x = frame.x(value)
        rule(svg, "tick-mark", x, bottom, x, bottom + 5)
        text(svg, "tick", x, bottom + 19, f"{value:g}{symbol}".replace("-", "−"), "middle")
    text(svg, "tick", (left + right) / 2, bottom + 38, "mean of formcheck and truth", "middle")
