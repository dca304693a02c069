"""What the plots of a report show: measures over time with their phases, bands and uncertain peaks. No drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.finding import Band
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import key_measures
from formcheck.pose.landmarks import Side
from formcheck.report.timeline import scored_legs
from formcheck.session.assessment import Assessment, PlotBand, Rep

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """A stretch of time in one phase of one rep."""

    phase: str
    rep: int
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Line:
    """One leg's measure over time; NaN where it was not measured, where the line is broken."""

    side: Side
    t_s: Floats
    values: Floats


@dataclass(frozen=True)
class Peak:
    """What a rep was judged by, with its uncertainty."""

    rep: int
    side: Side
    t_s: float
    estimate: Estimate


@dataclass(frozen=True)
class Zone:
    """Values of one band: `low` to `high`, infinite where open."""

    band: Band
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Chart:
    """One measure over the whole set."""

    measure: str
    lines: tuple[Line, ...]
    peaks: tuple[Peak, ...]
    spans: tuple[Span, ...]
    reps: tuple[Rep, ...]
    zones: tuple[Zone, ...]


def charts_of(assessment: Assessment) -> tuple[Chart, ...]:
    """Return a chart for each plotted measure that this view carries, for the scored legs only."""
    charts = []
    for measure in key_measures():
        series = "" if measure.series is None else measure.series.name
        values = assessment.series.per_leg.get(series)
        if values is None:
            continue
        lines = tuple(
            Line(side, assessment.series.t_s, values[:, side.leg_index])
            for side in scored_legs(assessment)
            if np.isfinite(values[:, side.leg_index]).any()
        )
        if lines:
            sides = tuple(line.side for line in lines)
            peaks = _peaks(assessment, measure.name, sides)
            zones = _zones(next((b for b in assessment.plot_bands if b.series == series), None))
            charts.append(Chart(series, lines, peaks, _spans(assessment), assessment.reps, zones))
    return tuple(charts)


def _peaks(assessment: Assessment, measure: str, sides: tuple[Side, ...]) -> tuple[Peak, ...]:
    found = []
    for rep in assessment.complete_reps:
        for side in sides:
            estimate = rep.measures.get(measure, {}).get(side.value)
            if estimate is not None and np.isfinite(estimate.value):
                found.append(Peak(rep.index, side, (rep.bottom_start_s + rep.bottom_end_s) / 2, estimate))
    return tuple(found)


def _spans(assessment: Assessment) -> tuple[Span, ...]:
    """Gather consecutive frames of one phase of one rep; standing between reps is no span."""
    t, phase, rep = assessment.series.t_s, assessment.phase, assessment.rep_of_frame
    n = len(t)
    if n == 0:
        return ()
    changes = np.flatnonzero((phase[1:] != phase[:-1]) | (rep[1:] != rep[:-1])) + 1
    starts, ends = [0, *changes.tolist()], [*changes.tolist(), n - 1]
    spans = (Span(str(phase[a]), int(rep[a]), float(t[a]), float(t[b])) for a, b in zip(starts, ends, strict=True))
    return tuple(span for span in spans if span.phase != "stand" and span.rep > 0)


def _zones(band: PlotBand | None) -> tuple[Zone, ...]:
    """Turn the edges of a check's bands into stretches of values from low to high, empty ones left out."""
    if band is None:
        return ()
    infinity = float("inf")
    (good_low, good_high), (caution_low, caution_high) = band.good, band.caution
    zones = (
        Zone(Band.FAULT, -infinity, caution_low),
        Zone(Band.CAUTION, caution_low, good_low),
        Zone(Band.GOOD, good_low, good_high),
        Zone(Band.CAUTION, good_high, caution_high),
        Zone(Band.FAULT, caution_high, infinity),
    )
    return tuple(zone for zone in zones if zone.high > zone.low)
