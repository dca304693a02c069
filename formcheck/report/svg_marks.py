"""The few marks that the plots are drawn with, as SVG elements."""

from __future__ import annotations

import math
from xml.etree import ElementTree


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
