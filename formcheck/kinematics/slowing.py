"""How a descent slows down before its end: softly, or as a drop. With what the clip's own tremble leaves unsure.

Speeds are those of the rep signal smoothed at 3 Hz, the cut-off that reps are counted at: a derivative multiplies noise
by its frequency, and above 3 Hz a slow descent holds little but noise. The mean speed of the last part is the way in it
over its time, which needs no derivative at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import CUTOFF_HZ, slope_per_s, smooth_zero_phase
from formcheck.kinematics.reps import COUNTING_CUTOFF_HZ, RepTimes

FloatArray = NDArray[np.float64]

_SOFT_PART, _LATE_PART = 0.15, 0.25
"""Last parts of the time of a descent in which contact is judged, and slowing down."""
_FEWEST_FRAMES = 6
_SPEED_OF_NOISE = 2 * np.pi * COUNTING_CUTOFF_HZ / np.sqrt(3)
"""Speed, per second, of noise of unit size that is spread evenly over frequency up to the cut-off."""
_NARROWEST_HZ = 0.5
"""At 7 frames a second the band above the cut-off is no wider, and noise in it no better known."""
_AROUND_S = 1.0
"""Noise is looked for so long before and after the descent, too."""
_END_PER_CROSSING = 2.0
"""The end of a descent lies on beyond the 90 % crossing by the time from 50 %: an error there counts twice."""


@dataclass(frozen=True)
class Slowing:
    """The end of one descent, each value with its standard deviation from the noise in this clip."""

    softness: float
    """Mean speed in the last 15 % of the descent's time over its mean speed: 1 is a fall at even speed, 0 stillness."""
    softness_noise: float
    deceleration: float
    """Peak speed in the last quarter of the descent's time over its peak speed."""
    deceleration_noise: float


def slowing_of(t_s: FloatArray, q_deg: FloatArray, rep: RepTimes) -> Slowing | None:
    """Return how a descent ends; None where the clip cuts it off or shows too little of it.

    Parameters
    ----------
    t_s
        Shape (n,), seconds.
    q_deg
        Shape (n,): the signal reps were found in, filtered at 6 Hz; NaN where not measured.
    rep
        Which.
    """
    end_s = rep.descent_from_s + rep.descent_s
    down = (t_s >= rep.descent_from_s) & (t_s <= end_s) & np.isfinite(q_deg)
    if down.sum() < _FEWEST_FRAMES:
        return None
    near = (t_s >= rep.descent_from_s - _AROUND_S) & (t_s <= end_s + _AROUND_S) & np.isfinite(q_deg)
    t = t_s[near]
    q = smooth_zero_phase(t, q_deg[near], COUNTING_CUTOFF_HZ)
    # Where the knee is bent: near rest the drop of the trunk makes much of little, and no use is made of it there.
    bent = q >= (rep.stand_deg + rep.deepest_deg) / 2
    if not bent.any():
        return None
    noise = _noise_left_deg(t, (q_deg[near] - q)[bent])
    speed = slope_per_s(t, q)
    inside = (t >= rep.descent_from_s) & (t <= end_s)
    late = inside & (t >= end_s - _LATE_PART * rep.descent_s)
    first, soft_from, last = np.interp([rep.descent_from_s, end_s - _SOFT_PART * rep.descent_s, end_s], t, q)
    way, peak = float(last - first), float(np.abs(speed[inside]).max())
    if way <= 0 or peak <= 0 or not late.any():
        return None
    softness = float(abs(last - soft_from) / _SOFT_PART / way)
    deceleration = float(np.abs(speed[late]).max() / peak)
    # Where the descent ends is known no better than noise and the time between frames let it cross 90 %: what moves
    # it moves the last part.
    at_90 = float(np.abs(np.interp(rep.bottom_start_s, t, speed)))
    between_s = float(np.median(np.diff(t))) / np.sqrt(12)  # evenly spread over the time between two frames
    end_off_s = _END_PER_CROSSING * float(np.hypot(noise / max(at_90, peak / 10), between_s))
    before_soft, before_late = (
        float(np.abs(np.interp(end_s - part * rep.descent_s, t, speed))) for part in (_SOFT_PART, _LATE_PART)
    )
    slows = before_late / (_LATE_PART * rep.descent_s)
    return Slowing(
        softness,
        float(np.hypot(np.sqrt(2) * noise, before_soft * end_off_s)) / (_SOFT_PART * way),
        deceleration,
        float(np.hypot(_SPEED_OF_NOISE * noise * np.hypot(1, deceleration), slows * end_off_s)) / peak,
    )


def signal_noise_deg(t_s: FloatArray, q_deg: FloatArray, rep: RepTimes) -> float:
    """Return the standard deviation of the noise in the signal a rep is timed by, about the rep; 0 if not known.

    Parameters
    ----------
    t_s, q_deg, rep
        As for `slowing_of`.
    """
    near = (t_s >= rep.start_s - _AROUND_S) & (t_s <= rep.end_s + _AROUND_S) & np.isfinite(q_deg)
    if near.sum() < _FEWEST_FRAMES:
        return 0.0
    t, q = t_s[near], q_deg[near]
    smooth = smooth_zero_phase(t, q, COUNTING_CUTOFF_HZ)
    bent = smooth >= (rep.stand_deg + rep.deepest_deg) / 2
    return _noise_left_deg(t, (q - smooth)[bent]) if bent.any() else 0.0


def _noise_left_deg(t_s: FloatArray, taken_out: FloatArray) -> float:
    """Return the standard deviation of the noise that smoothing leaves, from what it took out.

    The one lies below the counting cut-off, the other between that and the filter's or half the frame rate; noise
    is spread evenly over frequency.
    """
    half_rate_hz = 0.5 / float(np.median(np.diff(t_s)))
    seen_hz = max(min(CUTOFF_HZ, half_rate_hz) - COUNTING_CUTOFF_HZ, _NARROWEST_HZ)
    return float(np.std(taken_out)) * float(np.sqrt(COUNTING_CUTOFF_HZ / seen_hz))
