"""Plane geometry of a leg in image pixels.

Coordinates are pixels of the upright, un-mirrored picture, x right and y down, never MediaPipe's normalised ones:
those are scaled by width and height separately, and a true 10 degree angle reads 5.6 in a 16:9 picture.
Every function works on arrays of points of shape (..., 2) and passes NaN through. Angles in degrees.
Formulas: measurement specification, sections 2.1 and 2.2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def _point(value: ArrayLike) -> FloatArray:
    return np.asarray(value, dtype=np.float64)


def distance_px(a: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the distance between points, shape (...)."""
    return np.asarray(np.linalg.norm(_point(a) - _point(b), axis=-1), dtype=np.float64)


def included_angle_deg(a: ArrayLike, vertex: ArrayLike, b: ArrayLike) -> FloatArray:
    """Return the unsigned angle at `vertex` between the rays to `a` and `b`, 0 to 180.

    NaN where a ray has no length. Uses atan2 of cross and dot product, exact near 0 and 180 where acos is not.
    """
    p, q = _point(a) - _point(vertex), _point(b) - _point(vertex)
    cross = p[..., 0] * q[..., 1] - p[..., 1] * q[..., 0]
    dot = (p * q).sum(axis=-1)
    angle = np.degrees(np.arctan2(np.abs(cross), dot))
    return np.where((cross == 0) & (dot == 0), np.nan, angle)


def knee_flexion_deg(hip: ArrayLike, knee: ArrayLike, ankle: ArrayLike) -> FloatArray:
    """Return anatomical knee flexion in the image: 0 = straight, 180 minus the included angle.

    Only a side view gives the flexion of the knee; from the front this is another angle altogether.
    """
    return 180.0 - included_angle_deg(hip, knee, ankle)


def frontal_tilt_deg(upper: ArrayLike, lower: ArrayLike, medial: ArrayLike) -> FloatArray:
    """Return the tilt of a segment from the vertical: positive where its lower end is medial of its upper end.

    Parameters
    ----------
    upper, lower
        Ends of the segment, shape (..., 2), pixels.
    medial
        +1 or -1: the direction along x that is medial for this leg.
    """
    d = _point(lower) - _point(upper)
    return np.degrees(np.arctan2(np.asarray(medial) * d[..., 0], d[..., 1]))


def fppa_deg(hip: ArrayLike, knee: ArrayLike, ankle: ArrayLike, medial: ArrayLike) -> FloatArray:
    """Return the frontal plane projection angle: positive = knee medial (valgus), negative = varus.

    FPPA = tilt of the thigh minus tilt of the shank (Willson & Davis 2008; Munro 2012), signed.
    """
    return frontal_tilt_deg(hip, knee, medial) - frontal_tilt_deg(knee, ankle, medial)


def medial_offset_px(point: ArrayLike, reference: ArrayLike, medial: ArrayLike) -> FloatArray:
    """Return how far `point` lies medial of `reference` along x (px); negative = lateral."""
    return np.asarray(medial) * (_point(point)[..., 0] - _point(reference)[..., 0])


def knee_medial_displacement_px(hip: ArrayLike, knee: ArrayLike, ankle: ArrayLike, medial: ArrayLike) -> FloatArray:
    """Return how far the knee lies medial of the line hip-ankle at the knee's own height (px).

    NaN where hip and ankle are level.
    """
    h, k, a = _point(hip), _point(knee), _point(ankle)
    fall = a[..., 1] - h[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(fall != 0, (k[..., 1] - h[..., 1]) / fall, np.nan)
    line = h[..., 0] + (a[..., 0] - h[..., 0]) * share
    return np.asarray(medial) * (k[..., 0] - line)


def separation_ratio(left_a: ArrayLike, right_a: ArrayLike, left_b: ArrayLike, right_b: ArrayLike) -> FloatArray:
    """Return the horizontal separation of the `a` points over that of the `b` points (KASR: knees over ankles).

    NaN where the `b` points are in line with the camera.
    """
    a = np.abs(_point(left_a)[..., 0] - _point(right_a)[..., 0])
    b = np.abs(_point(left_b)[..., 0] - _point(right_b)[..., 0])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b > 0, a / b, np.nan)


def sagittal_tilt_deg(upper: ArrayLike, lower: ArrayLike, forward_end: str, facing: ArrayLike) -> FloatArray:
    """Return the forward tilt of a segment from the vertical in a side view.

    Parameters
    ----------
    upper, lower
        Ends of the segment, shape (..., 2), pixels.
    forward_end
        `lower` for the thigh (positive = knee in front of hip), `upper` for shank and trunk
        (positive = knee in front of ankle, shoulder in front of hip).
    facing
        +1 where the person faces the right edge of the picture, -1 the left.

    Raises
    ------
    ValueError
        If `forward_end` is neither.
    """
    if forward_end not in ("upper", "lower"):
        raise ValueError(f"forward_end must be 'upper' or 'lower' but is {forward_end!r}")
    d = _point(lower) - _point(upper)
    forward = d[..., 0] if forward_end == "lower" else -d[..., 0]
    return np.degrees(np.arctan2(np.asarray(facing) * forward, d[..., 1]))


def foreshortening_corrected_tilt_deg(tilt_deg: ArrayLike, turn_deg: float) -> FloatArray:
    """Return the sagittal tilt of a segment seen from a camera `turn_deg` off the true side view.

    tan(true) = tan(seen) / cos(turn), in the quadrant of the tilt seen: a thigh past the horizontal stays past it.
    Specification section 5.
    """
    seen = np.radians(np.asarray(tilt_deg, dtype=np.float64))
    true = np.arctan2(np.sin(seen), np.cos(seen) * np.cos(np.radians(turn_deg)))
    return np.asarray(np.degrees(true), dtype=np.float64)


def fppa_yaw_bias_deg(thigh_tilt_deg: ArrayLike, shank_tilt_deg: ArrayLike, yaw_deg: ArrayLike) -> FloatArray:
    """Return the false FPPA that a camera off the leg's flexion plane adds to a knee that tracks straight.

    atan(tan(thigh) sin(yaw)) + atan(tan(shank) sin(yaw)), from the sagittal tilts of thigh and shank.
    Opposite in sign on the two legs. Specification section 5.
    """
    s = np.sin(np.radians(yaw_deg))
    tilts = [np.tan(np.radians(np.asarray(x, dtype=np.float64))) for x in (thigh_tilt_deg, shank_tilt_deg)]
    return np.asarray(np.degrees(np.arctan(tilts[0] * s) + np.arctan(tilts[1] * s)), dtype=np.float64)
