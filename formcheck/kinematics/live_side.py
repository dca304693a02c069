"""What one frame from the side shows against the quiet stance: the formulas of `sagittal` in plain numbers.

As `live_front` does for the front. Knee flexion and the thigh's tilt are those of the landmarks themselves; the leg of
constant lengths that reps have shown is `LiveCalibration`'s.
"""

from __future__ import annotations

import numpy as np

from formcheck.kinematics.camera import facing
from formcheck.kinematics.cleaning import FOOT_SCORED, SCORED
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.plain import (
    NAN,
    foreshortening_corrected_tilt_deg,
    knee_flexion_deg,
    ratio,
    tilt_deg,
)
from formcheck.kinematics.sagittal import facing_sign
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import TrackSource


class SideNow:
    """Measures frames from the side against one stance.

    Parameters
    ----------
    standing
        The quiet stance.
    source
        Of the stream.
    near
        The leg nearest the camera, the only one measured.
    turn_deg
        How far the camera is off the true side view.
    """

    def __init__(self, standing: Standing, source: TrackSource, near: Side, turn_deg: float) -> None:
        self._faced = facing(source, standing)
        self._standing = standing if self._faced is None else standing.moved_to(self._faced(standing.points_px))
        self._body = BODY[near]
        self._facing = facing_sign(self._standing, near)
        self._turned, self._cos_turn = turn_deg > 0, float(np.cos(np.radians(turn_deg)))
        self._stance: list[list[float]] = self._standing.points_px.tolist()

    def __call__(self, frame: LiveFrame) -> dict[str, float]:
        """Return the measures of a frame by name: of the near leg and of the trunk; NaN where not measured."""
        points = frame.pose.image_px if self._faced is None else self._faced(frame.pose.image_px)
        body, facing_to, stance = self._body, self._facing, self._stance
        marks = (body.hip, body.knee, body.ankle, body.heel, body.toe, body.shoulder)
        hip, knee, ankle, heel, toe, shoulder = points[list(marks)].tolist()
        leg_px, trunk_px = self._standing.leg_px, self._standing.trunk_px
        scored = frame.sees((body.hip, body.knee, body.ankle), SCORED)
        foot_seen = frame.sees((body.heel, body.toe), FOOT_SCORED)
        trunk_seen = frame.sees((body.hip, body.shoulder), SCORED)
        thigh = tilt_deg(facing_to * (knee[0] - hip[0]), knee[1] - hip[1])
        shank = tilt_deg(facing_to * -(ankle[0] - knee[0]), ankle[1] - knee[1])
        flexion = knee_flexion_deg(hip, knee, ankle)
        if self._turned:
            square = [foreshortening_corrected_tilt_deg(tilt, self._cos_turn) for tilt in (thigh, shank)]
            flexion = flexion + (square[0] - thigh) + (square[1] - shank)
            thigh, shank = square
        trunk = foreshortening_corrected_tilt_deg(
            tilt_deg(facing_to * -(hip[0] - shoulder[0]), hip[1] - shoulder[1]), self._cos_turn
        )

        def drift_pct(now: list[float], mark: int) -> float:
            return ratio(100 * (facing_to * (now[0] - stance[mark][0])), trunk_px) if trunk_seen else NAN

        return {
            "knee_flexion_deg": flexion if scored else NAN,
            "thigh_horizontal_deg": 90.0 - thigh if scored else NAN,
            "ankle_dorsiflexion_deg": shank if scored else NAN,
            "heel_lift_pct": 100 * (stance[body.heel][1] - heel[1]) / leg_px if foot_seen else NAN,
            "knee_past_toe_pct": 100 * facing_to * (knee[0] - toe[0]) / leg_px if foot_seen and scored else NAN,
            "trunk_flexion_deg": trunk if trunk_seen else NAN,
            "wall_drift_shoulder_pct": drift_pct(shoulder, body.shoulder),
            "wall_drift_hip_pct": drift_pct(hip, body.hip),
        }
