"""Rooms around the drawn person: wall, floor, step, chair; and what is used: ball, mat, pillow, roller, band."""

from __future__ import annotations

from collections.abc import Sequence

from tools.figures.drawing import BALL, BAND, CLOTH, INK, MAT, WOOD, Drawing
from tools.figures.shapes import Point


def floor(drawing: Drawing, left: float, right: float, y: float = 0.0) -> None:
    """Draw the floor as a line."""
    drawing.line([Point(left, y), Point(right, y)], INK, 1.6, opacity=0.6)


def wall_from_side(drawing: Drawing, x: float, top: float) -> None:
    """Draw a wall seen from its edge, its face at x, hatched behind."""
    drawing.box(Point(x - 9.0, top), 9.0, -top, INK, 0.13)
    drawing.line([Point(x, top), Point(x, 0.0)], INK, 2.0, opacity=0.75)


def wall_ahead(drawing: Drawing, x: float, top: float) -> None:
    """Draw a wall seen from its edge that the person faces, its face at x, hatched behind."""
    drawing.box(Point(x, top), 9.0, -top, INK, 0.13)
    drawing.line([Point(x, top), Point(x, 0.0)], INK, 2.0, opacity=0.75)


def wall_behind(drawing: Drawing, left: float, right: float, top: float, floor_y: float) -> None:
    """Draw a wall behind the person and the floor it stands on."""
    drawing.box(Point(left, top), right - left, floor_y - top, INK, 0.07)
    drawing.line([Point(left, floor_y), Point(right, floor_y)], INK, 1.2, opacity=0.5)


def shadow(drawing: Drawing, at: Point, half_width: float) -> None:
    """Draw the shadow on the floor that a person stands in."""
    drawing.layer(0.15)
    drawing.ellipse(at, half_width, 4.0, INK, outlined=False)
    drawing.layer(1.0)


def step_from_side(drawing: Drawing, left: float, right: float, height: float) -> None:
    """Draw a step seen from the side."""
    drawing.box(Point(left, -height), right - left, height, WOOD)
    drawing.line(
        [Point(left, 0.0), Point(left, -height), Point(right, -height), Point(right, 0.0), Point(left, 0.0)],
        INK,
        1.2,
        opacity=0.75,
    )


def step_from_front(drawing: Drawing, left: float, right: float, height: float, depth: float = 7.0) -> None:
    """Draw a step seen from the front and a little from above: its top `depth` high in the drawing."""
    top_front = -height
    drawing.area(
        [
            Point(left + 4, top_front - depth),
            Point(right - 4, top_front - depth),
            Point(right, top_front),
            Point(left, top_front),
        ],
        WOOD,
        0.75,
    )
    drawing.box(Point(left, top_front), right - left, height, WOOD)
    drawing.line(
        [Point(left, 0), Point(left, top_front), Point(right, top_front), Point(right, 0), Point(left, 0)],
        INK,
        1.2,
        opacity=0.75,
    )
    drawing.line(
        [
            Point(left, top_front),
            Point(left + 4, top_front - depth),
            Point(right - 4, top_front - depth),
            Point(right, top_front),
        ],
        INK,
        1.0,
        opacity=0.6,
    )


def ball(drawing: Drawing, at: Point, rx: float, ry: float) -> None:
    """Draw a soft ball, squeezed where its height is more than its width."""
    drawing.ellipse(at, rx, ry, BALL)
    drawing.curve(
        f"M{at.x - rx * 0.5:.1f} {at.y - ry * 0.35:.1f}q{rx * 0.35:.1f} {-ry * 0.4:.1f} {rx * 0.8:.1f} {-ry * 0.2:.1f}",
        "#ffffff",
        1.2,
    )


def chair_back(drawing: Drawing, x: float) -> None:
    """Draw a chair seen from the side whose back serves as a hand-hold, its back at x, its seat to the right."""
    wood = [Point(x, 0.0), Point(x - 2.0, -88.0)]
    drawing.line(wood, INK, 5.0, opacity=0.75)
    drawing.line(wood, WOOD, 3.0)
    for start, end in ((Point(x, -45.0), Point(x + 38.0, -45.0)), (Point(x + 36.0, -45.0), Point(x + 38.0, 0.0))):
        drawing.line([start, end], INK, 5.0, opacity=0.75)
        drawing.line([start, end], WOOD, 3.0)


def mat(drawing: Drawing, left: float, right: float) -> None:
    """Draw a mat on the floor, seen from the side."""
    drawing.block(Point(left, 0.0), right - left, 5.0, MAT)


def cushion(drawing: Drawing, at: Point, width: float, height: float) -> None:
    """Draw a pillow or a rolled blanket, its middle at a point."""
    drawing.ellipse(at, width / 2, height / 2, CLOTH)


def stool(drawing: Drawing, left: float, right: float, height: float) -> None:
    """Draw a chair seen from the side whose back is on the left; the seat is so high."""
    for start, end in (
        (Point(left + 3.0, -height), Point(left + 1.0, 0.0)),
        (Point(right - 3.0, -height), Point(right - 1.0, 0.0)),
        (Point(left + 1.0, -height), Point(left - 4.0, -height - 46.0)),
        (Point(left, -height), Point(right, -height)),
    ):
        drawing.line([start, end], INK, 5.0, opacity=0.75)
        drawing.line([start, end], WOOD, 3.0)


def roller(drawing: Drawing, at: Point, radius: float) -> None:
    """Draw a foam roller seen from its end."""
    drawing.ellipse(at, radius, radius, BAND)
    drawing.ellipse(at, radius * 0.35, radius * 0.35, MAT)


def band(drawing: Drawing, points: Sequence[Point]) -> None:
    """Draw an elastic band from point to point."""
    drawing.line(points, INK, 4.6, opacity=0.75)
    drawing.line(points, BAND, 3.0)
