"""Measures of the frontal plane, from a camera in front of (or behind) the person.

Four things stand between the landmarks of a front view and the knee alignment of the person, and each is taken out
before FPPA is measured. Their effect against exact truth is in docs/validation.md.

*Hips.* MediaPipe sets the hip landmarks 0.24 leg lengths apart, on real and rendered people alike; hip joint centres
are 0.21 apart (inter-ASIS distance less 14 % on each side, Bell 1990; segment lengths of Winter). Hips too wide make
every knee look medial.

*Perspective.* A bent knee is nearer to the camera than the hip and the ankle, so it is seen too far out: -2 to -3 deg
at 60 deg of flexion from 2.5 m (specification section 5). The knee is moved back along its line of sight, by the
height of the triangle hip-knee-ankle.

*Turn.* From a camera that is not straight in front, what points forward is seen sideways: the bent knee by its distance
in front of the line hip-ankle times the sine of the turn, 5.8 deg of FPPA at 60 deg of flexion from 5 deg (section 5).
Knee and toe are moved back by that, as far as the turn is known (`known_front_turn_deg`).

*The landmarks' own lean.* In quiet stance the mechanical axis of a leg is straight within a few degrees (hip-knee-ankle
angle -1.3 +- 2.3 deg, Bellemans 2012), but MediaPipe reads -1 to +6 deg. A part of what it reads there is therefore its
own error, and that part stays through the rep: the share that two such spreads leave (Gaussian shrinkage) is taken off,
at most 5 deg. `fppa_change_deg` needs no such assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.camera import Lens, faced, lens_of, levelled
from formcheck.kinematics.cleaning import FOOT_SCORED, known_median, seen
from formcheck.kinematics.geometry import (
    fppa_deg,
    frontal_tilt_deg,
    knee_medial_displacement_px,
    medial_offset_px,
    separation_ratio,
)
from formcheck.kinematics.rep_signal import flexion_from_drop_deg
from formcheck.kinematics.standing import Standing, stance_error_deg
from formcheck.kinematics.view import EXACT, TURN_READINGS, known_roll_deg
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack, TrackSource

FloatArray = NDArray[np.float64]

HIP_SEPARATION_LEG = 0.21
"""Distance between hip joint centres, in leg lengths (Bell 1990, Winter)."""
TOE_AHEAD_LEG = 0.22
"""How far the toe is in front of the ankle, in leg lengths (foot 0.152 H less heel to ankle, leg 0.491 H; Winter)."""
STANCE_SPREAD_DEG = 2.3
"""Standard deviation of the true frontal knee angle in stance (Bellemans 2012)."""
STANCE_ERROR_DEG = 2.8
"""Standard deviation of the error of the stance reading, left after hips and perspective (docs/validation.md)."""
LEAST_PROJECTED_THIGH = 0.5
"""With the knee less far below the hip than this share of the standing thigh, FPPA means nothing (section 5)."""


@dataclass(frozen=True, eq=False)
class FrontalErrors:
    """What was taken off the landmarks as the estimator's own error."""

    hip_shift_px: FloatArray
    """Shape (n, 2, 2), time, leg, x y: from the hips as they are drawn to the hip joints."""
    lean_deg: FloatArray
    """Shape (2,): the part of FPPA in stance that is not the person's."""
    bend_bias_deg: FloatArray
    """Shape (n, 2): what the landmarks of a bent leg add to FPPA, see `KneeLineReading`; 0 where it is not known."""


@dataclass(frozen=True)
class KneeLineReading:
    """How a pose model reads FPPA at the bottom of a rep, once hips, perspective, turn and lean are put right.

    What is true is `offset + (gain + gain_by_thigh (s - 1/2)) FPPA + by_kmf KMF change`, with s the share of the thigh
    in the height from hip to ankle as seen. MediaPipe draws a knee that caves in too far out, in a wall squat the more
    so the further the feet stand in front of the hips: it draws the hip too high and the knee too low there. The foot
    takes no part in that, so the knee's way past the toe tells what FPPA misses. Fitted to the reps of rendered people
    and scaled to a slope of one against the true value, so that no population's mean is built in
    (docs/validation-notes.md).
    """

    offset_deg: float
    gain: float
    gain_by_thigh: float = 0.0
    by_kmf: float = 0.0
    """Degrees for a per cent of leg length."""


BOTH_LEGS = KneeLineReading(0.05, 1.05, -1.0, 0.66)
"""Squats and wall squats: 104 leg-reps a bottom of 52 rendered people."""
ONE_LEG = KneeLineReading(-0.9, 1.10)
"""Step-downs: 38 rendered people."""
BEND_BIAS_FROM_DEG, BEND_BIAS_FULL_DEG = 20.0, 60.0
"""Up to the first flexion the landmarks are those of stance, from the second on those of the bottom: of five pairs
tried on the people who set the lines, one that brings frames nearer to the truth and loses nothing at the bottom."""
KMF_PER_FPPA = 0.33
"""Per cent of leg length that the knee passes the toe by for a degree of FPPA: stands in where no foot is seen."""


@dataclass(frozen=True, eq=False)
class FrontalSeries:
    """Frontal measures over time; NaN where not measured."""

    per_leg: dict[str, FloatArray]
    """Shape (n, 2), left and right."""
    whole_body: dict[str, FloatArray]
    """Shape (n,)."""
    errors: FrontalErrors


def measure_front(
    track: PoseTrack,
    standing: Standing,
    drop_px: FloatArray,
    stance: NDArray[np.int64] | None,
    *,
    facing_camera: bool,
    turn_deg: float = 0.0,
    errors: FrontalErrors | None = None,
) -> FrontalSeries:
    """Return the frontal measures of a set.

    Parameters
    ----------
    track
        Cleaned landmarks, in pixels of the source.
    standing
        The quiet stance.
    drop_px
        How far the trunk has come down, shape (n,), see `trunk_drop_px`.
    stance
        Step-down: which leg stands in each frame, shape (n,), 0 left, 1 right, -1 unknown. None where both stand.
    facing_camera
        False where the person is seen from behind: a bent knee is then further from the camera, not nearer.
    turn_deg
        How far the person's front points to the left of the line of sight, as far as that is known.
    errors
        Of the landmarks as the estimator drew them, for a track in which some were moved by hand; found when None.
    """
    track, standing = faced(track, standing)
    track, standing = levelled(track, standing, known_roll_deg(standing, track.source))
    place = Place.of(track.source, turn_deg, facing_camera=facing_camera)
    drawn = track.image_px[:, [BODY[s].hip for s in SIDES]]
    hips = _hip_joints(drawn, standing)
    if errors is not None:
        hips = np.where(np.isfinite(errors.hip_shift_px), drawn + errors.hip_shift_px, hips)
    bend = np.radians(np.clip(flexion_from_drop_deg(drop_px, standing.leg_px), 0, 170))
    per_leg: dict[str, FloatArray] = {}
    leans, biases = np.zeros(2), np.zeros((len(track), 2))
    reading = knee_line_reading(track.source, one_leg=stance is not None)
    for side in SIDES:
        i = side.leg_index
        told = None if errors is None else float(errors.lean_deg[i])
        values, leans[i] = _one_leg(track, standing, hips, bend, place, side, told)
        if errors is not None:
            biases[:, i] = errors.bend_bias_deg[:, i]
        elif reading is not None:
            share = _thigh_share(track, hips, side)
            biases[:, i] = _bend_bias_deg(reading, values["fppa_deg"], values["kmf_change_pct"], share, bend)
        for name in ("fppa_deg", "fppa_change_deg"):
            values[name] = values[name] + biases[:, i]
        for name, each in values.items():
            per_leg.setdefault(name, np.full((len(track), 2), np.nan))[:, i] = each
    found = FrontalErrors(hips - drawn, leans, biases)
    body = _body(track, standing, per_leg, stance)
    if stance is not None:
        per_leg["fppa_plus_lean_deg"] = fppa_plus_lean_deg(per_leg["fppa_deg"], body["trunk_lean_deg"], stance)
    return FrontalSeries(per_leg, body, found)


def knee_line_reading(source: TrackSource, *, one_leg: bool) -> KneeLineReading | None:
    """Return how the pose model reads FPPA of a bent leg; None where that is not known, or it makes no errors."""
    known = source.pose_model in TURN_READINGS and source.pose_model != EXACT
    return (ONE_LEG if one_leg else BOTH_LEGS) if known else None


def lean_of_landmarks_deg(at_rest_deg: float, source: TrackSource) -> float:
    """Return the part of FPPA in stance, as it is read, that is likely not the person's."""
    if source.pose_model == EXACT:
        return 0.0
    return stance_error_deg(
        at_rest_deg, expected_deg=0.0, error_sd_deg=STANCE_ERROR_DEG, spread_sd_deg=STANCE_SPREAD_DEG
    )


def fppa_plus_lean_deg(fppa: FloatArray, lean: FloatArray, stance: NDArray[np.int64]) -> FloatArray:
    """Return FPPA of the standing leg plus the trunk's lean towards it, shape (n, 2); NaN for the other leg.

    A knee that falls inward and a trunk that goes over it both move the ground's reaction to the outside of the knee:
    in single-leg tasks of women with 2D video their sum goes with the moment that abducts the knee, either alone does
    not (Dingenen 2014).

    Parameters
    ----------
    fppa
        Shape (n, 2), positive = knee medial.
    lean
        Towards the standing leg, shape (n,).
    stance
        Which leg stands, shape (n,): 0 left, 1 right, -1 unknown.
    """
    stands = stance[:, None] == [side.leg_index for side in SIDES]
    return np.where(stands, fppa + lean[:, None], np.nan)


def _thigh_share(track: PoseTrack, hips: FloatArray, side: Side) -> FloatArray:
    """Return the share of the thigh in the height from hip to ankle as seen, shape (n,); NaN where there is none."""
    body = BODY[side]
    hip, knee, ankle = (
        points[:, 1]
        for points in (hips[:, side.leg_index], track.image_px[:, body.knee], track.image_px[:, body.ankle])
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(ankle > hip, (knee - hip) / (ankle - hip), np.nan)


def _bend_bias_deg(
    reading: KneeLineReading, fppa: FloatArray, kmf_change: FloatArray, thigh_share: FloatArray, bend: FloatArray
) -> FloatArray:
    """Return what is to be added to FPPA of a bent leg, shape (n,); 0 where FPPA itself is not known.

    Parameters
    ----------
    reading
        Of the pose model.
    fppa, kmf_change, thigh_share
        Shape (n,); a KMF that is not seen is taken as `KMF_PER_FPPA` has it.
    bend
        What stands in for knee flexion, radians, shape (n,).
    """
    depth = (np.degrees(bend) - BEND_BIAS_FROM_DEG) / (BEND_BIAS_FULL_DEG - BEND_BIAS_FROM_DEG)
    past_toe = np.where(np.isfinite(kmf_change), kmf_change, KMF_PER_FPPA * fppa)
    share = np.where(np.isfinite(thigh_share), thigh_share, 0.5) - 0.5
    gain = reading.gain + reading.gain_by_thigh * share
    true = reading.offset_deg + gain * fppa + reading.by_kmf * past_toe
    return np.nan_to_num(np.clip(depth, 0.0, 1.0) * (true - fppa))


@dataclass(frozen=True)
class Place:
    """Where the camera is, as far as it moves what is in front of the body."""

    lens: Lens

    toward: float
    """+1 where knees bend toward the camera, -1 away from it."""
    leftward: float
    """Sine of the turn: how much of what is forward is seen to the left."""

    @classmethod
    def of(cls, source: TrackSource, turn_deg: float, *, facing_camera: bool) -> Place:
        """Return the place of a camera from which a person is turned by so much, see `measure_front`."""
        return cls(lens_of(source), 1.0 if facing_camera else -1.0, float(np.sin(np.radians(turn_deg))))

    def straightened(self, points_px: FloatArray, ahead_px: FloatArray) -> FloatArray:
        """Return points that are `ahead_px` in front of the body as seen from straight in front and far away."""
        lens = self.lens
        far = lens.centre_px + (points_px - lens.centre_px) * (1 - self.toward * ahead_px / lens.focal_px)[:, None]
        return np.asarray(far + np.column_stack([ahead_px * self.leftward, np.zeros(len(far))]), dtype=np.float64)


def _hip_joints(hips: FloatArray, standing: Standing) -> FloatArray:
    """Return the hips moved in to where hip joints are, shape (n, 2, 2): time, leg, x y."""
    middle = hips.mean(axis=1, keepdims=True)
    return np.asarray(middle + (hips - middle) * hip_joint_share(standing), dtype=np.float64)


def hip_joint_share(standing: Standing) -> float:
    """Return the distance between hip joints as a share of that between the hips as they are drawn."""
    marks = [BODY[s].hip for s in SIDES]
    apart = abs(float(standing.points_px[marks[0], 0] - standing.points_px[marks[1], 0]))
    return min(1.0, HIP_SEPARATION_LEG * standing.leg_px / apart) if apart > 0 else 1.0


def _one_leg(
    track: PoseTrack,
    standing: Standing,
    hips: FloatArray,
    bend: FloatArray,
    place: Place,
    side: Side,
    lean_deg: float | None,
) -> tuple[dict[str, FloatArray], float]:
    """Return one leg's measures, each of shape (n,), and the lean that was taken off (found when None)."""
    body, leg_px = BODY[side], standing.leg_px
    medial = float(standing.medial[side.leg_index])
    hip, ankle = hips[:, side.leg_index], track.image_px[:, body.ankle]
    ahead = 0.5 * leg_px * np.sin(bend / 2)  # height of the triangle of two segments of half a leg each
    knee = place.straightened(track.image_px[:, body.knee], ahead)
    toe = place.straightened(track.image_px[:, body.toe], np.full(len(track), TOE_AHEAD_LEG * leg_px))
    scored = seen(track, [body.hip, body.knee, body.ankle])
    fall_px = track.image_px[:, body.knee, 1] - hip[:, 1]
    long_enough = fall_px >= LEAST_PROJECTED_THIGH * standing.thigh_px[side.leg_index]
    raw = np.where(scored & long_enough, fppa_deg(hip, knee, ankle, medial), np.nan)
    still = standing.frames
    at_rest = known_median(raw[still])
    if lean_deg is None:
        lean_deg = lean_of_landmarks_deg(at_rest, track.source)
    kmf = np.where(
        scored & seen(track, [body.toe], FOOT_SCORED), 100 * medial_offset_px(knee, toe, medial) / leg_px, np.nan
    )
    adduction = frontal_tilt_deg(hip, knee, medial) + _pelvis_tilt_deg(hips, side)
    toe_run = medial_offset_px(track.image_px[:, body.toe], track.image_px[:, body.heel], medial)
    foot_px = 0.62 * standing.shank_px[side.leg_index]  # specification section 2.1, TO
    measures = {
        "fppa_deg": raw - lean_deg,
        "fppa_change_deg": raw - at_rest,
        "kmf_pct": kmf,
        "kmf_change_pct": kmf - known_median(kmf[still]),
        "kmd_pct": np.where(scored, 100 * knee_medial_displacement_px(hip, knee, ankle, medial) / leg_px, np.nan),
        "hip_adduction_deg": np.where(scored & long_enough, adduction, np.nan),
        "shank_frontal_deg": np.where(scored, -frontal_tilt_deg(knee, ankle, medial), np.nan),
        "toe_out_deg": np.where(
            seen(track, [body.heel, body.toe], FOOT_SCORED),
            np.degrees(np.arcsin(np.clip(-toe_run / foot_px, -1, 1))),
            np.nan,
        ),
    }
    return measures, lean_deg


def _pelvis_tilt_deg(hips: FloatArray, side: Side) -> FloatArray:
    """Return how far the other hip is below this leg's hip, degrees of the pelvis line."""
    this, other = hips[:, side.leg_index], hips[:, side.other.leg_index]
    return np.degrees(np.arctan2(other[:, 1] - this[:, 1], np.abs(other[:, 0] - this[:, 0])))


def _body(
    track: PoseTrack, standing: Standing, per_leg: dict[str, FloatArray], stance: NDArray[np.int64] | None
) -> dict[str, FloatArray]:
    left, right = BODY[Side.LEFT], BODY[Side.RIGHT]
    image, still = track.image_px, standing.frames
    hips, shoulders = image[:, [left.hip, right.hip]], image[:, [left.shoulder, right.shoulder]]
    to_right = float(standing.medial[Side.LEFT.leg_index])  # medial of the left leg is toward the person's right
    over = shoulders.mean(axis=1) - hips.mean(axis=1)
    lean = np.degrees(np.arctan2(to_right * over[:, 0], -over[:, 1]))
    tilt = _pelvis_tilt_deg(hips, Side.LEFT)  # positive: right hip lower
    upper = seen(track, [left.hip, right.hip, left.shoulder, right.shoulder])
    lean = np.where(upper, lean - known_median(lean[still]), np.nan)
    tilt = np.where(upper, tilt - known_median(tilt[still]), np.nan)
    if stance is not None:
        toward_stance = np.where(stance == Side.RIGHT.leg_index, 1.0, np.where(stance < 0, np.nan, -1.0))
        return {"trunk_lean_deg": lean * toward_stance, "pelvic_drop_deg": -tilt * toward_stance}
    ankles = image[:, [left.ankle, right.ankle]]
    spread = abs(float(standing.points_px[left.ankle, 0] - standing.points_px[right.ankle, 0]))
    shift = to_right * 100 * (hips.mean(axis=1)[:, 0] - ankles.mean(axis=1)[:, 0]) / max(spread, 1.0)
    knees_seen = seen(track, [left.knee, right.knee, left.ankle, right.ankle])
    apart = np.where(knees_seen, np.abs(image[:, left.knee, 0] - image[:, right.knee, 0]), np.nan)
    kasr = separation_ratio(image[:, left.knee], image[:, right.knee], image[:, left.ankle], image[:, right.ankle])
    return {
        "trunk_lean_deg": lean,
        "pelvic_drop_deg": tilt,
        "fppa_common_deg": per_leg["fppa_deg"].mean(axis=1),
        "kmf_difference_pct": per_leg["kmf_pct"][:, 0] - per_leg["kmf_pct"][:, 1],
        "weight_shift_pct": np.where(knees_seen & upper, shift - known_median(shift[still]), np.nan),
        "kasr": np.where(knees_seen, kasr, np.nan),
        "knee_separation_pct": 100 * apart / known_median(apart[still]),
    }


def arms_moved(track: PoseTrack, standing: Standing, share_of_trunk: float = 0.35) -> FloatArray:
    """Return 1 in frames in which a wrist is away from where it was beside its hip in quiet stance, else 0, shape (n,).

    NaN where a wrist is not seen and no other is away. The hands may be on the hips, crossed or hanging: what counts is
    that they leave (arm strategy of the lateral step-down test; 0.35 trunk lengths, specification section 2.1).
    """
    moved, known = np.zeros(len(track)), np.ones(len(track), dtype=np.bool_)
    for side in SIDES:
        body = BODY[side]
        offset = track.image_px[:, body.wrist] - track.image_px[:, body.hip]
        away = np.linalg.norm(offset - (standing.points_px[body.wrist] - standing.points_px[body.hip]), axis=1)
        wrist_seen = seen(track, [body.wrist, body.hip]) & np.isfinite(away)
        moved[wrist_seen & (np.nan_to_num(away) > share_of_trunk * standing.trunk_px)] = 1.0
        known &= wrist_seen
    return np.where(known | (moved > 0), moved, np.nan)
