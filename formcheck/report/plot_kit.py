"""What every plot is drawn with, as SVG elements: axes, lines, bands, intervals, points.

Colours come from the style sheet of the page through class names, so that one drawing serves light, dark and paper.
Nothing is told by colour alone: lines differ in their strokes and points in their shapes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from xml.etree import ElementTree

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from formcheck.kinematics.measures.units import unit_of

FloatArray = NDArray[np.float64]
Size = tuple[int, int]
"""Width and height, px; text is 12 px high at this size."""

_SPARE: Final = 0.06
_MARK_PX: Final = 4.5


class Margins(NamedTuple):
    """Space around the data, px."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class PlotArea:
    """Where data lie on a drawing; y points up in the data and down in the drawing."""

    width: int
    height: int
    margins: Margins
    across: tuple[float, float]
    """Data at the left and the right edge."""
    up: tuple[float, float]
    """Data at the lower and the upper edge; what lies beyond is drawn on the edge."""

    def x(self, value: float) -> float:
        """Return where a value is across the drawing, px from the left."""
        share = (value - self.across[0]) / max(self.across[1] - self.across[0], 1e-9)
        return self.margins.left + share * (self.width - self.margins.left - self.margins.right)

    def y(self, value: float) -> float:
        """Return where a value is on the drawing, px from the top."""
        clipped = min(max(value, self.up[0]), self.up[1])
        share = (clipped - self.up[0]) / max(self.up[1] - self.up[0], 1e-9)
        return self.height - self.margins.bottom - share * (self.height - self.margins.top - self.margins.bottom)


def ticks(low: float, high: float, *, most: int) -> list[float]:
    """Return round numbers between two values: steps of 1, 2 or 5 times a power of ten, at most so many."""
    span = max(high - low, 1e-9)
    step = 10.0 ** math.floor(math.log10(span / most))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (factor * step) <= most)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(i * step, 10) + 0.0 for i in range(first, last + 1)]


def rect(parent: ElementTree.Element, style: str, x: float, y: float, width: float, height: float) -> None:
    """Add a rectangle; `style` is its class, none when empty."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    ElementTree.SubElement(parent, "rect", {"class": style, **place} if style else place)


def rule(parent: ElementTree.Element, style: str, x1: float, y1: float, x2: float, y2: float) -> None:
    """Add a straight line of class `style`."""
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ElementTree.SubElement(parent, "line", {"class": style, **ends})


def text(parent: ElementTree.Element, style: str, x: float, y: float, words: str, anchor: str) -> None:
    """Add words of class `style`; `anchor` is `start`, `middle` or `end`."""
    place = {"class": style, "x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    ElementTree.SubElement(parent, "text", place).text = words


def drawing(size: Size, label: str) -> ElementTree.Element:
    """Return an empty drawing; `label` says what it shows to people who do not see it."""
    return ElementTree.Element("svg", {"viewBox": f"0 0 {size[0]} {size[1]}", "role": "img", "aria-label": label})


def as_markup(svg: ElementTree.Element) -> Markup:
    """Return a drawing as HTML; everything in it is escaped."""
    return Markup(ElementTree.tostring(svg, encoding="unicode"))


def value_range(values: Iterable[float], least: float) -> tuple[float, float]:
    """Return lowest and highest value to show, with some room, and no less apart than `least`."""
    known = [each for each in values if math.isfinite(each)] or [0.0]
    low, high = min(known), max(known)
    wanting = max(0.0, least - (high - low)) / 2
    spare = _SPARE * max(high - low, least)
    return low - wanting - spare, high + wanting + spare


def draw_value_axis(svg: ElementTree.Element, area: PlotArea, measure: str, *, most: int = 6) -> None:
    """Draw the lines and numbers of the value axis, in the unit of a measure, `most` at most."""
    for value in ticks(*area.up, most=most):
        draw_level(svg, area, value, tick_text(value, measure))


def draw_level(svg: ElementTree.Element, area: PlotArea, value: float, words: str) -> None:
    """Draw one line of a value axis across the plot, with its words to the left."""
    y = area.y(value)
    rule(svg, "grid zero" if value == 0 else "grid", area.margins.left, y, area.width - area.margins.right, y)
    text(svg, "tick", area.margins.left - 6, y + 4, words, "end")


def draw_across_axis(svg: ElementTree.Element, area: PlotArea, name: str, measure: str = "", *, least: int = 3) -> None:
    """Draw the marks and numbers of the axis below the plot, in the unit of a measure if one is given, and its name."""
    bottom = area.height - area.margins.bottom
    for value in ticks(*area.across, most=max(least, area.width // 90)):
        rule(svg, "tick-mark", area.x(value), bottom, area.x(value), bottom + 5)
        text(svg, "tick", area.x(value), bottom + 19, tick_text(value, measure), "middle")
    middle = (area.margins.left + area.width - area.margins.right) / 2
    text(svg, "tick", middle, bottom + 37, name, "middle")


def tick_text(value: float, measure: str = "") -> str:
    """Write a number of an axis, with the symbol of the measure's unit."""
    symbol = unit_of(measure).symbol.strip() if measure else ""
    return f"{value:g}{symbol}".replace("-", "−")


def draw_line(svg: ElementTree.Element, area: PlotArea, style: str, x: FloatArray, y: FloatArray) -> None:
    """Draw a line, broken where a value is NaN."""
    parts, pen_down = [], False
    for at, value in zip(x, y, strict=True):
        known = bool(np.isfinite(value))
        if known:
            parts.append(f"{'L' if pen_down else 'M'}{area.x(float(at)):.1f} {area.y(float(value)):.1f}")
        pen_down = known
    ElementTree.SubElement(svg, "path", {"class": f"line {style}", "d": "".join(parts)})


def draw_band(
    svg: ElementTree.Element, area: PlotArea, style: str, x: FloatArray, low: FloatArray, high: FloatArray
) -> None:
    """Fill between two lines, each unbroken stretch for itself; nothing where a value is NaN."""
    known = np.isfinite(low) & np.isfinite(high)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        along = [f"{area.x(float(x[i])):.1f} {area.y(float(high[i])):.1f}" for i in range(start, end)]
        back = [f"{area.x(float(x[i])):.1f} {area.y(float(low[i])):.1f}" for i in range(end - 1, start - 1, -1)]
        ElementTree.SubElement(svg, "path", {"class": style, "d": f"M{'L'.join([*along, *back])}Z"})


def draw_whisker(
    svg: ElementTree.Element,
    area: PlotArea,
    x: float,
    value: float,
    error: float,
    *,
    shift_px: float = 0.0,
    floor: float = -math.inf,
) -> None:
    """Draw the 95 % interval of a value as a bar with two ends; nothing where it is not known, nor below `floor`."""
    if not math.isfinite(error):
        return
    at, top, bottom = area.x(x) + shift_px, area.y(value + error), area.y(max(value - error, floor))
    rule(svg, "whisker", at, top, at, bottom)
    for end in (top, bottom):
        rule(svg, "whisker", at - 4, end, at + 4, end)


def draw_mark(svg: ElementTree.Element, area: PlotArea, style: str, x: float, value: float, title: str) -> None:
    """Draw a point with words that appear when it is pointed at: round, square (`square`) or a triangle (`up`)."""
    at, y, r = area.x(x), area.y(value), _MARK_PX
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "square": ((at - r, y - r), (at + r, y - r), (at + r, y + r), (at - r, y + r)),
        "up": ((at, y - 1.3 * r), (at + 1.2 * r, y + r), (at - 1.2 * r, y + r)),
    }
    shape = next((name for name in corners if name in style.split()), "")
    if shape:
        points = " ".join(f"{px:.1f},{py:.1f}" for px, py in corners[shape])
        mark = ElementTree.SubElement(svg, "polygon", {"class": f"mark {style}", "points": points})
    else:
        place = {"cx": f"{at:.1f}", "cy": f"{y:.1f}", "r": f"{r}"}
        mark = ElementTree.SubElement(svg, "circle", {"class": f"mark {style}", **place})
    ElementTree.SubElement(mark, "title").text = title
