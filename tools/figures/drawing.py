"""An SVG drawing that grows mark by mark and reads well to those who do not see it.

Lines and letters take the colour of the text around the drawing (`currentColor`), so it is at home on a light and on a
dark page; bodies have middle tones that stand out from both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from xml.etree import ElementTree

from tools.figures.shapes import Node, Point, limb_path, line_path, smooth_path

INK: Final = "currentColor"
SKIN: Final = "#d39b74"
SKIN_SHADE: Final = "#b98058"
SHIRT: Final = "#4a8f93"
SHIRT_SHADE: Final = "#3a767b"
TIGHTS: Final = "#64749a"
TIGHTS_SHADE: Final = "#4c5b80"
HAIR: Final = "#7a5238"
FEATURES: Final = "#3d2b22"
"""Eyes and mouth."""
SHOE: Final = "#8b8f98"
SHOE_SHADE: Final = "#6f737d"
WOOD: Final = "#b98d58"
BALL: Final = "#c9a227"
MAT: Final = "#8f9db3"
CLOTH: Final = "#a9b7c6"
BAND: Final = "#b0556b"
MUSCLE: Final = "#b0556b"
BONE: Final = "#e3d3b4"
KNEECAP: Final = "#e7c9a9"
GOOD: Final = "#17916c"
WRONG: Final = "#d1602b"
"""Never alone: a tick or a cross and a word go with them."""

OUTLINE_CM: Final = 1.0
_OUTLINE_OPACITY: Final = "0.75"


class Mark(StrEnum):
    """A verdict on what is drawn."""

    GOOD = "good"
    WRONG = "wrong"


@dataclass(frozen=True)
class Picture:
    """A finished drawing."""

    svg: str
    title: str
    """What it shows, in one sentence, for people who do not see it."""
    width: float
    """cm of the drawing; a page shows it at any size."""
    height: float


class Drawing:
    """A drawing in the making.

    Parameters
    ----------
    title
        What it shows, in one sentence.
    left, top, right, bottom
        The part of the plane that is shown, cm; the floor is y = 0 and up is negative.
    """

    def __init__(self, title: str, left: float, top: float, right: float, bottom: float) -> None:
        self.title = title
        self._size = (right - left, bottom - top)
        self._root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"{left:g} {top:g} {right - left:g} {bottom - top:g}",
                "role": "img",
                "aria-label": title,
                "fill": "none",
                "stroke-linecap": "round",
                "stroke-linejoin": "round",
            },
        )
        ElementTree.SubElement(self._root, "title").text = title
        self._into = self._root

    def finished(self) -> Picture:
        """Return the drawing as text."""
        return Picture(ElementTree.tostring(self._root, encoding="unicode"), self.title, *self._size)

    def layer(self, opacity: float) -> None:
        """Draw what follows on a layer of its own, seen through by so much; 1 ends it."""
        self._into = self._root
        if opacity < 1:
            self._into = ElementTree.SubElement(self._root, "g", {"opacity": f"{opacity:g}"})

    def limb(self, parts: Sequence[Sequence[Node]], fill: str) -> None:
        """Draw parts of a limb that grow into each other, with one outline around all."""
        self._merged([limb_path(part) for part in parts], fill)

    def blend(self, parts: Sequence[Sequence[Node]], fill: str) -> None:
        """Fill over outlines where one part of the body goes over into another."""
        for part in parts:
            self._add("path", d=limb_path(part), fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """Draw a smooth closed shape with an outline."""
        self._merged([smooth_path(points)], fill)

    def _merged(self, paths: Sequence[str], fill: str) -> None:
        outline = self._add(
            "path",
            d="".join(paths),
            stroke=INK,
            **{"stroke-opacity": _OUTLINE_OPACITY, "stroke-width": f"{2 * OUTLINE_CM:g}"},
        )
        if len(paths) == 1:
            # The fill covers the inner half of its own outline.
            outline.set("fill", fill)
            outline.set("paint-order", "stroke")
        else:
            for path in paths:
                self._add("path", d=path, fill=fill)

    def ellipse(self, at: Point, rx: float, ry: float, fill: str, *, outlined: bool = True) -> None:
        """Draw an ellipse; without an outline for small marks."""
        place = {"cx": f"{at.x:.1f}", "cy": f"{at.y:.1f}", "rx": f"{rx:g}", "ry": f"{ry:g}", "fill": fill}
        edge = {"stroke": INK, "stroke-opacity": _OUTLINE_OPACITY, "stroke-width": f"{OUTLINE_CM:g}"}
        self._add("ellipse", **place, **(edge if outlined else {}))

    def block(self, corner: Point, width: float, height: float, fill: str) -> None:
        """Draw a rectangle with an outline and rounded corners."""
        edge = {"stroke": INK, "stroke-opacity": _OUTLINE_OPACITY, "stroke-width": f"{OUTLINE_CM:g}", "rx": "2.5"}
        size = {"width": f"{width:g}", "height": f"{height:g}"}
        self._add("rect", x=f"{corner.x:.1f}", y=f"{corner.y:.1f}", fill=fill, **size, **edge)

    def box(self, corner: Point, width: float, height: float, fill: str, opacity: float = 1.0) -> None:
        """Draw a rectangle from its upper left corner."""
        self._add(
            "rect",
            x=f"{corner.x:.1f}",
            y=f"{corner.y:.1f}",
            width=f"{width:g}",
            height=f"{height:g}",
            fill=fill,
            **{"fill-opacity": f"{opacity:g}"},
        )

    def area(self, points: Sequence[Point], fill: str, opacity: float) -> None:
        """Draw a filled polygon without an outline."""
        self._add("path", d=line_path(points) + "Z", fill=fill, **{"fill-opacity": f"{opacity:g}"})

    def line(
        self,
        points: Sequence[Point],
        colour: str = INK,
        width: float = 1.4,
        *,
        dashed: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """Draw straight lines from point to point."""
        look = {"stroke": colour, "stroke-width": f"{width:g}"}
        if dashed:
            look["stroke-dasharray"] = "3.5 3.5"
        if opacity < 1:
            look["stroke-opacity"] = f"{opacity:g}"
        self._add("path", d=line_path(points), **look)

    def curve(self, data: str, colour: str = INK, width: float = 1.4) -> None:
        """Draw a line from SVG path data."""
        self._add("path", d=data, stroke=colour, **{"stroke-width": f"{width:g}"})

    def words(self, at: Point, text: str, size: float = 9.0, anchor: str = "middle", *, bold: bool = False) -> None:
        """Write words; `anchor` is `start`, `middle` or `end`, `at` lies on the base line."""
        look = {"font-size": f"{size:g}", "text-anchor": anchor, "fill": INK, "font-family": "inherit"}
        if bold:
            look["font-weight"] = "700"
        self._add("text", x=f"{at.x:.1f}", y=f"{at.y:.1f}", **look).text = text

    def _add(self, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(self._into, tag, attributes)
