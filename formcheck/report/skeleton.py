"""The skeleton on a picture: the scored legs strong, the rest of the body faint, what is not seen left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.report.lettering import Picture
from formcheck.report.palette import FAINT, INK, LEG_STYLES, WHITE, Rgb

Floats = NDArray[np.float64]
Point = tuple[int, int]


def _leg_bones(side: Side) -> tuple[tuple[Landmark, Landmark], ...]:
    b = BODY[side]
    return ((b.hip, b.knee), (b.knee, b.ankle), (b.ankle, b.heel), (b.heel, b.toe), (b.ankle, b.toe))


def _arm_bones(side: Side) -> tuple[tuple[Landmark, Landmark], ...]:
    b = BODY[side]
    return ((b.shoulder, b.elbow), (b.elbow, b.wrist), (b.shoulder, b.hip))


_LEG_BONES: Final = {side: _leg_bones(side) for side in SIDES}
_LEG_JOINTS: Final = {side: (BODY[side].hip, BODY[side].knee, BODY[side].ankle, BODY[side].toe) for side in SIDES}
_BODY_BONES: Final = (
    (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    *(bone for side in SIDES for bone in _arm_bones(side)),
)


def draw_skeleton(picture: Picture, joints_px: Floats, legs: Iterable[Side], *, knee_line: bool) -> None:
    """Draw a person's skeleton into a picture.

    Parameters
    ----------
    picture
        Drawn into.
    joints_px
        Shape (33, 2), pixels of `picture`; NaN for joints that are not seen, whose bones are left out.
    legs
        The scored legs: coloured, left solid with round joints, right dashed with square joints.
    knee_line
        Also draw the straight line from hip to ankle of each scored leg, from which knee alignment is judged.
    """
    strong = tuple(legs)
    thick = max(2, round(min(picture.shape[:2]) / 160))
    faint = [*_BODY_BONES, *(bone for side in SIDES if side not in strong for bone in _LEG_BONES[side])]
    for a, b in faint:
        _bone(picture, joints_px[[a, b]], FAINT, max(2, thick // 2), dashed=False)
    for side in strong:
        style = LEG_STYLES[side]
        if knee_line:
            _bone(picture, joints_px[[BODY[side].hip, BODY[side].ankle]], WHITE, 1, dashed=False)
        for a, b in _LEG_BONES[side]:
            _bone(picture, joints_px[[a, b]], style.rgb, thick, dashed=style.dashed)
        for joint in _LEG_JOINTS[side]:
            _joint(picture, joints_px[joint], style.rgb, round(1.6 * thick), square=style.dashed)


def point(joint_px: Floats) -> Point | None:
    """Return a joint as whole pixels, None if it is not seen."""
    if not np.isfinite(joint_px).all():
        return None
    return round(float(joint_px[0])), round(float(joint_px[1]))


def _bone(picture: Picture, ends_px: Floats, rgb: Rgb, thick: int, *, dashed: bool) -> None:
    """Draw a line between two joints, dark-edged; `ends_px` has shape (2, 2)."""
    a, b = point(ends_px[0]), point(ends_px[1])
    if a is None or b is None:
        return
    cv2.line(picture, a, b, INK, thick + 2, cv2.LINE_AA)
    if not dashed:
        cv2.line(picture, a, b, rgb, thick, cv2.LINE_AA)
        return
    dash_px = 5 * thick
    n = max(1, round(float(np.hypot(*(ends_px[1] - ends_px[0]))) / dash_px))
    for start, end in zip(*_dash_shares(n), strict=True):
        p, q = (point(ends_px[0] + share * (ends_px[1] - ends_px[0])) for share in (start, end))
        if p is not None and q is not None:
            cv2.line(picture, p, q, rgb, thick, cv2.LINE_AA)


def _dash_shares(n: int) -> tuple[list[float], list[float]]:
    """Where along a line each of n dashes starts and ends, as shares of it; the gaps are a third as long."""
    return [i / n for i in range(n)], [(i + 0.7) / n for i in range(n)]


def _joint(picture: Picture, joint_px: Floats, rgb: Rgb, radius_px: int, *, square: bool) -> None:
    centre = point(joint_px)
    if centre is None:
        return
    for colour, r in ((INK, radius_px + 2), (rgb, radius_px)):
        if square:
            corner = (centre[0] - r, centre[1] - r)
            cv2.rectangle(picture, corner, (centre[0] + r, centre[1] + r), colour, cv2.FILLED)
        else:
            cv2.circle(picture, centre, r, colour, cv2.FILLED, cv2.LINE_AA)
