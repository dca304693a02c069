"""A made-up person for the report's tests: a stick figure that squats before a camera, measured by plain geometry.

Nothing here is read off a video: the joints come from a model of two legs, so every value is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.finding import Band, Bands, Finding
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.reps import Movement
from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict
from formcheck.pose.landmarks import BODY, N_LANDMARKS, SIDES, Landmark, Side
from formcheck.pose.types import PoseTrack, TrackSource
from formcheck.session.assessment import Assessment, NotMeasured, Plan, Provenance, Rep, SetupCheck

Floats = NDArray[np.float64]
WIDTH, HEIGHT, FPS = 960, 540, 30
PX_PER_M = 240.0
SHANK_M, THIGH_M, TORSO_M, HALF_PELVIS_M = 0.42, 0.42, 0.52, 0.10
REST_S, DOWN_S, HOLD_S, UP_S = 1.0, 2.0, 3.0, 1.5
VALGUS_DEG = {Side.LEFT: (2.0, 12.0, 8.0, 5.0), Side.RIGHT: (-3.0, 0.0, 1.0, 0.0)}
"""Roughly, for each rep; negative is varus."""


@dataclass(frozen=True)
class Motion:
    """Depth over time, the same for both legs."""

    t_s: Floats
    depth: Floats
    """0 standing to 1 at the bottom."""
    phase: NDArray[np.str_]
    rep: NDArray[np.int64]
    times: list[tuple[float, float, float, float]]


def motion(whole_reps: int) -> Motion:
    """Let a person do so many reps and be cut off in the middle of one more."""
    period = REST_S + DOWN_S + HOLD_S + UP_S
    t = np.arange(0.0, whole_reps * period + REST_S + DOWN_S, 1 / FPS)
    depth, phase, rep = np.zeros(len(t)), np.full(len(t), "stand", dtype="<U7"), np.zeros(len(t), dtype=np.int64)
    times = []
    for i in range(whole_reps + 1):
        a = i * period + REST_S
        b, c, d = a + DOWN_S, a + DOWN_S + HOLD_S, a + DOWN_S + HOLD_S + UP_S
        depth += np.interp(t, [a, b, c, d], [0, 1, 1, 0])
        for name, start, end in (("descent", a, b), ("hold", b, c), ("ascent", c, d)):
            inside = (t >= start) & (t < end)
            phase[inside], rep[inside] = name, i + 1
        times.append((a + 0.1 * DOWN_S, a + 0.9 * DOWN_S, c + 0.1 * UP_S, d - 0.1 * UP_S))
    return Motion(t, (1 - np.cos(np.pi * depth)) / 2, phase, rep, times)


def landmarks(move: Motion, kind: ViewKind) -> Floats:
    """Draw the 33 landmarks, shape (n, 33, 2), px: seen from the front, or from the person's left side."""
    n = len(move.t_s)
    tilt = np.radians(30 * move.depth)
    joints = np.full((n, N_LANDMARKS, 3), 0.0)
    lift_m = SHANK_M * np.cos(tilt) + THIGH_M * np.cos(tilt)
    hip_forward_m = SHANK_M * np.sin(tilt) - THIGH_M * np.sin(tilt)
    for side in SIDES:
        body, out = BODY[side], 1.0 if side is Side.LEFT else -1.0
        valgus = np.array([0.0, *VALGUS_DEG[side]])[np.minimum(move.rep, 4)] * move.depth
        medial_m = np.tan(np.radians(valgus) / 2) * SHANK_M
        x = out * HALF_PELVIS_M
        joints[:, body.ankle] = np.stack([np.full(n, x), np.full(n, 0.08), np.zeros(n)], axis=1)
        joints[:, body.heel] = np.stack([np.full(n, x), np.full(n, 0.03), np.full(n, -0.05)], axis=1)
        joints[:, body.toe] = np.stack([np.full(n, x), np.full(n, 0.0), np.full(n, 0.17)], axis=1)
        knee = [x - out * medial_m, 0.08 + SHANK_M * np.cos(tilt), SHANK_M * np.sin(tilt)]
        joints[:, body.knee] = np.stack(knee, axis=1)
        joints[:, body.hip] = np.stack([np.full(n, x), 0.08 + lift_m, hip_forward_m], axis=1)
        shoulder = np.stack([np.full(n, x * 1.8), 0.08 + lift_m + TORSO_M, hip_forward_m], axis=1)
        joints[:, body.shoulder] = shoulder
        joints[:, body.elbow] = shoulder + np.array([out * 0.05, -0.26, 0.02])
        joints[:, body.wrist] = shoulder + np.array([out * 0.03, -0.46, 0.12])
        for name in ("PINKY", "INDEX", "THUMB"):
            joints[:, Landmark[f"{side.name}_{name}"]] = shoulder + np.array([out * 0.03, -0.55, 0.14])
    head = joints[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=1) + np.array([0.0, 0.24, 0.08])
    for i in range(11):
        joints[:, i] = head + np.array([0.02 * ((i % 3) - 1), 0.01 * (i % 2), 0.0])
    across = joints[:, :, 0] if kind is not ViewKind.SIDE else -joints[:, :, 2]
    return np.stack([WIDTH / 2 + PX_PER_M * across, 0.93 * HEIGHT - PX_PER_M * joints[:, :, 1]], axis=2)


def series_of(move: Motion, image_px: Floats, kind: ViewKind) -> MeasureSeries:
    """Measure what the view can carry; a third of a second without a person in each set, as NaN."""
    n = len(move.t_s)
    empty = np.full((n, 2), np.nan)
    leg_px = 2 * SHANK_M * PX_PER_M
    flexion, fppa, kmf = empty.copy(), empty.copy(), empty.copy()
    for side in SIDES:
        hip, knee, ankle, toe = (
            image_px[:, i] for i in (BODY[side].hip, BODY[side].knee, BODY[side].ankle, BODY[side].toe)
        )
        medial = -1.0 if side is Side.LEFT else 1.0
        if kind is ViewKind.FRONT:
            thigh = np.arctan2(medial * (knee - hip)[:, 0], (knee - hip)[:, 1])
            shank = np.arctan2(medial * (ankle - knee)[:, 0], (ankle - knee)[:, 1])
            fppa[:, side.leg_index] = np.degrees(thigh - shank)
            kmf[:, side.leg_index] = 100 * medial * (knee - toe)[:, 0] / leg_px
        if kind is ViewKind.SIDE and side is Side.LEFT:
            flexion[:, 0] = 60 * move.depth
    lost = (move.t_s > 5.0) & (move.t_s < 5.35)
    for values in (flexion, fppa, kmf):
        values[lost] = np.nan
    front, side_on = kind is ViewKind.FRONT, kind is ViewKind.SIDE
    wave = np.sin(move.t_s)
    return MeasureSeries(
        t_s=move.t_s,
        per_leg={"knee_flexion_deg": flexion, "fppa_deg": fppa, "kmf_pct": kmf},
        whole_body={
            "trunk_lean_deg": 1.5 * wave if front else empty[:, 0],
            "trunk_flexion_deg": 3 + wave if side_on else empty[:, 0],
            "pelvic_drop_deg": 1.0 * wave if front else empty[:, 0],
            "kasr": 1 + 0.02 * wave if front else empty[:, 0],
        },
    )


def rep_of(index: int, move: Motion, series: MeasureSeries, kind: ViewKind, *, complete: bool) -> Rep:
    """Take a rep's measures at the middle of its bottom."""
    start, bottom_start, bottom_end, end = move.times[index - 1]
    last, down = float(move.t_s[-1]), start - 0.1 * DOWN_S
    at = int(np.argmin(np.abs(move.t_s - (bottom_start + bottom_end) / 2)))

    def of_legs(name: str, error: float) -> dict[str, Estimate | None]:
        values = series.per_leg[name][at]
        return {
            s.value: None if np.isnan(values[s.leg_index]) else Estimate(float(values[s.leg_index]), error)
            for s in SIDES
        }

    def of_body(name: str, error: float) -> dict[str, Estimate | None]:
        value = series.whole_body[name][at]
        return {"both": None if np.isnan(value) else Estimate(float(value), error)}

    seen = kind in (ViewKind.FRONT, ViewKind.SIDE) and complete
    measures = {
        "knee_flexion_max_deg": of_legs("knee_flexion_deg", 4.2),
        "fppa_deg": of_legs("fppa_deg", 3.1),
        "kmf_pct": of_legs("kmf_pct", 1.4),
        "trunk_lean_deg": of_body("trunk_lean_deg", 2.0),
        "trunk_flexion_deg": of_body("trunk_flexion_deg", 2.0),
        "pelvic_drop_deg": of_body("pelvic_drop_deg", 1.8),
    }
    timing: dict[str, dict[str, Estimate | None]] = {
        "descent_s": {"both": Estimate(DOWN_S, 0.1)},
        "hold_s": {"both": Estimate(HOLD_S, 0.15)},
        "ascent_s": {"both": Estimate(UP_S, 0.1)},
    }
    return Rep(
        index=index,
        leg="both",
        complete=complete,
        start_s=start,
        bottom_start_s=bottom_start if complete else float("nan"),
        bottom_end_s=bottom_end if complete else float("nan"),
        end_s=min(end, last),
        measures={**(measures if seen else {}), **(timing if complete else {})},
        movement=Movement(down, down + DOWN_S, down + DOWN_S + HOLD_S, down + DOWN_S + HOLD_S + UP_S),
    )


KNEE_BANDS = Bands((-3.0, 1.5), (-float("inf"), 3.8))
DEPTH_BANDS = Bands((35.0, 50.0), (25.0, 58.0))
_BANDS = {"kmf_pct": KNEE_BANDS, "knee_flexion_max_deg": DEPTH_BANDS}


def findings_of(reps: list[Rep], kind: ViewKind) -> list[Finding]:
    """Judge the reps by a few checks, so that every band is there."""
    found: list[Finding] = []

    def add(check: str, name: str, rep: Rep, leg: str, measure: str, band: Band, cue: str, precedence: int) -> None:
        estimate = rep.measures[measure][leg]
        assert estimate is not None
        at_s = (rep.bottom_start_s + rep.bottom_end_s) / 2
        found.append(
            Finding(
                check,
                name,
                rep.index,
                leg,
                measure,
                estimate.value,
                estimate.error,
                band,
                cue,
                at_s,
                precedence,
                bands=_BANDS.get(measure),
            )
        )

    for rep in reps:
        if kind is ViewKind.FRONT:
            for side in SIDES:
                estimate = rep.measures["kmf_pct"][side.value]
                assert estimate is not None
                band = KNEE_BANDS.band_of(estimate.value)
                cue = "" if band is Band.GOOD else "Point your kneecap over your second toe"
                add("WS-F3", "knee over toe", rep, side.value, "kmf_pct", band, cue, 40)
            add("WS-F8", "lateral trunk", rep, "both", "trunk_lean_deg", Band.GOOD, "", 60)
        else:
            add("WS-S1", "depth", rep, "left", "knee_flexion_max_deg", Band.CAUTION, "Slide only to your mark", 50)
        add("WS-S7", "hold time", rep, "both", "hold_s", Band.GOOD, "", 70)
    if kind is ViewKind.FRONT:
        note = "Milder than the value alone says: the trunk moved too."
        drift = (
            "WS-F11",
            "drift under fatigue",
            None,
            "left",
            "kmf_pct",
            3.4,
            1.1,
            Band.FAULT,
            "Rest now, restart fresh",
        )
        found.append(Finding(*drift, None, 80, note))
    return found


def assess(
    kind: ViewKind = ViewKind.FRONT,
    *,
    whole_reps: int = 3,
    name: str = "wall squat.mp4",
    plan: Plan | None = None,
    verdict: ViewQuality | None = None,
) -> Assessment:
    """Make up a set as seen from one view, with one more rep that the clip cuts off."""
    move = motion(whole_reps)
    image_px = landmarks(move, kind)
    series = series_of(move, image_px, kind)
    seen = kind in (ViewKind.FRONT, ViewKind.SIDE)
    whole = [rep_of(i, move, series, kind, complete=True) for i in range(1, whole_reps + 1)]
    cut = rep_of(whole_reps + 1, move, series, kind, complete=False)
    n = len(move.t_s)
    image_px = image_px.copy()
    visibility = np.full((n, N_LANDMARKS), 0.98)
    lost = (move.t_s > 5.0) & (move.t_s < 5.35)
    image_px[lost], visibility[lost] = np.nan, 0.0
    source = TrackSource(
        name, "a" * 64, WIDTH, HEIGHT, FPS, n / FPS, n, "pose_landmarker_full", "b" * 64, "0.10.31", (1, 1), 120.0
    )
    verdict = verdict or (ViewQuality.OK if seen else ViewQuality.REFUSED)
    reasons = {
        ViewKind.FRONT: "Seen from the front: knee alignment can be measured, knee flexion cannot.",
        ViewKind.SIDE: "Seen from the left side: knee flexion can be measured, knee alignment cannot.",
    }
    missing = "knee_flexion_max_deg" if kind is ViewKind.FRONT else "fppa_deg"
    return Assessment(
        exercise="wall-squat",
        exercise_name="Wall squat",
        plan=plan or Plan(),
        view=ViewVerdict(
            kind,
            {ViewKind.FRONT: 1.4, ViewKind.SIDE: 86.0}.get(kind, 38.0),
            3.0,
            Side.LEFT if kind is not ViewKind.FRONT else None,
            verdict,
            reasons.get(kind, "The camera stands at an angle of about 38°: only reps and timing can be trusted."),
        ),
        setup=(
            SetupCheck("SU-1", "whole body in view", True, None, "Head to feet are in view."),
            SetupCheck("SU-2", "distance", False, 48.0, "Come closer: you fill 48 % of the picture's height."),
        ),
        reps=(*whole, cut),
        findings=tuple(findings_of(whole, kind)) if seen else (),
        not_measured=(NotMeasured(missing, "this view cannot carry it", "Film a second set from another side."),),
        provenance=Provenance(
            "0.1.0",
            "0.10.31",
            "pose_landmarker_full",
            "b" * 64,
            "wall-squat 1",
            "c" * 64,
            "Butterworth 6 Hz, zero phase",
        ),
        track=PoseTrack(move.t_s, image_px, visibility, np.zeros((n, N_LANDMARKS, 3)), source),
        series=series,
        phase=move.phase,
        rep_of_frame=move.rep,
    )
