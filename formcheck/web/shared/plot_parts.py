"""What the plots of comparison and progress share: their style, both sizes of each, axes and uncertain points.

Colours come from the style sheet through class names, so that one drawing serves light and dark. Nothing is told by
colour alone: lines differ in their strokes and points in their shapes. The HTML goes through `st.markdown`, as
`st.html` takes drawings out; Markdown ends a piece of HTML at an empty line, so there is none in it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from importlib import resources
from typing import Final
from xml.etree import ElementTree

import numpy as np
import streamlit as st
from markupsafe import Markup
from numpy.typing import NDArray

from formcheck.report.svg_marks import Margins, PlotArea, rule, text, ticks
from formcheck.report.units import unit_of

FloatArray = NDArray[np.float64]
Size = tuple[int, int]
"""Width and height, px; text is 12 px high at this size."""

WIDE: Final[Size] = (560, 290)
NARROW: Final[Size] = (344, 270)
"""For telephones, where a shrunken wide drawing could not be read."""
MARGINS: Final = Margins(left=46, right=20, top=16, bottom=40)
_MOST_TICKS_UP: Final = 6
_SPARE: Final = 0.06
_MARK_PX: Final = 4.5


def show_plots(body: Markup) -> None:
    """Show HTML of drawings and tables on the page, in the app's light or dark."""
    style = (resources.files(__package__) / "plots.css").read_text(encoding="utf-8")
    st.html(f"<style>{style}</style>")
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.markdown(str(Markup('<div class="fc-plots {}">{}</div>').format(theme, body)), unsafe_allow_html=True)


def both_sizes(draw: Callable[[Size], Markup]) -> Markup:
    """Return a drawing for screens and one for telephones; the style sheet shows one of them."""
    return Markup('<div class="fc-wide">{}</div><div class="fc-narrow">{}</div>').format(draw(WIDE), draw(NARROW))


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


def draw_value_axis(svg: ElementTree.Element, area: PlotArea, measure: str) -> None:
    """Draw the lines and numbers of the value axis, in the unit that the measure's name ends with."""
    symbol = unit_of(measure).symbol.strip()
    for value in ticks(*area.up, most=_MOST_TICKS_UP):
        y = area.y(value)
        rule(svg, "grid zero" if value == 0 else "grid", area.margins.left, y, area.width - area.margins.right, y)
        text(svg, "tick", area.margins.left - 6, y + 4, f"{value:g}{symbol}".replace("-", "−"), "end")


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


def draw_whisker(svg: ElementTree.Element, area: PlotArea, x: float, value: float, error: float) -> None:
    """Draw the 95 % interval of a value as a bar with two ends; nothing where it is not known."""
    if not math.isfinite(error):
        return
    at, top, bottom = area.x(x), area.y(value + error), area.y(value - error)
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
