"""The measures of a set as CSV: a row a frame, an empty cell where a value was not measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import SIDES
from formcheck.report.csv_cells import CsvWriter
from formcheck.report.files import writing_whole
from formcheck.report.units import decimals_of, leg_column
from formcheck.session.assessment import Assessment

_LEG_MEASURES_FIRST: Final = ("knee_flexion_deg", "fppa_deg", "kmf_pct")
_BODY_MEASURES_FIRST: Final = ("trunk_lean_deg", "trunk_flexion_deg", "pelvic_drop_deg")


def write_csv(assessment: Assessment, path: Path) -> None:
    """Write every measure of a set over time, whole or not at all.

    The columns of `formcheck.assessment/1` come first and are there whether the view can carry them or not; every
    further measure follows. `rep` is 0 between reps.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    columns = dict(_columns(assessment))
    with writing_whole(path) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def _columns(assessment: Assessment) -> Iterator[tuple[str, list[str]]]:
    """Give each column's name and its cells, in the order they are written."""
    series = assessment.series
    n = len(series.t_s)
    yield "t_s", [f"{t:.3f}" for t in series.t_s]
    yield "phase", [str(phase) for phase in assessment.phase]
    yield "rep", [str(int(rep)) for rep in assessment.rep_of_frame]
    absent = np.full((n, len(SIDES)), np.nan)
    for name in dict.fromkeys((*_LEG_MEASURES_FIRST, *_BODY_MEASURES_FIRST, *series.per_leg, *series.whole_body)):
        if name in series.per_leg or name in _LEG_MEASURES_FIRST:
            values = series.per_leg.get(name, absent)
            for side in SIDES:
                yield leg_column(name, side.value), _cells(values[:, side.leg_index], decimals_of(name))
        else:
            yield name, _cells(series.whole_body.get(name, absent[:, 0]), decimals_of(name))


def _cells(values: NDArray[np.float64], decimals: int) -> list[str]:
    """Format values, empty where not measured; never `-0.00`."""
    rounded = np.round(values, decimals) + 0.0
    return [f"{value:.{decimals}f}" if np.isfinite(value) else "" for value in rounded]
