"""The table of a report: a row for each scored leg of each rep, every value with its uncertainty and its band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.report.timeline import scored_legs
from formcheck.report.words import NOT_MEASURED, estimate_text, label_of
from formcheck.session.assessment import Assessment, Rep

_COLUMNS: Final = (
    "knee_flexion_max_deg",
    "fppa_deg",
    "kmf_pct",
    "trunk_lean_deg",
    "trunk_flexion_deg",
    "pelvic_drop_deg",
    "descent_s",
    "hold_s",
    "ascent_s",
)
"""The measures that a person reads first; everything else is in the list of checks."""
_WHOLE_BODY: Final = "both"
_SEVERITY: Final = (Band.GOOD, Band.CAUTION, Band.FAULT)


@dataclass(frozen=True)
class Cell:
    """One value of one rep."""

    text: str
    band: Band | None
    """None where nothing was judged."""
    rows: int
    """How many rows it covers: a value of the whole body covers all legs of its rep."""


@dataclass(frozen=True)
class Row:
    """One leg of one rep."""

    rep: str | None
    """Name of the rep, None in the further rows of the same rep."""
    rep_rows: int
    last: bool
    """Whether it is the last row of its rep."""
    note: str
    """Why the rep is not counted, if so."""
    leg: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class RepTable:
    """All reps of a set."""

    measures: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def rep_table(assessment: Assessment) -> RepTable:
    """Lay out the reps of a set, with the columns that were measured in at least one of them."""
    reps = assessment.reps
    measures = tuple(m for m in _COLUMNS if any(_measured(rep, m) for rep in reps))
    rows = tuple(row for rep in reps for row in _rows(assessment, rep, measures))
    return RepTable(measures, tuple(label_of(m) for m in measures), rows)


def worst_band(findings: Sequence[Finding]) -> Band | None:
    """Return the worst band among findings, None where there are none."""
    return max((f.band for f in findings), key=_SEVERITY.index, default=None)


def _measured(rep: Rep, measure: str) -> bool:
    return any(estimate is not None for estimate in rep.measures.get(measure, {}).values())


def _rows(assessment: Assessment, rep: Rep, measures: tuple[str, ...]) -> list[Row]:
    per_leg = [m for m in measures if _measured(rep, m) and _WHOLE_BODY not in rep.measures.get(m, {})]
    legs = [side.value for side in scored_legs(assessment, rep.leg)] if per_leg else [rep.leg]
    rows = []
    for i, leg in enumerate(legs):
        cells = [_cell(assessment, rep, m, leg, len(legs)) for m in measures if i == 0 or not _is_shared(rep, m)]
        rows.append(
            Row(
                rep=str(rep.index) if i == 0 else None,
                rep_rows=len(legs),
                last=i == len(legs) - 1,
                note="" if rep.complete else "cut off, not counted",
                leg=leg,
                cells=tuple(cells),
            )
        )
    return rows


def _is_shared(rep: Rep, measure: str) -> bool:
    """Say whether a cell covers all rows of its rep: values of the whole body, and what the rep lacks altogether."""
    return _WHOLE_BODY in rep.measures.get(measure, {}) or not _measured(rep, measure)


def _cell(assessment: Assessment, rep: Rep, measure: str, leg: str, rows: int) -> Cell:
    shared = _is_shared(rep, measure)
    of = _WHOLE_BODY if shared else leg
    text = estimate_text(measure, rep.measures.get(measure, {}).get(of))
    judged = [f for f in assessment.findings if f.rep == rep.index and f.measure == measure and f.leg == of]
    band = worst_band(judged) if text != NOT_MEASURED else None
    return Cell(text, band, rows if shared else 1)
