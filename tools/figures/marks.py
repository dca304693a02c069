"""What explains a drawing: arrows, lengths, joints, plumb lines, a tick or a cross."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tools.figures.drawing import GOOD, INK, WRONG, Drawing, Mark
from tools.figures.shapes import Point

_HEAD_CM = 5.0
_HEAD_DEG = 32.0


def arrow(drawing: Drawing, start: Point, end: Point, colour: str = INK, width: float = 2.2) -> None:
    """Draw an arrow."""
    drawing.line([start, end], colour, width)
    _arrow_head(drawing, start, end, colour, width)


def length(drawing: Drawing, start: Point, end: Point, text: str, *, size: float = 9.0, below: float = 11.0) -> None:
    """Draw a level length with a head at both ends and its name below the middle."""
    drawing.line([start, end], INK, 1.2)
    _arrow_head(drawing, start, end, INK, 1.2, 3.2)
    _arrow_head(drawing, end, start, INK, 1.2, 3.2)
    drawing.words(start.towards(end, 0.5).moved(dy=below), text, size)


def leg_line(drawing: Drawing, joints: Sequence[Point], mark: Mark) -> None:
    """Draw the line through hip, knee and ankle that a camera follows, a dot on each joint."""
    colour = colour_of(mark)
    drawing.line(joints, "#ffffff", 3.4, opacity=0.85)
    drawing.line(joints, colour, 2.0)
    for joint in joints:
        drawing.ellipse(joint, 3.0, 3.0, "#ffffff", outlined=False)
        drawing.ellipse(joint, 2.2, 2.2, colour, outlined=False)


def plumb_line(drawing: Drawing, knee: Point, floor_y: float, mark: Mark) -> None:
    """Draw a dashed line straight down from a knee: it shows over what the knee stands."""
    drawing.line([knee.moved(dy=4), Point(knee.x, floor_y)], "#ffffff", 3.0, opacity=0.7)
    drawing.line([knee.moved(dy=4), Point(knee.x, floor_y)], colour_of(mark), 1.6, dashed=True)


def verdict(drawing: Drawing, at: Point, mark: Mark, text: str, size: float = 10.5) -> None:
    """Draw a tick or a cross on a disc, with words to its right."""
    drawing.ellipse(at, 7.0, 7.0, colour_of(mark), outlined=False)
    if mark is Mark.GOOD:
        drawing.line([at.moved(-3.4, 0.2), at.moved(-0.9, 2.8), at.moved(3.6, -2.8)], "#ffffff", 2.0)
    else:
        drawing.line([at.moved(-2.8, -2.8), at.moved(2.8, 2.8)], "#ffffff", 2.0)
        drawing.line([at.moved(-2.8, 2.8), at.moved(2.8, -2.8)], "#ffffff", 2.0)
    drawing.words(at.moved(10.5, size * 0.36), text, size, "start", bold=True)


def clock(drawing: Drawing, at: Point, text: str, radius: float = 14.0) -> None:
    """Draw a ring that is nearly full, with a time in it."""
    around = [radius * math.cos(math.radians(a)) for a in (-90, 180)]
    upward = [radius * math.sin(math.radians(a)) for a in (-90, 180)]
    drawing.curve(_circle(at, radius), INK, 1.0)
    drawing.curve(
        f"M{at.x + around[0]:.1f} {at.y + upward[0]:.1f}"
        f"A{radius:g} {radius:g} 0 1 1 {at.x + around[1]:.1f} {at.y + upward[1]:.1f}",
        GOOD,
        3.6,
    )
    drawing.words(at.moved(dy=3.6), text, 11.5, bold=True)


def colour_of(mark: Mark) -> str:
    """Return the colour that goes with a tick or a cross."""
    return GOOD if mark is Mark.GOOD else WRONG


def _circle(at: Point, radius: float) -> str:
    return (
        f"M{at.x - radius:.1f} {at.y:.1f}a{radius:g} {radius:g} 0 1 0 {2 * radius:g} 0"
        f"a{radius:g} {radius:g} 0 1 0 {-2 * radius:g} 0"
    )


def _arrow_head(drawing: Drawing, start: Point, end: Point, colour: str, width: float, size: float = _HEAD_CM) -> None:
    back = math.atan2(start.y - end.y, start.x - end.x)
    wings = [
        Point(end.x + size * math.cos(back + turn), end.y + size * math.sin(back + turn))
        for turn in (math.radians(_HEAD_DEG), -math.radians(_HEAD_DEG))
    ]
    drawing.line([wings[0], end, wings[1]], colour, width)
