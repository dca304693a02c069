"""A set's measures over time as the player plots them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.measures.record import LAST
from formcheck.kinematics.measures.registry import SERIES, measure_of
from formcheck.pose.landmarks import SIDES, Side
from formcheck.report.timeline import scored_legs
from formcheck.report.units import unit_of
from formcheck.report.words import direction_of, label_of
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ReviewedSet
from formcheck.web.player.packing import packed

Floats = NDArray[np.float64]
Json = dict[str, object]

_SHOWN_AT_FIRST: Final = 4
_COARSEST_STEP: Final = 0.1


def plots_of(reviewed: ReviewedSet) -> list[Json]:
    """Return a plot for each measure that this recording carries, those that are shown at first marked.

    Values are packed (`formcheck.web.player.packing`) in steps of `step`. A line's `automatic` is None where the review
    changed nothing of it; a `band` has None where it is open.
    """
    now, before = reviewed.current, reviewed.automatic
    plots: list[Json] = []
    for name in _names(now):
        lines = [
            _line(name, side, values, _values(before, name, side), _step(name)) for side, values in _drawn(now, name)
        ]
        if lines:
            plots.append(
                {
                    "name": name,
                    "label": label_of(name),
                    "unit": unit_of(name).symbol,
                    "decimals": unit_of(name).decimals_shown,
                    "direction": direction_of(name),
                    "step": _step(name),
                    "shown": len(plots) < _SHOWN_AT_FIRST,
                    "lines": lines,
                    "judged": list(_judged(now, name)),
                    "band": _band(now, name),
                }
            )
    return plots


def _names(assessment: Assessment) -> list[str]:
    series = assessment.series
    known = dict.fromkeys((*series.per_leg, *series.whole_body))
    return sorted(known, key=lambda name: SERIES[name].place if name in SERIES else LAST)


def _step(name: str) -> float:
    return float(min(_COARSEST_STEP, 10.0 ** -unit_of(name).decimals_shown))


def _drawn(assessment: Assessment, name: str) -> Iterator[tuple[Side | None, Floats]]:
    """Give the lines of a measure that have any value: those of the scored legs, or the one of the whole body."""
    legs = scored_legs(assessment) if name in assessment.series.per_leg else (None,)
    for side in legs:
        values = _values(assessment, name, side)
        if values is not None and np.isfinite(values).any():
            yield side, values


def _values(assessment: Assessment, name: str, side: Side | None) -> Floats | None:
    if side is None:
        return assessment.series.whole_body.get(name)
    both = assessment.series.per_leg.get(name)
    return None if both is None else both[:, side.leg_index]


def _line(name: str, side: Side | None, values: Floats, before: Floats | None, step: float) -> Json:
    current = packed(values, step)
    automatic = packed(np.full(len(values), math.nan) if before is None else before, step)
    return {
        "id": f"{name}:{'body' if side is None else side.value}",
        "leg": None if side is None else side.value,
        "values": current,
        "automatic": None if automatic == current else automatic,
    }


def _judged(assessment: Assessment, name: str) -> Iterator[Json]:
    """Give what each rep was judged by, with the half-width of its 95 % interval, over the bottom of the rep."""
    known = measure_of(name)
    measure = name if known is None else known.name
    for rep in assessment.complete_reps:
        for leg in (*(side.value for side in SIDES), "both"):
            estimate = rep.measures.get(measure, {}).get(leg)
            if estimate is not None and math.isfinite(estimate.value) and math.isfinite(estimate.error):
                yield {
                    "rep": rep.index,
                    "leg": None if leg == "both" else leg,
                    "from_s": rep.bottom_start_s,
                    "to_s": rep.bottom_end_s,
                    "value": estimate.value,
                    "error": estimate.error,
                }


def _band(assessment: Assessment, name: str) -> Json | None:
    band = next((band for band in assessment.plot_bands if band.series == name), None)
    return None if band is None else {"good": _edges(band.good), "caution": _edges(band.caution)}


def _edges(edges: tuple[float, float]) -> list[float | None]:
    return [edge if math.isfinite(edge) else None for edge in edges]
