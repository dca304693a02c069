"""The step-down, step by step."""

from __future__ import annotations

from typing import Final

from tools.figures import front, scene, side
from tools.figures.body import ANKLE_CM, SHANK_CM, THIGH_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.front import FrontLeg, FrontPose
from tools.figures.marks import arrow, colour_of, leg_line, plumb_line, verdict
from tools.figures.shapes import Point
from tools.figures.side import SidePose

_STEP_CM: Final = 15.0
_EDGE_X: Final = 13.0
"""Where the step ends; the toes of the standing foot reach a little over it."""
_ANKLE: Final = Point(0.0, -_STEP_CM - ANKLE_CM)
_TOP: Final = -200.0


def stand() -> Picture:
    """Draw the start: one leg on the step, the other free over its edge."""
    drawing = _new("A person stands on a low step on one leg, the other foot hanging free in front of the edge.")
    hip = side.hip_at(_ANKLE, 0.0, 6.0)
    side.draw_person(drawing, SidePose(hip, _ANKLE, Point(22.0, _ANKLE.y - 1.0), 12.0, 2.0, _hand(hip)))
    drawing.words(Point(96.0, 17.0), "chair or rail to hold", 11.0, "end")
    return drawing.finished()


def lower() -> Picture:
    """Draw the way down, with the start as a ghost."""
    drawing = _new("The knee of the standing leg bends slowly, and the free heel goes down towards the floor.")
    start = side.hip_at(_ANKLE, 0.0, 6.0)
    drawing.layer(0.22)
    side.draw_person(drawing, SidePose(start, _ANKLE, Point(22.0, _ANKLE.y - 1.0), 12.0, 2.0, _hand(start)))
    drawing.layer(1.0)
    hip = side.hip_at(_ANKLE, -3.0, 45.0)
    side.draw_person(drawing, SidePose(hip, _ANKLE, Point(24.0, -16.0), 16.0, 8.0, _hand(hip)))
    arrow(drawing, Point(-41.0, -150.0), Point(-41.0, -112.0))
    drawing.words(Point(-41.0, -158.0), "2 to 3 s", 12.0, bold=True)
    return drawing.finished()


def touch() -> Picture:
    """Draw the bottom: the free heel just touches the floor."""
    drawing = _new("The free heel touches the floor lightly; the standing heel stays on the step.")
    pose = _bottom()
    side.draw_person(drawing, pose)
    leg_line(drawing, [pose.hip, side.knee_of(pose.hip, pose.ankle), pose.ankle], Mark.GOOD)
    drawing.words(Point(30.0, 17.0), "touch, no push", 11.0)
    return drawing.finished()


def rise() -> Picture:
    """Draw the way up, with the bottom as a ghost."""
    drawing = _new("The person rises on the standing leg until it is straight, without pushing off from the floor.")
    drawing.layer(0.22)
    side.draw_person(drawing, _bottom())
    drawing.layer(1.0)
    hip = side.hip_at(_ANKLE, 0.0, 6.0)
    side.draw_person(drawing, SidePose(hip, _ANKLE, Point(22.0, _ANKLE.y - 1.0), 12.0, 2.0, _hand(hip)))
    arrow(drawing, Point(-41.0, -112.0), Point(-41.0, -150.0))
    drawing.words(Point(-41.0, -98.0), "steadily", 12.0, bold=True)
    return drawing.finished()


def knee(mark: Mark, *, band: bool = False) -> Picture:
    """Draw the bottom from the front: knee over foot and pelvis level, or neither; `band` pulls it inward."""
    good = mark is Mark.GOOD
    what = (
        "stands over the foot and the pelvis is level: right"
        if good
        else "falls inward and the pelvis drops on the free side: wrong"
    )
    pulled = "An elastic band pulls the standing knee inward. " if band else ""
    drawing = Drawing(f"A step-down seen from the front. {pulled}The standing knee {what}.", -62, -194, 62, 34)
    scene.wall_behind(drawing, -56, 56, -190, -12.0)
    scene.step_from_front(drawing, -2.0, 42.0, _STEP_CM)
    side_hip = side.hip_at(_ANKLE, -3.0, 55.0)
    side_knee = side.knee_of(side_hip, _ANKLE)
    shift = 0.0 if good else 1.5
    pelvis = Point(4.0 + shift, side_hip.y + (0.0 if good else 2.0))
    standing = FrontLeg(Point(13.5 if good else 4.5, side_knee.y), Point(13.0, _ANKLE.y))
    free = FrontLeg(Point(-6.0, (pelvis.y - 6.0) / 2 - 6.0), Point(-8.0, -3.0))
    pose = FrontPose(
        pelvis, free, standing, tilt_deg=0.0 if good else -9.0, lean_deg=0.0 if good else 7.0, hands_on_hips=True
    )
    if band:
        scene.band(drawing, [Point(-58.0, standing.knee.y + 6.0), standing.knee.moved(4.0, 2.0)])
    front.draw_person(drawing, pose)
    if band:
        scene.band(drawing, [standing.knee.moved(-6.5, -1.0), standing.knee.moved(6.5, -1.0)])
    hips = [front.hip_of(pose, name) for name in ("left", "right")]
    drawing.line([hips[1].towards(hips[0], 1.9), hips[0].towards(hips[1], 1.9)], "#ffffff", 3.2, opacity=0.85)
    drawing.line([hips[1].towards(hips[0], 1.9), hips[0].towards(hips[1], 1.9)], colour_of(mark), 2.0)
    plumb_line(drawing, standing.knee, -_STEP_CM - 1.0, mark)
    leg_line(drawing, [hips[1], standing.knee, standing.ankle], mark)
    verdict(drawing, Point(-52.0, 24.0), mark, "knee over foot" if good else "knee inward")
    return drawing.finished()


def _new(title: str) -> Drawing:
    drawing = Drawing(title, -70, _TOP, 100, 24)
    scene.floor(drawing, -66.0, 96.0)
    scene.chair_back(drawing, 56.0)
    scene.step_from_side(drawing, -30.0, _EDGE_X, _STEP_CM)
    return drawing


def _bottom() -> SidePose:
    """Return the pose in which the free heel reaches the floor in front of the step."""
    free_ankle = Point(25.0, -ANKLE_CM)
    leg = (THIGH_CM + SHANK_CM) * 0.999
    hip_x = -6.0
    hip_y = free_ankle.y - (leg**2 - (free_ankle.x - hip_x) ** 2) ** 0.5
    hip = Point(hip_x, hip_y)
    return SidePose(hip, _ANKLE, free_ankle, 18.0, 12.0, _hand(hip))


def _hand(hip: Point) -> Point:
    """Return where the near hand lies: on the hip."""
    return hip.moved(6.0, -11.0)
