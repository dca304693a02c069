"""Zero and sign of every measure of a rep, in words: published papers mix them, so each export says its own."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_MEDIAL: Final = "0: knee over the tip of the foot; positive: knee medial (inward); negative: lateral"
_VALGUS: Final = "0: hip, knee and ankle in line; positive: knee medial (valgus); negative: knee lateral (varus)"
_CHANGE: Final = "0: as in the person's own stance; positive: knee more medial; negative: more lateral"
_LEFT_MINUS_RIGHT: Final = "left minus right; positive: the left knee is more medial"
_FORWARD: Final = "0: as when standing; positive: forward, off the wall; negative: backward"

_BY_MEASURE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "knee_flexion_max_deg": "0: straight leg; positive: bent; 180 deg minus the angle between thigh and shank",
        "fppa_deg": _VALGUS,
        "fppa_common_deg": _VALGUS,
        "fppa_change_deg": _CHANGE,
        "fppa_difference_deg": _LEFT_MINUS_RIGHT,
        "kmf_pct": _MEDIAL,
        "kmf_change_pct": _CHANGE,
        "kmf_difference_pct": _LEFT_MINUS_RIGHT,
        "kmd_pct": "0: knee on the line from hip to ankle; positive: knee medial of it; negative: lateral",
        "kasr": "1: knees as far apart as ankles; below 1: knees closer together",
        "knee_separation_change_pct": "0: as at the start of the hold; positive: knees further apart; negative: closer",
        "weight_shift_pct": "0: as when standing; positive: towards the person's right; negative: towards their left",
        "trunk_lean_deg": "0: as when standing; positive: towards the standing leg, with both feet down towards the "
        "person's right",
        "trunk_flexion_deg": "0: upright; positive: forward; negative: backward",
        "pelvic_drop_deg": "0: as when standing; positive: lower on the side of the free leg, with both feet down "
        "lower on the person's right",
        "hip_adduction_deg": "0: thigh at a right angle to the pelvis; positive: adducted (knee towards the midline)",
        "thigh_horizontal_deg": "0: thigh horizontal; positive: hip above the knee; negative: hip below it",
        "ankle_dorsiflexion_deg": "0: shank upright over a flat foot; positive: knee forward of the ankle",
        "foot_pitch_deg": "0: as when standing; positive: heel up; negative: toe up",
        "heel_lift_pct": "0: as when standing; positive: heel off the floor",
        "knee_past_toe_pct": "0: knee above the tip of the foot; positive: knee in front of it",
        "wall_drift_shoulder_pct": _FORWARD,
        "wall_drift_hip_pct": _FORWARD,
        "toe_out_deg": "0: foot straight ahead; positive: turned outwards",
    }
)


def convention_of(measure: str) -> str:
    """Return zero and sign of a measure in words; empty for times, counts and bare sizes, which are never negative."""
    return _BY_MEASURE.get(measure, "")
