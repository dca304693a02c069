"""How far each measure may be from the truth: the parts of its error and the 95 % interval they make.

The parts are independent and add as squares: what the pose model gets wrong on a given body and room (from clips with
exact truth, see docs/validation.md; a baseline's own part is in it), how unsteady the value is in this clip, the turn
of the camera, and for times the distance between frames.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np

from formcheck.kinematics.estimate import Estimate

TWO_SIDED_95: Final = 1.96

MODEL_SPREAD: Final = MappingProxyType(
    {
        "knee_flexion_max_deg": 2.3,
        "thigh_horizontal_deg": 1.6,
        "ankle_dorsiflexion_deg": 3.0,
        "trunk_flexion_deg": 1.2,
        "wall_drift_shoulder_pct": 2.5,
        "wall_drift_hip_pct": 2.5,
        "heel_lift_pct": 2.3,
        "foot_pitch_deg": 11.5,
        "knee_past_toe_pct": 2.0,
        "fppa_deg": 2.1,
        "fppa_change_deg": 2.2,
        "fppa_common_deg": 1.9,
        "fppa_difference_deg": 3.0,
        "kmf_pct": 1.1,
        "kmf_change_pct": 1.2,
        "kmf_difference_pct": 1.5,
        "kmd_pct": 1.0,
        "kasr": 0.03,
        "knee_separation_change_pct": 3.0,
        "weight_shift_pct": 2.7,
        "trunk_lean_deg": 0.5,
        "pelvic_drop_deg": 3.0,
        "hip_adduction_deg": 2.2,
        "toe_out_deg": 4.2,
        "stance_width_ratio": 0.08,
        "wobble_pct": 0.3,
        "arms_moved_s": 0.1,
        "descent_s": 0.12,
        "hold_s": 0.05,
        "ascent_s": 0.1,
        "descent_reversals": 0.0,
        "contact_softness_ratio": 0.1,
        "deceleration_ratio": 0.1,
        "touch_downs": 0.0,
    }
)
"""Root mean square error on clips with exact truth, in the unit of the measure; where a measure has no exact
truth there (toes, heels, arms, wall), an engineering estimate. Table in docs/validation.md."""


def estimate(name: str, value: float, *, noise: float = 0.0, yaw_part: float = 0.0) -> Estimate | None:
    """Return a value with its 95 % interval.

    Parameters
    ----------
    name
        Of the measure.
    value
        NaN gives None: not measured.
    noise
        Standard deviation from this clip: unsteadiness of the value, distance between frames.
    yaw_part
        Standard deviation from not knowing the camera's turn exactly.

    Raises
    ------
    KeyError
        If the measure's model spread is not known.
    """
    if not np.isfinite(value):
        return None
    spread = float(np.sqrt(MODEL_SPREAD[name] ** 2 + noise**2 + yaw_part**2))
    return Estimate(float(value), TWO_SIDED_95 * spread)
