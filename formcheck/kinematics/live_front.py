"""What one frame from the front shows against the quiet stance: the formulas of `frontal` in plain numbers.

What belongs to the set and not to the frame (the camera turned to the person, the hip joints, what the landmarks get
wrong in stance) is worked out once, for all frames that are compared with one stance. That each value has the same bits
as `frontal.measure_front` gives for the stance and the frame is tested; see `plain`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.camera import facing, lens_of, rolled_px
from formcheck.kinematics.cleaning import FOOT_SCORED, SCORED
from formcheck.kinematics.frontal import (
    BEND_BIAS_FROM_DEG,
    BEND_BIAS_FULL_DEG,
    KMF_PER_FPPA,
    LEAST_PROJECTED_THIGH,
    TOE_AHEAD_LEG,
    KneeLineReading,
    Place,
    hip_joint_share,
    knee_line_reading,
    lean_of_landmarks_deg,
)
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.plain import NAN, ratio, tilt_deg, within
from formcheck.kinematics.rep_signal import flexion_of_drop_deg
from formcheck.kinematics.standing import Standing
from formcheck.kinematics.view import known_roll_deg
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import TrackSource

_LEFT, _RIGHT = (BODY[side] for side in SIDES)
_OF_A_LEG = ("fppa_deg", "fppa_change_deg", "kmf_pct", "kmf_change_pct", "kmd_pct", "hip_adduction_deg")
_NOT_MEASURED = dict.fromkeys(_OF_A_LEG, NAN)
_MEASURED = [
    int(getattr(body, joint)) for body in (_LEFT, _RIGHT) for joint in ("shoulder", "hip", "knee", "ankle", "toe")
]
_Point = tuple[float, float]


class FrontValues(NamedTuple):
    """Frontal measures of one frame by name; NaN where not measured."""

    per_leg: dict[str, _Point]
    """Of the left and the right leg."""
    whole_body: dict[str, float]


class _Seen(NamedTuple):
    """One frame as a camera sees it that faces the person and is held level; by landmark, pixels."""

    x: list[float]
    y: list[float]
    visibility: list[float]
    hips: tuple[_Point, _Point]
    """The hip joints, left and right."""
    bend: float
    """What stands in for knee flexion (radians)."""

    def at(self, mark: int) -> _Point:
        """Return where a landmark is."""
        return self.x[mark], self.y[mark]

    def shows(self, *marks: int, least: float = SCORED) -> bool:
        """Return whether all these landmarks are visible enough, see `cleaning.seen`."""
        return all(self.visibility[mark] >= least for mark in marks)

    def pelvis_tilt_deg(self, this: _Point, other: _Point) -> float:
        """Return how far the other hip is below this one, degrees of the pelvis line."""
        return tilt_deg(other[1] - this[1], abs(other[0] - this[0]))


class FrontNow:
    """Measures frames from the front against one stance.

    Parameters
    ----------
    standing
        The quiet stance.
    source
        Of the stream.
    bilateral
        Whether both legs stand.
    stands
        The leg that stands where only one does; None where it is not known.
    facing_camera, turn_deg
        As for `measure_front`.
    """

    def __init__(
        self,
        standing: Standing,
        source: TrackSource,
        *,
        bilateral: bool,
        stands: Side | None,
        facing_camera: bool,
        turn_deg: float,
    ) -> None:
        self._faced = facing(source, standing)
        standing = standing if self._faced is None else standing.moved_to(self._faced(standing.points_px))
        self._lens, roll_deg = lens_of(source), known_roll_deg(standing, source)
        self._roll = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
        self._standing = standing.moved_to(rolled_px(standing.points_px, self._lens, roll_deg))
        self._hip_share = hip_joint_share(self._standing)
        self._bilateral, self._stands = bilateral, stands
        self._toward_stance = NAN if stands is None else (1.0 if stands is Side.RIGHT else -1.0)
        points = self._standing.points_px
        x, y = points.T.tolist()
        stance = self._seen(x, y, np.isfinite(points[:, 0]).astype(np.float64).tolist(), 0.0)
        reading = knee_line_reading(source, one_leg=not bilateral)
        place = Place.of(source, turn_deg, facing_camera=facing_camera)
        of_both = SIDES if bilateral else (() if stands is None else (stands,))
        self._legs = [_Leg(side, self._standing, place, source, reading, stance) for side in of_both]
        self._to_right = float(self._standing.medial[Side.LEFT.leg_index])  # of the left leg that is medial
        self._feet_apart_px = max(abs(float(points[_LEFT.ankle, 0] - points[_RIGHT.ankle, 0])), 1.0)
        self._at_rest = _known(self._trunk(stance))

    def __call__(self, frame: LiveFrame, drop_px: float) -> FrontValues:
        """Return the measures of a frame in which the trunk has come down by `drop_px`, see `trunk_drop_px`.

        Of a leg that does not stand there are none.
        """
        points = frame.pose.image_px if self._faced is None else self._faced(frame.pose.image_px)
        x, y = points.T.tolist()
        self._level(x, y)
        seen = self._seen(x, y, frame.visibility, drop_px)
        of_leg = {leg.side: leg.values(seen) for leg in self._legs}
        left, right = (of_leg.get(side, _NOT_MEASURED) for side in SIDES)
        per_leg = {name: (left[name], right[name]) for name in _OF_A_LEG}
        trunk = self._trunk_values(seen)
        if self._bilateral:
            return FrontValues(per_leg, trunk | self._of_both_legs(seen, per_leg))
        lean = trunk["trunk_lean_deg"]
        per_leg["fppa_plus_lean_deg"] = left["fppa_deg"] + lean, right["fppa_deg"] + lean
        return FrontValues(per_leg, trunk)

    def _level(self, x: list[float], y: list[float]) -> None:
        """Take the tilt of the picture out of the landmarks that are measured, as `camera.rolled_px` does."""
        (centre_x, centre_y), (c, s) = self._lens.centre_px, self._roll
        for mark in _MEASURED:
            across, down = x[mark] - centre_x, y[mark] - centre_y
            x[mark], y[mark] = c * across + s * down + centre_x, c * down - s * across + centre_y

    def _seen(self, x: list[float], y: list[float], visibility: list[float], drop_px: float) -> _Seen:
        middle_x, middle_y = (x[_LEFT.hip] + x[_RIGHT.hip]) / 2, (y[_LEFT.hip] + y[_RIGHT.hip]) / 2
        share = self._hip_share
        left, right = (
            (middle_x + (x[mark] - middle_x) * share, middle_y + (y[mark] - middle_y) * share)
            for mark in (_LEFT.hip, _RIGHT.hip)
        )
        flexion = within(flexion_of_drop_deg(drop_px, self._standing.leg_px), 0, 170)
        return _Seen(x, y, visibility, (left, right), math.radians(flexion))

    def _trunk(self, seen: _Seen) -> tuple[float, float]:
        """Return the trunk's lean (deg) and the shift of weight (%), neither of them against stance."""
        x, y = seen.x, seen.y
        over_x = (x[_LEFT.shoulder] + x[_RIGHT.shoulder]) / 2 - (x[_LEFT.hip] + x[_RIGHT.hip]) / 2
        over_y = (y[_LEFT.shoulder] + y[_RIGHT.shoulder]) / 2 - (y[_LEFT.hip] + y[_RIGHT.hip]) / 2
        lean = tilt_deg(self._to_right * over_x, -over_y)
        aside = (x[_LEFT.hip] + x[_RIGHT.hip]) / 2 - (x[_LEFT.ankle] + x[_RIGHT.ankle]) / 2
        return lean, self._to_right * 100 * aside / self._feet_apart_px

    def _trunk_values(self, seen: _Seen) -> dict[str, float]:
        """Return the measures of trunk and pelvis, against stance."""
        lean, shift = (now - rest for now, rest in zip(self._trunk(seen), self._at_rest, strict=True))
        if not seen.shows(_LEFT.hip, _RIGHT.hip, _LEFT.shoulder, _RIGHT.shoulder):
            lean = shift = NAN
        if not self._bilateral:
            return {"trunk_lean_deg": lean * self._toward_stance}
        return {"trunk_lean_deg": lean, "weight_shift_pct": shift}

    def _of_both_legs(self, seen: _Seen, per_leg: dict[str, _Point]) -> dict[str, float]:
        """Return the measures that compare the legs."""
        (left_fppa, right_fppa), (left_kmf, right_kmf) = per_leg["fppa_deg"], per_leg["kmf_pct"]
        values = {"fppa_common_deg": (left_fppa + right_fppa) / 2, "kmf_difference_pct": left_kmf - right_kmf}
        if not seen.shows(_LEFT.knee, _RIGHT.knee, _LEFT.ankle, _RIGHT.ankle):
            return values | {"kasr": NAN, "weight_shift_pct": NAN}
        x = seen.x
        return values | {"kasr": ratio(abs(x[_LEFT.knee] - x[_RIGHT.knee]), abs(x[_LEFT.ankle] - x[_RIGHT.ankle]))}


def _known(values: tuple[float, ...]) -> tuple[float, ...]:
    """Return values with what is infinite taken for not known, as `known_median` does."""
    return tuple(value if math.isfinite(value) else NAN for value in values)


class _Leg:
    """One leg of one stance."""

    def __init__(
        self,
        side: Side,
        standing: Standing,
        place: Place,
        source: TrackSource,
        reading: KneeLineReading | None,
        stance: _Seen,
    ) -> None:
        self.side = side
        self._body = _LEFT if side is Side.LEFT else _RIGHT
        self._place, self._reading = place, reading
        self._leg_px = standing.leg_px
        self._least_fall_px = LEAST_PROJECTED_THIGH * float(standing.thigh_px[side.leg_index])
        self._medial = float(standing.medial[side.leg_index])
        at_rest = self._read(stance)
        self._fppa_at_rest, self._kmf_at_rest = _known((at_rest["fppa_deg"], at_rest["kmf_pct"]))
        self._lean_deg = lean_of_landmarks_deg(self._fppa_at_rest, source)

    def values(self, seen: _Seen) -> dict[str, float]:
        """Return the leg's measures in a frame."""
        values = self._read(seen)
        raw, kmf_change = values["fppa_deg"], values["kmf_pct"] - self._kmf_at_rest
        fppa, change = raw - self._lean_deg, raw - self._fppa_at_rest
        bias = 0.0 if self._reading is None else self._bend_bias_deg(self._reading, seen, fppa, kmf_change)
        values["fppa_deg"], values["fppa_change_deg"] = fppa + bias, change + bias
        values["kmf_change_pct"] = kmf_change
        return values

    def _read(self, seen: _Seen) -> dict[str, float]:
        """Return what the landmarks read, before stance is taken off: `frontal._one_leg`."""
        body, medial, leg_px = self._body, self._medial, self._leg_px
        hip, other_hip = seen.hips[self.side.leg_index], seen.hips[self.side.other.leg_index]
        ankle = seen.at(body.ankle)
        ahead = 0.5 * leg_px * math.sin(seen.bend / 2)  # height of the triangle of two segments of half a leg each
        knee = self._straightened(seen.at(body.knee), ahead)
        toe = self._straightened(seen.at(body.toe), TOE_AHEAD_LEG * leg_px)
        scored = seen.shows(body.hip, body.knee, body.ankle)
        long_enough = scored and seen.y[body.knee] - hip[1] >= self._least_fall_px
        thigh = tilt_deg(medial * (knee[0] - hip[0]), knee[1] - hip[1])
        shank = tilt_deg(medial * (ankle[0] - knee[0]), ankle[1] - knee[1])
        toe_scored = scored and seen.shows(body.toe, least=FOOT_SCORED)
        return {
            "fppa_deg": thigh - shank if long_enough else NAN,
            "kmf_pct": 100 * (medial * (knee[0] - toe[0])) / leg_px if toe_scored else NAN,
            "kmd_pct": 100 * self._medial_displacement_px(hip, knee, ankle) / leg_px if scored else NAN,
            "hip_adduction_deg": thigh + seen.pelvis_tilt_deg(hip, other_hip) if long_enough else NAN,
        }

    def _straightened(self, point: _Point, ahead_px: float) -> _Point:
        """Return `Place.straightened` of one point."""
        lens, (x, y) = self._place.lens, self._place.lens.centre_px
        nearer = 1 - self._place.toward * ahead_px / lens.focal_px
        return x + (point[0] - x) * nearer + ahead_px * self._place.leftward, y + (point[1] - y) * nearer

    def _medial_displacement_px(self, hip: _Point, knee: _Point, ankle: _Point) -> float:
        """Return `geometry.knee_medial_displacement_px` of one leg."""
        line = hip[0] + (ankle[0] - hip[0]) * ratio(knee[1] - hip[1], ankle[1] - hip[1])
        return self._medial * (knee[0] - line)

    def _bend_bias_deg(self, reading: KneeLineReading, seen: _Seen, fppa: float, kmf_change: float) -> float:
        """Return `frontal._bend_bias_deg` of one frame."""
        body = self._body
        hip, knee, ankle = seen.hips[self.side.leg_index][1], seen.y[body.knee], seen.y[body.ankle]
        thigh_share = (knee - hip) / (ankle - hip) if ankle > hip else NAN
        depth = (math.degrees(seen.bend) - BEND_BIAS_FROM_DEG) / (BEND_BIAS_FULL_DEG - BEND_BIAS_FROM_DEG)
        past_toe = kmf_change if math.isfinite(kmf_change) else KMF_PER_FPPA * fppa
        share = (thigh_share if math.isfinite(thigh_share) else 0.5) - 0.5
        gain = reading.gain + reading.gain_by_thigh * share
        true = reading.offset_deg + gain * fppa + reading.by_kmf * past_toe
        bias = within(depth, 0.0, 1.0) * (true - fppa)
        return bias if math.isfinite(bias) else 0.0
