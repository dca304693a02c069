"""Sit-to-stand, step by step."""

from __future__ import annotations

from typing import Final

from tools.figures import scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import Drawing, Picture
from tools.figures.marks import arrow
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_ANKLE: Final = Point(0.0, -ANKLE_CM)
_BACK_X: Final = -54.0
_SEATED: Final = Point(-33.0, -55.0)
_OFF_THE_SEAT: Final = Point(-27.0, -63.0)
_TOP: Final = -184.0


def sit() -> Picture:
    """Draw the start: upright on the chair, arms crossed."""
    drawing = _room("A person sits upright on a chair, feet flat, arms crossed over the chest.")
    side.draw_person(drawing, _pose(_SEATED, lean_deg=2.0))
    return drawing.finished()


def lean() -> Picture:
    """Draw the lean forward before the hips leave the seat, with sitting as a ghost."""
    drawing = _room("The person leans forward until the nose is over the toes, and the hips leave the seat.")
    _ghost(drawing, _pose(_SEATED, lean_deg=2.0))
    side.draw_person(drawing, _pose(_OFF_THE_SEAT, lean_deg=38.0))
    arrow(drawing, Point(-6.0, -142.0), Point(28.0, -130.0))
    return drawing.finished()


def stand() -> Picture:
    """Draw standing, with leaving the seat as a ghost."""
    drawing = _room("The person stands, hips and knees straight, the chair behind.")
    _ghost(drawing, _pose(_OFF_THE_SEAT, lean_deg=38.0))
    side.draw_person(drawing, _pose(side.hip_at(_ANKLE, -1.0, 4.0), lean_deg=0.0))
    arrow(drawing, Point(46.0, -96.0), Point(46.0, -136.0))
    return drawing.finished()


def lean_back() -> Picture:
    """Draw the way down: hips back, the body forward, with standing as a ghost."""
    drawing = _room("The person sits down slowly: hips go back to the seat while the body leans forward.")
    _ghost(drawing, _pose(side.hip_at(_ANKLE, -1.0, 4.0), lean_deg=0.0))
    side.draw_person(drawing, _pose(Point(-25.0, -68.0), lean_deg=36.0))
    arrow(drawing, Point(-46.0, -128.0), Point(-46.0, -92.0))
    return drawing.finished()


def _room(title: str) -> Drawing:
    drawing = Drawing(title, -66, _TOP, 66, 22)
    scene.floor(drawing, -62.0, 62.0)
    scene.chair_back(drawing, _BACK_X)
    return drawing


def _ghost(drawing: Drawing, pose: SidePose) -> None:
    drawing.layer(0.22)
    side.draw_person(drawing, pose)
    drawing.layer(1.0)


def _pose(hip: Point, lean_deg: float) -> SidePose:
    chest = side.shoulder_of(hip, lean_deg)
    return SidePose(hip, _ANKLE, lean_deg=lean_deg, hand=chest.moved(14.0, 12.0))
