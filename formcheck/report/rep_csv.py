"""The reps of a reviewed set as CSV: a row for each value, as it was measured and as it is after the review."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from formcheck.kinematics.estimate import Estimate
from formcheck.report.conventions import convention_of
from formcheck.report.csv_cells import CsvWriter
from formcheck.report.files import writing_whole
from formcheck.report.review_words import TIMES, RepPair, rep_pairs, unit_in_words
from formcheck.report.units import decimals_of
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet

COLUMNS: Final = (
    *("rep", "rep_automatic", "counted", "leg", "measure", "unit"),
    *("value", "error", "value_automatic", "error_automatic", "corrected", "sign_convention"),
    *("exercise", "view", "video_sha256", "formcheck", "pose_model", "rubric", "rubric_sha256"),
)
"""In order. Empty cells were not measured; `error` is the half-width of the 95 % interval."""
_BOTH: Final = "both"
_TIME_CONVENTION: Final = "seconds from the first frame of the video"


def write_rep_csv(reviewed: ReviewedSet, path: Path) -> None:
    """Write every value of every rep, automatic and corrected side by side, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    origin = _origin(reviewed.current)
    with writing_whole(path) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = CsvWriter(file)
        writer.writerow(COLUMNS)
        for pair in rep_pairs(reviewed):
            writer.writerows([*row, *origin] for row in _rows(pair))


def _rows(pair: RepPair) -> Iterator[list[str]]:
    """Give the cells of a rep up to those on where they come from."""
    current, automatic = pair.current, pair.automatic
    head = [
        "" if current is None else str(current.index),
        "" if automatic is None else str(automatic.index),
        "1" if current is not None and current.counts else "0",
    ]
    for measure in TIMES:
        now, before = (_moment(rep, measure) for rep in (current, automatic))
        cells = [now, "", before, "", _flag(now, before)]
        yield [*head, _BOTH, measure, "s", *cells, _TIME_CONVENTION]
    for measure in dict.fromkeys(name for rep in (current, automatic) if rep is not None for name in rep.measures):
        for leg in _legs(pair, measure):
            now_cells, before_cells = (_cells(measure, _value(rep, measure, leg)) for rep in (current, automatic))
            flag = _flag(*("/".join(cells) for cells in (now_cells, before_cells)))
            yield [
                *(*head, leg, measure, unit_in_words(measure)),
                *(*now_cells, *before_cells, flag, convention_of(measure)),
            ]


def _legs(pair: RepPair, measure: str) -> list[str]:
    reps = [rep for rep in (pair.current, pair.automatic) if rep is not None]
    return list(dict.fromkeys(leg for rep in reps for leg in rep.measures.get(measure, {})))


def _value(rep: Rep | None, measure: str, leg: str) -> Estimate | None:
    return None if rep is None else rep.measures.get(measure, {}).get(leg)


def _cells(measure: str, estimate: Estimate | None) -> tuple[str, str]:
    """Return value and error, empty where not measured."""
    if estimate is None or not math.isfinite(estimate.value):
        return "", ""
    return _number(estimate.value, decimals_of(measure)), _number(estimate.error, decimals_of(measure))


def _moment(rep: Rep | None, name: str) -> str:
    return "" if rep is None else _number(float(getattr(rep, name)), decimals_of(name))


def _number(value: float, decimals: int) -> str:
    return f"{round(value, decimals) + 0.0:.{decimals}f}" if math.isfinite(value) else ""


def _flag(now: str, before: str) -> str:
    """Say whether the review changed a value, as 1 or 0."""
    return "1" if now != before else "0"


def _origin(assessment: Assessment) -> list[str]:
    made = assessment.provenance
    of_set = [assessment.exercise, assessment.view.kind.value, assessment.track.source.sha256]
    return [*of_set, made.formcheck, made.pose_model, made.rubric, made.rubric_sha256]
