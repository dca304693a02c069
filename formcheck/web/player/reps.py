"""A set's reps, their values and what was found in them, as the player lists them."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES, tabled
from formcheck.report.palette import BAND_STYLES
from formcheck.report.review_words import TIMES, automatic_of, was_text
from formcheck.report.timeline import scored_legs
from formcheck.report.words import NOT_MEASURED, estimate_text, label_of, sentence_case
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet

Json = dict[str, object]

_LETTERS: Final = MappingProxyType({"left": " L", "right": " R", "both": ""})
_SEVERITY: Final = MappingProxyType({Band.FAULT: 0, Band.CAUTION: 1, Band.GOOD: 2})
SAME_MOMENT_S: Final = 0.02
"""Boundaries closer than this are drawn as one: less than a frame apart."""


def reps_of(reviewed: ReviewedSet) -> list[Json]:
    """Return every rep in order of time, each with its moments, its cells in the table and what was found in it."""
    now = reviewed.current
    before = automatic_of(reviewed)
    columns = _columns(reviewed)
    return [_rep(now, rep, before.get(rep.index), columns) for rep in now.reps]


def columns_of(reviewed: ReviewedSet) -> list[Json]:
    """Return the columns of the table: a measure and a leg each, those with no value in any rep left out."""
    return [
        {"head": MEASURES[measure].wording.short + _LETTERS[leg], "title": sentence_case(label_of(measure)), "leg": leg}
        for measure, leg in _columns(reviewed)
    ]


def bottom_s(assessment: Assessment, rep: Rep) -> float:
    """Return when a rep is at its deepest (s), as its findings say; else the middle of its bottom."""
    told = (f.at_s for f in assessment.findings if f.rep == rep.index and f.at_s is not None)
    return next(told, (rep.bottom_start_s + rep.bottom_end_s) / 2)


def _columns(reviewed: ReviewedSet) -> list[tuple[str, str]]:
    legs = [*dict.fromkeys(side.value for a in _both(reviewed) for side in scored_legs(a)), "both"]
    reps = [rep for assessment in _both(reviewed) for rep in assessment.reps]
    return [
        (measure.name, leg)
        for measure in tabled()
        for leg in legs
        if any(rep.measures.get(measure.name, {}).get(leg) is not None for rep in reps)
    ]


def _both(reviewed: ReviewedSet) -> tuple[Assessment, ...]:
    return (reviewed.automatic,) if reviewed.corrected is None else (reviewed.automatic, reviewed.corrected)


def _rep(assessment: Assessment, rep: Rep, before: Rep | None, columns: list[tuple[str, str]]) -> Json:
    return {
        "index": rep.index,
        "leg": rep.leg,
        "complete": rep.complete,
        "excluded": rep.excluded,
        "bottom_s": bottom_s(assessment, rep),
        **{name: getattr(rep, name) for name in TIMES},
        "automatic": None if before is None or _same_times(rep, before) else {n: getattr(before, n) for n in TIMES},
        "cells": [_cell(assessment, rep, before, measure, leg) for measure, leg in columns],
        "findings": [_finding(finding) for finding in flagged(assessment) if finding.rep == rep.index],
    }


def _same_times(rep: Rep, before: Rep) -> bool:
    return all(abs(getattr(rep, name) - getattr(before, name)) < SAME_MOMENT_S for name in TIMES)


def _cell(assessment: Assessment, rep: Rep, before: Rep | None, measure: str, leg: str) -> Json:
    estimate: Estimate | None = rep.measures.get(measure, {}).get(leg)
    bands = [f.band for f in assessment.findings if (f.rep, f.leg) == (rep.index, leg) and f.measure == measure]
    worst = min(bands, key=lambda band: _SEVERITY[band], default=None)
    return {
        "text": estimate_text(measure, estimate),
        "was": was_text(measure, before, leg, estimate),
        "band": None if worst is None or estimate_text(measure, estimate) == NOT_MEASURED else worst.value,
    }


def flagged(assessment: Assessment) -> list[Finding]:
    """Return the cautions and faults: in order of rep, the worst and most urgent first."""
    found = [f for f in assessment.findings if f.band is not Band.GOOD]
    return sorted(found, key=lambda f: (f.rep or 0, _SEVERITY[f.band], f.precedence, f.leg))


def set_findings_of(assessment: Assessment) -> list[Json]:
    """Return the cautions and faults of the set as a whole."""
    return [_finding(finding) for finding in flagged(assessment) if finding.rep is None]


def _finding(finding: Finding) -> Json:
    style = BAND_STYLES[finding.band]
    return {
        "band": finding.band.value,
        "sign": style.sign,
        "word": style.word,
        "name": finding.name,
        "leg": finding.leg,
        "check": finding.check,
        "value": estimate_text(finding.measure, Estimate(finding.value, finding.error)),
        "cue": finding.cue,
        "note": finding.note,
        "at_s": finding.at_s,
    }


def phases_of(assessment: Assessment) -> list[Json]:
    """Return the stretches of one phase of one rep, standing between reps left out."""
    return list(_stretches(assessment))


def _stretches(assessment: Assessment) -> Iterator[Json]:
    t_s, n = assessment.series.t_s, len(assessment.series.t_s)
    start = 0
    for i in range(1, n + 1):
        here = (assessment.phase[start], assessment.rep_of_frame[start])
        if i < n and (assessment.phase[i], assessment.rep_of_frame[i]) == here:
            continue
        if here[0] != "stand" and here[1] > 0:
            yield {
                "phase": str(here[0]),
                "rep": int(here[1]),
                "from_s": float(t_s[start]),
                "to_s": float(t_s[min(i, n - 1)]),
            }
        start = i
