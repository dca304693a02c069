"""The one signal in which reps are found: how far the knee is bent, or from the front what stands in for it.

From the side it is knee flexion itself. From every other view it is the flexion that a leg of two equal segments would
have if its hip were as far above its ankle as it is seen to be: q = 2 acos(h / h0 * cos(q0 / 2)), with h0 and q0 the
height and flexion in quiet stance (specification section 2.4). It serves for timing and counting, and is never reported
as knee flexion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

STANDING_FLEXION_DEG = 5.0
"""Knee flexion in relaxed stance, a few degrees off straight."""


def flexion_from_height_deg(height_px: ArrayLike, standing_height_px: ArrayLike) -> FloatArray:
    """Return the stand-in for knee flexion, 0 to 180; NaN passes through.

    Parameters
    ----------
    height_px
        Vertical distance from hip to ankle.
    standing_height_px
        The same in quiet stance.
    """
    half = np.cos(np.radians(STANDING_FLEXION_DEG / 2))
    ratio = np.asarray(height_px, dtype=np.float64) / np.asarray(standing_height_px, dtype=np.float64)
    return np.degrees(2 * np.arccos(np.clip(ratio * half, 0.0, 1.0)))
