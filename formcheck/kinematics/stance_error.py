"""What the landmarks get wrong about a person, as far as quiet stance shows it.

In quiet stance a leg is nearly straight, in both planes. What is read there beside that is in part the person and in
part the landmarks; of two normal spreads the likeliest share of the landmarks is known (Gaussian shrinkage).
"""

from __future__ import annotations

import numpy as np

MOST_DEG = 5.0
"""No more than this is ever taken off: a limb that stands crooked stays crooked."""


def stance_error_deg(read_deg: float, *, expected_deg: float, error_sd_deg: float, spread_sd_deg: float) -> float:
    """Return the part of an angle read in quiet stance that is likely the landmarks' own error.

    Parameters
    ----------
    read_deg
        The angle in stance; NaN gives 0: nothing is known, nothing is taken off.
    expected_deg
        Its mean over people.
    error_sd_deg
        Standard deviation of the landmarks' error in stance.
    spread_sd_deg
        Standard deviation of the true angle between people.
    """
    if not np.isfinite(read_deg):
        return 0.0
    share = error_sd_deg**2 / (error_sd_deg**2 + spread_sd_deg**2)
    return float(np.clip(share * (read_deg - expected_deg), -MOST_DEG, MOST_DEG))
