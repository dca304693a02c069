"""Measures over time: one value a frame, NaN where not measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeasureSeries:
    """Every measure of a set, frame by frame. NaN means not measured, never zero and never the last good value."""

    t_s: FloatArray
    """Shape (n,), seconds."""
    per_leg: Mapping[str, FloatArray]
    """By name (`knee_flexion_deg`, `fppa_deg`, ...): shape (n, 2), the person's left and right leg."""
    whole_body: Mapping[str, FloatArray]
    """By name (`trunk_flexion_deg`, `pelvic_drop_deg`, ...): shape (n,)."""
