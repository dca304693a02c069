"""Every measure a rubric may judge: its unit, whose it is, and the view that can carry it.

A new measure is one row here and one function in `formcheck.kinematics`. A rubric that asks for a measure from a view
that cannot carry it (knee flexion from the front, FPPA from the side) is refused when it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class CheckView(StrEnum):
    """The view a check needs."""

    FRONT = "front"
    SIDE = "side"
    ANY = "any"


class Per(StrEnum):
    """Whose a measure is: it has a value for each leg, or one for the whole body."""

    LEG = "leg"
    BODY = "body"


class Scope(StrEnum):
    """What a value is of: one rep, the whole set, or the stance before the set."""

    REP = "rep"
    SET = "set"
    SETUP = "setup"


@dataclass(frozen=True)
class MeasureSpec:
    """What is known of a measure without measuring it."""

    name: str
    """With its unit: `kmf_pct`."""
    title: str
    """For people: `knee medial to foot`."""
    unit: str
    """As rubrics write it: `deg`, `pct`, `s`, `cm`, `ratio`, `count` or `points`."""
    unit_text: str
    """For people: ` % of leg length`. Empty for a bare ratio, a count or points."""
    per: Per
    view: CheckView
    scopes: frozenset[Scope]


_UNIT_TEXT: Final = MappingProxyType({"deg": "°", "s": " s", "cm": " cm", "ratio": "", "count": "", "points": ""})
_LEG_LENGTH: Final = " % of leg length"
_TRUNK_LENGTH: Final = " % of trunk length"


def _rows() -> Iterator[MeasureSpec]:
    front, side, any_view = CheckView.FRONT, CheckView.SIDE, CheckView.ANY
    leg, body = Per.LEG, Per.BODY
    rep, of_set, setup = Scope.REP, Scope.SET, Scope.SETUP

    def row(
        name: str, title: str, unit: str, per: Per, view: CheckView, *scopes: Scope, percent_of: str = ""
    ) -> MeasureSpec:
        text = percent_of if unit == "pct" else _UNIT_TEXT[unit]
        return MeasureSpec(name, title, unit, text, per, view, frozenset(scopes or (rep,)))

    # Frontal plane: where the knees, pelvis and trunk are from the front.
    yield row("stance_width_ratio", "ankle separation over hip separation", "ratio", body, front, setup)
    yield row("toe_out_deg", "foot turned outwards", "deg", leg, front, setup)
    yield row("kmf_pct", "knee medial to foot", "pct", leg, front, percent_of=_LEG_LENGTH)
    yield row("kmf_change_pct", "knee medial to foot, change from stance", "pct", leg, front, percent_of=_LEG_LENGTH)
    yield row("kmd_pct", "knee medial of the hip-ankle line", "pct", leg, front, percent_of=_LEG_LENGTH)
    yield row("kasr", "knee separation over ankle separation", "ratio", body, front)
    yield row("fppa_deg", "frontal plane projection angle", "deg", leg, front)
    yield row("fppa_change_deg", "frontal plane projection angle, change from stance", "deg", leg, front)
    yield row("fppa_common_deg", "frontal plane projection angle, mean of both legs", "deg", body, front)
    yield row(
        "knee_separation_change_pct",
        "knee separation, change from the start of the hold",
        "pct",
        body,
        front,
        percent_of=" %",
    )
    yield row(
        "weight_shift_pct", "pelvis off the middle of the feet", "pct", body, front, percent_of=" % of stance width"
    )
    yield row("trunk_lean_deg", "lateral trunk lean", "deg", body, front)
    yield row("pelvic_drop_deg", "pelvic drop", "deg", body, front)
    yield row(
        "kmf_difference_pct",
        "knee medial to foot, left minus right",
        "pct",
        body,
        front,
        rep,
        of_set,
        percent_of=_LEG_LENGTH,
    )
    yield row("fppa_difference_deg", "frontal plane projection angle, left minus right", "deg", body, front, of_set)
    yield row("hip_adduction_deg", "thigh adduction", "deg", leg, front)
    yield row("wobble_pct", "wobble at the bottom", "pct", leg, front, percent_of=_LEG_LENGTH)
    yield row("touch_downs", "touch-downs of the free foot", "count", body, front)
    yield row("arms_moved_s", "arm away from its starting place", "s", body, front)

    # Sagittal plane: depth, trunk, wall and heel from the side.
    yield row("knee_flexion_max_deg", "deepest knee flexion", "deg", leg, side)
    yield row("trunk_flexion_deg", "forward trunk lean", "deg", body, side)
    yield row(
        "wall_drift_shoulder_pct", "shoulder off its place on the wall", "pct", body, side, percent_of=_TRUNK_LENGTH
    )
    yield row("wall_drift_hip_pct", "hip off its place on the wall", "pct", body, side, percent_of=_TRUNK_LENGTH)
    yield row("heel_lift_pct", "heel lift", "pct", leg, side, percent_of=_LEG_LENGTH)
    yield row("foot_pitch_deg", "foot pitch, heel up", "deg", leg, side)
    yield row("knee_past_toe_pct", "knee past toe", "pct", leg, side, percent_of=_LEG_LENGTH)
    yield row("ankle_dorsiflexion_deg", "ankle dorsiflexion", "deg", leg, side)
    yield row("thigh_horizontal_deg", "thigh to the horizontal", "deg", leg, side)
    yield row("heel_wall_distance_cm", "heel to wall", "cm", body, side, setup)

    # Time: carried by every view, of the whole movement from the first motion to stillness.
    yield row("descent_s", "time down", "s", body, any_view)
    yield row("hold_s", "hold time", "s", body, any_view)
    yield row("ascent_s", "time up", "s", body, any_view)
    yield row("descent_reversals", "stops and reversals on the way down", "count", body, any_view)
    yield row("contact_softness_ratio", "speed at the end of the descent over its mean", "ratio", body, any_view)
    yield row("deceleration_ratio", "peak speed late in the descent over its peak", "ratio", body, any_view)
    yield row("floor_contact_s", "free heel on the floor", "s", body, any_view)

    # The whole set.
    yield row("knee_flexion_max_sd_deg", "spread of depth over the reps", "deg", leg, side, of_set)
    yield row("reps_count", "number of reps", "count", body, any_view, of_set)
    yield row(
        "kmf_drift_pct",
        "knee medial to foot, last 3 minus first 3 reps",
        "pct",
        leg,
        front,
        of_set,
        percent_of=_LEG_LENGTH,
    )
    yield row("fppa_drift_deg", "frontal plane projection angle, last 3 minus first 3 reps", "deg", leg, front, of_set)
    yield row("depth_drift_deg", "depth, last 3 minus first 3 reps", "deg", leg, side, of_set)
    yield row("descent_drift_s", "time down, last 3 minus first 3 reps", "s", body, any_view, of_set)
    yield row("lsd_score", "lateral step-down score, estimated (experimental)", "points", body, front, of_set)


MEASURES: Final = MappingProxyType({spec.name: spec for spec in _rows()})
"""Every measure by its name."""
