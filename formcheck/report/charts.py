"""What the plots of a report show: measures over time with their phases, bands and uncertain peaks. No drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import key_measures
from formcheck.pose.landmarks import Side
from formcheck.report.timeline import scored_legs
from formcheck.session.assessment import Assessment, Rep, Span, spans_of
from formcheck.session.zones import Zone, zones_of

Floats = NDArray[np.float64]


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
class Column:
    """What the value of one rep was judged by, over the time of its bottom."""

    rep: int
    side: Side
    start_s: float
    end_s: float
    zones: tuple[Zone, ...]
    """From low to high."""


@dataclass(frozen=True, eq=False)
class Chart:
    """One measure over the whole set."""

    measure: str
    lines: tuple[Line, ...]
    peaks: tuple[Peak, ...]
    spans: tuple[Span, ...]
    reps: tuple[Rep, ...]
    columns: tuple[Column, ...]
    """Of the reps that were judged, where the zones apply; none where nobody says what is good."""


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
            columns = _columns(assessment, measure.name, sides)
            charts.append(Chart(series, lines, peaks, spans_of_set(assessment), assessment.reps, columns))
    return tuple(charts)


def _peaks(assessment: Assessment, measure: str, sides: tuple[Side, ...]) -> tuple[Peak, ...]:
    found = []
    for rep in assessment.complete_reps:
        for side in sides:
            estimate = rep.measures.get(measure, {}).get(side.value)
            if estimate is not None and np.isfinite(estimate.value):
                found.append(Peak(rep.index, side, (rep.bottom_start_s + rep.bottom_end_s) / 2, estimate))
    return tuple(found)


def _columns(assessment: Assessment, measure: str, sides: tuple[Side, ...]) -> tuple[Column, ...]:
    return tuple(
        Column(rep.index, side, rep.bottom_start_s, rep.bottom_end_s, zones)
        for rep in assessment.complete_reps
        if math.isfinite(rep.bottom_start_s)
        for side in sides
        if (zones := zones_of(assessment, rep, measure, side.value))
    )


def spans_of_set(assessment: Assessment) -> tuple[Span, ...]:
    """Return the phases of each rep, between the same instants as its times; standing between reps is no span."""
    last_s = float(assessment.series.t_s[-1]) if len(assessment.series.t_s) else 0.0
    spans = [span for rep in assessment.reps for span in spans_of(rep)]
    return tuple(
        replace(span, end_s=min(span.end_s, last_s))
        for span in sorted(spans, key=lambda each: each.start_s)
        if span.start_s < last_s
    )
