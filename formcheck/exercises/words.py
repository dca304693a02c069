"""Numbers and measures in words that a patient understands and a clinician recognises."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from formcheck.exercises.finding import Bands
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES, SERIES
from formcheck.kinematics.measures.units import split_unit, unit_of

NOT_MEASURED: Final = "–"
"""Stands where there is no number."""
_USUAL_LEG_CM: Final = 83.0
"""From hip to ankle, of somebody 170 cm tall (0.49 of body height). It only serves to say about how many centimetres a
share of the leg is: 10 cm more or less of height move 3 cm by 2 mm."""
_OF_LEG: Final = " % of leg length"


def label_of(measure: str) -> str:
    """Return what a measure is called, by its name; a measure nobody described is called by its name in plain words."""
    known = MEASURES.get(measure)
    if known is not None:
        return known.wording.label or sentence_case(known.title)
    series = SERIES.get(measure)
    if series is not None and series.label:
        return series.label
    return sentence_case(split_unit(measure)[0].replace("_", " "))


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


def plain_label(measure: str) -> str:
    """Return what the person who did the set calls a measure: `Knee over foot`; else what clinicians call it."""
    known = MEASURES.get(measure)
    return label_of(measure) if known is None or not known.wording.plain else known.wording.plain


def plain_text(measure: str, estimate: Estimate | None) -> str:
    """Write a value for the person who did the set: `about 2 cm inward`, `7° inward`, `1.6 s`; no error, no sign.

    A share of the leg's length is said in centimetres of a leg of usual length; a dash where it was not measured.
    """
    if estimate is None or not math.isfinite(estimate.value):
        return NOT_MEASURED
    known = MEASURES.get(measure)
    value, way = estimate.value, ""
    if known is not None and known.ways is not None:
        way = f" {known.ways[0] if value > 0 else known.ways[1]}"
        value = abs(value)
    if known is not None and known.percent_of == _OF_LEG:
        size = round(value / 100 * _USUAL_LEG_CM)
        return f"about {size} cm{way}".replace("-", "−") if size else "less than 1 cm"
    text = value_text(measure, value)
    return text + way if round(value, unit_of(measure).decimals_shown) else text


def good_text(measure: str, bands: Bands | None, *, plain: bool = False) -> str:
    """Say which values are good: `up to 6° inward`, `2 s or more`, `35 to 50°`; empty where nobody says.

    In `plain` words a share of the leg's length is said in centimetres, as by `plain_text`.
    """
    if bands is None:
        return ""
    low, high = bands.good
    known = MEASURES.get(measure)
    unit = unit_of(measure).symbol if known is None else known.unit_text
    if plain and unit == _OF_LEG:
        low, high, unit = round(low / 100 * _USUAL_LEG_CM, 1), round(high / 100 * _USUAL_LEG_CM, 1), " cm"
    ways = None if known is None else known.ways
    if math.isinf(low) and math.isinf(high):
        return ""
    if math.isinf(low):
        return f"up to {_short(high)}{unit}{f' {ways[0]}' if ways else ''}"
    if math.isinf(high):
        return f"{_short(low)}{unit} or more"
    if low == -high:
        return f"within {_short(high)}{unit} either way"
    if ways and low < 0 < high:
        return f"{_short(-low)}{unit} {ways[1]} to {_short(high)}{unit} {ways[0]}"
    return f"{_short(low)} to {_short(high)}{unit}"


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


_A_DAY: Final = {0.5: "every other day", 1.0: "once a day", 2.0: "twice a day", 3.0: "three times a day"}


def often_a_day(sessions: float) -> str:
    """Say how often something is done: `twice a day`, `every other day`."""
    return _A_DAY.get(sessions, f"{sessions:g} times a day")


def _rounded(value: float, decimals: int) -> str:
    """Write a number with a true minus sign and never a minus zero."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def _short(value: float) -> str:
    return f"{value:g}".replace("-", "−")
