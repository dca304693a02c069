"""Sizes of the drawn person and parts that both views share.

Segment lengths are those of a person 170 cm tall by Winter's proportions (thigh 0.245, shank 0.246, trunk from hip to
shoulder 0.288, upper arm 0.186, forearm 0.146 of body height, ankle 0.039 above the sole), rounded.
"""

from __future__ import annotations

from typing import Final

from tools.figures.drawing import SHIRT, SHIRT_SHADE, SKIN, SKIN_SHADE, TIGHTS, TIGHTS_SHADE, Drawing
from tools.figures.shapes import Node, Point

THIGH_CM: Final = 42.0
SHANK_CM: Final = 42.0
TRUNK_CM: Final = 49.0
UPPER_ARM_CM: Final = 31.0
FOREARM_CM: Final = 25.0
ANKLE_CM: Final = 7.0


def draw_arm(drawing: Drawing, shoulder: Point, elbow: Point, wrist: Point, *, shaded: bool = False) -> None:
    """Draw an arm in a short sleeve with a closed hand."""
    skin, sleeve = (SKIN_SHADE, SHIRT_SHADE) if shaded else (SKIN, SHIRT)
    hand = wrist.towards(elbow, -0.15)
    upper = [Node(shoulder, 4.6), Node(shoulder.towards(elbow, 0.6), 4.0), Node(elbow, 3.5)]
    fore = [Node(elbow, 3.5), Node(elbow.towards(wrist, 0.35), 3.6), Node(wrist, 2.5)]
    drawing.limb([upper, fore, [Node(wrist, 2.7), Node(hand, 3.4), Node(hand.towards(wrist, -0.5), 2.8)]], skin)
    middle = shoulder.towards(elbow, 0.52)
    drawing.limb([[Node(shoulder, 5.6), Node(shoulder.towards(elbow, 0.3), 5.4), Node(middle, 5.0)]], sleeve)


def draw_leg(
    drawing: Drawing, hip: Point, knee: Point, ankle: Point, calf_aside: float | Point, *, shaded: bool = False
) -> None:
    """Draw a leg in tights.

    Parameters
    ----------
    drawing
        Where to.
    hip, knee, ankle
        Joint centres.
    calf_aside
        How far the calf bulges out to the right of the shin, cm; negative to the left. A point for any direction.
    shaded
        Whether it is the leg farther away.
    """
    bulge = calf_aside if isinstance(calf_aside, Point) else Point(calf_aside, 0.0)
    thigh = [
        Node(hip, 9.4),
        Node(hip.towards(knee, 0.35), 8.6),
        Node(hip.towards(knee, 0.72), 6.9),
        Node(knee, 5.7),
    ]
    shank = [
        Node(knee, 5.6),
        Node(knee.towards(ankle, 0.3).moved(bulge.x, bulge.y), 6.0),
        Node(knee.towards(ankle, 0.68).moved(bulge.x / 3, bulge.y / 3), 4.3),
        Node(ankle, 3.5),
    ]
    drawing.limb([thigh, shank], TIGHTS_SHADE if shaded else TIGHTS)
