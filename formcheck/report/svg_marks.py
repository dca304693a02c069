"""The few marks that the plots are drawn with, as SVG elements."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree


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
