"""The camera as far as a picture shows it, and the person as it would see them if it were turned to face them.

A camera that is panned, or a picture that is cut on one side, has the person off its middle. Then what points forward
of the body is not seen along the optical axis: from the place at which a person faces the camera, a knee moves along
the ray through that person, wherever in the picture that is. So nothing is measured in the picture as it was taken.
The camera is turned in thought, about its own centre, until the person stands in the middle: an exact map of the
picture (the homography K R K^-1, Hartley & Zisserman 2004, 8.4.2) that needs no depth. There the line of sight is the
optical axis, and every formula may take it for that, wherever the camera truly pointed.

What is not known of the lens matters to second order only, as the turn of the person is read to the line of sight and
not to the axis: for somebody 10 deg off the middle a focal length that is wrong by a third is half a per cent of width.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack, TrackSource

FloatArray = NDArray[np.float64]

FOCAL_LONG_SIDES: Final = 0.75
"""Focal length in units of the longer picture side: a view of 67 deg, as phones and webcams have (62 to 74)."""
FOCAL_SPREAD: Final = 0.15
"""Standard deviation of an assumed focal length, as a share of it: views of 55 to 84 deg are its 95 %."""
TOLD_FOCAL_SPREAD: Final = 0.05
"""The same where the file names it: stabilised video is cut by up to a tenth of what the lens sees."""
CUT_FOCAL_SPREAD: Final = 0.3
"""The same of a picture that was cut out of another, whose size is a guess."""
BESIDE_DEG: Final = 18.0
"""Further than this off the optical axis lenses draw people wider than a pinhole does, and a focal length that is
wrong by a sixth widens them by another 2 % [E]."""
_FILM_LONG_SIDE_MM: Final = 36.0
"""Long side of the film that equivalent focal lengths are of."""
_TILT_SHARE: Final = 0.75
"""How far the camera is turned up or down to the person, of the whole way [E]: most are leant so that they point at
them, some stand level."""
_WIDEST_COMMON: Final = 16 / 9
_CUT_TOLERANCE: Final = 0.02
_COMMON_SHAPES: Final = (4 / 3, 3 / 2, 16 / 10, 16 / 9, 1.85, 2.0, 13 / 6, 20 / 9, 21 / 9)
"""Long over short side of pictures as cameras and phones take them; another shape, a square too, was cut out of one."""


@dataclass(frozen=True)
class Lens:
    """A pinhole camera as far as it is known. Pixels of the upright picture."""

    focal_px: float
    focal_spread: float
    """Standard deviation of the focal length as a share of it."""
    centre_px: tuple[float, float]
    """Where the optical axis meets the picture."""
    whole: bool
    """False where the picture was cut to an unusual shape: then the axis may meet it anywhere, or not at all."""


def focal_px(focal_35mm_mm: float, width: int, height: int) -> float:
    """Return the focal length (px) of a picture whose lens is named by its equivalent on 35 mm film; NaN stays NaN."""
    return focal_35mm_mm / _FILM_LONG_SIDE_MM * _uncut_long_side_px(width, height)


def lens_of(source: TrackSource) -> Lens:
    """Return what is known of the lens that took a picture.

    Parameters
    ----------
    source
        Its size, and focal length and principal point where they are told. A picture of unusual shape was cut out of a
        larger one; that one is taken to have been as long as 16:9 makes it.
    """
    told = np.isfinite(source.principal_x_px) and np.isfinite(source.principal_y_px)
    centre = (source.principal_x_px, source.principal_y_px) if told else (source.width / 2, source.height / 2)
    whole = bool(told) or _is_whole(source.width, source.height)
    if np.isfinite(source.focal_px):
        return Lens(source.focal_px, TOLD_FOCAL_SPREAD, centre, whole)
    spread = FOCAL_SPREAD if whole else CUT_FOCAL_SPREAD
    return Lens(FOCAL_LONG_SIDES * _uncut_long_side_px(source.width, source.height), spread, centre, whole)


def _is_whole(width: int, height: int) -> bool:
    shape = max(width, height) / min(width, height)
    return any(abs(shape / common - 1) <= _CUT_TOLERANCE for common in _COMMON_SHAPES)


def _uncut_long_side_px(width: int, height: int) -> float:
    """Return the longer side of the picture as it was taken."""
    if _is_whole(width, height):
        return max(width, height)
    return max(width, height, min(width, height) * _WIDEST_COMMON)


def stands_at_px(standing: Standing) -> FloatArray:
    """Return where in the picture a person stands, shape (2,): the middle of the hips in stance; NaN where unseen."""
    return np.asarray(standing.points_px[[BODY[s].hip for s in SIDES]].mean(axis=0), dtype=np.float64)


def off_axis_deg(lens: Lens, x_px: float) -> float:
    """Return how far a place in the picture is off the optical axis to the right (deg)."""
    return float(np.degrees(np.arctan2(x_px - lens.centre_px[0], lens.focal_px)))


def turn_to(lens: Lens, to_px: FloatArray) -> FloatArray:
    """Return the turn, shape (3, 3), of a camera the shortest way to a place in its picture, shape (2,)."""
    return _shortest_turn(np.append((to_px - lens.centre_px) / lens.focal_px, 1.0))


def turned_px(points_px: FloatArray, lens: Lens, turn: FloatArray) -> FloatArray:
    """Return where points would be seen if the camera were turned.

    Parameters
    ----------
    points_px
        Shape (..., 2); NaN passes through, and what would be behind the camera becomes NaN.
    lens
        Of the camera.
    turn
        From `turn_to`: what comes into the middle of the picture.
    """
    centre_px = np.array(lens.centre_px)
    rays = np.ones((*points_px.shape[:-1], 3))
    rays[..., :2] = (points_px - centre_px) / lens.focal_px
    seen = rays @ turn.T
    ahead = seen[..., 2:]
    ahead[~(ahead > 0)] = np.nan
    return np.asarray(seen[..., :2] / ahead * lens.focal_px + centre_px, dtype=np.float64)


def _shortest_turn(ray: FloatArray) -> FloatArray:
    """Return the rotation about the axis across both that takes a ray, shape (3,), to the optical axis."""
    x, y, z = ray / np.linalg.norm(ray)
    cross = np.array([[0.0, 0.0, -x], [0.0, 0.0, -y], [x, y, 0.0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1.0 + z), dtype=np.float64)


def rolled_px(points_px: FloatArray, lens: Lens, roll_deg: float) -> FloatArray:
    """Return points of a picture that is turned about its middle, shape (..., 2), so that a tilt of it is gone.

    Parameters
    ----------
    points_px
        Shape (..., 2); NaN passes through.
    lens
        Of the camera.
    roll_deg
        The tilt: positive where what is level falls toward the picture's right.
    """
    c, s = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    off = points_px - np.array(lens.centre_px)
    x, y = off[..., 0], off[..., 1]
    turned: FloatArray = np.empty(off.shape)
    turned[..., 0] = c * x + s * y + lens.centre_px[0]
    turned[..., 1] = c * y - s * x + lens.centre_px[1]
    return turned


Seen = Callable[[FloatArray], FloatArray]
"""From points of a picture, shape (..., 2), to where another camera would see them."""


def facing(source: TrackSource, standing: Standing) -> Seen | None:
    """Return how a camera sees points of a picture that is turned to face a person; None where nobody is known to be.

    Sideways it is turned all the way. Up and down nobody knows whether a camera that has the hips off its middle is
    held level, so that what is upright stays so, or points at the person: it is turned most of the way. Where a picture
    was cut to an unusual shape, its middle says little, and half of the way is between the extremes.

    Parameters
    ----------
    source
        Of the picture.
    standing
        The quiet stance in it.
    """
    lens = lens_of(source)
    at = stands_at_px(standing)
    if not np.isfinite(at).all():
        return None
    share = np.array([1.0, _TILT_SHARE]) if lens.whole else np.array([0.5, 0.5])
    to = np.asarray(lens.centre_px) + share * (at - lens.centre_px)
    turn = turn_to(lens, to)
    shift = (lens.centre_px[0] - turned_px(at, lens, turn)[0]) * np.array([1.0, 0.0])

    def seen(points_px: FloatArray) -> FloatArray:
        return np.asarray(turned_px(points_px, lens, turn) + shift, dtype=np.float64)

    return seen


def faced(track: PoseTrack, standing: Standing) -> tuple[PoseTrack, Standing]:
    """Return a person as a camera sees them that is turned to face them, see `facing`.

    Returns
    -------
    tuple
        Track and stance in pixels of that picture: the middle of the hips in stance is in the middle of its width.
    """
    seen = facing(track.source, standing)
    if seen is None:
        return track, standing
    return replace(track, image_px=seen(track.image_px)), standing.moved_to(seen(standing.points_px))


def levelled(track: PoseTrack, standing: Standing, roll_deg: float) -> tuple[PoseTrack, Standing]:
    """Return a person as a camera sees them that is held level, see `rolled_px`."""
    lens = lens_of(track.source)
    points = rolled_px(standing.points_px, lens, roll_deg)
    return replace(track, image_px=rolled_px(track.image_px, lens, roll_deg)), standing.moved_to(points)
