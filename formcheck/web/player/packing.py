"""Arrays over time as short lists of whole numbers: what a browser is sent of a set.

Values are counted in steps (a tenth of a pixel, a tenth of a degree), and each is given as the difference from the last
one known. Successive frames differ little, so most numbers have one digit, and compress well besides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

Packed = list[int | None]
"""None where there is no value."""

TIME_STEP_S: Final = 1e-6
"""Fine enough that a time read back names its frame and no other."""
PIXEL_STEP_PX: Final = 0.1
"""A tenth of what the estimator can tell."""


def packed(values: ArrayLike, step: float) -> Packed:
    """Pack an array.

    Parameters
    ----------
    values
        Shape (n,); NaN where there is no value.
    step
        Size of one count. Values are off by at most half of it, wherever they stand: errors do not add up.

    Returns
    -------
    list of int or None
        The first value known and the differences after it, in steps; None for NaN and infinite values.
    """
    counts = np.asarray(values, dtype=np.float64) / step
    result: Packed = []
    last = 0
    for count in counts.tolist():
        if not math.isfinite(count):
            result.append(None)
            continue
        whole = round(count)
        result.append(whole - last)
        last = whole
    return result


def unpacked(counts: Sequence[int | None], step: float) -> list[float]:
    """Return the values of a packed array, NaN where there is none; what the browser does."""
    result: list[float] = []
    total = 0
    for count in counts:
        if count is None:
            result.append(math.nan)
            continue
        total += count
        result.append(total * step)
    return result
