"""Numbers and measures in words that a patient understands and a clinician recognises."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES, SERIES, measure_of
from formcheck.report.units import split_unit, unit_of
from formcheck.session.assessment import Rep

NOT_MEASURED: Final = "–"
"""Stands where there is no number."""


class Term(NamedTuple):
    """What a measure is called and means."""

    label: str
    meaning: str
    """What it is, its zero and its sign."""


def label_of(measure: str) -> str:
    """Return what a measure is called, by its name; a measure nobody described is called by its name in plain words."""
    known = MEASURES.get(measure)
    if known is not None:
        return known.wording.label or sentence_case(known.title)
    series = SERIES.get(measure)
    if series is not None and series.label:
        return series.label
    return sentence_case(split_unit(measure)[0].replace("_", " "))


def direction_of(measure: str) -> str:
    """Return what up and down mean on a plot of a measure; empty where nothing is known of it."""
    series = SERIES.get(measure)
    return "" if series is None else series.direction


def glossary_of(measures: Iterable[str]) -> list[Term]:
    """Return label and meaning of those measures that have one, each once, in the order given."""
    found = dict.fromkeys(measure_of(name) for name in measures)
    return [
        Term(each.wording.label, each.wording.meaning) for each in found if each is not None and each.wording.meaning
    ]


def value_text(measure: str, value: float | None) -> str:
    """Write a value with its unit, as finely as a camera can tell; a dash where it was not measured."""
    if value is None or not math.isfinite(value):
        return NOT_MEASURED
    unit = unit_of(measure)
    return f"{_rounded(value, unit.decimals_shown)}{unit.symbol}"


def estimate_text(measure: str, estimate: Estimate | None) -> str:
    """Write a value with its uncertainty and its unit, `14 ± 3°`; a dash where it was not measured."""
    if estimate is None or not math.isfinite(estimate.value):
        return NOT_MEASURED
    if not math.isfinite(estimate.error) or estimate.error <= 0:
        return value_text(measure, estimate.value)
    unit = unit_of(measure)
    error = max(estimate.error, 10.0**-unit.decimals_shown)
    value = _rounded(estimate.value, unit.decimals_shown)
    return f"{value} ± {_rounded(error, unit.decimals_shown)}{unit.symbol}"


def why_not_counted(rep: Rep) -> str:
    """Return `left out` for a rep that a reviewer took out, `cut off` for one that is not whole, else nothing."""
    if rep.excluded:
        return "left out"
    return "" if rep.complete else "cut off"


def sentence_case(text: str) -> str:
    """Return a text with a capital at its start, the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(items: Iterable[str]) -> str:
    """Join items as a sentence does: `one`, `one and two`, `one, two and three`."""
    *front, last = list(items) or [""]
    return f"{', '.join(front)} and {last}" if front else last


def counted(n: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it belongs: `1 rep`, `3 reps`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _rounded(value: float, decimals: int) -> str:
    """Write a number with a true minus sign and never a minus zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")
