"""Values of a series over time at other moments, and reduced to one value of a stretch."""

from __future__ import annotations

from typing import Final

import numpy as np

from formcheck.validation.truth import FloatArray, Samples

_LONGEST_BRIDGE_S: Final = 0.15
"""Between frames further apart nothing is taken to lie on a straight line."""
_SAME_MOMENT_S: Final = 0.002
_SEEN_SHARE: Final = 0.5
"""A truth known in less than this share of the frames of a rep has no value for it, as in our own measures."""


def at_times(t_s: FloatArray, values: FloatArray, when_s: FloatArray) -> FloatArray:
    """Return a series at other moments, on straight lines between its frames, shape of `when_s`.

    NaN outside of the series, beside an unknown value, and between frames more than 0.15 s apart. A moment within 2 ms
    of a frame takes that frame's value.

    Parameters
    ----------
    t_s, values
        Shape (n,), n at least 1, `t_s` strictly increasing.
    when_s
        Shape (m,), seconds.
    """
    after = np.clip(np.searchsorted(t_s, when_s), 1, max(len(t_s) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(t_s) - 1)
    gap = t_s[after] - t_s[before]
    share = np.where(gap > 0, (when_s - t_s[before]) / np.where(gap > 0, gap, 1.0), 0.0)
    between = values[before] + share * (values[after] - values[before])
    between = np.where((share >= 0) & (share <= 1) & (gap > 0) & (gap <= _LONGEST_BRIDGE_S), between, np.nan)
    for near in (before, after):
        between = np.where(np.abs(t_s[near] - when_s) <= _SAME_MOMENT_S, values[near], between)
    return np.asarray(between, dtype=np.float64)


def known_within(series: Samples, start_s: float, end_s: float) -> FloatArray:
    """Return the known values of a series from start to end; empty where too few are known."""
    part = series.values[(series.t_s >= start_s) & (series.t_s <= end_s)]
    known = part[np.isfinite(part)]
    return known if len(known) >= max(1, _SEEN_SHARE * len(part)) else known[:0]
