"""The camera as far as a picture shows it, and the person as it would see them if it were turned to face them.

A camera that is panned, or a picture that is cut on one side, has the person off its middle. Then what points forward
of the body is not seen along the optical axis: from the place at which a person faces the camera, a knee moves along
the ray through that person, wherever in the picture that is. So nothing is measured in the picture as it was taken.
The camera is turned in thought, about its own centre and its own vertical, until the person stands in the middle: an
exact map of the picture (the homography K R K^-1, Hartley & Zisserman 2004, 8.4.2) that needs no depth. There the line
of sight is the optical axis, and every formula may take it for that.

What is not known of the lens matters to second order only, as the turn of the person is read to the line of sight and
not to the axis: for somebody 10 deg off the middle a focal length that is wrong by a third is half a per cent of width.
"""

from __future__ import annotations

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
_FILM_LONG_SIDE_MM: Final = 36.0
"""Long side of the film that equivalent focal lengths are of."""
_WIDEST_COMMON: Final = 16 / 9
_CUT_TOLERANCE: Final = 0.02
_COMMON_SHAPES: Final = (1.0, 5 / 4, 4 / 3, 3 / 2, 16 / 10, 16 / 9, 1.85, 2.0, 13 / 6, 20 / 9, 21 / 9)
"""Long over short side of pictures as cameras and phones take them; another shape was cut out of one."""


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


def lens_of(source: TrackSource) -> Lens:
    """Return what is known of the lens that took a picture.

    Parameters
    ----------
    source
        Its size, and its focal length where the file names one. A picture of unusual shape was cut out of a larger
        one; that one is taken to have been as long as 16:9 makes it.
    """
    long, short = max(source.width, source.height), min(source.width, source.height)
    whole = any(abs(long / short / shape - 1) <= _CUT_TOLERANCE for shape in _COMMON_SHAPES)
    centre = (source.width / 2, source.height / 2)
    long_px = long if whole else max(long, short * _WIDEST_COMMON)
    if np.isfinite(source.focal_35mm_mm):
        return Lens(source.focal_35mm_mm / _FILM_LONG_SIDE_MM * long_px, TOLD_FOCAL_SPREAD, centre, whole)
    return Lens(FOCAL_LONG_SIDES * long_px, FOCAL_SPREAD, centre, whole)


def off_axis_deg(lens: Lens, x_px: float) -> float:
    """Return how far a place in the picture is off the optical axis to the right (deg)."""
    return float(np.degrees(np.arctan2(x_px - lens.centre_px[0], lens.focal_px)))


def stands_at_px(standing: Standing) -> float:
    """Return where in the picture a person stands: x of the middle of the hips in stance; NaN where they are unseen."""
    return float(standing.points_px[[BODY[s].hip for s in SIDES], 0].mean())


def panned_px(points_px: FloatArray, lens: Lens, pan_deg: float) -> FloatArray:
    """Return where points would be seen if the camera were turned to the right by an angle.

    Parameters
    ----------
    points_px
        Shape (..., 2); NaN passes through.
    lens
        Of the camera.
    pan_deg
        Positive turns it to the picture's right, which moves everything in it to the left.
    """
    c, s = np.cos(np.radians(pan_deg)), np.sin(np.radians(pan_deg))
    rays = (points_px - lens.centre_px) / lens.focal_px
    depth = c + s * rays[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (c * rays[..., 0] - s) / depth, rays[..., 1] / depth
    seen = np.stack([x, y], axis=-1) * lens.focal_px + lens.centre_px
    return np.where((depth > 0)[..., None], seen, np.nan)


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
    c, s = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    off = points_px - lens.centre_px
    turned = np.stack([c * off[..., 0] + s * off[..., 1], c * off[..., 1] - s * off[..., 0]], axis=-1)
    return np.asarray(turned + lens.centre_px, dtype=np.float64)


def faced(track: PoseTrack, standing: Standing, roll_deg: float = 0.0) -> tuple[PoseTrack, Standing]:
    """Return a person as a camera sees them that is turned to face them and held level.

    Parameters
    ----------
    track, standing
        As seen in the picture. Where a picture was cut to an unusual shape nobody knows how far the camera would have
        to turn: half of what its middle says is between the two extremes.
    roll_deg
        The tilt of the picture as far as it is known, see `rolled_px`.

    Returns
    -------
    tuple
        Track and stance in pixels of that picture: the middle of the hips in stance is in its middle.
    """
    lens = lens_of(track.source)
    at = stands_at_px(standing)
    if not np.isfinite(at):
        return track, standing
    pan = off_axis_deg(lens, at) * (1.0 if lens.whole else 0.5)
    middle = lens.centre_px[0] - float(panned_px(np.array([at, lens.centre_px[1]]), lens, pan)[0])

    shift = np.array([middle, 0.0])

    def seen(points_px: FloatArray) -> FloatArray:
        return rolled_px(panned_px(points_px, lens, pan) + shift, lens, roll_deg)

    return replace(track, image_px=seen(track.image_px)), standing.moved_to(seen(standing.points_px))
