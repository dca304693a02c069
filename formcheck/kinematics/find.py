"""From the landmarks of a set to the person in it, the view and the reps: what all measures start from.

Whether landmarks are those of a body or of its mirror image.

Up, left and forward of a body make a screw of one hand, from whichever side it is seen: of a person whose nose points
at the camera the left side is on the picture's right. Landmarks whose x was turned round while their names stayed, or
whose names were exchanged while their places stayed, make a screw of the other hand. Which of the two was done they do
not tell, so which leg is the left one cannot be known and nothing is put right here.

A picture that was mirrored before the pose estimator saw it (a selfie recording) cannot be told from a plain one: the
estimator finds a whole, right body in it and calls its left leg the right one. No landmark shows that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.kinematics.cleaning import VISIBLE, cleaned, known_median, steady_px
from formcheck.kinematics.footing import Footing, find_footing
from formcheck.kinematics.holes import Hole, holes_of, overlaps
from formcheck.kinematics.phase_rule import PhaseRule, ToldBy
from formcheck.kinematics.placed import PlacedPoint, frame_at, with_points_placed
from formcheck.kinematics.rep_signal import (
    SEATED_HIP_WEIGHT,
    STANDING_FLEXION_DEG,
    flexion_from_drop_deg,
    timing_hip_weight,
    trunk_drop_px,
)
from formcheck.kinematics.reps import LOST_S, RepTimes, away_deg, find_reps
from formcheck.kinematics.sagittal import SagittalSeries, measure_side
from formcheck.kinematics.sides import repair_exchanged_sides
from formcheck.kinematics.stance_leg import most_often, stance_on_one_leg
from formcheck.kinematics.standing import (
    Standing,
    calibrated,
    feet_in_place,
    legs_in_sight,
    rough_leg_px,
    stand_still,
)
from formcheck.kinematics.steps import Steps, completed
from formcheck.kinematics.view import ViewKind, ViewVerdict, judge_view, turn_off_view_deg, view_as_told, view_of_flat
from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_MIRRORED_BELOW = -0.3
"""Bodies have a hand of 0.5 to 1.0 by their feet and 0.8 to 1.0 by their head, in every clip of the validation set and
in every view; mirrored ones the same below zero."""
_LEG_M = 0.8
"""Length of a leg in the estimator's world (m): puts depth on the scale of the picture."""


def body_hand(track: PoseTrack) -> FloatArray:
    """Return the hand of the screw that up, left and forward make: by the feet and by the head, shape (2,).

    The median over the frames of (left × up) · forward, of unit vectors in the picture and the estimator's depth:
    +1 is a body, -1 its mirror image, near 0 says nothing. NaN where feet or head are not seen.
    """
    leg_px = rough_leg_px(track)
    if not leg_px > 0:
        return np.full(2, np.nan)
    points = np.concatenate([track.image_px / leg_px, track.world_m[..., 2:] / _LEG_M], axis=2)
    points[~(track.visibility >= VISIBLE)] = np.nan
    left_body, right_body = BODY[Side.LEFT], BODY[Side.RIGHT]
    trunk = points[:, [[left_body.shoulder, right_body.shoulder], [left_body.hip, right_body.hip]]]
    up = trunk[:, 0].mean(axis=1) - trunk[:, 1].mean(axis=1)
    left = _unit(trunk[:, :, 0] - trunk[:, :, 1]).sum(axis=1)
    feet = sum(_unit(points[:, body.toe] - points[:, body.heel]) for body in BODY.values())
    head = points[:, Landmark.NOSE] - points[:, [Landmark.LEFT_EAR, Landmark.RIGHT_EAR]].mean(axis=1)
    side = np.cross(_unit(left), _unit(up))
    hands = np.full(2, np.nan)
    for k, forward in enumerate((np.asarray(feet), head)):
        hand = (side * _unit(forward)).sum(axis=1)
        known = hand[np.isfinite(hand)]
        if len(known):
            hands[k] = np.median(known)
    return hands


def need_unmirrored(track: PoseTrack) -> None:
    """Refuse landmarks of a mirrored body: feet and head, those of them that are seen, both say so.

    Raises
    ------
    NotAssessableError
        If the body is a mirror image.
    """
    hands = body_hand(track)
    known = hands[np.isfinite(hands)]
    if len(known) and (known < _MIRRORED_BELOW).all():
        raise NotAssessableError(
            "These landmarks are of a mirrored body: nose and toes point the wrong way for the sides that are called "
            "left and right, so which leg is which cannot be known.",
            "Measure the video itself, or landmarks taken from the picture as the camera saw it, not as in a mirror.",
        )


def _unit(vectors: FloatArray) -> FloatArray:
    """Return vectors of length 1 along the last axis; NaN for vectors without a direction."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, np.nan), dtype=np.float64)


_BEFORE_S, _AFTER_S = 4.0, 2.0
"""Around the reps, where the person stands ready: the calibration is taken from there, not from walking in."""
_LEAST_FOUND_S = 1.0
_LEAST_THIGH_PX = 40.0
"""One pixel is 3.5 deg of the angle at a knee there."""
_BENT_TRUNK_SHARE, _BENT_LEG_SHARE = 0.4, 0.7
"""With the trunk seen shorter than the first of these shares of its height in stance (a lean of 66 degrees), while the
hips keep more than the second of theirs over the ankles (a knee bent by 90 degrees leaves as much), somebody bends down
to the floor. In squats the hips come down to half, in shallow ones the trunk keeps two thirds."""
_UP_SHARE = 0.7
"""A trunk that stays lower than this share of its way down, between two bends of a knee, has not come up."""
_LEVELS = (("hip", "shoulder"), ("ankle", "hip"))
"""What the heights of trunk and leg lie between, lower joint first."""
_SLOWEST_INTERVAL_S = 0.15
"""Frames further apart than this let a knee at 60 deg/s bend by 9 deg unseen."""


@dataclass(frozen=True, eq=False)
class Body:
    """A person's landmarks and stance."""

    track: PoseTrack
    """Cleaned, with the landmarks that were placed by hand where they were put."""
    standing: Standing
    drawn: Body | None = None
    """The same as the estimator drew it; None where nothing was placed by hand."""

    def from_side(
        self, near: Side, view: ViewVerdict, in_place: NDArray[np.bool_], *, near_stands: bool
    ) -> SagittalSeries:
        """Return the sagittal measures of the leg nearest the camera, see `measure_side`."""
        return measure_side(
            self.track,
            self.standing,
            near,
            turn_off_view_deg(view),
            in_place,
            near_stands=near_stands,
            drawn=None if self.drawn is None else (self.drawn.track, self.drawn.standing),
        )


@dataclass(frozen=True, eq=False)
class FoundSet:
    """A person, a view and the reps that were found."""

    raw: PoseTrack
    """Sides repaired, nothing else."""
    sides_repaired: NDArray[np.bool_]
    """Shape (n,): frames in which the estimator had exchanged the legs."""
    body: Body
    placed: NDArray[np.bool_]
    """Shape (n, 33): landmarks that are not where the estimator put them."""
    view: ViewVerdict
    in_place: NDArray[np.bool_]
    """Shape (n,): frames in which the feet are where they stand in the set."""
    trunk_q_deg: FloatArray
    """Shape (n,): what the drop of the trunk tells of knee flexion; NaN where the person walks."""
    q_deg: FloatArray
    """The signal reps were found in, shape (n,), see `away_deg`."""
    reps: tuple[RepTimes, ...]
    rule: PhaseRule
    leg: Side | None
    """The leg that was said to stand in a step-down."""
    leg_is_sure: bool
    """Whether a person who looked at the video said so: it is measured whatever the landmarks show."""
    holes: tuple[Hole, ...]
    """Where the recording shows nothing."""
    of_near_leg: SagittalSeries | None = None
    """What the reps were looked for in from the side: the near leg measured as the one that stands."""

    def from_side(self, near: Side, view: ViewVerdict, *, near_stands: bool) -> SagittalSeries:
        """Return the sagittal measures of the leg nearest the camera, see `measure_side`."""
        if near_stands and self.of_near_leg is not None:
            return self.of_near_leg
        return self.body.from_side(near, view, self.in_place, near_stands=near_stands)


def find_set(
    track: PoseTrack,
    rule: PhaseRule,
    placed: Sequence[PlacedPoint] = (),
    *,
    leg: Side | None = None,
    view: ViewKind | None = None,
    leg_is_sure: bool = False,
) -> FoundSet:
    """Find the person, the view and the reps of a recorded set.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    rule
        What counts as a rep of the exercise.
    placed
        Landmarks that were placed by hand, see `with_points_placed`. Stance and view are looked for in what the
        estimator drew, so that a point that is moved moves no frame into the stance or out of it.
    leg
        The leg that is said to stand in a step-down; None to find it.
    view
        The view that is said; None to find it.
    leg_is_sure
        Whether a person who looked at the video named the leg: it is measured whatever the landmarks show.

    Raises
    ------
    NotAssessableError
        If there is no person or no leg to measure.
    ValueError
        If a landmark is placed at a time of which there is no frame.
    """
    return completed(finding_set(track, rule, placed, leg=leg, view=view, leg_is_sure=leg_is_sure))


def finding_set(
    track: PoseTrack,
    rule: PhaseRule,
    placed: Sequence[PlacedPoint] = (),
    *,
    leg: Side | None = None,
    view: ViewKind | None = None,
    leg_is_sure: bool = False,
) -> Steps[FoundSet]:
    """Find the person, the view and the reps in steps; see `find_set`."""
    _need_person(track)
    _need_upright(track)
    need_unmirrored(track)
    yield
    leg_px = rough_leg_px(track)
    raw, repaired = repair_exchanged_sides(track, leg_px)
    yield
    clean = cleaned(raw)
    yield
    legs = legs_in_sight(clean)
    clean_leg_px = rough_leg_px(clean)
    at_place = feet_in_place(clean, clean_leg_px) if np.isfinite(clean_leg_px) else None
    standing = _need_stand(_stands(stand_still(clean, legs, in_place=at_place)))
    _need_size(standing)
    yield
    footing = find_footing(clean, leg_px)
    verdict = _view_of(clean, footing, view)
    holes = holes_of(track)
    yield
    found = yield from _reps(Body(clean, standing), verdict, rule, leg, footing, holes, leg_is_sure=leg_is_sure)
    yield
    ready = _stands(stand_still(clean, legs, _around(clean, found.reps), at_place)) if found.reps else None
    stands_elsewhere = ready is not None and not ready.is_of_frames_of(standing)
    if ready is not None and stands_elsewhere:
        standing = ready
    body = Body(clean, standing)
    by_hand = np.zeros(clean.visibility.shape, dtype=np.bool_)
    if placed:
        moved, by_hand = with_points_placed(clean, _as_steady(raw, placed))
        stance = _stands(calibrated(moved, standing.frames, quiet=standing.quiet)) or standing
        body = Body(moved, stance, drawn=body)
        footing = footing.or_where(feet_in_place(moved, leg_px))
    if placed or stands_elsewhere:
        yield
        found = yield from _reps(body, verdict, rule, leg, footing, holes, leg_is_sure=leg_is_sure)
    return FoundSet(
        raw,
        repaired,
        body,
        by_hand,
        verdict,
        footing.in_place,
        found.trunk_q_deg,
        found.q_deg,
        tuple(found.reps),
        rule,
        leg,
        leg_is_sure,
        holes,
        found.side,
    )


def _as_steady(track: PoseTrack, placed: Sequence[PlacedPoint]) -> list[PlacedPoint]:
    """Return points that were put into pictures where a camera that stands still would see them."""
    steady = []
    for point in placed:
        at = frame_at(track.t_s, point.at_s)
        if at is not None:
            put = np.broadcast_to(np.array([point.x_px, point.y_px]), (len(track), 1, 2))
            x, y = steady_px(track, put)[at, 0].tolist()
            steady.append(replace(point, x_px=x, y_px=y))
        else:
            steady.append(point)
    return steady


def _stands(standing: Standing | None) -> Standing | None:
    """Return a standing calibration that has a leg, else None."""
    return standing if standing is not None and standing.leg_px > 0 else None


def _need_stand(standing: Standing | None) -> Standing:
    if standing is None:
        raise NotAssessableError(
            "Hips, knees and ankles are never in view together.", "Step back until your feet and hips show."
        )
    return standing


def _view_of(track: PoseTrack, footing: Footing, told: ViewKind | None) -> ViewVerdict:
    """Return where the camera stood, while somebody stands in their place; as it was said where somebody said so."""
    stands = footing.in_place if footing.in_place.any() else track.found
    if told is None:
        return judge_view(track, stands)
    return view_as_told(judge_view(track, stands), told) if track.has_depth else view_of_flat(track, stands, told)


def _around(track: PoseTrack, reps: Sequence[RepTimes]) -> NDArray[np.bool_]:
    """Return which frames lie in the reps and shortly before and after."""
    return np.asarray((track.t_s >= reps[0].start_s - _BEFORE_S) & (track.t_s <= reps[-1].end_s + _AFTER_S))


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


def _need_size(standing: Standing) -> None:
    thigh = float(np.nanmax(standing.thigh_px))
    if thigh < _LEAST_THIGH_PX:
        raise NotAssessableError(
            f"The person is too small in this picture to be measured: a thigh is {thigh:.0f} pixels long.",
            "Come closer, or film with more pixels, until it is 120 pixels long.",
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


@dataclass(frozen=True, eq=False)
class _FoundReps:
    """Reps and the signals they were looked for in, see `FoundSet`."""

    trunk_q_deg: FloatArray
    q_deg: FloatArray
    reps: list[RepTimes]
    side: SagittalSeries | None = None
    """Measured on the way: of the near leg, as the one that stands."""


def _reps(
    body: Body,
    view: ViewVerdict,
    rule: PhaseRule,
    leg: Side | None,
    footing: Footing,
    holes: Sequence[Hole],
    *,
    leg_is_sure: bool,
) -> Steps[_FoundReps]:
    if rule.told_by is ToldBy.SHANK:
        return (yield from _reps_of_shank(body, view, rule, footing, holes))
    track, leg_px = body.track, body.standing.leg_px
    hip_weight = SEATED_HIP_WEIGHT if rule.seated else timing_hip_weight(track, body.standing)
    drop = trunk_drop_px(track, body.standing, hip_weight) - footing.shift_from(body.standing.frames)
    q = np.where(footing.stands, flexion_from_drop_deg(drop, leg_px), np.nan)
    away = away_deg(q, rule)
    reps = _without_bends(body, find_reps(track.t_s, away, rule, holes, blunt_at_rest=True))
    if view.kind is not ViewKind.SIDE or view.near_leg is None:
        return _FoundReps(q, away, reps)
    if not rule.bilateral:
        shown = [stance_on_one_leg(track, rep, body.standing, from_side=True) for rep in reps]
        sure = leg if leg_is_sure else None
        if (sure or most_often(shown) or leg) is not view.near_leg:
            return _FoundReps(q, away, reps)
    yield
    side = body.from_side(view.near_leg, view, footing.in_place, near_stands=True)
    yield
    flexion = away_deg(np.where(footing.in_place, side.near_leg["knee_flexion_deg"], np.nan), rule)
    found = _without_bends(body, find_reps(track.t_s, flexion, rule, holes))
    # A knee hidden for a while must not cost the count, and a leg that is lifted and stretched in a hold is no standing
    # up: then the drop of the trunk counts, which needs no knee.
    knee_tells = _covers(track.t_s, flexion, reps, holes) and (rule.seated or _stands_between(track.t_s, q, found))
    return _FoundReps(q, flexion, found, side) if knee_tells else _FoundReps(q, away, reps, side)


def _reps_of_shank(
    body: Body, view: ViewVerdict, rule: PhaseRule, footing: Footing, holes: Sequence[Hole]
) -> Steps[_FoundReps]:
    """Find reps in the tilt of the shank nearest to a camera at the side; none where there is no such camera."""
    unseen = np.full(len(body.track), np.nan)
    if view.kind is not ViewKind.SIDE or view.near_leg is None:
        return _FoundReps(unseen, unseen, [])
    yield
    side = body.from_side(view.near_leg, view, footing.in_place, near_stands=True)
    yield
    tilt = np.where(footing.in_place, side.near_leg["ankle_dorsiflexion_deg"], np.nan)
    return _FoundReps(unseen, tilt, find_reps(body.track.t_s, tilt, rule, holes), side)


def _stands_between(t_s: FloatArray, trunk_q_deg: FloatArray, reps: list[RepTimes]) -> bool:
    """Return whether the trunk comes up between each rep and the next, as far as it is seen."""
    for one, other in pairwise(reps):
        between = trunk_q_deg[(t_s >= one.bottom_end_s) & (t_s <= other.bottom_start_s)]
        bottom = trunk_q_deg[(t_s >= one.bottom_start_s) & (t_s <= one.bottom_end_s)]
        if np.isfinite(between).any() and np.isfinite(bottom).any():
            deep = known_median(bottom)
            if float(np.nanmin(between)) > STANDING_FLEXION_DEG + _UP_SHARE * (deep - STANDING_FLEXION_DEG):
                return False
    return True


def _without_bends(body: Body, reps: list[RepTimes]) -> list[RepTimes]:
    """Return the reps but for those in which somebody bends down to the floor: the trunk goes there, not the hips."""
    track, standing = body.track, body.standing
    heights = [_height_px(track.image_px, lower) - _height_px(track.image_px, upper) for lower, upper in _LEVELS]
    upright = [_height_px(standing.points_px[None], a) - _height_px(standing.points_px[None], b) for a, b in _LEVELS]
    trunk, leg = (now / before for now, before in zip(heights, upright, strict=True))
    return [
        rep
        for rep in reps
        if not (
            _at_bottom(track.t_s, trunk, rep) < _BENT_TRUNK_SHARE and _at_bottom(track.t_s, leg, rep) > _BENT_LEG_SHARE
        )
    ]


def _at_bottom(t_s: FloatArray, values: FloatArray, rep: RepTimes) -> float:
    return known_median(values[(t_s >= rep.bottom_start_s) & (t_s <= rep.bottom_end_s)])


def _height_px(points_px: FloatArray, joint: str) -> FloatArray:
    """Return how low a joint is in the picture, mean of the sides that are seen, of poses of shape (n, 33, 2)."""
    pair = points_px[:, [getattr(BODY[side], joint) for side in SIDES], 1]
    seen = np.isfinite(pair)
    return np.asarray(np.where(seen, pair, 0.0).sum(axis=1) / np.where(seen.any(axis=1), seen.sum(axis=1), np.nan))


def _covers(t_s: FloatArray, flexion: FloatArray, reps: list[RepTimes], holes: Sequence[Hole]) -> bool:
    """Return whether knee flexion is known throughout the reps that the trunk shows, but for short gaps and holes."""
    for rep in reps:
        known = t_s[np.isfinite(flexion) & (t_s >= rep.start_s) & (t_s <= rep.end_s)]
        for a, b in pairwise(np.r_[rep.start_s, known, rep.end_s]):
            if b - a > LOST_S and not overlaps(holes, a, b):
                return False
    return True
