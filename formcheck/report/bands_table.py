"""The bands of a rubric beside a set, with their sources: what good is, and who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from formcheck.errors import RubricError
from formcheck.exercises.describe import describe
from formcheck.exercises.finding import Finding
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.session.assessment import Assessment


@dataclass(frozen=True)
class BandRow:
    """What is good in one check, and what is a fault; anything between is a caution."""

    check: str
    name: str
    good: str
    fault: str
    source: str


def rubric_of(assessment: Assessment) -> Rubric | None:
    """Return the rubric that a set was judged by where it is one of formcheck's own, None for another file."""
    try:
        rubric = builtin_rubric(assessment.exercise)
    except RubricError:
        return None
    return rubric if rubric.sha256 == assessment.provenance.rubric_sha256 else None


def band_rows(rubric: Rubric, findings: Iterable[Finding]) -> tuple[BandRow, ...]:
    """Return the bands of the checks that were judged in a set, in the order of the rubric."""
    judged = {finding.check for finding in findings}
    return tuple(
        BandRow(row.id, row.name, row.good, row.fault, row.source) for row in describe(rubric) if row.id in judged
    )
