"""What one live frame measures, by the same formulas as a recorded set.

The measures of a set are those of its frames against the person's quiet stance. Live, the stance is known beforehand:
so a set of two frames is measured, the stance and now, in plain numbers (`live_front`, `live_side`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.cleaning import FOOT_SCORED, SCORED
from formcheck.kinematics.error_parts import LEG_LENGTH_SPREAD, UnknownTurn
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_front import FrontNow
from formcheck.kinematics.live_side import SideNow
from formcheck.kinematics.measures.error_rules import Turned, TurnRule
from formcheck.kinematics.measures.record import CheckView, Measure, Per
from formcheck.kinematics.measures.registry import DEPTH, MEASURES, measure_of
from formcheck.kinematics.noise import value_noise
from formcheck.kinematics.plain import distance_px, foreshortening_corrected_tilt_deg, hypot, tilt_deg
from formcheck.kinematics.planted_leg import PlantedLeg, fit_planted_leg, tilts_on
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG, drop_of_frame_px, flexion_of_drop_deg
from formcheck.kinematics.sagittal import facing_sign, flexion_error_in_stance_deg, upright_flexion_deg
from formcheck.kinematics.standing import Standing
from formcheck.kinematics.uncertainty import estimate_of, model_and_noise
from formcheck.kinematics.view import (
    FRONT_LOW_DEG,
    ViewKind,
    ViewQuality,
    ViewVerdict,
    known_front_turn_deg,
    turn_off_view_deg,
)
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import FloatArray, TrackSource

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
_ANKLES = [BODY[side].ankle for side in SIDES]


class ErrorNow(NamedTuple):
    """What the error of a live value is made of."""

    variance: float
    """Of the model, and of landmarks that tremble: the same in each frame."""
    turn: TurnRule | None
    """What is not known of the turn does this; None where it does nothing."""
    is_length: bool
    """Whether it is a share of the length of the leg."""
    is_unfitted: bool
    """Whether it is of a leg whose lengths no rep has shown yet."""


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
    def stance_px(self) -> tuple[list[float], list[float]]:
        """Landmarks of the quiet stance: x of each, y of each."""
        return self.standing.points_px[:, 0].tolist(), self.standing.points_px[:, 1].tolist()

    @cached_property
    def rest_flexion_deg(self) -> float:
        """Knee flexion of the near leg as read in stance, before that is put right; NaN where there is no side view."""
        return sum(self.tilts_deg(*self.stance_px)) if self.view.near_leg is not None else float("nan")

    @cached_property
    def stance_error_deg(self) -> float:
        """The part of it that is likely not the person's."""
        return flexion_error_in_stance_deg(self.rest_flexion_deg)

    def tilts_deg(self, x: list[float], y: list[float]) -> tuple[float, float]:
        """Return the tilts of thigh and shank of the near leg in a side view; their sum is its flexion.

        Parameters
        ----------
        x, y
            Landmarks of one frame (px).

        Raises
        ------
        ValueError
            If no leg is nearer than the other.
        """
        near = self.view.near_leg
        if near is None:
            raise ValueError("only a side view has a near leg")
        hip, knee, ankle = ((x[mark], y[mark]) for mark in (getattr(BODY[near], joint) for joint in _JOINTS))
        facing = self._facing
        if self.planted is not None:
            thigh, shank = tilts_on(self.planted, hip, knee, facing)
        else:
            thigh = tilt_deg(facing * (knee[0] - hip[0]), knee[1] - hip[1])
            shank = tilt_deg(facing * -(ankle[0] - knee[0]), ankle[1] - knee[1])
        turn = turn_off_view_deg(self.view)
        if turn > 0:
            cos_turn = float(np.cos(np.radians(turn)))
            thigh, shank = (foreshortening_corrected_tilt_deg(tilt, cos_turn) for tilt in (thigh, shank))
        return thigh, shank

    @cached_property
    def _facing(self) -> float:
        return facing_sign(self.standing, Side.LEFT if self.view.near_leg is None else self.view.near_leg)

    @cached_property
    def unknown_turn(self) -> UnknownTurn:
        """What is not known of the turn of the camera."""
        return UnknownTurn.of(self.view)

    @cached_property
    def legs_counted(self) -> tuple[Side, ...]:
        """The legs whose frontal measures are given: both, the one that stands, or none while that is not known."""
        return SIDES if self.bilateral else tuple(side for side in SIDES if side is self.stance_leg)

    def front(self, source: TrackSource) -> FrontNow:
        """Return what measures frames of a stream from the front."""
        if self._front is None or self._front[0] is not source:
            now = FrontNow(
                self.standing,
                source,
                bilateral=self.bilateral,
                stands=self.stance_leg,
                facing_camera=self.view.facing_camera,
                turn_deg=known_front_turn_deg(self.view),
            )
            self.__dict__["_front"] = source, now
            return now
        return self._front[1]

    def side(self, source: TrackSource, near: Side) -> SideNow:
        """Return what measures frames of a stream from the side of the leg `near`."""
        if self._side is None or self._side[0] is not source:
            now = SideNow(self.standing, source, near, turn_off_view_deg(self.view))
            self.__dict__["_side"] = source, now
            return now
        return self._side[1]

    @cached_property
    def _front(self) -> tuple[TrackSource, FrontNow] | None:
        return None

    @cached_property
    def _side(self) -> tuple[TrackSource, SideNow] | None:
        return None

    def rule(self, measure: Measure, leg: Side | None) -> ErrorNow:
        """Return what the error of a live value of a measure is made of, apart from how far the knee is bent."""
        known = self._rules.get((measure.name, leg))
        if known is None:
            name, rule = measure.name, measure.error_rule
            noise = _LIVE_NOISE * value_noise(name, leg, self.tremble_px, self.standing)
            known = self._rules[name, leg] = ErrorNow(
                model_and_noise(name, noise),
                rule.turn if measure.view.value == self.view.kind.value else None,
                is_length=rule.of_leg_length,
                is_unfitted=self.planted is None and rule.of_fitted_leg,
            )
        return known

    @cached_property
    def _rules(self) -> dict[tuple[str, Side | None], ErrorNow]:
        return {}

    def moved_to(self, points_px: FloatArray) -> LiveCalibration:
        """Return the calibration of the same person who stands elsewhere in the picture by now.

        Parameters
        ----------
        points_px
            Landmarks of the new stance, shape (33, 2), NaN where not seen.
        """
        return replace(self, standing=self.standing.moved_to(points_px), planted=None)

    def in_place(self, frame: LiveFrame) -> bool:
        """Return whether a foot is where it was in the calibration."""
        (x, y), reach = self.stance_px, _IN_PLACE_LEG * self.standing.leg_px
        return any(distance_px(frame.x[mark], frame.y[mark], x[mark], y[mark]) < reach for mark in _ANKLES)


class LiveMeasures(NamedTuple):
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


def drop_now_deg(calibration: LiveCalibration, frame: LiveFrame) -> float:
    """Return the stand-in for knee flexion from the trunk's drop in one frame; NaN where it is not seen."""
    return flexion_of_drop_deg(drop_of_frame_px(frame.y, calibration.stance_px[1]), calibration.standing.leg_px)


def measure_now(calibration: LiveCalibration, frame: LiveFrame, names: frozenset[str] = LIVE_MEASURES) -> LiveMeasures:
    """Return the measures of a frame.

    Parameters
    ----------
    calibration
        The person's stance, the view and what reps have shown since.
    frame
        Cleaned.
    names
        Only these are given.
    """
    view = calibration.view
    drop = drop_of_frame_px(frame.y, calibration.stance_px[1])
    q = flexion_of_drop_deg(drop, calibration.standing.leg_px)
    if view.verdict is ViewQuality.REFUSED:
        return LiveMeasures({}, q, float("nan"))
    if view.kind is ViewKind.FRONT:
        return LiveMeasures(_front(calibration, frame, drop, q, names), q, float("nan"))
    if view.kind is ViewKind.SIDE and view.near_leg is not None:
        values, flexion = _side(calibration, frame, view.near_leg, names)
        return LiveMeasures(values, q, flexion)
    return LiveMeasures({}, q, float("nan"))


def _front(c: LiveCalibration, frame: LiveFrame, drop_px: float, q_deg: float, names: frozenset[str]) -> Values:
    now = c.front(frame.source)(frame, drop_px)
    turned = turn_off_view_deg(c.view) > FRONT_LOW_DEG
    errors = _Errors(c, q_deg)
    values: Values = {}
    for name, measure in _asked(names, CheckView.FRONT):
        refused = turned and measure.needs_thigh
        if name in now.per_leg:
            values[name] = {
                side.value: None
                if refused or side not in c.legs_counted
                else errors.stated(measure, side, now.per_leg[name][side.leg_index])
                for side in SIDES
            }
        elif name in now.whole_body and not refused:
            values[name] = {BOTH: errors.stated(measure, None, now.whole_body[name])}
    return values


def _side(c: LiveCalibration, frame: LiveFrame, near: Side, names: frozenset[str]) -> tuple[Values, float]:
    known = c.side(frame.source, near)(frame)
    flexion = known["knee_flexion_deg"]
    if math.isfinite(flexion) and (c.bilateral or c.stance_leg in (near, None)):
        thigh, shank = c.tilts_deg(frame.x, frame.y)
        flexion = thigh + shank
        if c.standing.quiet:
            upright = upright_flexion_deg(flexion, c.stance_error_deg)
            thigh, flexion = thigh + upright - flexion, upright
        known["thigh_horizontal_deg"] = 90.0 - thigh
    known["knee_flexion_deg"] = known[DEPTH] = flexion
    errors = _Errors(c, flexion)
    values: Values = {}
    for name, measure in _asked(names, CheckView.SIDE):
        if measure.per is Per.LEG:
            values[name] = {near.value: errors.stated(measure, near, known[name]), near.other.value: None}
        else:
            values[name] = {BOTH: errors.stated(measure, None, known[name])}
    return values, flexion


@lru_cache(maxsize=64)
def _asked(names: frozenset[str], view: CheckView) -> tuple[tuple[str, Measure], ...]:
    """Return the names that a view can answer live, each with its measure."""
    known = ((name, measure_of(name)) for name in names & LIVE_MEASURES)
    return tuple((name, measure) for name, measure in known if measure is not None and measure.view is view)


class _Errors:
    """States the values of one frame with the errors that they have now.

    Parameters
    ----------
    c
        Person and camera.
    flexion_deg
        How far the knee is bent, or what stands in for it; NaN where that is not known.
    """

    def __init__(self, c: LiveCalibration, flexion_deg: float) -> None:
        self._c = c
        self._bend_deg = flexion_deg if math.isfinite(flexion_deg) else STANDING_FLEXION_DEG
        self._spreads: dict[int, float] = {}

    def stated(self, measure: Measure, leg: Side | None, value: float) -> Estimate | None:
        """Return a value with its error; None where it was not measured."""
        if not math.isfinite(value):
            return None
        rule = self._c.rule(measure, leg)
        turn = 0.0 if rule.turn is None else self._of_turn(rule.turn)
        if rule.is_unfitted:
            turn = hypot(turn, _UNFITTED_SPREAD_DEG)
        return estimate_of(value, rule.variance, turn, abs(value) * LEG_LENGTH_SPREAD if rule.is_length else 0.0)

    def _of_turn(self, rule: TurnRule) -> float:
        """Return what is not known of the turn, see `turn_spread`; measures of one rule have the same."""
        known = self._spreads.get(id(rule))
        if known is None:
            known = self._spreads[id(rule)] = abs(rule.spread(self._turned))
        return known

    @cached_property
    def _turned(self) -> Turned:
        return self._c.unknown_turn.of_bend(self._bend_deg)


def why_not_seen(frame: LiveFrame, leg: Side, *, foot: bool) -> str:
    """Return which joint of a leg is not seen in a frame, as a clause; empty where all are.

    Parameters
    ----------
    frame
        Cleaned.
    leg
        Whose.
    foot
        Whether heel and toe are needed too.
    """
    for joint, least in (*((each, SCORED) for each in _JOINTS), *((("toe", FOOT_SCORED),) if foot else ())):
        if not frame.visibility[getattr(BODY[leg], joint)] >= least:
            return f"the {leg} {'foot' if joint == 'toe' else joint} is not seen"
    return ""
