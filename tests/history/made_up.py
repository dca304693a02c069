"""Made-up sets whose every value is chosen: for comparisons and progress, where no picture matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import numpy as np

from formcheck.exercises.finding import Finding
from formcheck.exercises.plan import Plan
from formcheck.history.set_values import SetValue
from formcheck.history.summary import PainReport, ResultSummary, SetSummary
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict
from formcheck.pose.landmarks import N_LANDMARKS, Side
from formcheck.pose.types import PoseTrack, TrackSource
from formcheck.session.assessment import Assessment, Provenance, Rep

FPS = 30
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday."""

LegEstimates = Mapping[str, Estimate]


def each_leg(measure: str, left: float | None, right: float | None, error: float = 2.0) -> dict[str, LegEstimates]:
    legs = {"left": left, "right": right}
    return {measure: {leg: Estimate(value, error) for leg, value in legs.items() if value is not None}}


def whole_body(measure: str, value: float, error: float = 0.2) -> dict[str, LegEstimates]:
    return {measure: {"both": Estimate(value, error)}}


def assessment(
    reps: Sequence[Mapping[str, LegEstimates]],
    *,
    exercise: str = "wall-squat",
    leg: str = "both",
    view: ViewKind = ViewKind.FRONT,
    near_leg: Side | None = None,
    plan: Plan | None = None,
    tempo_s: Sequence[tuple[float, float, float]] | None = None,
    incomplete: Sequence[int] = (),
    excluded: Sequence[int] = (),
    findings: Sequence[Finding] = (),
    scale: float = 1.0,
    model: str = "a",
) -> Assessment:
    """Make a set of reps whose FPPA goes 0 to 10 to 0 deg with the phase, left; half of it, right; times `scale`.

    `tempo_s` gives descent, bottom and ascent of each rep, seconds.
    """
    tempo = list(tempo_s or [(1.0, 1.0, 1.0)] * len(reps))
    made, start = [], 1.0
    for i, (measures, (down, hold, up)) in enumerate(zip(reps, tempo, strict=True), start=1):
        edges = start, start + down, start + down + hold, start + down + hold + up
        made.append(Rep(i, leg, i not in incomplete, *edges, measures, excluded=i in excluded))
        start = edges[3] + 1.0
    t = np.arange(0.0, start + 1.0, 1 / FPS)
    n = len(t)
    shape = np.zeros(n)
    for rep in made:
        times = [rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s]
        shape += np.interp(t, times, [0.0, 1.0, 1.0, 0.0], left=0.0, right=0.0)
    fppa = 10.0 * scale * np.stack([shape, shape / 2], axis=1)
    source = TrackSource("made_up.mp4", "0" * 64, 640, 360, float(FPS), n / FPS, n, "full", model * 64, "0.10.31")
    nothing = np.full((n, N_LANDMARKS, 2), np.nan)
    return Assessment(
        exercise=exercise,
        exercise_name=exercise,
        plan=plan or Plan(),
        view=ViewVerdict(view, 0.0, 1.0, near_leg, ViewQuality.OK, ""),
        setup=(),
        reps=tuple(made),
        findings=tuple(findings),
        not_measured=(),
        provenance=Provenance("0", "0.10.31", "full", model * 64, "rubric", "c" * 64, "none"),
        track=PoseTrack(t, nothing, np.zeros((n, N_LANDMARKS)), np.zeros((n, N_LANDMARKS, 3)), source),
        series=MeasureSeries(t, {"fppa_deg": fppa}, {"trunk_lean_deg": shape}),
        phase=np.full(n, "stand", dtype="<U7"),
        rep_of_frame=np.zeros(n, dtype=np.int64),
    )


def summary(
    days: float = 0.0,
    *,
    exercise: str = "wall-squat",
    leg: str = "both",
    plan: Plan | None = None,
    reps: int = 10,
    values: Mapping[str, LegEstimates] = MappingProxyType({}),
    safe: float | None = 1.0,
    heels: bool | None = True,
    pain: PainReport | None = None,
    swelling: bool | None = None,
    set_id: str = "",
) -> SetSummary:
    """Make the summary of a set so many days after `DAY`."""
    result = ResultSummary(
        exercise=exercise,
        leg=leg,
        view=ViewKind.FRONT,
        view_verdict=ViewQuality.OK,
        plan=plan or Plan(target_depth_deg=45.0, reps=10, hold_s=3.0),
        reps_done=reps,
        reps_complete=reps,
        values={
            measure: {of: SetValue(estimate, reps, 1.0) for of, estimate in legs.items()}
            for measure, legs in values.items()
        },
        safe_share=safe,
        heels_down=heels,
    )
    return SetSummary(DAY + timedelta(days=days), result, pain or PainReport(), swelling, set_id)


def calm(worst: int = 1, before: int = 1) -> PainReport:
    """Pain that allows the next level."""
    return PainReport(before, worst, worst, before, before)
