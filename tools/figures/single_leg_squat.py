"""The single-leg squat, step by step."""

from __future__ import annotations

from typing import Final

from tools.figures import front, scene, side
from tools.figures.body import ANKLE_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.front import FrontLeg, FrontPose
from tools.figures.marks import arrow, colour_of, leg_line, plumb_line, verdict
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_ANKLE: Final = Point(0.0, -ANKLE_CM)
_TOP: Final = -184.0
_BOTTOM_DEG: Final = 55.0


def stand() -> Picture:
    """Draw the start: one foot on the floor, the other just off it."""
    drawing = _new("A person stands on one leg on the floor, the other foot held just off it, a chair within reach.")
    side.draw_person(drawing, _up())
    drawing.words(Point(98.0, 17.0), "chair or rail to hold", 11.0, "end")
    return drawing.finished()


def lower() -> Picture:
    """Draw the way down, with the start as a ghost."""
    drawing = _new("The standing knee bends slowly and the hips go back, while the free foot stays off the floor.")
    drawing.layer(0.22)
    side.draw_person(drawing, _up())
    drawing.layer(1.0)
    side.draw_person(drawing, _down())
    arrow(drawing, Point(-48.0, -140.0), Point(-48.0, -102.0))
    drawing.words(Point(-46.0, -148.0), "slowly", 12.0, bold=True)
    return drawing.finished()


def bottom() -> Picture:
    """Draw the bottom: the standing heel down, the free foot up."""
    drawing = _new("At the bottom the heel of the standing foot is on the floor and the free foot off it.")
    pose = _down()
    side.draw_person(drawing, pose)
    leg_line(drawing, [pose.hip, side.knee_of(pose.hip, pose.ankle), pose.ankle], Mark.GOOD)
    drawing.words(Point(-4.0, 17.0), "heel down", 11.0)
    return drawing.finished()


def rise() -> Picture:
    """Draw the way up, with the bottom as a ghost."""
    drawing = _new("The person rises on the standing leg until it is straight, the free foot still off the floor.")
    drawing.layer(0.22)
    side.draw_person(drawing, _down())
    drawing.layer(1.0)
    side.draw_person(drawing, _up())
    arrow(drawing, Point(-48.0, -102.0), Point(-48.0, -140.0))
    drawing.words(Point(-46.0, -90.0), "steadily", 10.0, bold=True)
    return drawing.finished()


def knee(mark: Mark) -> Picture:
    """Draw the bottom from the front: knee over the foot and pelvis level, or neither."""
    good = mark is Mark.GOOD
    what = (
        "stands over the foot and the pelvis is level: right"
        if good
        else "falls inward and the pelvis drops on the free side: wrong"
    )
    drawing = Drawing(f"A single-leg squat seen from the front. The standing knee {what}.", -62, -178, 62, 34)
    scene.wall_behind(drawing, -56, 56, -174, 0.0)
    scene.shadow(drawing, Point(6.0, 2.0), 26.0)
    hip = side.hip_at(_ANKLE, -6.0, _BOTTOM_DEG)
    knee_y = side.knee_of(hip, _ANKLE).y
    pelvis = Point(2.0 if good else 3.5, hip.y + (0.0 if good else 2.0))
    standing = FrontLeg(Point(9.5 if good else 0.5, knee_y), Point(9.0, _ANKLE.y))
    free = FrontLeg(Point(-8.5, knee_y + 4.0), Point(-9.0, -22.0))
    pose = FrontPose(
        pelvis, free, standing, tilt_deg=0.0 if good else -9.0, lean_deg=0.0 if good else 7.0, hands_on_hips=True
    )
    front.draw_person(drawing, pose)
    hips = [front.hip_of(pose, name) for name in ("left", "right")]
    ends = [hips[1].towards(hips[0], 1.9), hips[0].towards(hips[1], 1.9)]
    drawing.line(ends, "#ffffff", 3.2, opacity=0.85)
    drawing.line(ends, colour_of(mark), 2.0)
    plumb_line(drawing, standing.knee, 4.0, mark)
    leg_line(drawing, [hips[1], standing.knee, standing.ankle], mark)
    verdict(drawing, Point(-52.0, 24.0), mark, "knee over foot" if good else "knee inward")
    return drawing.finished()


def _new(title: str) -> Drawing:
    drawing = Drawing(title, -70, _TOP, 100, 24)
    scene.floor(drawing, -66.0, 96.0)
    scene.chair_back(drawing, 60.0)
    return drawing


def _up() -> SidePose:
    hip = side.hip_at(_ANKLE, 0.0, 6.0)
    return SidePose(hip, _ANKLE, Point(18.0, _ANKLE.y - 9.0), 12.0, 2.0, _hand(hip))


def _down() -> SidePose:
    hip = side.hip_at(_ANKLE, -9.0, _BOTTOM_DEG)
    return SidePose(hip, _ANKLE, Point(34.0, _ANKLE.y - 11.0), 14.0, 18.0, _hand(hip))


def _hand(hip: Point) -> Point:
    """Return where the near hand lies: on the hip."""
    return hip.moved(6.0, -11.0)
