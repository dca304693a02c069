"""From the landmarks of a set to its view, reps, phases and measures over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.kinematics.cleaning import cleaned
from formcheck.kinematics.frontal import arms_moved, measure_front
from formcheck.kinematics.mirror import need_unmirrored
from formcheck.kinematics.noise import tremble_px
from formcheck.kinematics.phase_rule import PhaseRule
from formcheck.kinematics.rep_signal import flexion_from_drop_deg, trunk_drop_px
from formcheck.kinematics.reps import LOST_S, RepTimes, find_reps, phases
from formcheck.kinematics.sagittal import measure_side
from formcheck.kinematics.series import MeasureSeries
from formcheck.kinematics.sides import repair_exchanged_sides
from formcheck.kinematics.stance_leg import most_often, stance_of_frames, stance_of_rep
from formcheck.kinematics.standing import Standing, feet_in_place, legs_in_sight, rough_leg_px, stand_still
from formcheck.kinematics.view import (
    FRONT_LOW_DEG,
    ViewKind,
    ViewQuality,
    ViewVerdict,
    judge_view,
    known_front_turn_deg,
    turn_off_view_deg,
    view_as_told,
)
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_BEFORE_S, _AFTER_S = 4.0, 2.0
"""Around the reps, where the person stands ready: the calibration is taken from there, not from walking in."""
_BODY_LINES = 3
ROLL_LOW_DEG = 4.0
"""Beyond this tilt what leans on the picture's vertical is given with low confidence; the lines are read to 2 deg."""
_LEAST_FOUND_S = 1.0
_SLOWEST_INTERVAL_S = 0.15
"""Frames further apart than this let a knee at 60 deg/s bend by 9 deg unseen."""

CONTRACT_PER_LEG = ("knee_flexion_deg", "fppa_deg", "kmf_pct")
CONTRACT_BODY = ("trunk_lean_deg", "trunk_flexion_deg", "pelvic_drop_deg")


@dataclass(frozen=True, eq=False)
class SetMeasurement:
    """Everything measured in one set."""

    track: PoseTrack
    """Sides repaired, gaps filled, filtered."""
    raw: PoseTrack
    """Sides repaired, nothing else."""
    sides_repaired: NDArray[np.bool_]
    """Shape (n,): frames in which the estimator had exchanged the legs."""
    standing: Standing
    view: ViewVerdict
    q_deg: FloatArray
    """The signal reps were found in, shape (n,)."""
    reps: tuple[RepTimes, ...]
    legs: tuple[Side | None, ...]
    """The stance leg of each rep; None where both legs work."""
    series: MeasureSeries
    bilateral: bool
    """Whether the exercise works both legs at once."""
    told_leg_denied: bool
    """Whether the picture clearly shows the other leg standing than the one that was told."""
    roll_deg: float
    """Tilt of the picture as far as shoulders, hips and feet in stance tell, from the front; NaN otherwise."""
    tremble_px: FloatArray
    """Shape (33,): noise of each landmark that the filter leaves, see `noise.tremble_px`."""
    arms_moved: FloatArray
    """Shape (n,): 1 in frames in which a hand has left its place, else 0; NaN where that was not seen."""
    phase: NDArray[np.str_]
    rep_of_frame: NDArray[np.int64]
    flexion_method: str
    """How knee flexion was found; empty where it was not."""


def measure_set(
    track: PoseTrack, rule: PhaseRule, leg: Side | None = None, view: ViewKind | None = None
) -> SetMeasurement:
    """Measure a recorded set.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    rule
        What counts as a rep of the exercise.
    leg
        The leg that is told to stand in a step-down; None to find it.
    view
        The view that is told; None to find it.

    Raises
    ------
    NotAssessableError
        If there is no person or no leg to measure.
    """
    _need_person(track)
    _need_upright(track)
    need_unmirrored(track)
    leg_px = rough_leg_px(track)
    raw, repaired = repair_exchanged_sides(track, leg_px)
    clean = cleaned(raw)
    legs = legs_in_sight(clean)
    standing = _stands(stand_still(clean, legs))
    if standing is None:
        raise NotAssessableError(
            "Hips, knees and ankles are never in view together.", "Step back until your feet and hips show."
        )
    in_place = feet_in_place(clean, leg_px)
    verdict = judge_view(clean, in_place if in_place.any() else clean.found)
    if view is not None:
        verdict = view_as_told(verdict, view)
    reps = _reps(clean, standing, verdict, rule, leg, in_place)[1]
    if reps:
        around = (clean.t_s >= reps[0].start_s - _BEFORE_S) & (clean.t_s <= reps[-1].end_s + _AFTER_S)
        standing = _stands(stand_still(clean, legs, around)) or standing
    q, reps = _reps(clean, standing, verdict, rule, leg, in_place)
    shown = [None if rule.bilateral else stance_of_rep(clean, rep, standing.leg_px) for rep in reps]
    stances = tuple(None if rule.bilateral else each or leg or most_often(shown) for each in shown)
    roll = _roll_deg(standing) if verdict.kind is ViewKind.FRONT else float("nan")
    verdict = _of_tilted_picture(verdict, roll)
    series, method = _series(clean, standing, verdict, rule, in_place, reps, stances)
    phase, number = phases(clean.t_s, reps)
    return SetMeasurement(
        track=clean,
        raw=raw,
        sides_repaired=repaired,
        standing=standing,
        view=verdict,
        q_deg=q,
        reps=tuple(reps),
        legs=stances,
        series=series,
        bilateral=rule.bilateral,
        told_leg_denied=leg is not None and any(each is leg.other for each in shown),
        roll_deg=roll,
        tremble_px=tremble_px(raw, clean, in_place),
        arms_moved=arms_moved(clean, standing),
        phase=phase,
        rep_of_frame=number,
        flexion_method=method,
    )


def _stands(standing: Standing | None) -> Standing | None:
    """Return a standing calibration that has a leg, else None."""
    return standing if standing is not None and standing.leg_px > 0 else None


def _of_tilted_picture(view: ViewVerdict, roll_deg: float) -> ViewVerdict:
    """Return a verdict that has low confidence where the picture is tilted too far."""
    if not abs(roll_deg) > ROLL_LOW_DEG or view.verdict is not ViewQuality.OK:
        return view
    reason = f"Seen from the front, but the picture is tilted by {abs(roll_deg):.0f}°: low confidence."
    return replace(view, verdict=ViewQuality.LOW, reason=reason)


def _need_person(track: PoseTrack) -> None:
    if len(track) == 0 or not track.found.any():
        raise NotAssessableError(
            "No person was found in this video.", "Film one person from head to feet, in good light."
        )
    step = float(np.median(np.diff(track.t_s))) if len(track) > 1 else 0.0
    if step > _SLOWEST_INTERVAL_S:
        raise NotAssessableError(
            f"This video has only {1 / step:.0f} frames a second, too few to follow a knee.",
            "Film with at least 24 frames a second.",
        )
    if track.found.sum() * step < _LEAST_FOUND_S:
        raise NotAssessableError(
            "A person was found for less than a second.", "Film one person from head to feet for the whole set."
        )


def _need_upright(track: PoseTrack) -> None:
    """Refuse a picture that lies on its side or upside down: gravity is taken to point down in it."""
    joints = [[getattr(BODY[s], joint) for s in SIDES] for joint in ("shoulder", "ankle")]
    top, bottom = (track.image_px[track.found][:, marks].mean(axis=1) for marks in joints)
    along = np.median(bottom - top, axis=0)
    if along[1] < abs(along[0]):
        raise NotAssessableError(
            "The person lies on the side in this picture, or it is upside down.",
            "Turn the video so that the person stands upright, and measure again.",
        )


def _reps(
    track: PoseTrack,
    standing: Standing,
    view: ViewVerdict,
    rule: PhaseRule,
    leg: Side | None,
    in_place: NDArray[np.bool_],
) -> tuple[FloatArray, list[RepTimes]]:
    """Return the rep signal and the reps in it."""
    drop = trunk_drop_px(track, standing)
    q = np.where(in_place, flexion_from_drop_deg(drop, standing.leg_px), np.nan)
    reps = find_reps(track.t_s, q, rule, blunt_at_rest=True)
    if view.kind is not ViewKind.SIDE or view.near_leg is None:
        return q, reps
    shown = [stance_of_rep(track, rep, standing.leg_px) for rep in reps]
    stands = rule.bilateral or (most_often(shown) or leg) is view.near_leg
    if not stands:
        return q, reps
    side = measure_side(track, standing, view.near_leg, turn_off_view_deg(view), in_place, near_stands=True)
    flexion = np.where(in_place, side.near_leg["knee_flexion_deg"], np.nan)
    found = find_reps(track.t_s, flexion, rule)
    # A knee hidden for a while must not cost the count: then the drop of the trunk counts, which needs no knee.
    return (flexion, found) if _covers(track.t_s, flexion, reps) else (q, reps)


def _covers(t_s: FloatArray, flexion: FloatArray, reps: list[RepTimes]) -> bool:
    """Return whether knee flexion is known throughout the reps that the trunk shows, but for short gaps."""
    for rep in reps:
        known = t_s[np.isfinite(flexion) & (t_s >= rep.start_s) & (t_s <= rep.end_s)]
        if np.diff(np.r_[rep.start_s, known, rep.end_s]).max() > LOST_S:
            return False
    return True


def _roll_deg(standing: Standing) -> float:
    """Return the tilt that shoulders, hips and ankles share in stance: the middle of the three lines' tilts."""
    tilts = []
    for joint in ("shoulder", "hip", "ankle"):
        left, right = (standing.points_px[getattr(BODY[side], joint)] for side in SIDES)
        run = abs(left[0] - right[0])
        if np.isfinite(run) and run > 0:
            tilts.append(float(np.degrees(np.arctan2(right[1] - left[1], run))))
    return float(np.median(tilts)) if len(tilts) == _BODY_LINES else float("nan")


def _series(
    track: PoseTrack,
    standing: Standing,
    view: ViewVerdict,
    rule: PhaseRule,
    in_place: NDArray[np.bool_],
    reps: list[RepTimes],
    stances: tuple[Side | None, ...],
) -> tuple[MeasureSeries, str]:
    """Return the measures that the view can carry; the columns of the contract are there in any case."""
    n = len(track)
    per_leg = {name: np.full((n, 2), np.nan) for name in CONTRACT_PER_LEG}
    body = {name: np.full(n, np.nan) for name in CONTRACT_BODY}
    method = ""
    if view.verdict is not ViewQuality.REFUSED and view.kind is ViewKind.SIDE and view.near_leg is not None:
        stands = rule.bilateral or view.near_leg in stances or not any(stances)
        side = measure_side(track, standing, view.near_leg, turn_off_view_deg(view), in_place, near_stands=stands)
        for name, values in side.near_leg.items():
            per_leg.setdefault(name, np.full((n, 2), np.nan))[:, view.near_leg.leg_index] = values
        body |= side.whole_body
        method = side.method
    elif view.verdict is not ViewQuality.REFUSED and view.kind is ViewKind.FRONT and any(rep.complete for rep in reps):
        # Without a whole rep nothing shows that the stillness found is a stance: a wall sit filmed from the hold on has
        # no baseline and no leg length, and its knee angles would be guesses.
        drop = trunk_drop_px(track, standing)
        stance = None if rule.bilateral else stance_of_frames(track.t_s, reps, stances)
        front = measure_front(
            track, standing, drop, stance, facing_camera=view.facing_camera, turn_deg=known_front_turn_deg(view)
        )
        per_leg |= front.per_leg
        body |= front.whole_body
        if turn_off_view_deg(view) > FRONT_LOW_DEG:
            for name in ("fppa_deg", "fppa_change_deg"):
                per_leg[name] = np.full((n, 2), np.nan)
            body["fppa_common_deg"] = np.full(n, np.nan)
        body["drop_pct"] = 100 * drop / standing.leg_px
    return _where_in_place(MeasureSeries(track.t_s, per_leg, body), in_place), method


def _where_in_place(series: MeasureSeries, in_place: NDArray[np.bool_]) -> MeasureSeries:
    """Return the series with everything measured while walking in or out taken away."""
    return replace(
        series,
        per_leg={name: np.where(in_place[:, None], values, np.nan) for name, values in series.per_leg.items()},
        whole_body={name: np.where(in_place, values, np.nan) for name, values in series.whole_body.items()},
    )
