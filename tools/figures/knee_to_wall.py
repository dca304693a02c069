"""The knee-to-wall test, step by step."""

from __future__ import annotations

from typing import Final

from tools.figures import scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.marks import arrow, leg_line
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_WALL_X: Final = 27.0
_FRONT: Final = Point(0.0, -ANKLE_CM)
_REAR: Final = Point(-40.0, -ANKLE_CM)
_START: Final = side.hip_at(_FRONT, -12.0, 22.0)
_REACHED: Final = Point(-3.0, -80.0)
_TOP: Final = -184.0


def start() -> Picture:
    """Draw the start: facing the wall, one foot ahead."""
    drawing = _room("A person faces a wall, hands on it, one foot ahead of the other.")
    side.draw_person(drawing, _pose(_START))
    return drawing.finished()


def reach() -> Picture:
    """Draw the way forward, with the start as a ghost."""
    drawing = _room("The front knee goes forward towards the wall; its heel stays on the floor.")
    drawing.layer(0.22)
    side.draw_person(drawing, _pose(_START))
    drawing.layer(1.0)
    side.draw_person(drawing, _pose(_REACHED))
    arrow(drawing, Point(-44.0, -66.0), Point(-16.0, -60.0))
    return drawing.finished()


def end() -> Picture:
    """Draw the end: the tilt of the shin against the vertical."""
    drawing = _room("The knee touches the wall. The shin leans forward over a foot whose heel is down.")
    side.draw_person(drawing, _pose(_REACHED))
    knee = side.knee_of(_REACHED, _FRONT)
    drawing.line([_FRONT, _FRONT.moved(dy=-52.0)], "currentColor", 1.2, dashed=True)
    leg_line(drawing, [knee, _FRONT], Mark.GOOD)
    return drawing.finished()


def _room(title: str) -> Drawing:
    drawing = Drawing(title, -74, _TOP, 46, 22)
    scene.floor(drawing, -70.0, _WALL_X)
    scene.wall_ahead(drawing, _WALL_X, _TOP + 4)
    return drawing


def _pose(hip: Point) -> SidePose:
    shoulder = side.shoulder_of(hip, 6.0)
    return SidePose(hip, _FRONT, far_ankle=_REAR, lean_deg=6.0, hand=Point(_WALL_X - 4.0, shoulder.y + 6.0))
