"""How far each measure may be from the truth: the parts of its error and the 95 % interval they make.

The parts are independent and add as squares: what the pose model gets wrong on a given body and room (from clips with
exact truth, see docs/validation.md; a baseline's own part is in it), how much the landmarks tremble and the value moves
in this clip, the turn of the camera, the length that a percentage is of, how surely a person places a landmark, and for
times the distance between frames.
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
        "thigh_horizontal_deg": 1.7,
        "ankle_dorsiflexion_deg": 2.5,
        "trunk_flexion_deg": 1.2,
        "wall_drift_shoulder_pct": 3.0,
        "wall_drift_hip_pct": 4.0,
        "heel_lift_pct": 2.5,
        "foot_pitch_deg": 13.0,
        "knee_past_toe_pct": 1.9,
        "fppa_deg": 1.85,
        "fppa_change_deg": 2.0,
        "fppa_common_deg": 1.9,
        "fppa_difference_deg": 3.0,
        "kmf_pct": 1.15,
        "kmf_change_pct": 1.3,
        "kmf_difference_pct": 1.5,
        "kmd_pct": 1.0,
        "kasr": 0.035,
        "knee_separation_change_pct": 3.0,
        "weight_shift_pct": 3.0,
        "trunk_lean_deg": 0.54,
        "hip_adduction_deg": 2.5,
        "toe_out_deg": 5.0,
        "stance_width_ratio": 0.09,
        "wobble_pct": 0.3,
        "arms_moved_s": 0.1,
        "descent_s": 0.13,
        "hold_s": 0.05,
        "ascent_s": 0.11,
        "descent_reversals": 0.0,
        "contact_softness_ratio": 0.1,
        "deceleration_ratio": 0.1,
        "touch_downs": 0.0,
    }
)
"""Standard deviation of what the pose model gets wrong, in the unit of the measure.

FPPA and its change: of 90 rendered people by seed, less the parts that are known of each clip; on 31 others the
intervals of FPPA held 98 %. Depth: raised after its intervals held 89 % of 28 reps.
The other measures: root mean square error of thirteen rendered clips, each as
it is, mirrored, darkened and at half size, widened for how few bodies there are (up to Student's t over the clips that
show the measure). Where there is no exact truth (arms, softness of contact), an engineering estimate."""


def estimate(
    name: str, value: float, *, noise: float = 0.0, turn: float = 0.0, scale: float = 0.0, hand: float = 0.0
) -> Estimate | None:
    """Return a value with its 95 % interval.

    Parameters
    ----------
    name
        Of the measure.
    value
        NaN gives None: not measured.
    noise
        Standard deviation from this clip: trembling landmarks, unsteadiness of the value, distance between frames.
    turn
        Standard deviation from not knowing the camera's turn exactly.
    scale
        Standard deviation from not knowing the length exactly that the value is a share of.
    hand
        Standard deviation from landmarks that a person placed. It comes on top: what the model gets wrong of the other
        landmarks stays, and no correction makes a value surer than the model's own.

    Raises
    ------
    KeyError
        If the measure's model spread is not known.
    """
    if not np.isfinite(value):
        return None
    parts = (MODEL_SPREAD[name], noise, turn, scale, hand)
    return Estimate(float(value), TWO_SIDED_95 * float(np.sqrt(np.sum(np.square(parts)))))
