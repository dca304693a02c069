"""Whether landmarks are those of a body or of its mirror image.

Up, left and forward of a body make a screw of one hand, from whichever side it is seen: of a person whose nose points
at the camera the left side is on the picture's right. Landmarks whose x was turned round while their names stayed, or
whose names were exchanged while their places stayed, make a screw of the other hand. Which of the two was done they do
not tell, so which leg is the left one cannot be known and nothing is put right here.

A picture that was mirrored before the pose estimator saw it (a selfie recording) cannot be told from a plain one: the
estimator finds a whole, right body in it and calls its left leg the right one. No landmark shows that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.kinematics.cleaning import VISIBLE
from formcheck.kinematics.standing import rough_leg_px
from formcheck.pose.landmarks import BODY, Landmark, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_MIRRORED_BELOW = -0.3
"""Bodies have a hand of 0.5 to 1.0 by their feet and 0.8 to 1.0 by their head, in every clip of the validation set and
in every view; mirrored ones the same below zero."""
_LEG_M = 0.8
"""Length of a leg in the estimator's world (m): puts depth on the scale of the picture."""


def body_hand(track: PoseTrack) -> FloatArray:
    """Return the hand of the screw that up, left and forward make: by the feet and by the head, shape (2,).

    The median over the frames of (left × up) · forward, of unit vectors in the picture and the estimator's depth:
    +1 is a body, -1 its mirror image, near 0 says nothing. NaN where feet or head are not seen.
    """
    leg_px = rough_leg_px(track)
    if not leg_px > 0:
        return np.full(2, np.nan)
    points = np.concatenate([track.image_px / leg_px, track.world_m[..., 2:] / _LEG_M], axis=2)
    points[~(track.visibility >= VISIBLE)] = np.nan
    left_body, right_body = BODY[Side.LEFT], BODY[Side.RIGHT]
    trunk = points[:, [[left_body.shoulder, right_body.shoulder], [left_body.hip, right_body.hip]]]
    up = trunk[:, 0].mean(axis=1) - trunk[:, 1].mean(axis=1)
    left = _unit(trunk[:, :, 0] - trunk[:, :, 1]).sum(axis=1)
    feet = sum(_unit(points[:, body.toe] - points[:, body.heel]) for body in BODY.values())
    head = points[:, Landmark.NOSE] - points[:, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]].mean(axis=1)
    side = np.cross(_unit(left), _unit(up))
    hands = np.full(2, np.nan)
    for k, forward in enumerate((np.asarray(feet), head)):
        hand = (side * _unit(forward)).sum(axis=1)
        known = hand[np.isfinite(hand)]
        if len(known):
            hands[k] = np.median(known)
    return hands


def need_unmirrored(track: PoseTrack) -> None:
    """Refuse landmarks of a mirrored body: feet and head, those of them that are seen, both say so.

    Raises
    ------
    NotAssessableError
        If the body is a mirror image.
    """
    hands = body_hand(track)
    known = hands[np.isfinite(hands)]
    if len(known) and (known < _MIRRORED_BELOW).all():
        raise NotAssessableError(
            "These landmarks are of a mirrored body: nose and toes point the wrong way for the sides that are called "
            "left and right, so which leg is which cannot be known.",
            "Measure the video itself, or landmarks taken from the picture as the camera saw it, not as in a mirror.",
        )


def _unit(vectors: FloatArray) -> FloatArray:
    """Return vectors of length 1 along the last axis; NaN for vectors without a direction."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, np.nan), dtype=np.float64)
