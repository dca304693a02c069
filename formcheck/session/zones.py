"""Which values of one rep would have come to which verdict: what a plot shades beside the value itself.

They are the verdict's own edges, with the error of that value in them: where no fault can be told, none is shaded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from formcheck.exercises.finding import Bands, Finding, reach_of
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.verdict import Level, level_of, verdict_of_measure, worst

_MILDEST_FIRST: Final = (Level.GOOD, Level.NOT_JUDGED, Level.CAUTION, Level.FAULT)


@dataclass(frozen=True)
class Zone:
    """Values of one level: `low` to `high`, infinite where open."""

    band: Level
    low: float
    high: float


def zones_of(assessment: Assessment, rep: Rep, measure: str, leg: str) -> tuple[Zone, ...]:
    """Return the zones of a value of one rep, from low to high.

    Returns
    -------
    tuple of Zone
        Empty where the value was not judged. The value itself lies in a zone of its own level.
    """
    found = [f for f in assessment.findings if (f.rep, f.measure, f.leg) == (rep.index, measure, leg)]
    if not rep.counts or not found or any(f.bands is None for f in found):
        return ()
    edges = sorted({edge for f in found for edge in _edges(f)})
    ends = [-math.inf, *edges, math.inf]
    zones = list[Zone]()
    for low, high in pairwise(ends):
        level = worst(_level_at(f, _inside(low, high)) for f in found)
        if zones and zones[-1].band is level:
            zones[-1] = Zone(level, zones[-1].low, high)
        else:
            zones.append(Zone(level, low, high))
    told = verdict_of_measure(assessment, measure, leg, rep.index).level
    value = found[0].value
    # What is past the comfortable depth is not judged though no check is against it: then nothing is shaded.
    return tuple(zones) if any(z.band is told and z.low <= value <= z.high for z in zones) else ()


def _edges(finding: Finding) -> Sequence[float]:
    """Return where the level of a value with the error of this one changes."""
    bands = _bands(finding)
    reach = reach_of(finding.error, finding.sureness)
    (good_low, good_high), (low, high) = bands.good, bands.caution
    edges = (good_low, good_low - reach, low - reach, good_high, good_high + reach, high + reach)
    return [edge for edge in edges if math.isfinite(edge)]


def _level_at(finding: Finding, value: float) -> Level:
    """Return what another value would have come to with the error and the circumstances of this one."""
    level, own = _by_itself(finding, value), level_of(finding)
    # Something else than value and error made it milder: then it would have done so for any value.
    is_milder = _MILDEST_FIRST.index(own) < _MILDEST_FIRST.index(_by_itself(finding, finding.value))
    return min(level, own, key=_MILDEST_FIRST.index) if is_milder else level


def _by_itself(finding: Finding, value: float) -> Level:
    bands = _bands(finding)
    if bands.direction(value) is None:
        return Level.GOOD
    if bands.is_surely_fault(value, finding.error, finding.sureness):
        return Level.FAULT
    return Level.NOT_JUDGED if bands.may_be_good(value, finding.error, finding.sureness) else Level.CAUTION


def _bands(finding: Finding) -> Bands:
    assert finding.bands is not None
    return finding.bands


def _inside(low: float, high: float) -> float:
    """Return a value between two, of which one at most is infinite."""
    if math.isinf(low):
        return high - 1.0
    return low + 1.0 if math.isinf(high) else (low + high) / 2
