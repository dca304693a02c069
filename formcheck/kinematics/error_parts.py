"""The parts of the error of one value that come from this clip: trembling landmarks, the camera's turn, the scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.camera import lens_of
from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.filters import slope_per_s
from formcheck.kinematics.frontal import TOE_AHEAD_LEG
from formcheck.kinematics.measures.error_rules import Turned
from formcheck.kinematics.measures.registry import DEPTH, MEASURES
from formcheck.kinematics.noise import value_noise
from formcheck.kinematics.phase_rule import ToldBy
from formcheck.kinematics.placed import HAND_SPREAD_LEG
from formcheck.kinematics.rep_signal import flexion_from_drop_deg
from formcheck.kinematics.reps import BOTTOM_SHARE, PHASES_OF, START_SHARE, STRAIGHT_DEG, RepTimes
from formcheck.kinematics.slowing import signal_noise_deg
from formcheck.kinematics.uncertainty import TWO_SIDED_95
from formcheck.kinematics.view import (
    ViewKind,
    ViewVerdict,
    front_turn_deg,
    left_turn_spread_deg,
    turn_off_view_deg,
)
from formcheck.pose.landmarks import BODY, SIDES, Side

FloatArray = NDArray[np.float64]

INDEPENDENT_PER_S = 6.0
"""Independent samples a second after smoothing at 6 Hz."""
LEG_LENGTH_SPREAD = 0.04
"""Standard deviation of the length of a leg read in stance, as a share of it (docs/validation.md)."""
_PERSPECTIVE_DEG = 2.9
_CAMERA_STAYS = 0.07
"""Share of a camera's motion that its compensation leaves in each landmark: on a sample clip shaken by 8, 20 and 40 px
up to so much at hip and knee, more at the feet, with what coding the film anew does to them."""
_END_PER_CROSSING = 2.0
"""A phase begins or ends beyond a crossing by as much as that lies beyond another: an error there counts twice."""
_LEAST_OF_USUAL = 0.5
"""Where the slope at a crossing is small the steep part decides: no less than this share of the mean slope counts."""
_SHORTEST_S = 0.05
_SEGMENT_LEG = 0.5
"""Length of thigh or shank, in leg lengths."""
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


def camera_part(m: SetMeasurement, name: str, leg: Side | None) -> float:
    """Return the standard deviation that is left of a measure where a moving camera was put right by the background.

    What is near the camera moves further in the picture than what is far, so a share of the motion stays.

    Parameters
    ----------
    m, name, leg
        As for `noise_part`.
    """
    if m.camera_motion_px == 0:
        return 0.0
    left_px = np.full(len(m.tremble_px), _CAMERA_STAYS * m.camera_motion_px)
    return value_noise(name, leg, left_px, m.standing)


def time_part(m: SetMeasurement, rep: RepTimes, phase: str) -> float:
    """Return the standard deviation of how long a phase of a rep takes, as far as this clip makes it unsure (s).

    A phase lies between two crossings of the signal. Each is known to within half the distance between frames, evenly
    spread (d / sqrt(12)), and to within the noise of the signal and what is left of a moving camera, over the slope.

    Parameters
    ----------
    m
        The set.
    rep
        Which rep.
    phase
        One of `PHASES_OF`, but for rest.
    """
    t, known = m.series.t_s, np.isfinite(m.q_deg)
    noise = float(np.hypot(signal_noise_deg(t, m.q_deg, rep), camera_part(m, DEPTH, None)))
    way = (BOTTOM_SHARE - START_SHARE) * rep.range_deg
    down, up = (way / max(s, _SHORTEST_S) for s in (rep.bottom_start_s - rep.start_s, rep.end_s - rep.bottom_end_s))
    _, first, far, back = PHASES_OF[m.rule.begins]
    ends = {
        first: ((rep.start_s, down), (rep.bottom_start_s, down)),
        far: ((rep.bottom_start_s, down), (rep.bottom_end_s, up)),
        back: ((rep.bottom_end_s, up), (rep.end_s, up)),
    }[phase]
    parts = [float(np.median(np.diff(t))) / np.sqrt(6)]
    for at_s, usual in ends:
        slope = float(np.abs(np.interp(at_s, t[known], slope_per_s(t[known], m.q_deg[known]))))
        parts.append(_END_PER_CROSSING * noise / max(slope, _LEAST_OF_USUAL * usual))
    return float(np.linalg.norm(parts))


def misfit_part(m: SetMeasurement, name: str, frames: NDArray[np.bool_]) -> float:
    """Return the standard deviation that a leg has whose landmarks do not fit a leg, from the side.

    Where one leg cannot be told from the other (dark clothes, little light), the joints that are drawn keep no length.
    What they stray by in the mean of hip, knee and ankle may be the knee's alone.

    Parameters
    ----------
    m, name, frames
        As for `noise_part`.
    """
    misfit = known_median(m.misfit_leg[frames])
    if not MEASURES[name].error_rule.of_fitted_leg or not np.isfinite(misfit):
        return 0.0
    return float(np.degrees(np.arctan(misfit / _SEGMENT_LEG)))


def lens_part(m: SetMeasurement, rep: RepTimes, name: str) -> float:
    """Return the standard deviation that comes from a focal length that is not known.

    What perspective does to a bent knee is taken out with it, -3 deg of FPPA at 60 deg of flexion from 3 m
    (specification section 5): a share of that stays.

    Parameters
    ----------
    m, name
        As for `noise_part`.
    rep
        The rep, for its depth.
    """
    if m.view.kind is not ViewKind.FRONT or not MEASURES[name].error_rule.of_bent_knee:
        return 0.0
    depth = np.sin(np.radians(min(_bend_deg(m, rep) / 2, 60.0))) / np.sin(np.radians(30.0))
    return float(lens_of(m.track.source).focal_spread * _PERSPECTIVE_DEG * depth)


def scale_part(name: str, value: float) -> float:
    """Return the standard deviation that comes from the length of the leg, which percentages are of."""
    return abs(value) * LEG_LENGTH_SPREAD if MEASURES[name].error_rule.of_leg_length else 0.0


def turn_part(m: SetMeasurement, rep: RepTimes, name: str, frames: NDArray[np.bool_]) -> float:
    """Return the standard deviation of a measure of one rep that comes from what is not known of the camera's turn."""
    rule = MEASURES[name].error_rule.turn
    lean = _forward_lean_deg(m, frames) if rule is not None and rule.asks_for_lean else 0.0
    return turn_spread(m.view, name, _bend_deg(m, rep), lean)


def _bend_deg(m: SetMeasurement, rep: RepTimes) -> float:
    """Return how far the knee is bent at the bottom of a rep, from the front as frontal measures take it to be.

    The signal that reps are timed in says more there: it minds the shoulders as much as the hips. Of who rises from a
    seat it is how far the knee is bent half-way up, of a tilting shank twice its tilt: thigh and shank share a bend.
    """
    if m.rule.told_by is ToldBy.SHANK:
        return 2 * rep.deepest_deg
    if m.rule.seated:
        return STRAIGHT_DEG - (rep.stand_deg + rep.deepest_deg) / 2
    if m.view.kind is not ViewKind.FRONT:
        return rep.deepest_deg
    bottom = (m.track.t_s >= rep.bottom_start_s) & (m.track.t_s <= rep.bottom_end_s)
    drop = known_median(m.trunk_drop_px[bottom])
    return float(flexion_from_drop_deg(drop, m.standing.leg_px)) if np.isfinite(drop) else rep.deepest_deg


def turn_spread(view: ViewVerdict, name: str, flexion_deg: float, forward_lean_deg: float = 0.0) -> float:
    """Return the standard deviation that comes from what is not known of the camera's turn.

    Parameters
    ----------
    view
        The view and its error.
    name
        Of the measure.
    flexion_deg
        How far the knee is bent, or what stands in for it.
    forward_lean_deg
        Of the trunk; for what asks for it only.
    """
    rule = MEASURES[name].error_rule.turn
    if rule is None or MEASURES[name].view.value != view.kind.value:
        return 0.0
    return rule.spread(UnknownTurn.of(view).of_bend(flexion_deg, forward_lean_deg))


@dataclass(frozen=True)
class UnknownTurn:
    """What is not known of the turn of a camera, see `Turned`."""

    turn_deg: float
    whole_turn_deg: float
    most_half_flexion_deg: float
    """Bent by more than twice this, a leg is taken to be bent by that."""

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, view: ViewVerdict) -> UnknownTurn:
        """Return what is not known of the turn in a front or side view."""
        if view.kind is ViewKind.SIDE:
            found = turn_off_view_deg(view)
            return cls(found, found + view.yaw_error_deg / TWO_SIDED_95, 80.0)
        whole = float(np.hypot(view.yaw_error_deg, front_turn_deg(view)) / TWO_SIDED_95)
        return cls(left_turn_spread_deg(view), whole, 60.0)

    def of_bend(self, flexion_deg: float, forward_lean_deg: float = 0.0) -> Turned:
        """Return it beside how far the knee is bent and the trunk leans forward."""
        half = min(flexion_deg / 2, self.most_half_flexion_deg)
        ahead_pct = 50 * math.sin(math.radians(half))
        return Turned(self.turn_deg, self.whole_turn_deg, half, ahead_pct, 100 * TOE_AHEAD_LEG, forward_lean_deg)


def _forward_lean_deg(m: SetMeasurement, frames: NDArray[np.bool_]) -> float:
    """Return how far the trunk leans forward as far as a front view tells: by how much shorter it is seen."""
    points = m.track.image_px[frames]
    hips, shoulders = (
        points[:, [getattr(BODY[s], joint) for s in SIDES]].mean(axis=1) for joint in ("hip", "shoulder")
    )
    seen = known_median(np.linalg.norm(shoulders - hips, axis=1)) / m.standing.trunk_px
    return float(np.degrees(np.arccos(np.clip(seen, _SHORTEST_TRUNK, 1.0)))) if np.isfinite(seen) else 0.0
