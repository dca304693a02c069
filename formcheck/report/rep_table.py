"""The table of a report: a row for each scored leg of each rep, every value with its uncertainty and its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.words import estimate_text, label_of
from formcheck.kinematics.measures.registry import tabled
from formcheck.report.review_words import was_text
from formcheck.report.timeline import scored_legs
from formcheck.report.words import why_not_counted
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.verdict import Level, MeasureVerdict, verdict_of_measure

_WHOLE_BODY: Final = "both"


@dataclass(frozen=True)
class Cell:
    """One value of one rep."""

    text: str
    band: Level | None
    """None where nobody says what is good."""
    word: str
    """For the level."""
    rows: int
    """How many rows it covers: a value of the whole body covers all legs of its rep."""
    was: str = ""
    """The automatic value, where a review changed what is shown."""
    head: str = ""
    """What the column is called, for where a row is a card."""


@dataclass(frozen=True)
class RepRow:
    """One leg of one rep."""

    rep: str | None
    """Name of the rep, None in the further rows of the same rep."""
    rep_rows: int
    last: bool
    """Whether it is the last row of its rep."""
    note: str
    """Why the rep is not counted, or that only the review found it."""
    leg: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class RepTable:
    """All reps of a set."""

    measures: tuple[str, ...]
    heads: tuple[str, ...]
    good: str
    """Which values are good, in a sentence; empty where nobody says."""
    rows: tuple[RepRow, ...]


def rep_table(assessment: Assessment, automatic: Mapping[int, Rep] | None = None) -> RepTable:
    """Lay out the reps of a set, with the columns that were measured in at least one of them.

    Parameters
    ----------
    assessment
        The set, after its review where there was one.
    automatic
        By number in `assessment`, the same reps as they were measured, for cells that say what the review changed;
        None where nothing was reviewed.
    """
    reps = (*assessment.reps, *(automatic or {}).values())
    measures = tuple(m.name for m in tabled() if any(_measured(rep, m.name) for rep in reps))
    rows = tuple(row for rep in assessment.reps for row in _rows(assessment, rep, measures, automatic))
    return RepTable(measures, tuple(label_of(m) for m in measures), _good(assessment, measures), rows)


def _good(assessment: Assessment, measures: tuple[str, ...]) -> str:
    """Say which values of each column are good; the legs are held against the same."""
    said = []
    for measure in measures:
        legs = dict.fromkeys(leg for rep in assessment.reps for leg in rep.measures.get(measure, {}))
        good = next((g for leg in legs if (g := verdict_of_measure(assessment, measure, leg).good_text)), "")
        if good:
            said.append(f"{label_of(measure)} {good}")
    return f"Good is: {'; '.join(said)}." if said else ""


def level_of_value(assessment: Assessment, rep: Rep, measure: str, leg: str) -> Level | None:
    """Return what the value of a rep came to; None where it was not measured, or nobody says what is good."""
    return _level(verdict_of_measure(assessment, measure, leg, rep.index))


def _level(told: MeasureVerdict) -> Level | None:
    nobody_says = told.level is Level.NOT_JUDGED and not told.good_is
    return None if nobody_says or told.level is Level.NOT_MEASURED else told.level


def _measured(rep: Rep, measure: str) -> bool:
    return any(estimate is not None for estimate in rep.measures.get(measure, {}).values())


def _rows(
    assessment: Assessment, rep: Rep, measures: tuple[str, ...], automatic: Mapping[int, Rep] | None
) -> list[RepRow]:
    before = None if automatic is None else automatic.get(rep.index)
    per_leg = [m for m in measures if _measured(rep, m) and _WHOLE_BODY not in rep.measures.get(m, {})]
    legs = [side.value for side in scored_legs(assessment, rep)] if per_leg else [rep.leg]
    rows = []
    for i, leg in enumerate(legs):
        own = [m for m in measures if i == 0 or not _is_shared(rep, m)]
        cells = [_cell(assessment, rep, before, m, leg, len(legs)) for m in own]
        rows.append(
            RepRow(
                rep=str(rep.index) if i == 0 else None,
                rep_rows=len(legs),
                last=i == len(legs) - 1,
                note=_note(rep, found_in_review=automatic is not None and before is None),
                leg=leg,
                cells=tuple(cells),
            )
        )
    return rows


def _note(rep: Rep, *, found_in_review: bool) -> str:
    if why := why_not_counted(rep):
        return f"{why}, not counted"
    return "found in review" if found_in_review else ""


def _is_shared(rep: Rep, measure: str) -> bool:
    """Say whether a cell covers all rows of its rep: values of the whole body, and what the rep lacks altogether."""
    return _WHOLE_BODY in rep.measures.get(measure, {}) or not _measured(rep, measure)


def _cell(assessment: Assessment, rep: Rep, before: Rep | None, measure: str, leg: str, rows: int) -> Cell:
    shared = _is_shared(rep, measure)
    of = _WHOLE_BODY if shared else leg
    estimate = rep.measures.get(measure, {}).get(of)
    text = estimate_text(measure, estimate)
    told = verdict_of_measure(assessment, measure, of, rep.index)
    was = was_text(measure, before, of, estimate)
    return Cell(text, _level(told), told.word, rows if shared else 1, was, label_of(measure))
