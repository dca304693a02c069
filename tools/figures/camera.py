"""Where the camera stands: seen from above and from the side."""

from __future__ import annotations

from typing import Final

from tools.figures import scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import GOOD, HAIR, INK, SHIRT, SHOE, SKIN, TIGHTS, WOOD, Drawing, Picture
from tools.figures.marks import length
from tools.figures.shapes import Node, Point
from tools.figures.side import SidePose

_DISTANCE: Final = "2.5 to 3 m"
_DRAWN_CM: Final = 190.0
"""Less than the distance it stands for, so that person and camera are large enough to be seen."""
_HEIGHT_CM: Final = 85.0
_LETTERS: Final = 13.0


def from_above_front() -> Picture:
    """Draw the plan for a front view: the camera straight ahead, the toes pointing at it."""
    drawing = Drawing(
        "Seen from above: the camera stands two and a half to three metres straight in front; the toes point at it.",
        -70,
        -62,
        240,
        74,
    )
    _wall_from_above(drawing)
    drawing.words(Point(-40.0, -46.0), "wall", _LETTERS, "start")
    eye = Point(_DRAWN_CM, 0.0)
    _cone(drawing, eye, Point(-47.0, -46.0), Point(-47.0, 46.0))
    _person_from_above(drawing)
    drawing.line([Point(34.0, 0.0), eye.moved(-22.0)], GOOD, 2.2, dashed=True)
    _camera(drawing, eye, "left")
    length(drawing, Point(0.0, 50.0), Point(_DRAWN_CM, 50.0), _DISTANCE, size=_LETTERS, below=17.0)
    return drawing.finished()


def from_above_side() -> Picture:
    """Draw the plan for a side view: the camera square to the side of the tested leg."""
    drawing = Drawing(
        "Seen from above: the camera stands two and a half to three metres to the side, square to the person, "
        "and the leg to be measured is the one nearer to it.",
        -110,
        -52,
        130,
        262,
    )
    _wall_from_above(drawing)
    drawing.words(Point(-62.0, 4.0), "wall", _LETTERS, "end")
    eye = Point(0.0, _DRAWN_CM)
    _cone(drawing, eye, Point(-46.0, -24.0), Point(46.0, -24.0))
    _person_from_above(drawing)
    drawing.line([Point(0.0, 34.0), eye.moved(dy=-22.0)], GOOD, 2.2, dashed=True)
    _camera(drawing, eye, "up")
    _upright_length(drawing, 66.0)
    drawing.words(Point(10.0, _DRAWN_CM + 42.0), "square to the person", _LETTERS)
    return drawing.finished()


def height() -> Picture:
    """Draw the camera on a shelf at hip height, level, with the whole person in view."""
    drawing = Drawing(
        "From the side: the camera stands level on a shelf at the height of the hips, and the person is in its view "
        "from head to feet.",
        -70,
        -206,
        240,
        32,
    )
    scene.floor(drawing, -64.0, 236.0)
    eye = Point(_DRAWN_CM, -_HEIGHT_CM)
    _cone(drawing, eye, Point(-40.0, -200.0), Point(-40.0, 18.0))
    ankle = Point(0.0, -ANKLE_CM)
    side.draw_person(drawing, SidePose(side.hip_at(ankle, -1.0, 4.0), ankle))
    drawing.line([Point(22.0, -_HEIGHT_CM), eye.moved(-22.0)], GOOD, 2.2, dashed=True)
    drawing.box(Point(_DRAWN_CM - 20.0, -_HEIGHT_CM + 10.0), 50.0, 6.0, WOOD)
    for x in (_DRAWN_CM - 14.0, _DRAWN_CM + 24.0):
        drawing.line([Point(x, -_HEIGHT_CM + 17.0), Point(x, 0.0)], WOOD, 5.0)
    _camera(drawing, eye, "left")
    drawing.words(Point(96.0, -_HEIGHT_CM - 8.0), "level, hip height", _LETTERS)
    length(drawing, Point(0.0, 10.0), Point(_DRAWN_CM, 10.0), _DISTANCE, size=_LETTERS, below=17.0)
    return drawing.finished()


def _wall_from_above(drawing: Drawing) -> None:
    drawing.box(Point(-56.0, -56.0), 9.0, 112.0, INK, 0.2)


def _cone(drawing: Drawing, eye: Point, edge_1: Point, edge_2: Point) -> None:
    """Draw what the camera sees as a faint area."""
    drawing.area([eye, edge_1, edge_2], GOOD, 0.14)


def _camera(drawing: Drawing, at: Point, looks: str) -> None:
    """Draw a camera whose lens is at a point and looks `left` or `up`."""
    if looks == "left":
        drawing.block(at.moved(-9.0, -6.5), 12.0, 13.0, SHOE)
        drawing.block(at.moved(-1.0, -11.0), 28.0, 22.0, TIGHTS)
        drawing.block(at.moved(8.0, -15.5), 10.0, 5.0, TIGHTS)
    else:
        drawing.block(at.moved(-6.5, -9.0), 13.0, 12.0, SHOE)
        drawing.block(at.moved(-15.0, -1.0), 30.0, 20.0, TIGHTS)


def _person_from_above(drawing: Drawing) -> None:
    """Draw a person from above who faces right: feet, shoulders, head."""
    for y in (-11.0, 11.0):
        drawing.limb([[Node(Point(4.0, y), 5.0), Node(Point(24.0, y), 5.4)]], SHOE)
    drawing.limb([[Node(Point(-2.0, -20.0), 9.0), Node(Point(0.0, 0.0), 11.5), Node(Point(-2.0, 20.0), 9.0)]], SHIRT)
    drawing.ellipse(Point(10.5, 0.0), 3.0, 2.4, SKIN)
    drawing.ellipse(Point(1.0, 0.0), 10.0, 8.5, HAIR)


def _upright_length(drawing: Drawing, x: float) -> None:
    drawing.line([Point(x, 0.0), Point(x, _DRAWN_CM)], INK, 1.2)
    for y, sign in ((0.0, 1.0), (_DRAWN_CM, -1.0)):
        drawing.line([Point(x - 3, y + sign * 5), Point(x, y), Point(x + 3, y + sign * 5)], INK, 1.2)
    for line, dy in zip(("2.5 to", "3 m"), (-4.0, 12.0), strict=True):
        drawing.words(Point(x + 7.0, _DRAWN_CM / 2 + dy), line, _LETTERS, "start")
