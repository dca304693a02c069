"""Numbers, measures and reps in the words that documents say them in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from formcheck.kinematics.measures.registry import SERIES, measure_of
from formcheck.session.assessment import Rep


class Term(NamedTuple):
    """What a measure is called and means."""

    label: str
    meaning: str
    """What it is, its zero and its sign."""


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


def why_not_counted(rep: Rep) -> str:
    """Return `left out` for a rep that a reviewer took out, `cut off` for one that is not whole, else nothing."""
    if rep.excluded:
        return "left out"
    return "" if rep.complete else "cut off"
