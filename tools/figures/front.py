"""A person seen from the front, as a camera sees them: the person's right leg is on the left of the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tools.figures.body import FOREARM_CM, TRUNK_CM, UPPER_ARM_CM, draw_arm, draw_leg
from tools.figures.drawing import FEATURES, HAIR, SHIRT, SHOE, SKIN, TIGHTS, Drawing
from tools.figures.shapes import Node, Point, bent_joint, turned

HIP_CM: Final = 8.5
"""Half the distance between the hip joints."""
_SHOULDER_CM: Final = 16.5

SHIRT_SHAPE: Final = (
    Point(-6.5, -51.0),
    Point(-15.5, -48.6),
    Point(-17.6, -43.0),
    Point(-15.0, -34.0),
    Point(-12.6, -20.0),
    Point(-14.6, -7.0),
    Point(0.0, -5.5),
    Point(14.6, -7.0),
    Point(12.6, -20.0),
    Point(15.0, -34.0),
    Point(17.6, -43.0),
    Point(15.5, -48.6),
    Point(6.5, -51.0),
    Point(0.0, -48.6),
)
PELVIS_SHAPE: Final = (
    Point(-13.6, -9.0),
    Point(-16.4, 0.0),
    Point(-13.0, 8.0),
    Point(0.0, 8.6),
    Point(13.0, 8.0),
    Point(16.4, 0.0),
    Point(13.6, -9.0),
)
FRINGE: Final = (
    Point(-8.6, -67.5),
    Point(-9.0, -73.0),
    Point(-5.4, -79.4),
    Point(0.0, -80.6),
    Point(5.4, -79.4),
    Point(9.0, -73.0),
    Point(8.6, -67.5),
    Point(6.4, -72.6),
    Point(1.5, -75.4),
    Point(-5.0, -73.8),
)
_SHOE: Final = (
    Point(-4.0, -2.6),
    Point(-4.8, 2.5),
    Point(-5.6, 7.2),
    Point(-3.4, 10.0),
    Point(3.4, 10.0),
    Point(5.6, 7.2),
    Point(4.8, 2.5),
    Point(4.0, -2.6),
)


@dataclass(frozen=True)
class FrontLeg:
    """One leg; the hip follows from the pelvis."""

    knee: Point
    ankle: Point


@dataclass(frozen=True)
class FrontPose:
    """Where the joints are that the others follow from."""

    pelvis: Point
    """Middle between the hip joints."""
    left: FrontLeg
    """The leg on the left of the drawing."""
    right: FrontLeg
    tilt_deg: float = 0.0
    """Of the pelvis, positive when its right end in the drawing is lower."""
    lean_deg: float = 0.0
    """Of the trunk, positive to the right in the drawing."""
    hands_on_hips: bool = False
    near: str = "left"
    """Which leg is nearer to the camera and covers the other where they cross."""


def hip_of(pose: FrontPose, side: str) -> Point:
    """Return the hip joint on the `left` or the `right` of the drawing."""
    (hip,) = turned([pose.pelvis.moved(dx=-HIP_CM if side == "left" else HIP_CM)], pose.tilt_deg, pose.pelvis)
    return hip


def draw_person(drawing: Drawing, pose: FrontPose) -> None:
    """Draw the whole person."""
    first = "right" if pose.near == "left" else "left"
    for side in (first, pose.near):
        leg = pose.left if side == "left" else pose.right
        draw_leg(drawing, hip_of(pose, side), leg.knee, leg.ankle, -0.7 if side == "left" else 0.7)
        _shoe(drawing, leg.ankle)
    pelvis = [Point(pose.pelvis.x + p.x, pose.pelvis.y + p.y) for p in PELVIS_SHAPE]
    drawing.shape(turned(pelvis, pose.tilt_deg, pose.pelvis), TIGHTS)
    for side in ("left", "right"):
        leg = pose.left if side == "left" else pose.right
        _cover_groin(drawing, hip_of(pose, side), leg.knee)
    _upper_body(drawing, pose)


def _cover_groin(drawing: Drawing, hip: Point, knee: Point) -> None:
    """Fill over the outline between pelvis and thigh, where a body has no line."""
    drawing.blend([[Node(hip, 9.0), Node(hip.towards(knee, 0.35), 8.2)]], TIGHTS)


def _upper_body(drawing: Drawing, pose: FrontPose) -> None:
    def at(x: float, y: float) -> Point:
        (point,) = turned([pose.pelvis.moved(x, y)], pose.lean_deg, pose.pelvis)
        return point

    def upper(points: tuple[Point, ...]) -> list[Point]:
        return [at(p.x, p.y) for p in points]

    drawing.ellipse(at(0.0, -69.5), 9.6, 11.2, HAIR)
    drawing.limb([[Node(at(0.0, -TRUNK_CM), 5.4), Node(at(0.0, -59.0), 4.6)]], SKIN)
    for sign in (-1.0, 1.0):
        shoulder = at(sign * _SHOULDER_CM, -45.0)
        if pose.hands_on_hips:
            wrist = pose.pelvis.moved(sign * 17.5, -9.0)
            elbow = bent_joint(shoulder, wrist, UPPER_ARM_CM * 0.86, FOREARM_CM * 0.86, forward=sign > 0)
        else:
            wrist = shoulder.moved(sign * 8.0, UPPER_ARM_CM + FOREARM_CM - 3.0)
            elbow = bent_joint(shoulder, wrist, UPPER_ARM_CM, FOREARM_CM, forward=sign > 0)
        draw_arm(drawing, shoulder, elbow, wrist)
    drawing.shape(upper(SHIRT_SHAPE), SHIRT)
    for sign in (-1.0, 1.0):
        shoulder = at(sign * _SHOULDER_CM, -45.0)
        drawing.blend([[Node(shoulder, 5.2), Node(shoulder.moved(-sign * 5.0, 1.0), 5.0)]], SHIRT)
    _face(drawing, at(0.0, -68.0), upper(FRINGE))


def _face(drawing: Drawing, head: Point, fringe: list[Point]) -> None:
    drawing.ellipse(head, 8.2, 10.8, SKIN)
    drawing.shape(fringe, HAIR)
    for x in (-3.2, 3.2):
        drawing.ellipse(head.moved(x, 0.2), 0.9, 1.2, FEATURES, outlined=False)
    drawing.curve(f"M{head.x - 2.6:.1f} {head.y + 5.4:.1f}q2.6 1.8 5.2 0", FEATURES, 0.9)


def _shoe(drawing: Drawing, ankle: Point) -> None:
    drawing.shape([Point(ankle.x + p.x, ankle.y + p.y) for p in _SHOE], SHOE)
