"""A person seen from the side, facing right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tools.figures.body import (
    ANKLE_CM,
    FOREARM_CM,
    SHANK_CM,
    THIGH_CM,
    TRUNK_CM,
    UPPER_ARM_CM,
    draw_arm,
    draw_leg,
)
from tools.figures.drawing import FEATURES, HAIR, SHIRT, SHOE, SHOE_SHADE, SKIN, TIGHTS, Drawing
from tools.figures.shapes import Node, Point, bent_joint, polar, turned

SHOE_SHAPE: Final = (
    Point(-6.4, 6.6),
    Point(-7.2, 2.0),
    Point(-5.0, -2.4),
    Point(3.6, -2.6),
    Point(9.5, 1.6),
    Point(16.5, 3.4),
    Point(19.6, 6.0),
    Point(17.0, 7.4),
    Point(6.0, 6.9),
)
FACE: Final = (
    Point(5.4, -8.6),
    Point(7.6, -4.2),
    Point(7.8, -1.0),
    Point(10.0, 2.4),
    Point(8.0, 3.8),
    Point(8.0, 6.4),
    Point(6.4, 9.8),
    Point(1.0, 8.8),
    Point(-5.0, 6.0),
    Point(-9.0, -1.0),
    Point(-6.5, -8.5),
    Point(0.0, -11.0),
)
HAIR_SHAPE: Final = (
    Point(6.6, -7.4),
    Point(3.2, -5.0),
    Point(0.6, -2.0),
    Point(-0.2, 1.6),
    Point(-3.4, 2.6),
    Point(-5.8, 7.4),
    Point(-9.6, 3.0),
    Point(-10.8, -3.8),
    Point(-7.4, -10.2),
    Point(0.0, -12.6),
    Point(5.2, -10.8),
)
_SHOULDER_SHARE: Final = 0.93
"""Of the trunk's length, where the arm hangs; above it lies the slope of the shoulder."""


@dataclass(frozen=True)
class SidePose:
    """Where the joints are that the others follow from."""

    hip: Point
    ankle: Point
    """Of the near leg, and of both where `far_ankle` is None."""
    far_ankle: Point | None = None
    far_toe_up_deg: float = 0.0
    lean_deg: float = 0.0
    """Of the trunk, forward."""
    hand: Point | None = None
    """Where the near hand rests; None to let the arms hang."""


def hip_at(ankle: Point, hip_x: float, knee_flexion_deg: float) -> Point:
    """Return the hip that goes with a knee flexion, when it is known how far across it lies."""
    bend = math.radians(180.0 - knee_flexion_deg)
    span = math.sqrt(THIGH_CM**2 + SHANK_CM**2 - 2 * THIGH_CM * SHANK_CM * math.cos(bend))
    return Point(hip_x, ankle.y - math.sqrt(span**2 - (hip_x - ankle.x) ** 2))


def knee_of(hip: Point, ankle: Point) -> Point:
    """Return the knee, in front of the line from hip to ankle."""
    return bent_joint(hip, ankle, THIGH_CM, SHANK_CM, forward=True)


def shoulder_of(hip: Point, lean_deg: float) -> Point:
    """Return where the arm hangs from a trunk that leans forward."""
    return hip.towards(polar(hip, 180.0 - lean_deg, TRUNK_CM), _SHOULDER_SHARE)


def draw_person(drawing: Drawing, pose: SidePose) -> None:
    """Draw the whole person."""
    shoulder = polar(pose.hip, 180.0 - pose.lean_deg, TRUNK_CM)
    arm = pose.hip.towards(shoulder, _SHOULDER_SHARE)
    far_ankle = pose.far_ankle or pose.ankle.moved(dx=2.5)
    if pose.hand is None:
        _arm(drawing, arm.moved(dx=2.0), arm.moved(9.0, UPPER_ARM_CM + FOREARM_CM - 3.0), shaded=True)
    draw_leg(drawing, pose.hip, knee_of(pose.hip, far_ankle), far_ankle, -1.6, shaded=True)
    _shoe(drawing, far_ankle, pose.far_toe_up_deg, shaded=True)
    _neck_and_head(drawing, shoulder, pose.lean_deg)
    _trunk(drawing, pose.hip, shoulder)
    draw_leg(drawing, pose.hip, knee_of(pose.hip, pose.ankle), pose.ankle, -1.6)
    _shoe(drawing, pose.ankle, 0.0)
    _shirt(drawing, pose.hip, shoulder)
    _arm(drawing, arm, pose.hand or arm.moved(4.0, UPPER_ARM_CM + FOREARM_CM - 2.0))


def _trunk(drawing: Drawing, hip: Point, shoulder: Point) -> None:
    """Draw the pelvis, which the thigh of the near leg then covers in part."""
    drawing.limb([[Node(hip.moved(-0.4), 9.6), Node(hip.towards(shoulder, 0.18), 9.0)]], TIGHTS)


def _shirt(drawing: Drawing, hip: Point, shoulder: Point) -> None:
    drawing.limb(
        [
            [
                Node(hip.towards(shoulder, 0.16), 9.4),
                Node(hip.towards(shoulder, 0.4), 8.8),
                Node(hip.towards(shoulder, 0.72).moved(dx=0.8), 9.8),
                Node(hip.towards(shoulder, 0.94), 7.4),
            ]
        ],
        SHIRT,
    )


def _neck_and_head(drawing: Drawing, shoulder: Point, lean_deg: float) -> None:
    neck = polar(shoulder, 180.0 - lean_deg, 9.0)
    head = polar(shoulder, 180.0 - lean_deg, 17.5).moved(dx=2.2)
    drawing.limb([[Node(shoulder, 5.2), Node(neck.moved(dx=0.6), 4.4)]], SKIN)
    drawing.shape([Point(head.x + p.x, head.y + p.y) for p in FACE], SKIN)
    drawing.shape([Point(head.x + p.x, head.y + p.y) for p in HAIR_SHAPE], HAIR)
    drawing.ellipse(head.moved(-1.2, 1.6), 1.7, 2.5, SKIN)
    drawing.ellipse(head.moved(5.6, -0.8), 0.8, 1.1, FEATURES, outlined=False)


def _arm(drawing: Drawing, shoulder: Point, wrist: Point, *, shaded: bool = False) -> None:
    elbow = bent_joint(shoulder, wrist, UPPER_ARM_CM, FOREARM_CM, forward=False)
    draw_arm(drawing, shoulder, elbow, wrist, shaded=shaded)


def _shoe(drawing: Drawing, ankle: Point, toe_up_deg: float, *, shaded: bool = False) -> None:
    placed = [Point(ankle.x + p.x, ankle.y + p.y) for p in SHOE_SHAPE]
    heel = ankle.moved(-6.0, ANKLE_CM)
    drawing.shape(turned(placed, -toe_up_deg, heel), SHOE_SHADE if shaded else SHOE)
