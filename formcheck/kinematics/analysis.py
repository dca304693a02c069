"""From the landmarks of a set to its view, reps, phases and measures over time.

Measures over time: one value a frame, NaN where not measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.cleaning import camera_motion_px, filmed_px, known_median, steadied
from formcheck.kinematics.find import Body, FoundSet, finding_set
from formcheck.kinematics.frontal import FrontalSeries, arms_moved, measure_front
from formcheck.kinematics.holes import Hole
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import main_series, measure_of
from formcheck.kinematics.noise import tremble_px
from formcheck.kinematics.phase_rule import PhaseRule, ToldBy
from formcheck.kinematics.rep_signal import trunk_drop_px
from formcheck.kinematics.reps import RepTimes, phases
from formcheck.kinematics.sagittal import SagittalSeries, facing_sign, heel_down_tilt_deg
from formcheck.kinematics.stance_leg import most_often, stance_of_frames, stance_on_one_leg
from formcheck.kinematics.standing import Standing
from formcheck.kinematics.steps import Steps, completed
from formcheck.kinematics.view import (
    FRONT_LOW_DEG,
    ViewKind,
    ViewQuality,
    ViewVerdict,
    known_front_turn_deg,
    roll_deg,
    turn_off_view_deg,
)
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MeasureSeries:
    """Every measure of a set, frame by frame. NaN means not measured, never zero and never the last good value."""

    t_s: FloatArray
    """Shape (n,), seconds."""
    per_leg: Mapping[str, FloatArray]
    """By name (`knee_flexion_deg`, `fppa_deg`, ...): shape (n, 2), the person's left and right leg."""
    whole_body: Mapping[str, FloatArray]
    """By name (`trunk_flexion_deg`, `pelvic_drop_deg`, ...): shape (n,)."""


ROLL_LOW_DEG = 4.0
"""Beyond this tilt what leans on the picture's vertical is given with low confidence; the lines are read to 2 deg."""


@dataclass(frozen=True, eq=False)
class SetMeasurement:
    """Everything measured in one set."""

    track: PoseTrack
    """Sides repaired, gaps filled, filtered, the camera's motion taken out; landmarks that were placed by hand are
    where they were put."""
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
    rule: PhaseRule
    """What counts as a rep of the exercise."""
    told_leg_denied: bool
    """Whether the picture clearly shows the other leg standing than the one that was told."""
    said_leg: Side | None
    """The leg that was said to stand."""
    leg_is_sure: bool
    """Whether a person who looked at the video said so, see `find_set`."""
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
    placed: NDArray[np.bool_]
    """Shape (n, 33): landmarks that a person placed."""
    misfit_leg: FloatArray
    """Shape (n,): from the side, see `SagittalSeries.misfit_leg`; NaN otherwise."""
    holes: tuple[Hole, ...]
    """Where the recording shows nothing."""

    @property
    def bilateral(self) -> bool:
        """Whether the exercise works both legs at once."""
        return self.rule.bilateral

    @cached_property
    def trunk_drop_px(self) -> FloatArray:
        """How far the trunk has come down from quiet stance, shape (n,), see `rep_signal.trunk_drop_px`."""
        return trunk_drop_px(self.track, self.standing)

    @property
    def filmed(self) -> PoseTrack:
        """The track as it lies in the pictures, the camera's motion included."""
        moved = filmed_px(self.raw, self.track.image_px)
        return replace(self.track, image_px=moved, camera=self.raw.camera)

    @property
    def camera_motion_px(self) -> float:
        """How far the camera moved the picture, see `steady.camera_motion_px`."""
        return camera_motion_px(self.raw)


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
    return completed(measuring_set(track, rule, leg, view))


def measuring_set(
    track: PoseTrack, rule: PhaseRule, leg: Side | None = None, view: ViewKind | None = None
) -> Steps[SetMeasurement]:
    """Measure a recorded set in steps; see `measure_set`."""
    found = yield from finding_set(track, rule, leg=leg, view=view)
    yield
    return measure_found(found)


def measure_found(found: FoundSet, reps: Sequence[RepTimes] | None = None) -> SetMeasurement:
    """Measure a set whose person, view and reps are known.

    Parameters
    ----------
    found
        From `find_set`.
    reps
        In order of time, where they are not those that were found.
    """
    reps = list(found.reps if reps is None else reps)
    body, said = found.body, found.leg
    standing, rule = body.standing, found.rule
    shown = [
        None
        if rule.bilateral
        else stance_on_one_leg(body.track, rep, standing, from_side=found.view.kind is ViewKind.SIDE)
        for rep in reps
    ]
    stances = _stances(shown, rule, said, sure=found.leg_is_sure)
    roll = roll_deg(standing) if found.view.kind is ViewKind.FRONT else float("nan")
    view = _of_tilted_picture(found.view, roll)
    series, method, misfit = _series(found, view, reps, stances)
    phase, number = phases(body.track.t_s, reps, rule.begins)
    drawn = body.drawn or body
    return SetMeasurement(
        track=body.track,
        raw=found.raw,
        sides_repaired=found.sides_repaired,
        standing=standing,
        view=view,
        q_deg=found.q_deg,
        reps=tuple(reps),
        legs=stances,
        series=series,
        rule=rule,
        told_leg_denied=said is not None and any(each is said.other for each in shown),
        said_leg=said,
        leg_is_sure=found.leg_is_sure,
        roll_deg=roll,
        tremble_px=tremble_px(steadied(found.raw), drawn.track, found.in_place),
        arms_moved=arms_moved(body.track, standing),
        phase=phase,
        rep_of_frame=number,
        flexion_method=method,
        placed=found.placed,
        misfit_leg=misfit,
        holes=found.holes,
    )


def _stances(shown: list[Side | None], rule: PhaseRule, said: Side | None, *, sure: bool) -> tuple[Side | None, ...]:
    """Return the standing leg of each rep, from what its feet show and what is said; None where both legs work."""
    if rule.bilateral:
        return (None,) * len(shown)
    first = said if sure else None
    return tuple(first or each or said or most_often(shown) for each in shown)


def _of_tilted_picture(view: ViewVerdict, roll_deg: float) -> ViewVerdict:
    """Return a verdict that has low confidence where the picture is tilted too far."""
    if not abs(roll_deg) > ROLL_LOW_DEG or view.verdict is not ViewQuality.OK:
        return view
    reason = f"Seen from the front, but the picture is tilted by {abs(roll_deg):.0f}°: low confidence."
    return replace(view, verdict=ViewQuality.LOW, reason=reason)


def _series(
    found: FoundSet, view: ViewVerdict, reps: list[RepTimes], stances: tuple[Side | None, ...]
) -> tuple[MeasureSeries, str, FloatArray]:
    """Return the measures that the view can carry, how flexion was found, and the misfit of the leg.

    The columns of the contract are there in any case.
    """
    track = found.body.track
    n = len(track)
    per_leg = {name: np.full((n, 2), np.nan) for name in main_series(Per.LEG)}
    whole_body = {name: np.full(n, np.nan) for name in main_series(Per.BODY)}
    method, misfit = "", np.full(n, np.nan)
    if view.verdict is not ViewQuality.REFUSED and view.kind is ViewKind.SIDE and view.near_leg is not None:
        stands = found.rule.bilateral or view.near_leg in stances or not any(stances)
        side = found.from_side(view.near_leg, view, near_stands=stands)
        of_leg = dict(side.near_leg)
        if found.rule.told_by is ToldBy.SHANK:
            of_leg["shank_tilt_deg"] = _tilt_in_front(found, view.near_leg, side)
        for name, values in of_leg.items():
            per_leg.setdefault(name, np.full((n, 2), np.nan))[:, view.near_leg.leg_index] = values
        whole_body |= side.whole_body
        method, misfit = side.method, side.misfit_leg
    elif view.verdict is not ViewQuality.REFUSED and view.kind is ViewKind.FRONT and any(rep.complete for rep in reps):
        # Without a whole rep nothing shows that the stillness found is a stance: a wall sit filmed from the hold on has
        # no baseline and no leg length, and its knee angles would be guesses.
        stance = None if found.rule.bilateral else stance_of_frames(track.t_s, reps, stances)
        front = _from_front(found.body, view, stance)
        per_leg |= front.per_leg
        whole_body |= front.whole_body
        if turn_off_view_deg(view) > FRONT_LOW_DEG:
            for series in (per_leg, whole_body):
                series |= {name: np.full_like(values, np.nan) for name, values in series.items() if _needs_thigh(name)}
        whole_body["drop_pct"] = 100 * trunk_drop_px(track, found.body.standing) / found.body.standing.leg_px
    return _where_in_place(MeasureSeries(track.t_s, per_leg, whole_body), found.in_place), method, misfit


def _tilt_in_front(found: FoundSet, near: Side, side: SagittalSeries) -> FloatArray:
    """Return the tilt of the near shank where its heel is down and its foot in front of the other, shape (n,)."""
    track, standing = found.body.track, found.body.standing
    ankles = [track.image_px[:, BODY[each].ankle, 0] for each in (near, near.other)]
    ahead = known_median(facing_sign(standing, near) * (ankles[0] - ankles[1])[found.in_place])
    return heel_down_tilt_deg(side) if not ahead < 0 else np.full(len(track), np.nan)


def _needs_thigh(series: str) -> bool:
    measure = measure_of(series)
    return measure is not None and measure.needs_thigh


def _from_front(body: Body, view: ViewVerdict, stance: NDArray[np.int64] | None) -> FrontalSeries:
    """Return the frontal measures; what is taken off as the estimator's error is found in what the estimator drew."""
    return measure_front(
        body.track,
        body.standing,
        trunk_drop_px(body.track, body.standing),
        stance,
        facing_camera=view.facing_camera,
        turn_deg=known_front_turn_deg(view),
        errors=None if body.drawn is None else _from_front(body.drawn, view, stance).errors,
    )


def _where_in_place(series: MeasureSeries, in_place: NDArray[np.bool_]) -> MeasureSeries:
    """Return the series with everything measured while walking in or out taken away."""
    return replace(
        series,
        per_leg={name: np.where(in_place[:, None], values, np.nan) for name, values in series.per_leg.items()},
        whole_body={name: np.where(in_place, values, np.nan) for name, values in series.whole_body.items()},
    )
