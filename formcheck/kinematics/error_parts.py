"""The parts of the error of one value that come from this clip: trembling landmarks, the camera's turn, the scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.frontal import TOE_AHEAD_LEG
from formcheck.kinematics.geometry import foreshortening_corrected_tilt_deg, fppa_yaw_bias_deg
from formcheck.kinematics.noise import value_noise
from formcheck.kinematics.placed import HAND_SPREAD_LEG
from formcheck.kinematics.rep_signal import flexion_from_drop_deg
from formcheck.kinematics.reps import RepTimes
from formcheck.kinematics.uncertainty import TWO_SIDED_95
from formcheck.kinematics.view import (
    ViewKind,
    ViewVerdict,
    front_turn_deg,
    known_front_turn_deg,
    turn_off_view_deg,
)
from formcheck.pose.landmarks import BODY, SIDES, Side

FloatArray = NDArray[np.float64]

INDEPENDENT_PER_S = 6.0
"""Independent samples a second after smoothing at 6 Hz."""
LEG_LENGTH_SPREAD = 0.04
"""Standard deviation of the length of a leg read in stance, as a share of it (docs/validation.md)."""
_OF_LEG_LENGTH = frozenset(
    {"kmf_pct", "kmf_change_pct", "kmd_pct", "knee_past_toe_pct", "heel_lift_pct", "kmf_difference_pct"}
)
_OF_THE_BENT_KNEE = frozenset({"fppa_deg", "fppa_change_deg"})
_SHORTEST_TRUNK = 0.26
"""A trunk seen shorter than this share of its standing length leans further than 75 deg: no more is told apart."""


def noise_part(m: SetMeasurement, name: str, leg: Side | None, known: FloatArray, frames: NDArray[np.bool_]) -> float:
    """Return the standard deviation that noise in this clip gives the median of a measure over some frames.

    Parameters
    ----------
    m
        The set.
    name
        Of the measure.
    leg
        Whose; None for the whole body.
    known
        The values that the median is of.
    frames
        The frames they are from, shape (n,).
    """
    seconds = max(float(np.ptp(m.series.t_s[frames])), 1 / INDEPENDENT_PER_S)
    # The tremble is in the unsteadiness, but for values that are few: the larger of the two, not both.
    unsteady = max(float(np.std(known)), value_noise(name, leg, m.tremble_px, m.standing))
    return unsteady / float(np.sqrt(seconds * INDEPENDENT_PER_S))


def hand_part(m: SetMeasurement, name: str, leg: Side | None, frames: NDArray[np.bool_]) -> float:
    """Return the standard deviation that landmarks placed by hand give the median of a measure over some frames.

    It does not fall with the number of frames: a landmark is placed once and the rest of its run follows. It counts by
    the share of the frames that it was placed in.

    Parameters
    ----------
    m, name, leg, frames
        As for `noise_part`.
    """
    placed = m.placed[frames]
    if not placed.any():
        return 0.0
    return value_noise(name, leg, HAND_SPREAD_LEG * m.standing.leg_px * placed.mean(axis=0), m.standing)


def scale_part(name: str, value: float) -> float:
    """Return the standard deviation that comes from the length of the leg, which percentages are of."""
    return abs(value) * LEG_LENGTH_SPREAD if name in _OF_LEG_LENGTH else 0.0


def turn_part(m: SetMeasurement, rep: RepTimes, name: str, frames: NDArray[np.bool_]) -> float:
    """Return the standard deviation of a measure of one rep that comes from what is not known of the camera's turn."""
    lean = _forward_lean_deg(m, frames) if name == "trunk_lean_deg" else 0.0
    return turn_spread(m.view, name, _bend_deg(m, rep), lean)


def _bend_deg(m: SetMeasurement, rep: RepTimes) -> float:
    """Return how far the knee bends at the deepest moment of a rep, or what stands in for it.

    From the front not by the signal that reps are timed by, which goes deeper the further a trunk leans.
    """
    drop = m.series.whole_body.get("drop_pct")
    if drop is None:
        return rep.deepest_deg
    at = int(np.argmin(np.abs(m.series.t_s - rep.deepest_s)))
    return float(flexion_from_drop_deg(drop[at] / 100, 1.0)) if np.isfinite(drop[at]) else rep.deepest_deg


def turn_spread(view: ViewVerdict, name: str, flexion_deg: float, forward_lean_deg: float = 0.0) -> float:
    """Return the standard deviation that comes from what is not known of the camera's turn.

    From the front, what points forward is seen sideways by the sine of the turn: the bend of the leg in FPPA, the thigh
    in hip adduction, the knee in front of the leg's line in KMD and in front of the toe in KMF, the forward lean of the
    trunk in its sideways lean. From the side, what points forward is seen shorter by the cosine.

    Parameters
    ----------
    view
        The view and its error.
    name
        Of the measure.
    flexion_deg
        How far the knee is bent, or what stands in for it.
    forward_lean_deg
        Of the trunk; for its sideways lean only.
    """
    if view.kind is ViewKind.SIDE:
        return _side_turn_spread(view, name, flexion_deg)
    if view.kind is not ViewKind.FRONT:
        return 0.0
    left_in = front_turn_deg(view)
    if name != "trunk_lean_deg":
        left_in -= known_front_turn_deg(view)
    turn = float(np.hypot(view.yaw_error_deg, left_in) / TWO_SIDED_95)
    half = min(flexion_deg / 2, 60.0)
    knee_ahead_pct, aside = 50 * np.sin(np.radians(half)), np.sin(np.radians(turn))
    if name in _OF_THE_BENT_KNEE:
        return float(abs(fppa_yaw_bias_deg(half, half, turn)))
    if name == "fppa_difference_deg":
        return 2 * float(abs(fppa_yaw_bias_deg(half, half, turn)))
    if name == "hip_adduction_deg":
        return float(abs(fppa_yaw_bias_deg(half, 0.0, turn)))
    if name == "kmd_pct":
        return float(knee_ahead_pct * aside)
    if name in ("kmf_pct", "kmf_change_pct", "kmf_difference_pct"):
        legs = 2 if name == "kmf_difference_pct" else 1  # a turn moves the knees the same way: one in, one out
        return float(legs * abs(knee_ahead_pct - 100 * TOE_AHEAD_LEG) * aside)
    if name == "trunk_lean_deg":
        return float(fppa_yaw_bias_deg(forward_lean_deg, 0.0, turn))
    return 0.0


def _side_turn_spread(view: ViewVerdict, name: str, flexion_deg: float) -> float:
    """Return how far flexion moves when the camera's turn is off by one standard deviation of its error."""
    segments = {"knee_flexion_max_deg": 2, "thigh_horizontal_deg": 1, "ankle_dorsiflexion_deg": 1}.get(name, 0)
    if not segments:
        return 0.0
    seen = min(flexion_deg / 2, 80.0)
    turn = turn_off_view_deg(view)
    angles = [
        foreshortening_corrected_tilt_deg(seen, abs(each)) for each in (turn, turn + view.yaw_error_deg / TWO_SIDED_95)
    ]
    return float(segments * abs(angles[1] - angles[0]))


def _forward_lean_deg(m: SetMeasurement, frames: NDArray[np.bool_]) -> float:
    """Return how far the trunk leans forward as far as a front view tells: by how much shorter it is seen."""
    points = m.track.image_px[frames]
    hips, shoulders = (
        points[:, [getattr(BODY[s], joint) for s in SIDES]].mean(axis=1) for joint in ("hip", "shoulder")
    )
    seen = known_median(np.linalg.norm(shoulders - hips, axis=1)) / m.standing.trunk_px
    return float(np.degrees(np.arccos(np.clip(seen, _SHORTEST_TRUNK, 1.0)))) if np.isfinite(seen) else 0.0
