"""The times of the reps as a table, with what a review changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.report.review_words import TIMES, rep_pairs
from formcheck.report.words import NOT_MEASURED, why_not_counted
from formcheck.session.assessment import Rep
from formcheck.session.corrections import ReviewedSet


@dataclass(frozen=True)
class Moment:
    """One time of one rep."""

    text: str
    was: str
    """The automatic one, where the review changed it."""


@dataclass(frozen=True)
class TimesRow:
    """Start, start and end of the bottom, and end of one rep, in seconds of the video."""

    rep: str
    """Its number after the review; a dash for one that was left out."""
    leg: str
    moments: tuple[Moment, ...]
    note: str


def rep_times(reviewed: ReviewedSet) -> tuple[TimesRow, ...]:
    """Lay out the times of all reps of a set, those that a review left out included."""
    rows = []
    for pair in rep_pairs(reviewed):
        rep, before = pair.current, pair.automatic
        shown = rep or before
        if shown is None:
            continue
        moments = tuple(_moment(rep, before, name) for name in TIMES)
        rows.append(TimesRow(NOT_MEASURED if rep is None else str(rep.index), shown.leg, moments, _note(rep, before)))
    return tuple(rows)


def _moment(rep: Rep | None, before: Rep | None, name: str) -> Moment:
    now, was = _text(rep, name), _text(before, name)
    return Moment(now, was if before is not None and was != now else "")


def _text(rep: Rep | None, name: str) -> str:
    value = math.nan if rep is None else float(getattr(rep, name))
    return f"{value:.2f}" if math.isfinite(value) else NOT_MEASURED


def _note(rep: Rep | None, before: Rep | None) -> str:
    if rep is None:
        return "not found after review"
    if why := why_not_counted(rep):
        return f"{why}, not counted"
    if before is None:
        return "found in review"
    return f"automatic rep {before.index}" if before.index != rep.index else ""
