"""What one live frame measures, by the same formulas as a recorded set.

The measures of a set are those of its frames against the person's quiet stance. Live, the stance is known beforehand:
so a set of two frames is measured, the stance and now.

From the estimator's landmarks to landmarks that can be measured, frame by frame, knowing nothing of later frames.

What is hidden is taken out by the rules of recorded sets (`hidden`) as far as they need no future: a landmark below the
least visibility, outside of the picture, or of somebody else. Gaps are not filled. What is left goes through a One-Euro
filter (Casiez, Roussel & Vogel 2012) in leg lengths, so that a person far from the camera is filtered like one nearby.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.cleaning import FOOT_SCORED, SCORED, VISIBLE
from formcheck.kinematics.error_parts import scale_part, turn_spread
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.filters import OneEuroFilter
from formcheck.kinematics.frontal import measure_front
from formcheck.kinematics.geometry import distance_px, foreshortening_corrected_tilt_deg, sagittal_tilt_deg
from formcheck.kinematics.hidden import NEIGHBOURS_S, body_size_px, goes_on, inside_picture, is_jump, trunks
from formcheck.kinematics.measures.record import CheckView, Measure, Per
from formcheck.kinematics.measures.registry import DEPTH, MEASURES, measure_of
from formcheck.kinematics.noise import value_noise
from formcheck.kinematics.planted_leg import PlantedLeg, fit_planted_leg, tilts_on
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG, flexion_from_drop_deg, trunk_drop_px
from formcheck.kinematics.sagittal import facing_sign, measure_side, without_stance_error_deg
from formcheck.kinematics.sides import SideKeeper
from formcheck.kinematics.standing import Standing, rough_leg_px
from formcheck.kinematics.uncertainty import estimate
from formcheck.kinematics.view import (
    FRONT_LOW_DEG,
    ViewKind,
    ViewQuality,
    ViewVerdict,
    known_front_turn_deg,
    turn_off_view_deg,
)
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import FloatArray, Pose, PoseTrack, TrackSource

MIN_CUTOFF_HZ = 1.5
"""Cut-off of a landmark at rest (specification section 6, row 11: 1 to 1.5 Hz)."""
BETA = 12.0
"""Rise of the cut-off, Hz for each leg length a second. At 60 deg/s the hip moves 0.25 legs/s, the cut-off is 4.5 Hz:
peaks of the sample clips' reps read within a degree of the zero-phase filter's (docs/validation.md)."""
_LEG_OF_PICTURE = 0.37
"""A leg is about this share of the picture's height, for a person who fills three quarters of it (Winter: 0.49 H).
Fixed: a scale that drifts would move every landmark."""
_LEG_EVERY = 6
_LEG_SHARE = 0.25
"""The length of a leg is looked at in every sixth frame, and follows what is seen by this share."""
_STAYS_S = 2.0
"""Whoever has been followed for so long after a jump is taken for the person."""


@dataclass(frozen=True, eq=False)
class _Body:
    """Where and how large a body is seen in one frame."""

    t_s: float
    centre_px: FloatArray
    """Shape (1, 2)."""
    size_px: FloatArray
    """Shape (1,)."""
    trunk_px: FloatArray
    """Shape (1,)."""


class LiveCleaner:
    """Cleans the poses of one person, in order.

    Parameters
    ----------
    source
        Of the stream: the size of its pictures and the pose model.
    """

    def __init__(self, source: TrackSource) -> None:
        self._source = source
        self._filter = OneEuroFilter(min_cutoff_hz=MIN_CUTOFF_HZ, beta=BETA)
        self._sides = SideKeeper()
        self._leg_px = float("nan")
        self._frames = 0
        self._before: _Body | None = None
        self._person: _Body | None = None
        self._other_since_s: float | None = None

    def __call__(self, pose: Pose) -> PoseTrack:
        """Return the frame as a track of one: sides put right, hidden landmarks NaN with visibility 0, smoothed.

        Raises
        ------
        ValueError
            If time does not increase.
        """
        track = self._sides(one_frame(pose, self._source), self._leg_px)
        seen = (track.visibility >= VISIBLE) & inside_picture(track)
        if self._is_somebody_else(track):
            seen[:] = False
        image = np.where(seen[..., None], track.image_px, np.nan)
        if self._frames % _LEG_EVERY == 0:
            self._follow_leg(track)
        self._frames += 1
        scale = _LEG_OF_PICTURE * self._source.height
        smooth = self._filter(pose.t_s, image[0] / scale) * scale
        return PoseTrack(track.t_s, smooth[None], np.where(seen, track.visibility, 0.0), track.world_m, self._source)

    def _follow_leg(self, track: PoseTrack) -> None:
        leg = rough_leg_px(track)
        if np.isfinite(leg):
            self._leg_px = leg if np.isnan(self._leg_px) else self._leg_px + _LEG_SHARE * (leg - self._leg_px)

    def _is_somebody_else(self, track: PoseTrack) -> bool:
        """Return whether the landmarks went over to somebody else: a jump, until the person is seen again."""
        if not track.found[0]:
            return False
        t_s = float(track.t_s[0])
        centre, trunk = trunks(track)
        now = _Body(t_s, centre, body_size_px(track, trunk), trunk)
        before, self._before = self._before, now
        if before is None or self._person is None or t_s - self._person.t_s > _STAYS_S + NEIGHBOURS_S:
            self._other_since_s = None
        elif self._other_since_s is not None:
            if _may_be(self._person, now):
                self._other_since_s = None
        elif t_s - before.t_s <= NEIGHBOURS_S and _jumps(before, now) and not _may_be(self._person, now):
            self._other_since_s = t_s
        if self._other_since_s is not None and t_s - self._other_since_s <= _STAYS_S:
            return True
        self._other_since_s = None
        self._person = now
        return False


def one_frame(pose: Pose, source: TrackSource) -> PoseTrack:
    """Return a pose as a track of one frame."""
    return PoseTrack(np.array([pose.t_s]), pose.image_px[None], pose.visibility[None], pose.world_m[None], source)


def _jumps(before: _Body, now: _Body) -> bool:
    moved = np.linalg.norm(now.centre_px - before.centre_px, axis=1) / before.trunk_px
    return bool(is_jump(np.array([now.t_s - before.t_s]), moved, before.size_px, now.size_px)[0])


def _may_be(person: _Body, now: _Body) -> bool:
    pair = (person, now)
    times = np.array([each.t_s for each in pair])
    centres, sizes = (np.concatenate([getattr(each, name) for each in pair]) for name in ("centre_px", "size_px"))
    return goes_on(times, centres, sizes, 0, 1)


Values = dict[str, dict[str, Estimate | None]]
"""By name of the measure, then by `left` and `right` or `both`; None where not measured."""

BOTH = "both"
_LIVE_NOISE = 1.4
"""A causal filter that follows as fast leaves more of the tremble than the zero-phase one: twice its variance."""
_UNFITTED_SPREAD_DEG = 2.5
"""Standard deviation that three points add to knee flexion and thigh as long as no rep has shown the lengths of thigh
and shank: at the bottom of rendered step-downs they read up to 5 deg low."""
_IN_PLACE_LEG = 0.25
"""Feet further than this from where the calibration was made, in leg lengths: the person stands elsewhere."""
_JOINTS = ("hip", "knee", "ankle")


@dataclass(frozen=True, eq=False)
class LiveCalibration:
    """What is known of person and camera before the first rep, or better since the newest one."""

    standing: Standing
    view: ViewVerdict
    tremble_px: FloatArray
    """Shape (33,), see `noise.tremble_px`."""
    bilateral: bool
    stance_leg: Side | None
    """The leg that stands in a step-down; None where both work or it is not known yet."""
    planted: PlantedLeg | None = None
    """From the side, once reps have shown how long thigh and shank are."""

    @classmethod
    def of_set(cls, m: SetMeasurement, stance_leg: Side | None) -> LiveCalibration:
        """Return what a set measured so far has shown."""
        calibration = cls(m.standing, m.view, m.tremble_px, m.bilateral, stance_leg)
        near = m.view.near_leg
        if m.view.kind is not ViewKind.SIDE or near is None or m.flexion_method != "planted leg":
            return calibration
        image = np.where((m.track.visibility >= SCORED)[..., None], m.track.image_px, np.nan)
        hip, knee, ankle = (image[:, getattr(BODY[near], joint)] for joint in _JOINTS)
        whole = np.isfinite(hip + knee + ankle)
        hip, knee, ankle = (np.where(whole, each, np.nan) for each in (hip, knee, ankle))
        return replace(calibration, planted=fit_planted_leg(hip, knee, ankle, facing_sign(m.standing, near)))

    @cached_property
    def rest_flexion_deg(self) -> float:
        """Knee flexion of the near leg as read in stance, before that is put right; NaN where there is no side view."""
        return sum(self.tilts_deg(self.standing.points_px)) if self.view.near_leg is not None else float("nan")

    def tilts_deg(self, points_px: FloatArray) -> tuple[float, float]:
        """Return the tilts of thigh and shank of the near leg in a side view; their sum is its flexion.

        Parameters
        ----------
        points_px
            Landmarks of one frame, shape (33, 2).

        Raises
        ------
        ValueError
            If no leg is nearer than the other.
        """
        near = self.view.near_leg
        if near is None:
            raise ValueError("only a side view has a near leg")
        hip, knee, ankle = (points_px[getattr(BODY[near], joint)][None] for joint in _JOINTS)
        facing = facing_sign(self.standing, near)
        if self.planted is not None:
            thigh, shank, _ = tilts_on(self.planted, hip, knee, facing)
        else:
            thigh = sagittal_tilt_deg(hip, knee, "lower", facing)
            shank = sagittal_tilt_deg(knee, ankle, "upper", facing)
        turn = turn_off_view_deg(self.view)
        if turn > 0:
            thigh, shank = (foreshortening_corrected_tilt_deg(tilt, turn) for tilt in (thigh, shank))
        return float(thigh[0]), float(shank[0])

    def noise(self, name: str, leg: Side | None) -> float:
        """Return the standard deviation that trembling landmarks give a live value of a measure."""
        if (name, leg) not in self._noise:
            self._noise[name, leg] = _LIVE_NOISE * value_noise(name, leg, self.tremble_px, self.standing)
        return self._noise[name, leg]

    @cached_property
    def _noise(self) -> dict[tuple[str, Side | None], float]:
        return {}

    def moved_to(self, points_px: FloatArray) -> LiveCalibration:
        """Return the calibration of the same person who stands elsewhere in the picture by now.

        Parameters
        ----------
        points_px
            Landmarks of the new stance, shape (33, 2), NaN where not seen.
        """
        return replace(self, standing=self.standing.moved_to(points_px), planted=None)

    def in_place(self, track: PoseTrack) -> bool:
        """Return whether a foot is where it was in the calibration, for a track of one frame."""
        for side in SIDES:
            mark = BODY[side].ankle
            apart = float(distance_px(track.image_px[0, mark], self.standing.points_px[mark]))
            if apart < _IN_PLACE_LEG * self.standing.leg_px:
                return True
        return False


@dataclass(frozen=True)
class LiveMeasures:
    """The measures of one frame."""

    values: Values
    drop_q_deg: float
    """The stand-in for knee flexion from the drop of the trunk; NaN where the trunk is not seen."""
    flexion_deg: float
    """Knee flexion of the near leg in a side view; NaN otherwise."""


LIVE_MEASURES = frozenset(
    name for m in MEASURES.values() if m.live and m.series is not None for name in (m.name, m.series.name)
)
"""Everything that one frame can be measured for, by the name of the measure or of its series. What is deepest in a rep
is, live, what is reached by now."""


def drop_now_deg(calibration: LiveCalibration, track: PoseTrack) -> float:
    """Return the stand-in for knee flexion from the trunk's drop in one cleaned frame; NaN where it is not seen."""
    drop = trunk_drop_px(track, calibration.standing)
    return float(flexion_from_drop_deg(drop, calibration.standing.leg_px)[0])


def measure_now(calibration: LiveCalibration, track: PoseTrack, names: Set[str] = LIVE_MEASURES) -> LiveMeasures:
    """Return the measures of a frame.

    Parameters
    ----------
    calibration
        The person's stance, the view and what reps have shown since.
    track
        One cleaned frame.
    names
        Only these are given.
    """
    standing, view = calibration.standing, calibration.view
    drop = float(trunk_drop_px(track, standing)[0])
    q = float(flexion_from_drop_deg(drop, standing.leg_px))
    if view.verdict is ViewQuality.REFUSED:
        return LiveMeasures({}, q, float("nan"))
    if view.kind is ViewKind.FRONT:
        return LiveMeasures(_front(calibration, track, drop, q, names), q, float("nan"))
    if view.kind is ViewKind.SIDE and view.near_leg is not None:
        values, flexion = _side(calibration, track, view.near_leg, names)
        return LiveMeasures(values, q, flexion)
    return LiveMeasures({}, q, float("nan"))


def _front(c: LiveCalibration, track: PoseTrack, drop_px: float, q_deg: float, names: Set[str]) -> Values:
    pair, standing = _with_stance(c.standing, track), _first_frame(c.standing)
    stance = None
    if not c.bilateral:
        stance = np.full(2, -1 if c.stance_leg is None else c.stance_leg.leg_index, dtype=np.int64)
    series = measure_front(
        pair,
        standing,
        np.array([0.0, drop_px]),
        stance,
        facing_camera=c.view.facing_camera,
        turn_deg=known_front_turn_deg(c.view),
    )
    turned = turn_off_view_deg(c.view) > FRONT_LOW_DEG
    legs = SIDES if c.bilateral else tuple(side for side in SIDES if side is c.stance_leg)
    values: Values = {}
    for name, measure in _asked(names, CheckView.FRONT):
        refused = turned and measure.needs_thigh
        if name in series.per_leg:
            values[name] = {
                side.value: None
                if refused or side not in legs
                else _stated(c, measure, side, float(series.per_leg[name][1, side.leg_index]), q_deg)
                for side in SIDES
            }
        elif name in series.whole_body and not refused:
            values[name] = {BOTH: _stated(c, measure, None, float(series.whole_body[name][1]), q_deg)}
    return values


def _side(c: LiveCalibration, track: PoseTrack, near: Side, names: Set[str]) -> tuple[Values, float]:
    pair, standing = _with_stance(c.standing, track), _first_frame(c.standing)
    turn = turn_off_view_deg(c.view)
    side = measure_side(pair, standing, near, turn, np.ones(2, dtype=np.bool_), near_stands=False)
    flexion, thigh_horizontal = (float(side.near_leg[name][1]) for name in ("knee_flexion_deg", "thigh_horizontal_deg"))
    if np.isfinite(flexion) and (c.bilateral or c.stance_leg in (near, None)):
        thigh, shank = c.tilts_deg(track.image_px[0])
        flexion = thigh + shank
        if c.standing.quiet:
            upright = float(without_stance_error_deg(np.array([flexion]), c.rest_flexion_deg)[0])
            thigh, flexion = thigh + upright - flexion, upright
        thigh_horizontal = 90.0 - thigh
    known = {name: float(series[1]) for name, series in (side.near_leg | side.whole_body).items()}
    known |= {"knee_flexion_deg": flexion, DEPTH: flexion, "thigh_horizontal_deg": thigh_horizontal}
    values: Values = {}
    for name, measure in _asked(names, CheckView.SIDE):
        if measure.per is Per.LEG:
            value = _stated(c, measure, near, known[name], flexion)
            values[name] = {near.value: value, near.other.value: None}
        else:
            values[name] = {BOTH: _stated(c, measure, None, known[name], flexion)}
    return values, flexion


def _asked(names: Set[str], view: CheckView) -> Iterator[tuple[str, Measure]]:
    """Yield the names that a view can answer live, each with its measure."""
    for name in names & LIVE_MEASURES:
        measure = measure_of(name)
        if measure is not None and measure.view is view:
            yield name, measure


def _stated(
    c: LiveCalibration, measure: Measure, leg: Side | None, value: float, flexion_deg: float
) -> Estimate | None:
    """Return a value with the error that it has now."""
    if not np.isfinite(value):
        return None
    name = measure.name
    bend = flexion_deg if np.isfinite(flexion_deg) else STANDING_FLEXION_DEG
    return estimate(
        name,
        value,
        noise=c.noise(name, leg),
        turn=float(np.hypot(turn_spread(c.view, name, bend), _unfitted_spread(c, measure))),
        scale=scale_part(name, value),
    )


def _unfitted_spread(c: LiveCalibration, measure: Measure) -> float:
    return _UNFITTED_SPREAD_DEG if c.planted is None and measure.error_rule.of_fitted_leg else 0.0


def _with_stance(standing: Standing, track: PoseTrack) -> PoseTrack:
    """Return the stance, and after it one frame, as a track."""
    points = standing.points_px[None]
    visibility = np.isfinite(points[..., 0]).astype(np.float64)
    world = np.zeros((1, len(standing.points_px), 3))
    return PoseTrack(
        np.array([track.t_s[0] - 1.0, track.t_s[0]]),
        np.concatenate([points, track.image_px]),
        np.concatenate([visibility, track.visibility]),
        np.concatenate([world, track.world_m]),
        track.source,
    )


def _first_frame(standing: Standing) -> Standing:
    """Return the calibration of a track whose first frame of two is the stance."""
    return replace(standing, frames=np.array([True, False]))


def why_not_seen(track: PoseTrack, leg: Side, *, foot: bool) -> str:
    """Return which joint of a leg is not seen in a frame, as a clause; empty where all are.

    Parameters
    ----------
    track
        One cleaned frame.
    leg
        Whose.
    foot
        Whether heel and toe are needed too.
    """
    for joint, least in (*((each, SCORED) for each in _JOINTS), *((("toe", FOOT_SCORED),) if foot else ())):
        if not track.visibility[0, getattr(BODY[leg], joint)] >= least:
            return f"the {leg} {'foot' if joint == 'toe' else joint} is not seen"
    return ""
