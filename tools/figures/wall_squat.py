"""The wall squat, step by step."""

from __future__ import annotations

from typing import Final

from tools.figures import front, scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.front import FrontLeg, FrontPose
from tools.figures.marks import arrow, clock, leg_line, length, plumb_line, verdict
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_HEEL_TO_WALL_CM: Final = 10.0
_HEEL_BEHIND_ANKLE_CM: Final = 6.5
_ANKLE: Final = Point(_HEEL_TO_WALL_CM + _HEEL_BEHIND_ANKLE_CM, -ANKLE_CM)
_HIP_TO_WALL_CM: Final = 10.5
_START_DEG: Final = 8.0
"""Nobody stands with quite straight knees while the back leans on a wall."""
_HOLD_DEG: Final = 60.0
_SEEN_DEG: Final = 75.0
"""In front views, where bending shows as shortening only."""
_TOP: Final = -184.0
_STANCE_CM: Final = 11.0
"""Half the distance between the ankles in front views."""


def stand() -> Picture:
    """Draw the start: back on the wall, heels about 10 cm in front of it."""
    drawing = Drawing(
        "A person stands with the back against a wall, the heels about ten centimetres in front of it.",
        -22,
        _TOP,
        100,
        24,
    )
    _room(drawing)
    side.draw_person(drawing, _pose(_START_DEG))
    length(drawing, Point(0.0, 7.0), Point(_HEEL_TO_WALL_CM, 7.0), "", below=0)
    drawing.words(Point(16.0, 16.0), "about 10 cm", 11.0, "start")
    return drawing.finished()


def squeeze() -> Picture:
    """Draw the stance from the front, a soft ball between the knees."""
    drawing = Drawing(
        "Seen from the front: feet hip-width apart, toes forward, a soft ball held between the knees.",
        -65,
        _TOP,
        65,
        24,
    )
    scene.wall_behind(drawing, -56, 56, _TOP + 4, 0.0)
    scene.shadow(drawing, Point(0.0, 2.0), 30.0)
    pose = _front(_START_DEG, knee_in_cm=0.0)
    front.draw_person(drawing, pose)
    knee = pose.right.knee
    scene.ball(drawing, Point(0.0, knee.y), 6.4, 8.0)
    for sign in (-1.0, 1.0):
        arrow(drawing, Point(sign * 42.0, knee.y), Point(sign * 21.0, knee.y))
    drawing.words(Point(0.0, 19.0), "feet hip-width apart", 11.0)
    return drawing.finished()


def slide_down() -> Picture:
    """Draw the way down, with the start as a ghost."""
    drawing = Drawing(
        "The person slides slowly down the wall, the back staying on it, until the knees are bent as far as is "
        "comfortable.",
        -22,
        _TOP,
        100,
        24,
    )
    _room(drawing)
    drawing.layer(0.22)
    side.draw_person(drawing, _pose(_START_DEG))
    drawing.layer(1.0)
    side.draw_person(drawing, _pose(_HOLD_DEG))
    arrow(drawing, Point(66.0, -150.0), Point(66.0, -112.0))
    drawing.words(Point(66.0, -158.0), "2 to 3 s", 12.0, bold=True)
    return drawing.finished()


def hold() -> Picture:
    """Draw the hold at the bottom."""
    drawing = Drawing(
        "The person holds still at the bottom for three seconds: back on the wall, heels on the floor.",
        -22,
        _TOP,
        100,
        24,
    )
    _room(drawing)
    pose = _pose(_HOLD_DEG)
    side.draw_person(drawing, pose)
    leg_line(drawing, [pose.hip, side.knee_of(pose.hip, pose.ankle), pose.ankle], Mark.GOOD)
    clock(drawing, Point(78.0, -128.0), "3 s")
    drawing.words(Point(78.0, -102.0), "hold", 12.0)
    return drawing.finished()


def rise() -> Picture:
    """Draw the way up, with the bottom as a ghost."""
    drawing = Drawing("The person slides back up the wall, smoothly, until standing.", -22, _TOP, 100, 24)
    _room(drawing)
    drawing.layer(0.22)
    side.draw_person(drawing, _pose(_HOLD_DEG))
    drawing.layer(1.0)
    side.draw_person(drawing, _pose(_START_DEG))
    arrow(drawing, Point(66.0, -112.0), Point(66.0, -150.0))
    drawing.words(Point(66.0, -98.0), "smoothly", 12.0, bold=True)
    return drawing.finished()


def knees(mark: Mark) -> Picture:
    """Draw the bottom from the front: knees over the feet, or fallen inward."""
    good = mark is Mark.GOOD
    what = "stand over the feet: right" if good else "fall inward, past the big toes: wrong"
    drawing = Drawing(f"A squat seen from the front. The knees {what}.", -65, -176.0, 65, 34)
    scene.wall_behind(drawing, -56, 56, -172, 0.0)
    scene.shadow(drawing, Point(0.0, 2.0), 32.0)
    pose = _front(_SEEN_DEG, knee_in_cm=0.0 if good else 7.5)
    front.draw_person(drawing, pose)
    for name, leg in (("left", pose.left), ("right", pose.right)):
        plumb_line(drawing, leg.knee, 4.0, mark)
        leg_line(drawing, [front.hip_of(pose, name), leg.knee, leg.ankle], mark)
    verdict(drawing, Point(-50.0, 24.0), mark, "knees over feet" if good else "knees fall inward")
    return drawing.finished()


def _room(drawing: Drawing) -> None:
    scene.wall_from_side(drawing, 0.0, _TOP + 4)
    scene.floor(drawing, -9.0, 96.0)


def _pose(knee_flexion_deg: float) -> SidePose:
    return SidePose(side.hip_at(_ANKLE, _HIP_TO_WALL_CM, knee_flexion_deg), _ANKLE)


def _front(knee_flexion_deg: float, knee_in_cm: float) -> FrontPose:
    """Return the pose from the front: heights as from the side, each knee moved inward by so much."""
    hip = side.hip_at(_ANKLE, _HIP_TO_WALL_CM, knee_flexion_deg)
    knee = side.knee_of(hip, _ANKLE)
    legs = [
        FrontLeg(Point(sign * (_STANCE_CM + 1.0 - knee_in_cm), knee.y), Point(sign * _STANCE_CM, -ANKLE_CM))
        for sign in (-1.0, 1.0)
    ]
    return FrontPose(Point(0.0, hip.y), legs[0], legs[1])
