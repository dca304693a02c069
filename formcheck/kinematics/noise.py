"""How much the landmarks tremble in this clip, and what that does to one value of a measure.

The part of the tremble that the 6 Hz filter takes out is seen; what it leaves is of the same kind, spread evenly over
frequency, so it is known from the share of the band. Values follow by first-order propagation of errors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import CUTOFF_HZ
from formcheck.kinematics.measures.error_rules import LegTremble
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_SD_OF_MAD = 1.4826
_FEWEST_FRAMES = 10


def tremble_px(raw: PoseTrack, smooth: PoseTrack, frames: NDArray[np.bool_]) -> FloatArray:
    """Return the standard deviation of each landmark's noise after filtering, per coordinate, shape (33,).

    Parameters
    ----------
    raw, smooth
        The same track before and after the filter.
    frames
        Where the person is in place, shape (n,).

    Returns
    -------
    numpy.ndarray
        Pixels; NaN for landmarks that are seen in fewer than 10 frames, and where frames are too far apart for the
        filter to have taken anything out.
    """
    taken_out = raw.image_px[frames] - smooth.image_px[frames]
    result = np.full(taken_out.shape[1], np.nan)
    seen = np.isfinite(taken_out[..., 0]).sum(axis=0) >= _FEWEST_FRAMES
    half_rate_hz = 0.5 / float(np.median(np.diff(raw.t_s))) if len(raw) > 1 else 0.0
    if half_rate_hz <= CUTOFF_HZ or not seen.any():
        return result
    sd = _SD_OF_MAD * _median_size(taken_out[:, seen]).mean(axis=1)
    result[seen] = sd * np.sqrt(CUTOFF_HZ / (half_rate_hz - CUTOFF_HZ))
    return result


def _median_size(values: FloatArray) -> FloatArray:
    """Return the median of the absolute values that are known, over the first axis."""
    sizes = np.abs(values)
    result = np.full(sizes.shape[1:], np.nan)
    always = np.isfinite(sizes).all(axis=0)
    result[always] = np.median(sizes[:, always], axis=0)
    result[~always] = np.nanmedian(sizes[:, ~always], axis=0)
    return result


def value_noise(name: str, leg: Side | None, tremble: FloatArray, standing: Standing) -> float:
    """Return the standard deviation that trembling landmarks give one filtered value of a measure, in its unit.

    Parameters
    ----------
    name
        Of the measure.
    leg
        Whose; None for measures of the whole body, which take the worse leg.
    tremble
        From `tremble_px`.
    standing
        Lengths of the person in the picture.

    Returns
    -------
    float
        0 where the tremble is not known.

    Raises
    ------
    KeyError, ValueError
        If there is no such measure, or it has no error of its own.
    """
    if leg is None:
        return max(value_noise(name, side, tremble, standing) for side in SIDES)
    body, i = BODY[leg], leg.leg_index
    hip, knee, ankle, toe, shoulder = (
        float(tremble[mark]) for mark in (body.hip, body.knee, body.ankle, body.toe, body.shoulder)
    )
    thigh_px, shank_px = float(standing.thigh_px[i]), float(standing.shank_px[i])
    noise = MEASURES[name].error_rule.noise(
        LegTremble(hip, knee, ankle, toe, shoulder, thigh_px, shank_px, standing.leg_px, standing.trunk_px)
    )
    return noise if np.isfinite(noise) else 0.0
