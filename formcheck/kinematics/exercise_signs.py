"""What tells exercises from one another in the landmarks of a set: feet, trunk and what is behind the back.

Signs, each of which reads the same from every side:

- a foot that goes down with the body hangs beside a step, one that stays carries it. From the front, from the side and
  from between a hanging foot was seen to go down by 0.69 to 1.02 of the way of the trunk, and one on the floor by 0.52
  at most, where it was the far foot and hidden behind the near one;
- a foot that is held off the floor travels while the other stays, or goes down with the body and yet not past the
  other, as no step is there;
- a trunk that leans forward is seen shorter, by the cosine of the lean: 0.44 to 0.89 of its height in squats, 0.93 and
  more at a wall, but 0.77 and 0.83 in deep ones with a ball at the back;
- who leans on a wall stands with the feet in front of the hips, which shows from the side;
- who sits down leans forward on the way, more than at the bottom, where a squat leans most; a set of it begins seated;
- who brings a knee to a wall stands with one foot ahead, which shows from the side, and hardly comes down.

Figures: clips with a known exercise, thirteen rendered and thirteen real ones (docs/validation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.find import FoundSet
from formcheck.kinematics.rep_signal import trunk_drop_px
from formcheck.kinematics.reps import RepTimes, find_reps
from formcheck.kinematics.stance_leg import foot_heights_px, foot_places_px, stance_on_one_leg
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

_REP_MARGIN_S = 0.2
_FEWEST_FRAMES = 6
_FAR_FOOT_LEG = 0.13
"""The far foot of a squat on both legs was drawn to go up and down by 0.12 leg lengths, where the near one hides it."""
_HALF_WAY = (0.25, 0.75)
_FIRST_S, _LOW_SHARE = 0.4, 0.7
_STILL_LEG = 0.04
_LEAST_SIDEWAYS = 0.4
"""Sine of the turn below which what lies in front of the body does not show: 24 degrees."""


@dataclass(frozen=True)
class ExerciseSigns:
    """The signs of one set; NaN where there is no telling."""

    reps: int
    """Whole reps they come from; those that the clip cuts off where there are no others."""
    foot_follows: tuple[float, float]
    """Left and right: by which share of the trunk's way down the foot goes down; the median of the reps."""
    foot_below: tuple[float, float]
    """Left and right: how far below the other foot it is in the picture at the bottom, in leg lengths; the median of
    the reps."""
    stands: tuple[Side | None, ...]
    """By rep the leg that stands alone, see `stance_on_one_leg`; None where both stand."""
    trunk_seen: float
    """Height of the trunk in the picture at the bottom, as a share of that in stance; the median of the reps."""
    bend_deg: float
    """How far the knees bend beyond stance, as the drop of the trunk tells; the median of the reps."""
    hold_s: float
    """The longest stillness at a bottom; 0 without reps."""
    feet_ahead: float
    """How far the feet are in front of the hips in stance, in leg lengths; from the side only."""
    hips_over_feet: float
    """Height of the hips over the ankles in stance, in lengths of the trunk: 1.25 and more standing."""
    trunk_upright: float
    """Height of the trunk where it is most upright at the bottom, as a share of that in stance; the median of the
    reps."""
    trunk_passing: float
    """The same where it leans most half-way down or up."""
    upright_once_deg: float
    """By how much more the trunk leans on the way than at the bottom in the rep in which that is most; 0 without."""
    begins_low: bool
    """Whether the recording begins with somebody who is down and stays there for a moment."""
    feet_apart: float
    """How far one foot is in front of the other while standing, in leg lengths; from the side only."""
    view: ViewKind
    """From where the camera sees the person."""
    feet_uneven: float
    """How much higher one foot is than the other while standing, in leg lengths; not from the side, where the foot
    further off is always higher."""
    feet_still: bool
    """Whether neither foot goes anywhere in most of the reps."""


def exercise_signs(found: FoundSet) -> ExerciseSigns:
    """Return the signs of a set in which reps were looked for as of an exercise on both legs.

    The reps are those of the trunk: the knee nearest to the camera may be that of a foot that hangs.
    """
    track, standing = found.body.track, found.body.standing
    drop = trunk_drop_px(track, standing)
    reps = find_reps(track.t_s, found.trunk_q_deg, found.rule, found.holes, blunt_at_rest=True)
    whole = [rep for rep in reps if rep.complete] or reps
    follows = np.array([_follows(track, drop, rep) for rep in whole]).reshape(-1, 2)
    stance = _trunk_height(standing.points_px[None])
    seen = np.array([_trunk_height(track.image_px[_bottom(track, rep)]) / stance for rep in whole])
    upright = np.array([_trunk_share(track, _bottom(track, rep), 90.0) / stance for rep in whole])
    passing = np.array([_trunk_share(track, _half_way(found, rep), 10.0) / stance for rep in whole])
    left, right = (known_median(follows[:, leg]) for leg in range(2))
    below = known_median(np.array([_left_below(track, rep) for rep in whole])) / standing.leg_px
    return ExerciseSigns(
        reps=len(whole),
        foot_follows=(left, right),
        foot_below=(below, -below),
        stands=tuple(_stands(found, rep) for rep in whole),
        trunk_seen=known_median(seen),
        bend_deg=known_median(np.array([rep.range_deg for rep in whole])),
        hold_s=max((rep.hold_s for rep in whole), default=0.0),
        feet_ahead=_feet_ahead(found),
        hips_over_feet=hips_over_feet(standing.points_px, standing.trunk_px),
        trunk_upright=known_median(upright),
        trunk_passing=known_median(passing),
        upright_once_deg=_most_upright_deg(upright, passing),
        begins_low=_begins_low(found, whole),
        feet_apart=_feet_apart(found),
        view=found.view.kind,
        feet_uneven=_feet_uneven(found),
        feet_still=bool(np.median([_foot_travels(track, rep, standing.leg_px) for rep in whole]) < _STILL_LEG)
        if whole
        else False,
    )


def _follows(track: PoseTrack, drop_px: FloatArray, rep: RepTimes) -> FloatArray:
    """Return the slope of each foot's height over the trunk's, shape (2,): least squares over one rep."""
    inside = (track.t_s >= rep.start_s - _REP_MARGIN_S) & (track.t_s <= rep.end_s + _REP_MARGIN_S)
    slopes = np.full(2, np.nan)
    for leg, below in enumerate(foot_heights_px(track, inside).T):
        known = np.isfinite(below) & np.isfinite(drop_px[inside])
        way = drop_px[inside][known]
        if known.sum() >= _FEWEST_FRAMES and np.ptp(way) > 0:
            slopes[leg] = np.polynomial.polynomial.polyfit(way, below[known], 1)[1]
    return slopes


def _stands(found: FoundSet, rep: RepTimes) -> Side | None:
    track, standing = found.body.track, found.body.standing
    if found.view.kind is ViewKind.SIDE:
        return stance_on_one_leg(track, rep, standing, from_side=True, travels_leg=_FAR_FOOT_LEG)
    return stance_on_one_leg(track, rep, standing, from_side=False)


def _left_below(track: PoseTrack, rep: RepTimes) -> float:
    """Return how far below the right ankle the left one is in the picture at the bottom of a rep (px)."""
    ankles = track.image_px[_bottom(track, rep)][:, [BODY[side].ankle for side in SIDES], 1]
    return known_median(ankles[:, 0] - ankles[:, 1])


def _bottom(track: PoseTrack, rep: RepTimes) -> NDArray[np.bool_]:
    """Return the frames of the bottom of a rep, at least the one nearest to its deepest moment; shape (n,)."""
    frames = (track.t_s >= rep.bottom_start_s) & (track.t_s <= rep.bottom_end_s)
    frames[np.argmin(np.abs(track.t_s - rep.deepest_s))] = True
    return frames


def _half_way(found: FoundSet, rep: RepTimes) -> NDArray[np.bool_]:
    """Return the frames in which a rep is half-way down or up, shape (n,)."""
    low, high = (rep.stand_deg + share * rep.range_deg for share in _HALF_WAY)
    with np.errstate(invalid="ignore"):
        between = (found.trunk_q_deg >= low) & (found.trunk_q_deg <= high)
    t_s = found.body.track.t_s
    return between & (t_s >= rep.start_s) & (t_s <= rep.end_s)


def _most_upright_deg(upright: FloatArray, passing: FloatArray) -> float:
    leans = [np.degrees(np.arccos(np.clip(share, -1.0, 1.0))) for share in (passing, upright)]
    more = (leans[0] - leans[1])[np.isfinite(leans[0] - leans[1])]
    return float(more.max()) if len(more) else 0.0


def _trunk_share(track: PoseTrack, frames: NDArray[np.bool_], percentile: float) -> float:
    """Return a percentile of the height of the trunk over some frames (px); NaN where it is not seen in them."""
    points = track.image_px[frames]
    heights = [points[:, BODY[side].hip, 1] - points[:, BODY[side].shoulder, 1] for side in SIDES]
    both = np.where(np.isfinite(heights[0]), heights[0], heights[1])
    both = np.where(np.isfinite(heights[0]) & np.isfinite(heights[1]), (heights[0] + heights[1]) / 2, both)
    known = both[np.isfinite(both)]
    return float(np.percentile(known, percentile)) if len(known) else float("nan")


def _foot_travels(track: PoseTrack, rep: RepTimes, leg_px: float) -> float:
    """Return how far the foot goes that goes further in a rep, across or up and down, in leg lengths."""
    inside = (track.t_s >= rep.start_s - _REP_MARGIN_S) & (track.t_s <= rep.end_s + _REP_MARGIN_S)
    ways = []
    for axis in range(2):
        for foot in foot_places_px(track, inside, axis).T:
            known = foot[np.isfinite(foot)]
            ways.append(float(np.ptp(np.percentile(known, [5, 95]))) if len(known) >= _FEWEST_FRAMES else 0.0)
    return max(ways) / leg_px


def _feet_uneven(found: FoundSet) -> float:
    if found.view.kind is ViewKind.SIDE:
        return float("nan")
    left, right = (found.body.standing.points_px[BODY[side].ankle, 1] for side in SIDES)
    return float(abs(left - right) / found.body.standing.leg_px)


def _begins_low(found: FoundSet, reps: list[RepTimes]) -> bool:
    q_deg, t_s = found.trunk_q_deg, found.body.track.t_s
    known = np.flatnonzero(np.isfinite(q_deg))
    if not reps or len(known) == 0:
        return False
    first = q_deg[known[t_s[known] <= t_s[known[0]] + _FIRST_S]]
    least = np.median([rep.stand_deg + _LOW_SHARE * rep.range_deg for rep in reps])
    return bool((first >= least).all())


def _trunk_height(points_px: FloatArray) -> float:
    """Return how far hips are below shoulders, median over poses of shape (k, 33, 2) and the sides that are seen."""
    heights = [points_px[:, BODY[side].hip, 1] - points_px[:, BODY[side].shoulder, 1] for side in SIDES]
    return known_median(np.concatenate(heights))


def _feet_ahead(found: FoundSet) -> float:
    sideways = float(np.sin(np.radians(found.view.yaw_deg)))
    if not abs(sideways) >= _LEAST_SIDEWAYS:
        return float("nan")
    points = found.body.standing.points_px
    # Who shows the left side (a positive turn) faces the left edge of the picture.
    ahead = [-(points[BODY[side].ankle, 0] - points[BODY[side].hip, 0]) / sideways for side in SIDES]
    # The foot that is less far ahead: one alone may be stretched out.
    return float(np.fmin(*ahead) / found.body.standing.leg_px)


def _feet_apart(found: FoundSet) -> float:
    sideways = float(np.sin(np.radians(found.view.yaw_deg)))
    if found.view.kind is not ViewKind.SIDE or not abs(sideways) >= _LEAST_SIDEWAYS:
        return float("nan")
    left, right = (found.body.standing.points_px[BODY[side].ankle, 0] for side in SIDES)
    return float(abs(left - right) / abs(sideways) / found.body.standing.leg_px)


SEATED_TRUNKS = 1.25
"""Hips lower over the ankles than this, in lengths of the trunk: the knees are not straight."""


def hips_over_feet(points_px: FloatArray, trunk_px: float) -> float:
    """Return how high the hips are over the ankles in a pose, shape (33, 2), in lengths of the trunk; NaN if unseen."""
    over = known_median(np.array([points_px[BODY[side].ankle, 1] - points_px[BODY[side].hip, 1] for side in SIDES]))
    return float(over / trunk_px) if trunk_px > 0 else float("nan")
