"""Measures of the sagittal plane, from a camera at the person's side: the near leg and the trunk.

MediaPipe sets the hip of a standing person up to 4 % of the leg too far back, and nearly right once the knee is bent,
so that a straight knee reads 1 to 6 deg too bent. A part of what is read in quiet stance is therefore taken off, all of
it there and nothing from 45 deg on (docs/validation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.camera import faced
from formcheck.kinematics.cleaning import FOOT_SCORED, known_median, seen
from formcheck.kinematics.geometry import foreshortening_corrected_tilt_deg, knee_flexion_deg, sagittal_tilt_deg
from formcheck.kinematics.planted_leg import fit_planted_leg, foot_stays
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG
from formcheck.kinematics.standing import Standing, stance_error_deg
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

STANCE_SPREAD_DEG = 4.0
"""Standard deviation of true knee flexion in relaxed stance: between a little over-straight and 10 deg."""
STANCE_ERROR_DEG = 4.0
"""Standard deviation of the error of knee flexion read in stance (docs/validation.md)."""
STANCE_ERROR_GONE_DEG = 45.0
"""From this flexion on the error of stance is not there any more."""


HEEL_UP_PCT = 5.0
"""A heel that is seen higher than in stance by this, % of leg length, is off the floor. Landmarks of a heel that stays
down rise by less under a shank that tilts by 45 deg; one that lifts by less is not told (docs/validation.md)."""


@dataclass(frozen=True, eq=False)
class LegAngles:
    """A leg seen from the side, degrees, each of shape (n,): angles, or what is to be added to them."""

    thigh_deg: FloatArray
    """Tilt of the thigh: positive = knee in front of hip."""
    shank_deg: FloatArray
    """Tilt of the shank: positive = knee in front of ankle."""
    flexion_deg: FloatArray
    """Knee flexion: 0 = straight."""

    def less(self, other: LegAngles) -> LegAngles:
        """Return these angles less others; NaN where either is."""
        return LegAngles(
            self.thigh_deg - other.thigh_deg, self.shank_deg - other.shank_deg, self.flexion_deg - other.flexion_deg
        )

    def with_added(self, other: LegAngles) -> LegAngles:
        """Return these angles with others added where they are known."""
        return LegAngles(
            self.thigh_deg + np.nan_to_num(other.thigh_deg),
            self.shank_deg + np.nan_to_num(other.shank_deg),
            self.flexion_deg + np.nan_to_num(other.flexion_deg),
        )


@dataclass(frozen=True, eq=False)
class SagittalSeries:
    """Sagittal measures over time; NaN where not measured."""

    near_leg: dict[str, FloatArray]
    """Of the leg nearest the camera, shape (n,)."""
    whole_body: dict[str, FloatArray]
    """Shape (n,)."""
    method: str
    """How knee flexion was found: `planted leg` or `three points`."""
    angles: LegAngles
    """Of the near leg, also where a landmark is too little visible to be scored."""
    misfit_leg: FloatArray
    """Shape (n,): how far the near leg's landmarks lie from a leg of constant lengths on a still foot, in leg lengths;
    NaN where none was fitted."""


def facing_sign(standing: Standing, near: Side) -> float:
    """Return +1 where the person faces the right edge of the picture, -1 the left.

    From the near foot in stance; where it is not seen, from the near side: who shows the left side faces left.
    """
    body = BODY[near]
    ahead = standing.points_px[body.toe, 0] - standing.points_px[body.heel, 0]
    if not np.isfinite(ahead):
        ahead = 1.0 if near is Side.RIGHT else -1.0
    return 1.0 if ahead >= 0 else -1.0


def measure_side(
    track: PoseTrack,
    standing: Standing,
    near: Side,
    turn_deg: float,
    in_place: NDArray[np.bool_],
    *,
    near_stands: bool,
    drawn: tuple[PoseTrack, Standing] | None = None,
) -> SagittalSeries:
    """Return the sagittal measures of a set.

    Parameters
    ----------
    track
        Cleaned landmarks.
    standing
        The quiet stance.
    near
        The leg nearest the camera, the only one measured.
    turn_deg
        How far the camera is off the true side view; flexion is corrected for it.
    in_place
        Frames in which the feet are where they stand, shape (n,).
    near_stands
        False where the near leg is the free leg of a step-down: its foot is not planted.
    drawn
        For a track in which landmarks were moved by hand: track and stance as the estimator drew them. What is known of
        its errors comes from there. None where nothing was moved.
    """
    body = BODY[near]
    track, standing = faced(track, standing)
    drawn = None if drawn is None else faced(*drawn)
    facing = facing_sign(standing, near)
    scored = seen(track, [body.hip, body.knee, body.ankle])
    if drawn is None:
        angles, method, misfit = _leg_angles(track, standing, near, turn_deg, in_place, near_stands=near_stands)
    else:
        plain = _three_points(drawn[0], near, facing_sign(drawn[1], near))
        angles, method, misfit = _leg_angles(*drawn, near, turn_deg, in_place, near_stands=near_stands)
        moved = _unturned(_three_points(track, near, facing), turn_deg)
        angles = moved.with_added(angles.less(_unturned(plain, turn_deg)))
    thigh = np.where(scored, angles.thigh_deg, np.nan)
    near_leg = {
        "knee_flexion_deg": np.where(scored, angles.flexion_deg, np.nan),
        "thigh_horizontal_deg": np.where(scored, 90.0 - angles.thigh_deg, np.nan),
        **_foot(track, standing, near, facing, angles.shank_deg, scored),
    }
    return SagittalSeries(near_leg, _trunk(track, standing, near, facing, turn_deg, thigh), method, angles, misfit)


def _three_points(track: PoseTrack, near: Side, facing: float) -> LegAngles:
    """Return the angles of the landmarks as they lie in the picture."""
    body = BODY[near]
    hip, knee, ankle = (track.image_px[:, mark] for mark in (body.hip, body.knee, body.ankle))
    return LegAngles(
        sagittal_tilt_deg(hip, knee, "lower", facing),
        sagittal_tilt_deg(knee, ankle, "upper", facing),
        knee_flexion_deg(hip, knee, ankle),
    )


def _unturned(seen_as: LegAngles, turn_deg: float) -> LegAngles:
    """Return angles as a camera square to the person would see them."""
    if turn_deg <= 0:
        return seen_as
    thigh, shank = seen_as.thigh_deg, seen_as.shank_deg
    corrected = [foreshortening_corrected_tilt_deg(tilt, turn_deg) for tilt in (thigh, shank)]
    flexion = seen_as.flexion_deg + (corrected[0] - thigh) + (corrected[1] - shank)
    return LegAngles(corrected[0], corrected[1], flexion)


def _leg_angles(
    track: PoseTrack,
    standing: Standing,
    near: Side,
    turn_deg: float,
    in_place: NDArray[np.bool_],
    *,
    near_stands: bool,
) -> tuple[LegAngles, str, FloatArray]:
    """Return the near leg's angles without what is known of the estimator's errors, how they were found, the misfit."""
    body = BODY[near]
    facing = facing_sign(standing, near)
    hip, knee, ankle = (track.image_px[:, mark] for mark in (body.hip, body.knee, body.ankle))
    scored = seen(track, [body.hip, body.knee, body.ankle])
    method, misfit = "three points", np.full(len(track), np.nan)
    angles = _three_points(track, near, facing)
    if near_stands and foot_stays(ankle[in_place & scored], standing.leg_px):
        fit_at = (scored & in_place)[:, None]
        leg = fit_planted_leg(
            np.where(fit_at, hip, np.nan), np.where(fit_at, knee, np.nan), np.where(fit_at, ankle, np.nan), facing
        )
        if leg is not None:
            method, misfit = "planted leg", leg.residual_px / standing.leg_px
            angles = LegAngles(
                np.where(np.isfinite(leg.thigh_tilt_deg), leg.thigh_tilt_deg, angles.thigh_deg),
                np.where(np.isfinite(leg.shank_tilt_deg), leg.shank_tilt_deg, angles.shank_deg),
                np.where(np.isfinite(leg.knee_flexion_deg), leg.knee_flexion_deg, angles.flexion_deg),
            )
    angles = _unturned(angles, turn_deg)
    if standing.quiet and near_stands:
        flexion = angles.flexion_deg
        upright = without_stance_error_deg(flexion, known_median(flexion[standing.frames & scored]))
        angles = LegAngles(angles.thigh_deg + (upright - flexion), angles.shank_deg, upright)
    return angles, method, misfit


def flexion_error_in_stance_deg(at_rest_deg: float) -> float:
    """Return the part of knee flexion, as read in quiet stance, that is likely not the person's; 0 of NaN."""
    return stance_error_deg(
        at_rest_deg,
        expected_deg=STANDING_FLEXION_DEG,
        error_sd_deg=STANCE_ERROR_DEG,
        spread_sd_deg=STANCE_SPREAD_DEG,
    )


def without_stance_error_deg(flexion_deg: FloatArray, at_rest_deg: float) -> FloatArray:
    """Return knee flexion without what the landmarks likely get wrong of it in stance, shape (n,).

    Parameters
    ----------
    flexion_deg
        As read, shape (n,).
    at_rest_deg
        As read in quiet stance; NaN changes nothing.
    """
    error = flexion_error_in_stance_deg(at_rest_deg)
    # Straight below stance, straight above 45 deg, a line between: order and continuity stay.
    ends = [STANDING_FLEXION_DEG + error, STANCE_ERROR_GONE_DEG], [STANDING_FLEXION_DEG, STANCE_ERROR_GONE_DEG]
    between = np.interp(flexion_deg, *ends)
    low, high = flexion_deg < ends[0][0], flexion_deg > STANCE_ERROR_GONE_DEG
    return np.asarray(np.where(low, flexion_deg - error, np.where(high, flexion_deg, between)), dtype=np.float64)


def upright_flexion_deg(flexion_deg: float, error_deg: float) -> float:
    """Return what `without_stance_error_deg` does of one value, in plain numbers, for the error that is found there."""
    if flexion_deg < STANDING_FLEXION_DEG + error_deg:
        return flexion_deg - error_deg
    if flexion_deg > STANCE_ERROR_GONE_DEG:
        return flexion_deg
    ends = (STANDING_FLEXION_DEG + error_deg, STANCE_ERROR_GONE_DEG), (STANDING_FLEXION_DEG, STANCE_ERROR_GONE_DEG)
    return float(np.interp(flexion_deg, *ends))


def _foot(
    track: PoseTrack, standing: Standing, near: Side, facing: float, shank: FloatArray, scored: NDArray[np.bool_]
) -> dict[str, FloatArray]:
    body = BODY[near]
    heel, toe, knee = (track.image_px[:, mark] for mark in (body.heel, body.toe, body.knee))
    foot_seen = seen(track, [body.heel, body.toe], FOOT_SCORED)
    pitch = np.degrees(np.arctan2(toe[:, 1] - heel[:, 1], facing * (toe - heel)[:, 0]))
    pitch = np.where(foot_seen, pitch - known_median(pitch[standing.frames]), np.nan)
    lift = np.where(foot_seen, 100 * (standing.points_px[body.heel, 1] - heel[:, 1]) / standing.leg_px, np.nan)
    past = np.where(foot_seen & scored, 100 * facing * (knee - toe)[:, 0] / standing.leg_px, np.nan)
    return {
        "foot_pitch_deg": pitch,
        "heel_lift_pct": lift,
        "knee_past_toe_pct": past,
        # Of a foot that stays flat: heel and toe landmarks tilt by 10 deg as the knee bends over a foot that does not.
        "ankle_dorsiflexion_deg": np.where(scored, shank, np.nan),
    }


def heel_down_tilt_deg(side: SagittalSeries) -> FloatArray:
    """Return the tilt of the near shank where its heel is down, shape (n,); where the foot is not seen, too."""
    heel, tilt = side.near_leg["heel_lift_pct"], side.near_leg["ankle_dorsiflexion_deg"]
    with np.errstate(invalid="ignore"):
        return np.where(heel > HEEL_UP_PCT, np.nan, tilt)


def _trunk(
    track: PoseTrack,
    standing: Standing,
    near: Side,
    facing: float,
    turn_deg: float,
    thigh: FloatArray,
) -> dict[str, FloatArray]:
    body = BODY[near]
    hip, shoulder = track.image_px[:, body.hip], track.image_px[:, body.shoulder]
    scored = seen(track, [body.hip, body.shoulder])
    tilt = foreshortening_corrected_tilt_deg(sagittal_tilt_deg(shoulder, hip, "upper", facing), turn_deg)
    flexion = np.where(scored, tilt, np.nan)

    def drift(mark: int) -> FloatArray:
        moved = facing * (track.image_px[:, mark, 0] - standing.points_px[mark, 0])
        return np.where(scored, 100 * moved / standing.trunk_px, np.nan)

    return {
        "trunk_flexion_deg": flexion,
        "hip_flexion_deg": thigh + flexion,
        "wall_drift_shoulder_pct": drift(body.shoulder),
        "wall_drift_hip_pct": drift(body.hip),
    }
