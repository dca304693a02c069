"""The guided exercises: sitting, lying, kneeling and standing."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Final

from tools.figures import front, scene, side, step_down
from tools.figures.body import ANKLE_CM, SHANK_CM, THIGH_CM
from tools.figures.drawing import (
    BONE,
    GOOD,
    INK,
    KNEECAP,
    MAT,
    MUSCLE,
    SHOE,
    SKIN,
    SKIN_SHADE,
    TIGHTS,
    WOOD,
    Drawing,
    Mark,
    Picture,
)
from tools.figures.free import Arm, Leg, OnSide, Profile, draw_on_side, draw_profile
from tools.figures.front import FrontLeg, FrontPose
from tools.figures.marks import arrow, clock, colour_of, leg_line, verdict
from tools.figures.shapes import Node, Point, bent_joint, polar
from tools.figures.side import SidePose

_GHOST: Final = 0.22
_LEG_CM: Final = THIGH_CM + SHANK_CM
_LYING_Y: Final = -10.0
"""Height of the hip of a person who lies."""


def _points(*places: tuple[float, float]) -> list[Point]:
    return [Point(x, y) for x, y in places]


def _leg(hip: Point, thigh_deg: float, knee_flexion_deg: float, foot_deg: float | None = None) -> Leg:
    """Return a leg by its angles: the thigh's from straight down, positive forward, and how far the knee bends."""
    knee = polar(hip, thigh_deg, THIGH_CM)
    shank_deg = thigh_deg - knee_flexion_deg
    return Leg(knee, polar(knee, shank_deg, SHANK_CM), -shank_deg if foot_deg is None else foot_deg)


def _leg_to(hip: Point, ankle: Point, foot_deg: float = 0.0) -> Leg:
    """Return a leg whose foot is in a place; the knee points forward."""
    return Leg(bent_joint(hip, ankle, THIGH_CM, SHANK_CM, forward=True), ankle, foot_deg)


# Sitting.

_SEAT: Final = Point(0.0, -51.0)


def _sitting(near: Leg, hand: Point | None = None) -> Profile:
    return Profile(_SEAT, 4.0, near, _leg(_SEAT, 88.0, 88.0), Arm(hand or _SEAT.moved(12.0, -12.0)))


def _chair(title: str) -> Drawing:
    drawing = Drawing(title, -42, -142, 104, 24)
    scene.floor(drawing, -38.0, 100.0)
    scene.stool(drawing, -14.0, 26.0, 41.0)
    return drawing


def ball_sitting() -> Picture:
    """Draw the ball between the knees of somebody who sits, from the front."""
    drawing = Drawing(
        "Seen from the front: a person sits on a chair, feet hip-width apart, a soft ball between the knees, and "
        "presses the knees together.",
        -62,
        -142,
        62,
        24,
    )
    scene.floor(drawing, -56.0, 56.0)
    drawing.box(Point(-24.0, -46.0), 48.0, 6.0, WOOD)
    for x in (-22.0, 18.0):
        drawing.box(Point(x, -40.0), 4.0, 40.0, WOOD)
    legs = [FrontLeg(Point(sign * 13.5, -45.0), Point(sign * 12.0, -ANKLE_CM)) for sign in (-1.0, 1.0)]
    pose = FrontPose(Point(0.0, -52.0), legs[0], legs[1])
    front.draw_person(drawing, pose)
    scene.ball(drawing, Point(0.0, -44.0), 7.4, 8.6)
    for sign in (-1.0, 1.0):
        arrow(drawing, Point(sign * 44.0, -44.0), Point(sign * 24.0, -44.0))
    drawing.words(Point(0.0, 18.0), "squeeze from the knees", 9.8)
    return drawing.finished()


def feel_inner_thigh() -> Picture:
    """Draw where the fingers feel the inner quadriceps: above and inward of the kneecap."""
    drawing = Drawing(
        "The front of a left knee. The place to feel lies three centimetres above the kneecap and three centimetres "
        "inward.",
        -74,
        -62,
        74,
        52,
    )
    drawing.shape(
        _points(
            (-24, -60), (-25, -30), (-19, -6), (-16, 14), (-17, 48), (17, 48), (16, 14), (20, -6), (26, -30), (25, -60)
        ),
        SKIN,
    )
    drawing.layer(0.55)
    drawing.shape([Point(-8, -58), Point(-20, -40), Point(-20, -16), Point(-10, -4), Point(-5, -24)], MUSCLE)
    drawing.shape([Point(10, -58), Point(21, -44), Point(18, -24), Point(9, -14), Point(4, -30)], SKIN_SHADE)
    drawing.layer(1.0)
    drawing.ellipse(Point(0.0, 6.0), 9.5, 10.5, KNEECAP)
    spot = Point(-12.5, -16.0)
    drawing.ellipse(spot, 5.0, 5.0, colour_of(Mark.GOOD))
    drawing.line([Point(-1.0, -5.0), Point(-1.0, -16.0), spot.moved(5.0)], GOOD, 1.6, dashed=True)
    drawing.words(Point(-70.0, -17.0), "feel", 10.0, "start", bold=True)
    drawing.words(Point(-70.0, -6.0), "here", 10.0, "start", bold=True)
    drawing.line([Point(-44.0, -16.0), spot.moved(-6.0)], INK, 1.2)
    drawing.words(Point(70.0, 9.0), "kneecap", 10.0, "end")
    drawing.line([Point(27.0, 6.0), Point(10.0, 6.0)], INK, 1.2)
    drawing.words(Point(-70.0, 46.0), "inside", 10.0, "start")
    drawing.words(Point(70.0, 46.0), "outside", 10.0, "end")
    return drawing.finished()


def press_down() -> Picture:
    """Draw somebody on a chair who presses foot and knee down and feels the muscle."""
    drawing = _chair(
        "A person sits on a chair, presses one foot into the floor and feels above the knee with the fingers."
    )
    leg = _leg(_SEAT, 88.0, 88.0)
    draw_profile(drawing, _sitting(leg, leg.knee.moved(-10.0, -9.0)))
    arrow(drawing, Point(leg.knee.x + 12.0, -46.0), Point(leg.knee.x + 12.0, -22.0))
    drawing.words(Point(78.0, -30.0), "press", 11.0, bold=True)
    return drawing.finished()


def knee_extension_start() -> Picture:
    """Draw the start of the knee extension."""
    drawing = _chair("A person sits on a chair, both feet on the floor.")
    draw_profile(drawing, _sitting(_leg(_SEAT, 88.0, 88.0)))
    return drawing.finished()


def knee_extension() -> Picture:
    """Draw one knee straightened, the start as a ghost."""
    drawing = _chair("The person straightens one knee slowly, until the leg is nearly level.")
    drawing.layer(_GHOST)
    draw_profile(drawing, _sitting(_leg(_SEAT, 88.0, 88.0)))
    drawing.layer(1.0)
    pose = _sitting(_leg(_SEAT, 88.0, 6.0))
    draw_profile(drawing, pose)
    leg_line(drawing, [pose.hip, pose.near.knee, pose.near.ankle], Mark.GOOD)
    arrow(drawing, Point(86.0, -8.0), Point(94.0, -34.0))
    return drawing.finished()


def foot_out() -> Picture:
    """Draw both feet from above, one turned a little outward."""
    drawing = Drawing(
        "Two feet seen from above: one points straight ahead, the other is turned a little outward.", -58, -50, 58, 40
    )
    for x, turn in ((-16.0, 0.0), (16.0, 20.0)):
        heel = Point(x, 22.0)
        toe = polar(heel, 180.0 - turn, 44.0)
        drawing.limb(
            [[Node(heel, 6.4), Node(heel.towards(toe, 0.4), 6.0), Node(heel.towards(toe, 0.8), 8.2), Node(toe, 5.6)]],
            SHOE,
        )
        drawing.line([heel, polar(heel, 180.0 - turn, 60.0)], GOOD, 1.8, dashed=True)
    drawing.line([Point(16.0, 22.0), Point(16.0, -38.0)], INK, 1.2, dashed=True)
    drawing.words(Point(0.0, 37.0), "turned out from the hip", 8.5)
    return drawing.finished()


# Lying on the back, head on the left.

_BACK_HIP: Final = Point(0.0, _LYING_Y)


def _on_back(near: Leg, far: Leg, hip: Point = _BACK_HIP, trunk_deg: float = -90.0) -> Profile:
    return Profile(hip, trunk_deg, near, far, Arm(hip.moved(-2.0, 6.0)), head_deg=-90.0)


def _mat(title: str, *, top: float = -64.0, right: float = 104.0) -> Drawing:
    drawing = Drawing(title, -84, top, right, 22)
    scene.mat(drawing, -82.0, right - 6.0)
    return drawing


def _flat() -> Leg:
    return Leg(_BACK_HIP.moved(THIGH_CM, 1.0), _BACK_HIP.moved(_LEG_CM, 3.0), -90.0)


def _bent() -> Leg:
    return _leg_to(_BACK_HIP, Point(44.0, -ANKLE_CM))


def leg_raise_start() -> Picture:
    """Draw the start of the straight-leg raise."""
    drawing = _mat("A person lies on the back, one knee bent with its foot on the floor, the other leg straight.")
    draw_profile(drawing, _on_back(_flat(), _bent()))
    return drawing.finished()


def leg_raise() -> Picture:
    """Draw the straight leg lifted, the start as a ghost."""
    drawing = _mat("The straight leg is lifted to the height of the other knee; it stays straight.")
    drawing.layer(_GHOST)
    draw_profile(drawing, _on_back(_flat(), _bent()))
    drawing.layer(1.0)
    pose = _on_back(_leg(_BACK_HIP, 114.0, 0.0), _bent())
    draw_profile(drawing, pose)
    leg_line(drawing, [pose.hip, pose.near.knee, pose.near.ankle], Mark.GOOD)
    arrow(drawing, Point(97.0, -14.0), Point(92.0, -42.0))
    return drawing.finished()


def _pillow_leg(flexion_deg: float) -> Leg:
    return _leg(_BACK_HIP, 105.0, flexion_deg)


def _pillow(title: str) -> Drawing:
    drawing = _mat(title)
    scene.cushion(drawing, Point(42.0, -7.0), 30.0, 15.0)
    return drawing


def ball_lying_start() -> Picture:
    """Draw the knees over a pillow with the ball between them."""
    drawing = _pillow("A person lies on the back, a pillow under both knees and a soft ball between them.")
    pose = _on_back(_pillow_leg(30.0), _pillow_leg(28.0))
    draw_profile(drawing, pose, between=partial(scene.ball, drawing, pose.near.knee.moved(0.0, -3.0), 11.0, 11.0))
    return drawing.finished()


def ball_lying() -> Picture:
    """Draw one foot lifted until the knee is straight, the ball still squeezed."""
    drawing = _pillow(
        "One foot is lifted until its knee is straight; the knee stays on the pillow, the ball stays squeezed."
    )
    drawing.layer(_GHOST)
    draw_profile(drawing, _on_back(_pillow_leg(30.0), _pillow_leg(28.0)))
    drawing.layer(1.0)
    pose = _on_back(_pillow_leg(2.0), _pillow_leg(30.0))
    draw_profile(drawing, pose, between=partial(scene.ball, drawing, pose.near.knee.moved(0.0, -3.0), 11.0, 11.0))
    arrow(drawing, Point(94.0, -10.0), Point(92.0, -34.0))
    clock(drawing, Point(24.0, -48.0), "3 s", 12.0)
    return drawing.finished()


def bridge_start() -> Picture:
    """Draw the start of the bridge."""
    drawing = _mat("A person lies on the back, both knees bent, both feet flat on the floor.", right=80.0)
    draw_profile(drawing, _on_back(_bent(), _bent()))
    return drawing.finished()


def bridge() -> Picture:
    """Draw the hips lifted, the start as a ghost."""
    drawing = _mat("The hips are lifted until shoulders, hips and knees lie in one line.", right=80.0)
    drawing.layer(_GHOST)
    draw_profile(drawing, _on_back(_bent(), _bent()))
    drawing.layer(1.0)
    shoulder = Point(-49.0, _LYING_Y)
    hip = polar(shoulder, 90.0 + 27.0, 49.0)
    leg = _leg_to(hip, Point(44.0, -ANKLE_CM))
    pose = Profile(hip, -117.0, leg, leg, Arm(Point(-6.0, -4.0)), head_deg=-90.0)
    draw_profile(drawing, pose)
    drawing.line([shoulder.towards(hip, 0.1), hip, leg.knee], "#ffffff", 3.4, opacity=0.85)
    drawing.line([shoulder.towards(hip, 0.1), hip, leg.knee], GOOD, 2.0)
    arrow(drawing, Point(-6.0, -44.0), Point(-6.0, -60.0))
    return drawing.finished()


# Lying on the side, facing the viewer, head on the left.

_SIDE_PELVIS: Final = Point(0.0, -17.0)


def _side_mat(title: str, right: float, top: float = -78.0) -> Drawing:
    drawing = Drawing(title, -102, top, right, 22)
    scene.mat(drawing, -100.0, right - 4.0)
    return drawing


def clamshell_start() -> Picture:
    """Draw the closed shell."""
    drawing = _side_mat(
        "A person lies on the side facing the viewer, knees bent, one on the other, feet together.", 96.0
    )
    draw_on_side(drawing, OnSide(_SIDE_PELVIS, _shell_lower(), Leg(Point(36.0, -16.0), Point(60.0, -18.0), 10.0)))
    return drawing.finished()


def clamshell() -> Picture:
    """Draw the upper knee opened, the start as a ghost."""
    drawing = _side_mat(
        "The upper knee opens like a shell; the feet stay together and the pelvis does not roll back.", 96.0
    )
    drawing.layer(_GHOST)
    draw_on_side(drawing, OnSide(_SIDE_PELVIS, _shell_lower(), Leg(Point(36.0, -16.0), Point(60.0, -18.0), 10.0)))
    drawing.layer(1.0)
    draw_on_side(drawing, OnSide(_SIDE_PELVIS, _shell_lower(), Leg(Point(27.0, -52.0), Point(57.0, -18.0), 10.0)))
    arrow(drawing, Point(48.0, -40.0), Point(42.0, -66.0))
    return drawing.finished()


def _shell_lower() -> Leg:
    return Leg(Point(34.0, -5.0), Point(60.0, -7.0), 10.0)


def _straight(angle_deg: float, start: Point) -> Leg:
    knee = polar(start, angle_deg, THIGH_CM)
    return Leg(knee, polar(knee, angle_deg, SHANK_CM), 0.0)


def side_lift_start() -> Picture:
    """Draw the start of the side-lying leg lift."""
    drawing = _side_mat("A person lies on the side facing the viewer, both legs straight, one on the other.", 120.0)
    draw_on_side(drawing, _side_lying(90.0))
    return drawing.finished()


def side_lift() -> Picture:
    """Draw the upper leg lifted, the start as a ghost."""
    drawing = _side_mat("The straight upper leg is lifted, toes pointing forward, one hip above the other.", 120.0)
    drawing.layer(_GHOST)
    draw_on_side(drawing, _side_lying(90.0))
    drawing.layer(1.0)
    draw_on_side(drawing, _side_lying(116.0))
    arrow(drawing, Point(92.0, -36.0), Point(84.0, -66.0))
    return drawing.finished()


def _side_lying(angle_deg: float) -> OnSide:
    lower = _straight(90.0, _SIDE_PELVIS.moved(dy=front.HIP_CM))
    return OnSide(_SIDE_PELVIS, lower, _straight(angle_deg, _SIDE_PELVIS.moved(dy=-front.HIP_CM)))


def rolling() -> Picture:
    """Draw the outer thigh on a roller."""
    drawing = Drawing(
        "A person lies on one side, the outer thigh on a foam roller, propped on a forearm, the upper foot on the "
        "floor in front.",
        -102,
        -92,
        112,
        22,
    )
    scene.mat(drawing, -100.0, 108.0)
    scene.roller(drawing, Point(32.0, -9.0), 9.0)
    hip = Point(-2.0, -25.0)
    lower = Leg(hip.moved(41.0, 2.0), hip.moved(82.0, 8.0), 6.0)
    upper = _leg_to(hip, Point(2.0, -ANKLE_CM))
    pose = Profile(hip, -58.0, upper, lower, Arm(Point(-44.0, -5.0), elbow_forward=True), head_deg=-20.0)
    draw_profile(drawing, pose)
    for start, end in ((Point(28.0, 14.0), Point(6.0, 14.0)), (Point(36.0, 14.0), Point(58.0, 14.0))):
        arrow(drawing, start, end)
    return drawing.finished()


def rolling_zone() -> Picture:
    """Draw which part of the thigh is rolled."""
    drawing = Drawing(
        "The left leg from the front: the outer front of the thigh is rolled, from a hand below the hip to a hand "
        "above the knee; kneecap and hip bone are left out.",
        -62,
        -100,
        78,
        34,
    )
    hip, knee, ankle = Point(0.0, -92.0), Point(2.0, -34.0), Point(2.0, 30.0)
    drawing.limb([[Node(hip, 17.0), Node(hip.towards(knee, 0.5), 15.0), Node(knee, 10.0), Node(ankle, 8.0)]], TIGHTS)
    drawing.layer(0.8)
    drawing.limb([[Node(Point(9.0, -76.0), 5.5), Node(Point(9.5, -62.0), 6.0), Node(Point(7.5, -50.0), 4.5)]], GOOD)
    drawing.layer(1.0)
    drawing.ellipse(Point(2.0, -32.0), 6.5, 7.0, KNEECAP)
    drawing.words(Point(74.0, -62.0), "here", 10.5, "end", bold=True)
    drawing.line([Point(48.0, -65.5), Point(17.0, -65.5)], INK, 1.2)
    drawing.words(Point(74.0, -29.0), "not here", 10.5, "end", bold=True)
    drawing.line([Point(26.0, -32.5), Point(10.0, -32.5)], INK, 1.2)
    return drawing.finished()


# Standing and kneeling.


def thigh_stretch() -> Picture:
    """Draw the standing stretch of the front of the thigh."""
    drawing = Drawing(
        "A person stands, holds on to a wall, holds one ankle behind and draws that knee back.", -62, -178, 62, 22
    )
    scene.wall_from_side(drawing, 58.0, -174.0)
    scene.floor(drawing, -58.0, 58.0)
    ankle = Point(4.0, -ANKLE_CM)
    hip = side.hip_at(ankle, 0.0, 4.0)
    near = _leg(hip, -8.0, 138.0)
    pose = Profile(hip, 2.0, near, _leg_to(hip, ankle), Arm(near.ankle.moved(2.0, -3.0)), Arm(Point(55.0, -128.0)))
    draw_profile(drawing, pose)
    arrow(drawing, Point(14.0, -44.0), Point(-6.0, -42.0))
    return drawing.finished()


def thigh_stretch_lying() -> Picture:
    """Draw the same lying on the side with a strap, seen from above."""
    drawing = Drawing(
        "Seen from above: a person lies on one side and draws the ankle of the upper leg back with a strap.",
        -84,
        -34,
        104,
        62,
    )
    drawing.block(Point(-82.0, -32.0), 182.0, 92.0, MAT)
    hip = Point(0.0, 0.0)
    near = _leg(hip, 82.0, 118.0, -60.0)
    pose = Profile(hip, -90.0, near, _leg(hip, 96.0, 12.0), Arm(Point(-8.0, 30.0)), head_deg=-90.0)
    scene.band(drawing, [near.ankle, Point(-8.0, 30.0)])
    draw_profile(drawing, pose)
    return drawing.finished()


def calf_stretch(*, bent: bool) -> Picture:
    """Draw the calf stretch at a wall, with the back knee straight or bent."""
    how = "bent, heel down" if bent else "straight, heel down"
    drawing = Drawing(f"A person leans on a wall with one leg back; the back knee is {how}.", -82, -172, 66, 24)
    scene.wall_from_side(drawing, 62.0, -168.0)
    scene.floor(drawing, -78.0, 62.0)
    back, forth = Point(-40.0, -ANKLE_CM), Point(22.0, -ANKLE_CM)
    hip = Point(-4.0, -74.0) if bent else Point(-2.0, -82.0)
    pose = Profile(
        hip, 16.0, _leg_to(hip, back), _leg_to(hip, forth), Arm(Point(58.0, -116.0)), Arm(Point(58.0, -120.0))
    )
    draw_profile(drawing, pose)
    leg_line(drawing, [hip, pose.near.knee, back], Mark.GOOD)
    drawing.words(Point(-40.0, 17.0), "heel down", 11.0)
    return drawing.finished()


def hip_flexor_stretch() -> Picture:
    """Draw the half-kneeling stretch of the hip flexors."""
    drawing = Drawing(
        "A person kneels on one knee on a cushion, the other foot in front, and shifts the upright body forward.",
        -74,
        -134,
        74,
        24,
    )
    scene.floor(drawing, -70.0, 70.0)
    scene.cushion(drawing, Point(-16.0, -4.0), 34.0, 9.0)
    hip = Point(2.0, -50.0)
    near = Leg(Point(-16.0, -13.0), Point(-56.0, -9.0), 70.0)
    far = _leg_to(hip, Point(42.0, -ANKLE_CM))
    draw_profile(drawing, Profile(hip, 2.0, near, far, Arm(hip.moved(8.0, -12.0))))
    arrow(drawing, Point(-34.0, -58.0), Point(-14.0, -58.0))
    drawing.ellipse(hip.moved(8.5, 3.0), 4.2, 6.0, GOOD, outlined=False)
    drawing.words(Point(0.0, 18.0), "feel it in front of the hip", 9.5)
    return drawing.finished()


def balance() -> Picture:
    """Draw the stand on one leg beside a chair."""
    drawing = Drawing(
        "A person stands on one leg, the knee soft, the other foot off the floor, a chair within reach.",
        -62,
        -178,
        100,
        24,
    )
    scene.floor(drawing, -58.0, 96.0)
    scene.chair_back(drawing, 60.0)
    ankle = Point(0.0, -ANKLE_CM)
    hip = side.hip_at(ankle, -2.0, 12.0)
    side.draw_person(drawing, SidePose(hip, ankle, Point(-20.0, -26.0), -30.0, 3.0, hip.moved(6.0, -11.0)))
    clock(drawing, Point(-42.0, -150.0), "30 s")
    return drawing.finished()


def balance_level(mark: Mark) -> Picture:
    """Draw the stand on one leg from the front: pelvis level, or dropped."""
    good = mark is Mark.GOOD
    what = (
        "the pelvis is level and the knee above the foot: right"
        if good
        else "the pelvis drops and the body leans: wrong"
    )
    drawing = Drawing(f"Standing on one leg seen from the front: {what}.", -62, -186, 62, 34)
    scene.wall_behind(drawing, -56, 56, -182, 0.0)
    scene.shadow(drawing, Point(6.0, 2.0), 24.0)
    pelvis = Point(4.0 if good else 7.0, -89.0 if good else -87.0)
    standing = FrontLeg(Point(9.5 if good else 4.5, -48.0), Point(9.0, -ANKLE_CM))
    free = FrontLeg(Point(-8.5, -50.0), Point(-9.0, -24.0))
    pose = FrontPose(
        pelvis, free, standing, tilt_deg=0.0 if good else -9.0, lean_deg=0.0 if good else 8.0, hands_on_hips=True
    )
    front.draw_person(drawing, pose)
    hips = [front.hip_of(pose, name) for name in ("left", "right")]
    ends = [hips[1].towards(hips[0], 1.9), hips[0].towards(hips[1], 1.9)]
    drawing.line(ends, "#ffffff", 3.2, opacity=0.85)
    drawing.line(ends, colour_of(mark), 2.0)
    leg_line(drawing, [hips[1], standing.knee, standing.ankle], mark)
    verdict(drawing, Point(-52.0, 24.0), mark, "pelvis level" if good else "pelvis drops")
    return drawing.finished()


def banded_step_down() -> Picture:
    """Draw the step-down from the front with a band that pulls the standing knee inward."""
    return step_down.knee(Mark.GOOD, band=True)


def tracking(*, centred: bool) -> Picture:
    """Draw the end of the thigh bone with the kneecap in its groove, seen along the bone of a bent left knee."""
    where = "in the middle of its groove" if centred else "tilted and drawn towards the outer side of its groove"
    drawing = Drawing(
        f"The end of the left thigh bone seen from below the bent knee. The kneecap lies {where}.", -62, -56, 62, 48
    )
    drawing.shape(
        _points(
            *((-6, -14), (-18, -22), (-34, -16), (-40, 6), (-30, 26), (-12, 24), (0, 10)),
            *((12, 24), (30, 26), (40, 6), (34, -18), (19, -26), (6, -14), (0, -10)),
        ),
        BONE,
    )
    shift, tilt = (0.0, 0.0) if centred else (11.0, 14.0)
    middle = Point(shift, -31.0 + shift * 0.12)
    turn = math.radians(tilt)
    shape = [(-17, 0), (-9, -8), (0, -10), (9, -8), (17, 0), (8, 6), (0, 12), (-8, 6)]
    drawing.shape(
        [
            middle.moved(x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
            for x, y in shape
        ],
        KNEECAP,
    )
    drawing.words(Point(-58.0, 44.0), "inside", 10.0, "start")
    drawing.words(Point(58.0, 44.0), "outside", 10.0, "end")
    if not centred:
        arrow(drawing, Point(20.0, -50.0), Point(42.0, -46.0))
    return drawing.finished()


def stairs(*, up: bool) -> Picture:
    """Draw somebody on a stair with a rail."""
    how = "up, the body leaning a little forward over the front foot" if up else "down slowly, one hand on the rail"
    drawing = Drawing(f"A person goes {how}; the knee points the way of the foot.", -62, -196, 62, 22)
    steps = (
        [(-62.0, -20.0, 2.0), (-20.0, 16.0, 18.0), (16.0, 62.0, 36.0)]
        if up
        else [(-62.0, -16.0, 36.0), (-16.0, 20.0, 18.0), (20.0, 62.0, 2.0)]
    )
    for left, right, high in steps:
        scene.step_from_side(drawing, left + 1.0, right - 1.0, high)
    rail = [Point(-58.0, -92.0), Point(58.0, -128.0)] if up else [Point(-58.0, -128.0), Point(58.0, -92.0)]
    drawing.line(rail, INK, 4.0, opacity=0.5)
    if up:
        hip = Point(-2.0, -98.0)
        near, far = _leg_to(hip, Point(24.0, -36.0 - ANKLE_CM)), _leg_to(hip, Point(-8.0, -18.0 - ANKLE_CM))
        pose = Profile(hip, 14.0, near, far, Arm(Point(34.0, -118.0)))
    else:
        hip = Point(-10.0, -112.0)
        near, far = _leg_to(hip, Point(-26.0, -36.0 - ANKLE_CM)), _leg_to(hip, Point(8.0, -22.0 - ANKLE_CM), 12.0)
        pose = Profile(hip, 8.0, near, far, Arm(Point(22.0, -104.0)))
    draw_profile(drawing, pose)
    return drawing.finished()


FIGURES: Final[dict[str, dict[str, Callable[[], Picture]]]] = {
    "ball-squeeze": {"press": press_down, "feel": feel_inner_thigh, "squeeze": ball_sitting},
    "ball-knee-straightening": {"start": ball_lying_start, "lift": ball_lying},
    "straight-leg-raise": {"start": leg_raise_start, "foot": foot_out, "lift": leg_raise},
    "knee-extension": {"start": knee_extension_start, "foot": foot_out, "straighten": knee_extension},
    "clamshell": {"start": clamshell_start, "open": clamshell},
    "bridge": {"start": bridge_start, "lift": bridge},
    "side-lying-leg-lift": {"start": side_lift_start, "lift": side_lift},
    "resisted-step-down": {"stand": step_down.stand, "band": banded_step_down},
    "outer-thigh-rolling": {"zone": rolling_zone, "roll": rolling},
    "outer-thigh-stretch": {"stand": thigh_stretch, "lie": thigh_stretch_lying},
    "calf-stretch": {"straight": lambda: calf_stretch(bent=False), "bent": lambda: calf_stretch(bent=True)},
    "hip-flexor-stretch": {"kneel": hip_flexor_stretch},
    "single-leg-balance": {
        "stand": balance,
        "pelvis-good": lambda: balance_level(Mark.GOOD),
        "pelvis-wrong": lambda: balance_level(Mark.WRONG),
    },
}
"""By exercise, then by the name of the drawing."""
TOPICS: Final[dict[str, Callable[[], Picture]]] = {
    "tracking-centred": lambda: tracking(centred=True),
    "tracking-outward": lambda: tracking(centred=False),
    "stairs-up": lambda: stairs(up=True),
    "stairs-down": lambda: stairs(up=False),
}
"""Those of the guidance's own topics."""
