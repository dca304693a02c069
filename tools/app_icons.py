"""Draws the icons of the installed app from `icon.svg`: `python -m tools.app_icons`. Needs Pillow.

The drawing is four shapes, so they are read from the file and drawn large, then made small; nothing renders SVG here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from PIL import Image, ImageDraw

_WEB: Final = Path(__file__).resolve().parents[1] / "formcheck" / "web"
ICON: Final = _WEB / "server" / "icon.svg"
FOLDER: Final = _WEB / "offline" / "client"
_SIDE: Final = 32
"""Of the drawing."""
_FINER: Final = 4
"""Drawn so many times as large, for smooth edges."""
_SAFE: Final = 0.72
"""Of a maskable icon: what systems may cut off lies outside of the middle 80 %."""
_NUMBER: Final = re.compile(r"[MvhlVHL]|-?[\d.]+")

Point = tuple[float, float]


def icon(side_px: int, *, maskable: bool = False) -> Image.Image:
    """Return the icon as a picture.

    Parameters
    ----------
    side_px
        Of the square.
    maskable
        Whether the ground fills it all and the drawing keeps to its middle, for systems that cut their own shape.
    """
    big = side_px * _FINER
    picture = Image.new("RGBA", (big, big), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    share = _SAFE if maskable else 1.0
    scale, shift = big / _SIDE * share, big * (1 - share) / 2

    def at(x: float, y: float) -> Point:
        return shift + x * scale, shift + y * scale

    for shape in ElementTree.fromstring(ICON.read_text(encoding="utf-8")):
        kind = shape.tag.rpartition("}")[2]
        if kind == "rect":
            radius = 0 if maskable else float(shape.get("rx", "0")) * scale
            draw.rounded_rectangle((0, 0, big - 1, big - 1), radius, fill=shape.get("fill"))
        elif kind == "circle":
            _disc(draw, at(_of(shape, "cx"), _of(shape, "cy")), _of(shape, "r") * scale, shape.get("fill", ""))
        else:
            points = [at(*point) for point in _points(shape.get("d", ""))]
            width, colour = _of(shape, "stroke-width") * scale, shape.get("stroke", "")
            draw.line(points, fill=colour, width=round(width))
            for point in points:
                _disc(draw, point, width / 2, colour)
    return picture.resize((side_px, side_px), Image.Resampling.LANCZOS)


def main() -> None:
    """Write all of them."""
    for name, side_px, maskable in (
        ("icon-192", 192, False),
        ("icon-512", 512, False),
        ("icon-maskable-512", 512, True),
    ):
        icon(side_px, maskable=maskable).save(FOLDER / f"{name}.png", optimize=True)


def _of(shape: ElementTree.Element, name: str) -> float:
    return float(shape.get(name, "0"))


def _disc(draw: ImageDraw.ImageDraw, middle: Point, radius: float, colour: str) -> None:
    x, y = middle
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _points(path: str) -> list[Point]:
    """Return the corners of a path of straight lines."""
    x = y = 0.0
    points: list[Point] = []
    parts = iter(_NUMBER.findall(path))
    for letter in parts:
        if letter in "Ml":
            dx, dy = float(next(parts)), float(next(parts))
            x, y = (dx, dy) if letter == "M" else (x + dx, y + dy)
        elif letter == "h":
            x += float(next(parts))
        elif letter == "v":
            y += float(next(parts))
        else:
            raise ValueError(f"{letter} in a path is not drawn here")
        points.append((x, y))
    return points


if __name__ == "__main__":
    main()
