"""The measures of a set as CSV: a row a frame, an empty cell where a value was not measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import main_series
from formcheck.pose.landmarks import SIDES
from formcheck.report.csv_file import Cell, CsvDialect, csv_text, number
from formcheck.report.files import writing_whole
from formcheck.report.units import decimals_of, leg_column
from formcheck.session.assessment import Assessment


def write_csv(assessment: Assessment, path: Path, dialect: CsvDialect = CsvDialect.COMMA) -> None:
    """Write every measure of a set over time, whole or not at all.

    The columns of `formcheck.assessment/1` come first and are there whether the view can carry them or not; every
    further measure follows. `rep` is 0 between reps.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    columns = dict(_columns(assessment))
    with writing_whole(path) as staged:
        rows = zip(*columns.values(), strict=True)
        staged.write_text(csv_text(columns, rows, dialect), encoding="utf-8", newline="")


def _columns(assessment: Assessment) -> Iterator[tuple[str, Sequence[Cell]]]:
    """Give each column's name and its cells, in the order they are written."""
    series = assessment.series
    n = len(series.t_s)
    yield "t_s", [number(t, 3) for t in series.t_s]
    yield "phase", [str(phase) for phase in assessment.phase]
    yield "rep", [int(rep) for rep in assessment.rep_of_frame]
    absent = np.full((n, len(SIDES)), np.nan)
    of_leg = main_series(Per.LEG)
    for name in dict.fromkeys((*of_leg, *main_series(Per.BODY), *series.per_leg, *series.whole_body)):
        if name in series.per_leg or name in of_leg:
            values = series.per_leg.get(name, absent)
            for side in SIDES:
                yield leg_column(name, side.value), _cells(values[:, side.leg_index], decimals_of(name))
        else:
            yield name, _cells(series.whole_body.get(name, absent[:, 0]), decimals_of(name))


def _cells(values: NDArray[np.float64], decimals: int) -> list[Cell]:
    return [number(value, decimals) for value in values.tolist()]
