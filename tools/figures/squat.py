"""The plain squat."""

from __future__ import annotations

from typing import Final

from tools.figures import scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.marks import arrow, leg_line
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_ANKLE: Final = Point(0.0, -ANKLE_CM)
_BOTTOM_DEG: Final = 70.0


def squat() -> Picture:
    """Draw a squat from the side, with the start as a ghost."""
    drawing = Drawing(
        "A squat seen from the side: hips back, chest over the feet, heels on the floor.", -62, -184, 82, 22
    )
    scene.floor(drawing, -56.0, 78.0)
    drawing.layer(0.22)
    side.draw_person(drawing, SidePose(side.hip_at(_ANKLE, -1.0, 4.0), _ANKLE))
    drawing.layer(1.0)
    hip = side.hip_at(_ANKLE, -19.0, _BOTTOM_DEG)
    pose = SidePose(hip, _ANKLE, lean_deg=30.0, hand=hip.moved(60.0, -42.0))
    side.draw_person(drawing, pose)
    leg_line(drawing, [hip, side.knee_of(hip, _ANKLE), _ANKLE], Mark.GOOD)
    arrow(drawing, Point(-44.0, -134.0), Point(-44.0, -98.0))
    return drawing.finished()
