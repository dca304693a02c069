"""The summary table: a row for every video of a folder, as CSV for people and Parquet for programs.

Empty cells, and nulls in Parquet, are what was not measured. See docs/batch.md for every column.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow
import pyarrow.parquet

from formcheck.history.set_values import value_of_reps
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Measure, Per, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.measures.units import decimals_of, leg_column
from formcheck.pose.landmarks import SIDES
from formcheck.report.csv_file import CsvDialect, csv_text
from formcheck.report.files import output_error, publish, staging_folder
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import Level, level_of, verdict_of_set

SUMMARY_FORMAT: Final = "formcheck.batch-summary/1"
CSV_NAME: Final = "summary.csv"
PARQUET_NAME: Final = "summary.parquet"

Row = dict[str, Any]
"""Cells by column: text, whole numbers, numbers; None or absent where there is nothing."""

_FORMAT_KEY: Final = b"formcheck.format"
_BOTH: Final = "both"
_DECIMALS: Final = 2
_TEXT, _WHOLE, _NUMBER = pyarrow.string(), pyarrow.int64(), pyarrow.float64()
_HEAD: Final[dict[str, pyarrow.DataType]] = {
    "video": _TEXT,
    "sha256": _TEXT,
    "size_bytes": _WHOLE,
    "outcome": _TEXT,
    "reason": _TEXT,
    "remedy": _TEXT,
    "same_as": _TEXT,
    "results": _TEXT,
    "set": _TEXT,
    "exercise": _TEXT,
    "exercise_from": _TEXT,
    "exercise_certainty": _TEXT,
    "view": _TEXT,
    "view_verdict": _TEXT,
    "yaw_deg": _NUMBER,
    "yaw_error_deg": _NUMBER,
    "near_leg": _TEXT,
    "leg": _TEXT,
    "duration_s": _NUMBER,
    "fps": _NUMBER,
    "frames": _WHOLE,
    "setup_checks_failed": _WHOLE,
    "reps_counted": _WHOLE,
    "reps_cut_off": _WHOLE,
    "verdict": _TEXT,
    "faults": _WHOLE,
    "cautions": _WHOLE,
    "measures_not_measured": _WHOLE,
    "change_first": _TEXT,
}
_TAIL: Final[dict[str, pyarrow.DataType]] = {
    "formcheck": _TEXT,
    "mediapipe": _TEXT,
    "pose_model": _TEXT,
    "model_sha256": _TEXT,
    "rubric": _TEXT,
    "rubric_sha256": _TEXT,
    "settings_sha256": _TEXT,
}


def columns() -> dict[str, pyarrow.DataType]:
    """Return every column by name with its type, in order: the video, its set, its measures, what made the numbers."""
    names = [name for spec in _rep_measures() for leg in _legs(spec) for name in measure_columns(spec.name, leg)]
    return _HEAD | dict.fromkeys(names, _NUMBER) | _TAIL


def measure_columns(measure: str, leg: str) -> tuple[str, str]:
    """Name the columns of a measure's value and of its error.

    Parameters
    ----------
    measure
        Such as `fppa_deg`.
    leg
        `left`, `right`, or `both` for a measure of the whole body.

    Returns
    -------
    tuple of str
        `("fppa_left_deg", "fppa_left_error_deg")`.
    """
    value = measure if leg == _BOTH else leg_column(measure, leg)
    return value, leg_column(value, "error")


def measured_row(assessment: Assessment) -> Row:
    """Return the cells that tell of an assessed set.

    Measures are the medians of the counted reps. Their errors are half-widths of 95 % intervals, made as those of
    comparisons are (`formcheck.history.set_values`). Of a rep on one leg only that leg counts.
    """
    view, source, made = assessment.view, assessment.track.source, assessment.provenance
    reps = assessment.complete_reps
    legs = {rep.leg for rep in reps}
    levels = [level_of(finding) for finding in assessment.findings]
    told = verdict_of_set(assessment)
    row: Row = {
        "exercise": assessment.exercise,
        "view": view.kind.value,
        "view_verdict": view.verdict.value,
        "yaw_deg": _number(view.yaw_deg),
        "yaw_error_deg": _number(view.yaw_error_deg),
        "near_leg": None if view.near_leg is None else view.near_leg.value,
        "leg": None if not legs else legs.pop() if len(legs) == 1 else _BOTH,
        "duration_s": _number(source.duration_s),
        "fps": _number(source.fps),
        "frames": source.frames,
        "setup_checks_failed": sum(check.failed for check in assessment.setup),
        "reps_counted": len(reps),
        "reps_cut_off": sum(not rep.complete for rep in assessment.reps),
        "faults": levels.count(Level.FAULT),
        "cautions": levels.count(Level.CAUTION),
        "measures_not_measured": len({gap.measure for gap in assessment.not_measured}),
        "verdict": told.level.value,
        "change_first": told.changes[0].cue if told.changes else None,
        "formcheck": made.formcheck,
        "mediapipe": made.mediapipe,
        "pose_model": made.pose_model,
        "model_sha256": made.model_sha256,
        "rubric": made.rubric,
        "rubric_sha256": made.rubric_sha256,
    }
    for spec in _rep_measures():
        for leg in _legs(spec):
            estimates = [
                estimate
                for rep in reps
                if rep.leg in (leg, _BOTH) or leg == _BOTH
                if _is_known(estimate := rep.measures.get(spec.name, {}).get(leg))
            ]
            row |= _cells(spec.name, leg, estimates)
    return row


def write_summary(
    rows: Sequence[Mapping[str, Any]], out_dir: Path, dialect: CsvDialect = CsvDialect.COMMA
) -> list[Path]:
    """Write `summary.csv` and `summary.parquet`, both or neither; what was there before stays until then.

    Parameters
    ----------
    rows
        One for each video, in the order to write.
    out_dir
        Where to; made where it does not exist.
    dialect
        How the CSV is written.

    Returns
    -------
    list of Path
        The CSV and the Parquet file.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    kinds = columns()
    with staging_folder(out_dir) as folder:
        staged = folder / CSV_NAME, folder / PARQUET_NAME
        try:
            text = csv_text(kinds, ([row.get(name) for name in kinds] for row in rows), dialect)
            staged[0].write_text(text, encoding="utf-8", newline="")
            arrays = {name: pyarrow.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}
            table = pyarrow.table(arrays).replace_schema_metadata({_FORMAT_KEY: SUMMARY_FORMAT.encode()})
            pyarrow.parquet.write_table(table, staged[1], compression="zstd")
        except OSError as error:
            raise output_error(error, out_dir) from error
        return publish([(path, out_dir / path.name) for path in staged])


def read_summary(out_dir: Path) -> list[Row]:
    """Return the rows of an earlier summary; none where there is no summary, or none that can be read."""
    path = out_dir / PARQUET_NAME
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pyarrow.ArrowException):
        return []
    if (table.schema.metadata or {}).get(_FORMAT_KEY) != SUMMARY_FORMAT.encode():
        return []
    rows: list[Row] = table.to_pylist()
    return rows


def _rep_measures() -> Iterable[Measure]:
    return (spec for spec in MEASURES.values() if Scope.REP in spec.scopes)


def _legs(spec: Measure) -> tuple[str, ...]:
    return tuple(side.value for side in SIDES) if spec.per is Per.LEG else (_BOTH,)


def _is_known(estimate: Estimate | None) -> bool:
    return estimate is not None and math.isfinite(estimate.value)


def _cells(measure: str, leg: str, estimates: Sequence[Estimate | None]) -> Row:
    middle = value_of_reps([each for each in estimates if each is not None])
    if middle is None:
        return {}
    value, error = measure_columns(measure, leg)
    decimals = max(_DECIMALS, decimals_of(measure))  # the median of two counts may lie between them
    return {value: _number(middle.estimate.value, decimals), error: _number(middle.estimate.error, decimals)}


def _number(value: float | None, decimals: int = _DECIMALS) -> float | None:
    """Round, and turn what is not a finite number into None; never minus zero."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) + 0.0
