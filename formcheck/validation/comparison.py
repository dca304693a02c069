"""An assessment beside the truth of its clip: every value next to the true one, rep by rep and frame by frame.

Values of a series over time at other moments, and reduced to one value of a stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.measures.registry import DEPTH, key_measures, main_series, measure_of
from formcheck.kinematics.rep_measures import deepest, extreme
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import SIDES, Side
from formcheck.session.assessment import Assessment, Rep
from formcheck.validation.digitised import measures_of_points
from formcheck.validation.truth import (
    BOTH,
    KNEE_FLEXION,
    ClipInfo,
    FloatArray,
    Key,
    Samples,
    Truth,
    TruthKind,
    TruthRep,
)

_LONGEST_BRIDGE_S: Final = 0.15
"""Between frames further apart nothing is taken to lie on a straight line."""
_SAME_MOMENT_S: Final = 0.002
_SEEN_SHARE: Final = 0.5
"""A truth known in less than this share of the frames of a rep has no value for it, as in our own measures."""


def at_times(t_s: FloatArray, values: FloatArray, when_s: FloatArray) -> FloatArray:
    """Return a series at other moments, on straight lines between its frames, shape of `when_s`.

    NaN outside of the series, beside an unknown value, and between frames more than 0.15 s apart. A moment within 2 ms
    of a frame takes that frame's value.

    Parameters
    ----------
    t_s, values
        Shape (n,), n at least 1, `t_s` strictly increasing.
    when_s
        Shape (m,), seconds.
    """
    after = np.clip(np.searchsorted(t_s, when_s), 1, max(len(t_s) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(t_s) - 1)
    gap = t_s[after] - t_s[before]
    share = np.where(gap > 0, (when_s - t_s[before]) / np.where(gap > 0, gap, 1.0), 0.0)
    between = values[before] + share * (values[after] - values[before])
    between = np.where((share >= 0) & (share <= 1) & (gap > 0) & (gap <= _LONGEST_BRIDGE_S), between, np.nan)
    for near in (before, after):
        between = np.where(np.abs(t_s[near] - when_s) <= _SAME_MOMENT_S, values[near], between)
    return np.asarray(between, dtype=np.float64)


def known_within(series: Samples, start_s: float, end_s: float) -> FloatArray:
    """Return the known values of a series from start to end; empty where too few are known."""
    part = series.values[(series.t_s >= start_s) & (series.t_s <= end_s)]
    known = part[np.isfinite(part)]
    return known if len(known) >= max(1, _SEEN_SHARE * len(part)) else known[:0]


FRAME_MEASURES: Final = main_series()
"""Measures that are compared frame by frame."""
FPPA_UP_TO_DEG: Final = 75.0
"""Knee flexion up to which FPPA is compared frame by frame: beyond it the thigh is seen too short for an angle."""
PHASE_TIMES: Final = ("start", "bottom start", "bottom end", "end")


@dataclass(frozen=True)
class RepPair:
    """One measure of one rep, ours and true."""

    measure: str
    leg: str
    rep: int
    """Number of our rep."""
    t_s: float
    """Middle of its bottom."""
    ours: float
    truth: float
    error: float
    """Half-width of the 95 % interval we stated."""


@dataclass(frozen=True, eq=False)
class FramePairs:
    """One measure at many moments, ours and true; none is NaN."""

    measure: str
    leg: str
    t_s: FloatArray
    ours: FloatArray
    truth: FloatArray


@dataclass(frozen=True, eq=False)
class TruthComparison:
    """What came out for one clip."""

    reps: tuple[RepPair, ...]
    frames: tuple[FramePairs, ...]
    reps_true: int | None
    """None where nobody said how many there are."""
    reps_counted: int
    phase_off_s: FloatArray
    """Shape (m, 4), ours minus truth at `PHASE_TIMES`, for the reps found in both."""
    bottoms_off_s: FloatArray
    """How far each told moment of a bottom lies outside the bottom of the nearest rep; 0 inside; shape (b,)."""
    view_found: ViewKind
    view_true: ViewKind | None
    angles_refused: bool
    """Whether the view was found to carry no angles."""
    yaw_off_deg: float
    """Ours minus truth; NaN where either is not known."""
    leg_right: bool | None
    """Whether the standing leg of every rep was found; None where both stand or nobody said."""
    cover: Mapping[str, float]
    """Share of the frames in reps that have a value, by measure; only the measures of the view."""


def compare(assessment: Assessment, truth: Truth, info: ClipInfo, phase_of: Mapping[str, str]) -> TruthComparison:
    """Put an assessment beside the truth of its clip.

    Parameters
    ----------
    assessment
        As the engine gave it, told nothing but the exercise.
    truth
        What is known from elsewhere.
    info
        What is said about the clip.
    phase_of
        By measure: `rep` for those that a rubric takes over the whole rep instead of its bottom.
    """
    samples = dict(truth.samples)
    if truth.kind is TruthKind.POINTS:
        samples = measures_of_points(truth, assessment.view)
    matches = _matches(truth.reps or (), assessment.complete_reps)
    if truth.reps is not None:
        pairs = [p for true, ours in matches for p in _of_rep(samples, true, ours, phase_of)]
    else:
        pairs = [p for ours in assessment.complete_reps for p in _of_frames_in_rep(samples, ours, phase_of)]
    reps_true = info.reps if info.reps is not None else (None if truth.reps is None else len(truth.reps))
    if reps_true is None and info.bottoms_s:
        reps_true = len(info.bottoms_s)
    spans = _spans(truth, assessment)
    view = assessment.view
    return TruthComparison(
        reps=tuple(pairs),
        frames=tuple(_frames(assessment, samples, truth, spans)),
        reps_true=reps_true,
        reps_counted=len(assessment.complete_reps),
        phase_off_s=_phase_off(matches),
        bottoms_off_s=np.array([_outside_bottoms(t, assessment.complete_reps) for t in info.bottoms_s]),
        view_found=view.kind,
        view_true=info.view,
        angles_refused=view.verdict is ViewQuality.REFUSED,
        yaw_off_deg=float((view.yaw_deg - truth.yaw_deg + 180) % 360 - 180),
        leg_right=None if info.leg is None else all(rep.leg == info.leg.value for rep in assessment.complete_reps),
        cover=_cover(assessment, info, samples, spans),
    )


def _matches(true: tuple[TruthRep, ...], ours: tuple[Rep, ...]) -> list[tuple[TruthRep, Rep]]:
    """Pair reps that overlap in time, each with the one it overlaps most."""
    free, found = list(ours), []
    for each in true:
        overlap = [min(each.end_s, rep.end_s) - max(each.start_s, rep.start_s) for rep in free]
        if overlap and max(overlap) > 0:
            found.append((each, free.pop(int(np.argmax(overlap)))))
    return found


def _phase_off(matches: list[tuple[TruthRep, Rep]]) -> FloatArray:
    rows = [
        (
            ours.start_s - true.start_s,
            ours.bottom_start_s - true.bottom_start_s,
            ours.bottom_end_s - true.bottom_end_s,
            ours.end_s - true.end_s,
        )
        for true, ours in matches
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, len(PHASE_TIMES))


def _outside_bottoms(t_s: float, reps: tuple[Rep, ...]) -> float:
    off = [max(rep.bottom_start_s - t_s, t_s - rep.bottom_end_s, 0.0) for rep in reps]
    return min(off, default=float("nan"))


def _of_rep(
    samples: Mapping[Key, Samples], true: TruthRep, ours: Rep, phase_of: Mapping[str, str]
) -> Iterator[RepPair]:
    """Pair the values of a rep with those of the true series, reduced in the same way over the true rep."""
    for (measure, leg), series in samples.items():
        if measure == KNEE_FLEXION:
            deep = known_within(series, true.bottom_start_s, true.bottom_end_s)
            yield from _pair(DEPTH, leg, ours, deepest(deep))
        elif phase_of.get(measure) == "rep":
            yield from _pair(measure, leg, ours, extreme(known_within(series, true.start_s, true.end_s)))
        else:
            bottom = known_within(series, true.bottom_start_s, true.bottom_end_s)
            yield from _pair(measure, leg, ours, float(np.median(bottom)) if len(bottom) else float("nan"))
    for measure, value in true.timing.items():
        yield from _pair(measure, BOTH, ours, value)


def _of_frames_in_rep(samples: Mapping[Key, Samples], ours: Rep, phase_of: Mapping[str, str]) -> Iterator[RepPair]:
    """Pair the values of a rep with the middle of what was read by hand at its bottom.

    Knee flexion read by hand counts as depth there. Measures of a whole rep are taken wherever in the rep they are; an
    extreme over the rep is not known from single frames.
    """
    for (measure, leg), series in samples.items():
        name = DEPTH if measure == KNEE_FLEXION else measure
        if phase_of.get(name) == "rep":
            continue
        if name != measure and (DEPTH, leg) in samples:
            continue
        anywhere = measure == DEPTH or measure.endswith("_s")
        start, end = (ours.start_s, ours.end_s) if anywhere else (ours.bottom_start_s, ours.bottom_end_s)
        inside = series.values[(series.t_s >= start) & (series.t_s <= end)]
        if np.isfinite(inside).any():
            yield from _pair(name, leg, ours, float(np.nanmedian(inside)))


def _pair(measure: str, leg: str, ours: Rep, truth: float) -> Iterator[RepPair]:
    estimate = ours.measures.get(measure, {}).get(leg)
    if estimate is not None and np.isfinite([estimate.value, truth]).all():
        middle = (ours.bottom_start_s + ours.bottom_end_s) / 2
        yield RepPair(measure, leg, ours.index, middle, estimate.value, truth, estimate.error)


def _spans(truth: Truth, assessment: Assessment) -> list[tuple[float, float]]:
    """Return start and end of the reps, the true ones where they are known."""
    reps = assessment.complete_reps if truth.reps is None else truth.reps
    return [(rep.start_s, rep.end_s) for rep in reps]


def _inside(t_s: FloatArray, spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
    inside = np.zeros(len(t_s), dtype=np.bool_)
    for start, end in spans:
        inside |= (t_s >= start) & (t_s <= end)
    return inside


def _series_of(assessment: Assessment, measure: str, leg: str) -> FloatArray | None:
    """Return our series of a measure, shape (n,); None where the view carries none."""
    if leg == BOTH:
        return assessment.series.whole_body.get(measure)
    values = assessment.series.per_leg.get(measure)
    return None if values is None else values[:, Side(leg).leg_index]


def _frames(
    assessment: Assessment, samples: Mapping[Key, Samples], truth: Truth, spans: list[tuple[float, float]]
) -> Iterator[FramePairs]:
    """Yield the measures over time, in reps where the truth is a series, at every moment read by hand otherwise."""
    for (measure, leg), series in samples.items():
        ours = _series_of(assessment, measure, leg)
        if ours is None or measure not in FRAME_MEASURES:
            continue
        t_ours = assessment.series.t_s
        t = t_ours if truth.covers_every_frame else series.t_s
        mine, true = at_times(t_ours, ours, t), at_times(series.t_s, series.values, t)
        use = np.isfinite(mine) & np.isfinite(true)
        if truth.covers_every_frame:
            use &= _inside(t, spans)
        spec = measure_of(measure)
        if spec is not None and spec.needs_thigh:
            use &= _thigh_seen(samples, leg, t)
        if use.any():
            yield FramePairs(measure, leg, t[use], mine[use], true[use])


def _thigh_seen(samples: Mapping[Key, Samples], leg: str, t_s: FloatArray) -> NDArray[np.bool_]:
    """Return where the knee is bent little enough for FPPA, shape (n,); everywhere where its flexion is not known."""
    flexion = samples.get((KNEE_FLEXION, leg))
    if flexion is None:
        return np.ones(len(t_s), dtype=np.bool_)
    return ~(at_times(flexion.t_s, flexion.values, t_s) > FPPA_UP_TO_DEG)


def _cover(
    assessment: Assessment, info: ClipInfo, samples: Mapping[Key, Samples], spans: list[tuple[float, float]]
) -> dict[str, float]:
    """Return the share of the frames in reps that have a value, by measure of the view."""
    view, t_s = assessment.view, assessment.series.t_s
    legs = [view.near_leg] if view.kind is ViewKind.SIDE else [info.leg] if info.leg is not None else list(SIDES)
    cover = {}
    for spec in () if view.verdict is ViewQuality.REFUSED else key_measures():
        if spec.series is None or spec.view.value != view.kind.value:
            continue
        measure, known, of = spec.series.name, 0, 0
        for leg in legs:
            values = None if leg is None else _series_of(assessment, measure, leg.value)
            if leg is None or values is None:
                continue
            wanted = _inside(t_s, spans)
            if spec.needs_thigh:
                wanted &= _thigh_seen(samples, leg.value, t_s)
            known, of = known + int(np.isfinite(values[wanted]).sum()), of + int(wanted.sum())
        if of:
            cover[measure] = known / of
    return cover
