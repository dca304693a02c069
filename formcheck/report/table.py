"""A set as CSV: its measures over time, a row a frame; and its reps, a row a value, as measured and as reviewed.

An empty cell is where a value was not measured. Published papers mix zero and sign, so the export of reps says its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import MEASURES, main_series
from formcheck.kinematics.measures.units import decimals_of, leg_column
from formcheck.pose.landmarks import SIDES
from formcheck.report.csv_file import Cell, CsvDialect, Number, csv_text, number
from formcheck.report.files import writing_whole
from formcheck.report.rep_table import level_of_value
from formcheck.report.review_words import TIMES, ReviewedRep, rep_pairs, unit_in_words
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet


def convention_of(measure: str) -> str:
    """Return zero and sign of a measure in words; empty for times, counts and bare sizes, which are never negative."""
    known = MEASURES.get(measure)
    return "" if known is None else known.zero


COLUMNS: Final = (
    *("rep", "rep_automatic", "counted", "leg", "measure", "unit"),
    *("value", "error", "value_automatic", "error_automatic", "corrected", "level", "sign_convention"),
    *("exercise", "view", "video_sha256", "formcheck", "pose_model", "rubric", "rubric_sha256"),
)
"""In order. Empty cells were not measured; `error` is the half-width of the 95 % interval; `level` is what the value
came to (`formcheck.session.verdict`), empty where nobody says what is good."""
_BOTH: Final = "both"
_TIME_CONVENTION: Final = "seconds from the first frame of the video"


def write_rep_csv(reviewed: ReviewedSet, path: Path, dialect: CsvDialect = CsvDialect.COMMA) -> None:
    """Write every value of every rep, automatic and corrected side by side, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    origin = _origin(reviewed.current)
    rows = ([*row, *origin] for pair in rep_pairs(reviewed) for row in _rows(reviewed.current, pair))
    with writing_whole(path) as staged:
        staged.write_text(csv_text(COLUMNS, rows, dialect), encoding="utf-8", newline="")


def _rows(assessment: Assessment, pair: ReviewedRep) -> Iterator[list[Cell]]:
    """Give the cells of a rep up to those on where they come from."""
    current, automatic = pair.current, pair.automatic
    head: list[Cell] = [
        None if current is None else current.index,
        None if automatic is None else automatic.index,
        int(current is not None and current.counts),
    ]
    for measure in TIMES:
        now, before = (_moment(rep, measure) for rep in (current, automatic))
        cells: list[Cell] = [now, "", before, "", _flag(now, before), ""]
        yield [*head, _BOTH, measure, "s", *cells, _TIME_CONVENTION]
    for measure in dict.fromkeys(name for rep in (current, automatic) if rep is not None for name in rep.measures):
        for leg in _legs(pair, measure):
            now_cells, before_cells = (_cells_of(measure, _value(rep, measure, leg)) for rep in (current, automatic))
            flag = _flag(*("/".join(cells) for cells in (now_cells, before_cells)))
            level = None if current is None else level_of_value(assessment, current, measure, leg)
            yield [
                *(*head, leg, measure, unit_in_words(measure)),
                *(*now_cells, *before_cells, flag, level or "", convention_of(measure)),
            ]


def _legs(pair: ReviewedRep, measure: str) -> list[str]:
    reps = [rep for rep in (pair.current, pair.automatic) if rep is not None]
    return list(dict.fromkeys(leg for rep in reps for leg in rep.measures.get(measure, {})))


def _value(rep: Rep | None, measure: str, leg: str) -> Estimate | None:
    return None if rep is None else rep.measures.get(measure, {}).get(leg)


def _cells_of(measure: str, estimate: Estimate | None) -> tuple[Number, Number]:
    """Return value and error, empty where not measured."""
    if estimate is None or not math.isfinite(estimate.value):
        return Number(), Number()
    return number(estimate.value, decimals_of(measure)), number(estimate.error, decimals_of(measure))


def _moment(rep: Rep | None, name: str) -> Number:
    return Number() if rep is None else number(float(getattr(rep, name)), decimals_of(name))


def _flag(now: str, before: str) -> int:
    """Say whether the review changed a value, as 1 or 0."""
    return int(now != before)


def _origin(assessment: Assessment) -> list[str]:
    made = assessment.provenance
    of_set = [assessment.exercise, assessment.view.kind.value, assessment.track.source.sha256]
    return [*of_set, made.formcheck, made.pose_model, made.rubric, made.rubric_sha256]


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
