"""Numbers and measures in words that a patient understands and a clinician recognises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from formcheck.exercises.measures import MEASURES
from formcheck.kinematics.estimate import Estimate
from formcheck.report.units import split_unit, unit_of
from formcheck.session.assessment import Rep

NOT_MEASURED: Final = "–"
"""Stands where there is no number."""


class Wording(NamedTuple):
    """What a measure is called and means."""

    label: str
    """Head of a column or title of a plot."""
    meaning: str
    """What it is, its zero and its sign; empty where the label says it all."""


_WORDING: Final[Mapping[str, Wording]] = MappingProxyType(
    {
        "knee_flexion_max_deg": Wording(
            "Depth (knee flexion)",
            "How far the knee bends at its deepest. 0° is a straight leg, 90° a right angle. Only a camera at the "
            "side can measure it.",
        ),
        "fppa_deg": Wording(
            "Knee alignment (FPPA)",
            "Frontal plane projection angle: the angle between thigh and shin as a camera in front sees it, at the "
            "bottom of the rep. Positive: the knee falls inward (valgus). Negative: it goes outward (varus). It is an "
            "angle in the picture, not the abduction of the joint.",
        ),
        "kmf_pct": Wording(
            "Knee over foot (KMF)",
            "How far the knee lies inward of the tip of the foot, in percent of leg length. Positive: inward "
            "(medial). Negative: outward.",
        ),
        "trunk_lean_deg": Wording(
            "Trunk, sideways",
            "How far the upper body leans to one side, compared with standing. In a step-down, positive is towards the "
            "standing leg; with both feet down, towards the person's right.",
        ),
        "trunk_flexion_deg": Wording(
            "Trunk, forward", "How far the upper body leans forward of upright. Negative: backward."
        ),
        "pelvic_drop_deg": Wording(
            "Pelvic drop",
            "How far the pelvis tilts to one side, compared with standing. In a step-down, positive is lower on the "
            "side of the free leg; with both feet down, lower on the person's right.",
        ),
        "kasr": Wording(
            "Knee to ankle separation (KASR)",
            "Distance between the knees over distance between the ankles. Below 1: the knees are closer together.",
        ),
        "descent_s": Wording("Time down", "From the first movement to the bottom."),
        "hold_s": Wording("Hold", "How long the bottom was held."),
        "ascent_s": Wording("Time up", "From the bottom to standing."),
        "heel_lift_pct": Wording("Heel lift", "How far the heel leaves the floor, in percent of leg length."),
    }
)
_DIRECTION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "knee_flexion_deg": "Up is deeper; 0° is a straight leg.",
        "fppa_deg": "Up is knee inward (valgus), down is outward (varus).",
        "kmf_pct": "Up is knee inward of the foot (medial), down is outward; percent of leg length.",
    }
)
_SERIES_OF: Final[Mapping[str, str]] = MappingProxyType({"knee_flexion_deg": "knee_flexion_max_deg"})
_SERIES_LABEL: Final[Mapping[str, str]] = MappingProxyType({"knee_flexion_deg": "Knee flexion"})


def label_of(measure: str) -> str:
    """Return what a measure is called, by its name; a measure nobody described is called by its name in plain words."""
    if measure in _SERIES_LABEL:
        return _SERIES_LABEL[measure]
    if measure in _WORDING:
        return _WORDING[measure].label
    if measure in MEASURES:
        return sentence_case(MEASURES[measure].title)
    return sentence_case(split_unit(measure)[0].replace("_", " "))


def direction_of(measure: str) -> str:
    """Return what up and down mean on a plot of a measure; empty where nothing is known of it."""
    return _DIRECTION.get(measure, "")


def glossary_of(measures: Iterable[str]) -> list[Wording]:
    """Return label and meaning of those measures that have one, each once, in the order given."""
    names = dict.fromkeys(_SERIES_OF.get(measure, measure) for measure in measures)
    return [_WORDING[name] for name in names if name in _WORDING]


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
