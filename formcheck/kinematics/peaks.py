"""Peaks of a series that stand out: what SciPy's `find_peaks` gives, without the seconds that importing it takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]


def prominent_peaks(values: FloatArray, least_prominence: float) -> list[int]:
    """Return the indices of the peaks that stand out by at least so much, in order.

    A peak is a sample or a plateau with lower samples on both sides; of a plateau it is the middle one, rounded down.
    It stands out by its prominence: how far one must come down from it, on the side where that is less, before a
    higher sample or the end of the series is reached.

    Parameters
    ----------
    values
        Shape (n,), no NaN.
    least_prominence
        In the unit of `values`.
    """
    peaks = _local_maxima(values)
    if len(peaks) == 0:
        return []
    # The ends are no peaks, but may be higher than one and so end the way down from it.
    tops = np.concatenate([[0], peaks, [len(values) - 1]])
    valleys = np.minimum.reduceat(values, tops[:-1])
    left = _lowest_before_higher(values[tops], np.fmin(valleys, values[tops[1:]]))
    right = _lowest_before_higher(values[tops[::-1]], np.fmin(valleys, values[tops[1:]])[::-1])[::-1]
    stands_out = values[tops] - np.maximum(left, right)
    return [int(top) for top in tops[1:-1][stands_out[1:-1] >= least_prominence]]


def _local_maxima(values: FloatArray) -> IndexArray:
    """Return the middles of the samples and plateaus with lower samples on both sides."""
    if len(values) < 3:
        return np.zeros(0, dtype=np.intp)
    changes = np.flatnonzero(values[1:] != values[:-1])
    starts, ends = np.concatenate([[0], changes + 1]), np.append(changes, len(values) - 1)
    level = values[starts]
    is_top = np.zeros(len(level), dtype=np.bool_)
    is_top[1:-1] = (level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])
    return np.asarray((starts + ends)[is_top] // 2, dtype=np.intp)


def _lowest_before_higher(tops: FloatArray, valleys: FloatArray) -> FloatArray:
    """Return for each top the lowest value between it and the last higher top before it, or the first one of all.

    Parameters
    ----------
    tops
        Shape (k,).
    valleys
        Shape (k - 1,), the lowest value between each top and the next, themselves included.
    """
    lowest = np.empty(len(tops))
    # Tops of which none later is higher yet, highest first, each with the lowest value on the way from the one before.
    waiting: list[tuple[float, float]] = []
    for i, top in enumerate(tops):
        low = top if i == 0 else min(float(valleys[i - 1]), float(top))
        while waiting and waiting[-1][0] <= top:
            low = min(low, waiting.pop()[1])
        waiting.append((float(top), low))
        lowest[i] = low
    return lowest
