"""Smoothing and gap filling of sampled series, for recorded (zero-phase) and live (causal) use.

Recorded sets: a 2nd-order Butterworth run forward and backward at 6 Hz, the usual cut-off for squats (Winter,
*Biomechanics and Motor Control of Human Movement*). Two passes lower the cut-off, so each pass is designed higher, by
Winter's factor of 0.802 on the tangent of the digital frequency. Video times are uneven: the series is brought to an
even grid, filtered, and read back at the times of its frames.

Live: the One-Euro filter (Casiez, Roussel & Vogel 2012), whose cut-off rises with speed: at rest it takes out
tremble, in movement it lags little. With the defaults a knee bending at 60 deg/s is filtered at 1.2 + 0.02 * 60 =
2.4 Hz, a time constant of 66 ms.

NaN means not measured. Gaps up to `MAX_GAP_S` between seen frames are filled by straight lines, longer ones stay NaN.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MAX_GAP_S = 0.2
"""Longest gap that is filled; a knee at 60 deg/s moves 12 deg in it (specification section 6, row 11)."""

CUTOFF_HZ = 6.0
"""Cut-off of the zero-phase filter, both passes together."""

_PASS_FACTOR = 0.802
"""Cut-off of one pass of two, (sqrt(2) - 1) ** 0.25 for a 2nd-order filter (Winter)."""

_GRID_HZ = 30.0
_HIGHEST_CUTOFF_HZ = 12.0
_SLOWEST_INTERVAL_S = 0.25
"""Frames further apart than this are not neighbours of one another."""
_SHORTEST_RUN_S = 0.4
"""Runs shorter than this hold too few samples for a two-way filter: they are left as they are."""
_RESPONSE_ENDS_AT = 1e-18
"""What is left of a filter's response to one sample once it counts as over, as a share: less than a float resolves."""


def fill_gaps(t_s: FloatArray, values: FloatArray, max_gap_s: float = MAX_GAP_S) -> FloatArray:
    """Return `values` with gaps of at most `max_gap_s` filled by straight lines.

    Parameters
    ----------
    t_s
        Shape (n,), seconds, increasing.
    values
        Shape (n, ...); each column is treated on its own. Gaps at either end are never filled.
    max_gap_s
        Longest time between the two seen samples beside a gap.
    """
    flat = values.reshape(len(t_s), int(np.prod(values.shape[1:]))).copy()
    known = np.isfinite(flat)
    for j in np.flatnonzero(~known.all(axis=0)):
        column, seen = flat[:, j], np.flatnonzero(known[:, j])
        if len(seen) < 2:
            continue
        for a, b in pairwise(seen):
            if b - a > 1 and t_s[b] - t_s[a] <= max_gap_s:
                column[a + 1 : b] = np.interp(t_s[a + 1 : b], t_s[[a, b]], column[[a, b]])
    return flat.reshape(values.shape)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the (start, stop) index pairs of the unbroken runs of True in `mask`, shape (n,); stop is exclusive."""
    if len(mask) == 0:
        return []
    edges = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    edges = np.concatenate([[0][: int(mask[0])], edges, [len(mask)][: int(mask[-1])]])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def unbroken(t_s: FloatArray, known: NDArray[np.bool_], max_gap_s: float) -> list[tuple[int, int]]:
    """Return the (start, stop) pairs of stretches in which known samples follow each other within `max_gap_s`.

    Unknown samples inside a stretch are part of it; a longer gap ends it, be it NaN or missing frames.
    """
    at = np.flatnonzero(known)
    if len(at) == 0:
        return []
    breaks = np.flatnonzero(np.diff(t_s[at]) > max_gap_s)
    firsts, lasts = np.r_[at[0], at[breaks + 1]], np.r_[at[breaks], at[-1]]
    return [(int(a), int(b) + 1) for a, b in zip(firsts, lasts, strict=True)]


def smooth_zero_phase(t_s: FloatArray, values: FloatArray, cutoff_hz: float = CUTOFF_HZ) -> FloatArray:
    """Return `values` low-passed without lag; NaN stays NaN and is never smeared into its neighbours.

    Parameters
    ----------
    t_s
        Shape (n,), seconds, increasing; spacing may vary.
    values
        Shape (n, ...); each column is filtered on its own, each unbroken run of numbers by itself.
    cutoff_hz
        Of both passes together; must lie below half the grid rate of 30 Hz.

    Raises
    ------
    ValueError
        If the cut-off is not between 0 and 12 Hz.
    """
    if not 0 < cutoff_hz < _HIGHEST_CUTOFF_HZ:
        raise ValueError(f"cutoff_hz must lie between 0 and {_HIGHEST_CUTOFF_HZ:.0f} Hz but is {cutoff_hz}")
    design_hz = _GRID_HZ / np.pi * np.arctan(np.tan(np.pi * cutoff_hz / _GRID_HZ) / _PASS_FACTOR)
    flat = values.reshape(len(t_s), -1)
    out = flat.copy()
    for columns in _columns_by_gaps(flat):
        for a, b in _seen_runs(t_s, np.isfinite(flat[:, columns[0]])):
            if b - a < 4 or t_s[b - 1] - t_s[a] < _SHORTEST_RUN_S:
                continue
            t = t_s[a:b]
            grid = np.linspace(t[0], t[-1], max(4, round((t[-1] - t[0]) * _GRID_HZ) + 1))
            even = np.column_stack([np.interp(grid, t, flat[a:b, j]) for j in columns])
            pad = min(len(grid) - 1, round(_GRID_HZ))
            low = butterworth_both_ways(even, design_hz, _GRID_HZ, pad)
            for k, j in enumerate(columns):
                out[a:b, j] = np.interp(t, grid, low[:, k])
    return out.reshape(values.shape)


def butterworth_both_ways(even: FloatArray, cutoff_hz: float, rate_hz: float, pad: int) -> FloatArray:
    """Return evenly sampled series low-passed by a 2nd-order Butterworth filter, run forward and then backward.

    Each pass begins as if the first sample had been there forever. Both ends are lengthened by the series itself,
    turned by half a turn about its end (Gustafsson 1996 compares the ways to begin), and cut off again. The same as
    SciPy's `butter`, `sosfilt_zi` and `sosfiltfilt` with odd padding, without the seconds that importing SciPy takes.

    Parameters
    ----------
    even
        Shape (n, columns), no NaN.
    cutoff_hz
        Of one pass, below half of `rate_hz`.
    rate_hz
        Samples a second.
    pad
        By how many samples each end is lengthened; less than n.
    """
    longer = np.concatenate([2 * even[0] - even[pad:0:-1], even, 2 * even[-1] - even[-2 : -pad - 2 : -1]])
    response = _butterworth_response(cutoff_hz, rate_hz)
    low = _one_way(_one_way(longer, response)[::-1], response)[::-1]
    return np.asarray(low[pad : len(low) - pad], dtype=np.float64)


def _one_way(series: FloatArray, response: FloatArray) -> FloatArray:
    """Return a series, shape (n, columns), after a filter of this response that was at rest at the first sample."""
    # The filter passes what is constant, so it starts at rest where its input starts at zero.
    first = series[0]
    part = response[: len(series)]
    low = [np.convolve(column, part)[: len(series)] for column in (series - first).T]
    return np.asarray(first + np.column_stack(low), dtype=np.float64)


@lru_cache(maxsize=16)
def _butterworth_response(cutoff_hz: float, rate_hz: float) -> FloatArray:
    """Return what a 2nd-order Butterworth low-pass makes of a single 1, shape (taps,), until nothing of it is left.

    Analog prototype 1 / (s^2 + sqrt(2) s + 1), brought to samples by the bilinear transform with the cut-off kept in
    place (Oppenheim & Schafer, *Discrete-Time Signal Processing*, section 7.2).
    """
    k = float(np.tan(np.pi * cutoff_hz / rate_hz))
    scale = 1 + np.sqrt(2) * k + k * k
    b, a1, a2 = k * k / scale, 2 * (k * k - 1) / scale, (1 - np.sqrt(2) * k + k * k) / scale
    # Both poles lie at the distance sqrt(a2) from the origin: the response falls by that with each sample.
    taps = 3 + int(np.ceil(np.log(_RESPONSE_ENDS_AT) / np.log(np.sqrt(a2))))
    response = np.zeros(taps)
    response[:3] = b, 2 * b, b
    for i in range(1, taps):
        response[i] -= a1 * response[i - 1] + (a2 * response[i - 2] if i > 1 else 0.0)
    return response


def _seen_runs(t_s: FloatArray, seen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of seen samples without a NaN and without missing frames between them."""
    return [
        (a + c, a + d)
        for a, b in runs(seen)
        for c, d in unbroken(t_s[a:b], np.ones(b - a, dtype=np.bool_), max(MAX_GAP_S, _SLOWEST_INTERVAL_S))
    ]


def _columns_by_gaps(flat: FloatArray) -> list[list[int]]:
    """Group the columns that are NaN in the same rows, so that each group is filtered in one call."""
    groups: dict[bytes, list[int]] = {}
    for j in range(flat.shape[1]):
        groups.setdefault(np.isfinite(flat[:, j]).tobytes(), []).append(j)
    return list(groups.values())


def running_median(values: FloatArray, window: int) -> FloatArray:
    """Return the median of the samples around each one, along the first axis; the first and last count on beyond it.

    Parameters
    ----------
    values
        Shape (n, ...), no NaN.
    window
        Number of samples. Of an even number one more lies before than after, and the median is the upper of the two.
    """
    before = window // 2
    around = np.pad(values, [(before, window - 1 - before)] + [(0, 0)] * (values.ndim - 1), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(around, window, axis=0)
    return np.asarray(np.partition(windows, window // 2, axis=-1)[..., window // 2], dtype=np.float64)


def slope_per_s(t_s: FloatArray, values: FloatArray) -> FloatArray:
    """Return the time derivative of a series, shape (n,), per second; NaN beside NaN."""
    if len(t_s) < 2:
        return np.full_like(values, np.nan)
    return np.asarray(np.gradient(values, t_s), dtype=np.float64)


class OneEuroFilter:
    """Causal low-pass whose cut-off follows the speed of the signal (Casiez, Roussel & Vogel 2012).

    Parameters
    ----------
    min_cutoff_hz
        Cut-off at rest.
    beta
        Rise of the cut-off per unit of speed: Hz for each unit/s of the filtered signal.
    derivative_cutoff_hz
        Cut-off of the speed estimate.
    """

    def __init__(self, *, min_cutoff_hz: float = 1.2, beta: float = 0.02, derivative_cutoff_hz: float = 1.0) -> None:
        self._min_cutoff_hz = min_cutoff_hz
        self._beta = beta
        self._derivative_cutoff_hz = derivative_cutoff_hz
        self._t_s: float | None = None
        self._value: FloatArray | None = None
        self._speed: FloatArray | None = None

    def __call__(self, t_s: float, value: FloatArray) -> FloatArray:
        """Return the filtered value at `t_s`; NaN in gives NaN out and starts that element afresh.

        Raises
        ------
        ValueError
            If time does not increase.
        """
        value = np.asarray(value, dtype=np.float64)
        if self._t_s is None or self._value is None or self._speed is None:
            self._t_s, self._value, self._speed = t_s, value.copy(), np.zeros_like(value)
            return value.copy()
        dt = t_s - self._t_s
        if dt <= 0:
            raise ValueError(f"time must increase but went from {self._t_s} to {t_s} s")
        step = value - self._value
        speed = self._speed + _alpha(self._derivative_cutoff_hz, dt) * (step / dt - self._speed)
        # As long as everything is seen, as it mostly is, nothing begins afresh.
        whole = math.isfinite(np.add.reduce(step, axis=None))
        if not whole:
            speed = np.where(np.isfinite(speed), speed, 0.0)
        smooth = self._value + _alpha(self._min_cutoff_hz + self._beta * np.abs(speed), dt) * step
        if not whole:
            smooth = np.where(np.isfinite(self._value), smooth, value)
        self._t_s, self._value, self._speed = t_s, smooth, speed
        return smooth.copy()


@overload
def _alpha(cutoff_hz: float, dt: float) -> float: ...
@overload
def _alpha(cutoff_hz: FloatArray, dt: float) -> FloatArray: ...
def _alpha(cutoff_hz: float | FloatArray, dt: float) -> float | FloatArray:
    """Return the share of a new sample in a first-order low-pass of this cut-off, after `dt` seconds."""
    tau = 1.0 / (2.0 * np.pi * cutoff_hz)
    return 1.0 / (1.0 + tau / dt)
