"""From the values of a stretch of a rep to the one reported: one definition, for what is measured and for truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_DEEPEST_PERCENTILE = 90


def extreme(known: FloatArray) -> float:
    """Return the value that is exceeded for a twentieth of the stretch, on the side further from zero.

    Parameters
    ----------
    known
        Shape (n,), without NaN; NaN is returned when it is empty.
    """
    if len(known) == 0:
        return float("nan")
    low, high = np.percentile(known, [5, 95])
    return float(high if abs(high) >= abs(low) else low)


def median(known: FloatArray) -> float:
    """Return the middle of `known`, shape (n,); NaN when it is empty."""
    return float(np.median(known)) if len(known) else float("nan")


def deepest(known: FloatArray) -> float:
    """Return the depth of a bottom: what is exceeded for a tenth of it; NaN when `known`, shape (n,), is empty."""
    return float(np.percentile(known, _DEEPEST_PERCENTILE)) if len(known) else float("nan")
