"""A person in any pose, every joint given: sitting, lying, kneeling. Shapes and sizes are those of the standing one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tools.figures import front, side
from tools.figures.body import FOREARM_CM, TRUNK_CM, UPPER_ARM_CM, draw_arm, draw_leg
from tools.figures.drawing import FEATURES, HAIR, SHIRT, SHOE, SHOE_SHADE, SKIN, TIGHTS, Drawing
from tools.figures.shapes import Node, Point, bent_joint, polar, turned

_SHOULDER_SHARE: Final = 0.93
_CALF_CM: Final = 1.6


@dataclass(frozen=True)
class Leg:
    """One leg, all of it given."""

    knee: Point
    ankle: Point
    foot_deg: float = 0.0
    """How far the foot is turned clockwise from standing flat and pointing right."""


@dataclass(frozen=True)
class Arm:
    """One arm; the elbow follows."""

    hand: Point
    elbow_forward: bool = False


@dataclass(frozen=True)
class Profile:
    """A person seen in profile, in any position."""

    hip: Point
    trunk_deg: float
    """How far the trunk is turned clockwise from upright and facing right; -90 lies on the back, head on the left."""
    near: Leg
    far: Leg
    arm: Arm | None = None
    """The near one; None for none drawn."""
    far_arm: Arm | None = None
    head_deg: float | None = None
    """As the trunk's, which it is where None."""

    @property
    def shoulder(self) -> Point:
        """Top of the trunk."""
        return polar(self.hip, 180.0 - self.trunk_deg, TRUNK_CM)


def draw_profile(drawing: Drawing, pose: Profile, between: Callable[[], None] = lambda: None) -> None:
    """Draw the whole person, and between the legs what `between` draws."""
    arm_at = pose.hip.towards(pose.shoulder, _SHOULDER_SHARE)
    if pose.far_arm is not None:
        _arm(drawing, arm_at.moved(1.5, 1.0), pose.far_arm, shaded=True)
    _leg(drawing, pose.hip, pose.far, shaded=True)
    _head(drawing, pose.shoulder, pose.trunk_deg if pose.head_deg is None else pose.head_deg)
    drawing.limb([[Node(pose.hip, 9.6), Node(pose.hip.towards(pose.shoulder, 0.18), 9.0)]], TIGHTS)
    between()
    _leg(drawing, pose.hip, pose.near)
    chest = turned([Point(0.8, 0.0)], pose.trunk_deg, Point(0.0, 0.0))[0]
    drawing.limb(
        [
            [
                Node(pose.hip.towards(pose.shoulder, 0.16), 9.4),
                Node(pose.hip.towards(pose.shoulder, 0.4), 8.8),
                Node(pose.hip.towards(pose.shoulder, 0.72).moved(chest.x, chest.y), 9.8),
                Node(pose.hip.towards(pose.shoulder, 0.94), 7.4),
            ]
        ],
        SHIRT,
    )
    if pose.arm is not None:
        _arm(drawing, arm_at, pose.arm)


@dataclass(frozen=True)
class OnSide:
    """A person who lies on one side and faces the viewer, head on the left."""

    pelvis: Point
    lower: Leg
    upper: Leg


def draw_on_side(drawing: Drawing, pose: OnSide) -> None:
    """Draw the whole person: the lower leg behind the upper one, the head on the lower arm, the upper hand in front."""

    def at(x: float, y: float) -> Point:
        (point,) = turned([pose.pelvis.moved(x, y)], -90.0, pose.pelvis)
        return point

    def placed(shape: tuple[Point, ...]) -> list[Point]:
        return [at(p.x, p.y) for p in shape]

    hips = [at(-front.HIP_CM, 0.0), at(front.HIP_CM, 0.0)]
    lower_hip, upper_hip = sorted(hips, key=lambda hip: -hip.y)
    _leg(drawing, lower_hip, pose.lower, shaded=True)
    drawing.limb([[Node(at(-14.0, -44.0), 4.6), Node(at(-17.0, -66.0), 4.2), Node(at(-15.0, -86.0), 3.4)]], SKIN)
    drawing.ellipse(at(0.0, -69.5), 11.2, 9.6, HAIR)
    drawing.limb([[Node(at(0.0, -TRUNK_CM), 5.4), Node(at(0.0, -59.0), 4.6)]], SKIN)
    drawing.shape(placed(front.PELVIS_SHAPE), TIGHTS)
    _leg(drawing, upper_hip, pose.upper)
    drawing.blend([[Node(upper_hip, 8.8), Node(at(0.0, -1.0), 8.0)]], TIGHTS)
    drawing.shape(placed(front.SHIRT_SHAPE), SHIRT)
    drawing.ellipse(at(0.0, -68.0), 10.8, 8.2, SKIN)
    drawing.shape(placed(front.FRINGE), HAIR)
    for x in (-3.2, 3.2):
        drawing.ellipse(at(x, -67.8), 1.2, 0.9, FEATURES, outlined=False)
    shoulder = at(13.0, -44.0)
    hand = at(-13.0, -30.0)
    draw_arm(drawing, shoulder, bent_joint(shoulder, hand, UPPER_ARM_CM, FOREARM_CM, forward=False), hand)


def _leg(drawing: Drawing, hip: Point, leg: Leg, *, shaded: bool = False) -> None:
    length = math.dist(leg.knee, leg.ankle)
    along = Point((leg.ankle.x - leg.knee.x) / length, (leg.ankle.y - leg.knee.y) / length)
    draw_leg(drawing, hip, leg.knee, leg.ankle, Point(-_CALF_CM * along.y, _CALF_CM * along.x), shaded=shaded)
    shoe = [Point(leg.ankle.x + p.x, leg.ankle.y + p.y) for p in side.SHOE_SHAPE]
    drawing.shape(turned(shoe, leg.foot_deg, leg.ankle), SHOE_SHADE if shaded else SHOE)


def _arm(drawing: Drawing, shoulder: Point, arm: Arm, *, shaded: bool = False) -> None:
    elbow = bent_joint(shoulder, arm.hand, UPPER_ARM_CM, FOREARM_CM, forward=arm.elbow_forward)
    draw_arm(drawing, shoulder, elbow, arm.hand, shaded=shaded)


def _head(drawing: Drawing, shoulder: Point, angle_deg: float) -> None:
    def at(x: float, y: float) -> Point:
        (point,) = turned([shoulder.moved(x, y)], angle_deg, shoulder)
        return point

    drawing.limb([[Node(shoulder, 5.2), Node(at(0.6, -9.0), 4.4)]], SKIN)
    drawing.shape([at(2.2 + p.x, -17.5 + p.y) for p in side.FACE], SKIN)
    drawing.shape([at(2.2 + p.x, -17.5 + p.y) for p in side.HAIR_SHAPE], HAIR)
    drawing.ellipse(at(1.0, -15.9), 2.1, 2.1, SKIN)
    drawing.ellipse(at(7.8, -18.3), 0.9, 0.9, FEATURES, outlined=False)
