"""Every measure that there is, by name, and the lists that the rest of the program takes from their records.

Nothing outside of `formcheck.kinematics.measures` keeps a list of measures of its own: what is to be known of a measure
is a field of its record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from formcheck.kinematics.measures.front import FRONT, FRONT_SERIES
from formcheck.kinematics.measures.record import Derivation, Followed, Measure, Per, Series
from formcheck.kinematics.measures.side import SIDE, SIDE_SERIES
from formcheck.kinematics.measures.times import TIMES
from formcheck.kinematics.measures.whole_set import WHOLE_SET

DEPTH: Final = "knee_flexion_max_deg"
"""The measure that tells how deep a rep is; what a plan prescribes and a rep turns at."""


def registered(records: Iterable[Measure]) -> Mapping[str, Measure]:
    """Return measures by name.

    Raises
    ------
    ValueError
        If two have one name, or one names a measure that is not among them.
    """
    found: dict[str, Measure] = {}
    for measure in records:
        if measure.name in found:
            raise ValueError(f"{measure.name} is registered twice")
        found[measure.name] = measure
    for measure in found.values():
        made_of = "" if measure.derived_from is None else measure.derived_from.measure
        for other in (made_of, measure.borne_out_by, measure.said_by):
            if other and other not in found:
                raise ValueError(f"{measure.name} speaks of {other}, which is no measure")
    return MappingProxyType(found)


MEASURES: Final = registered((*FRONT, *SIDE, *TIMES, *WHOLE_SET))
"""Every measure by its name."""

SERIES: Final[Mapping[str, Series]] = MappingProxyType(
    {
        series.name: series
        for series in (*FRONT_SERIES, *SIDE_SERIES, *(m.series for m in MEASURES.values() if m.series is not None))
    }
)
"""Everything that is known over time, by name."""
_OF_SERIES: Final[Mapping[str, Measure]] = MappingProxyType(
    {m.series.name: m for m in MEASURES.values() if m.series is not None and m.reduction is not None}
)


def measure_of(name: str) -> Measure | None:
    """Return the measure of that name, or the one whose values over time have it; None where there is none."""
    return MEASURES.get(name) or _OF_SERIES.get(name)


def in_order(wanted: Callable[[Measure], object]) -> tuple[Measure, ...]:
    """Return the measures for which something holds, in the order in which people read them."""
    return tuple(sorted(filter(wanted, MEASURES.values()), key=lambda measure: measure.place))


def main_measures(per: Per | None = None) -> tuple[Measure, ...]:
    """Return the measures whose series is in every set, of a leg or the body, in the order of reading."""
    return in_order(lambda measure: measure.is_main and per in (None, measure.per))


def main_series(per: Per | None = None) -> tuple[str, ...]:
    """Return the series of `main_measures`."""
    return tuple(measure.series.name for measure in main_measures(per) if measure.series is not None)


def key_measures() -> tuple[Measure, ...]:
    """Return what a set is summed up by: depth and the alignment of the knee."""
    return main_measures(Per.LEG)


def tempo_measures() -> tuple[Measure, ...]:
    """Return the times that a rep's tempo is told by."""
    return in_order(lambda measure: measure.followed is Followed.TEMPO)


def tabled() -> tuple[Measure, ...]:
    """Return what stands in the tables of reps: what a person reads first."""
    return in_order(lambda measure: measure.wording.short)


def live_shown() -> tuple[Measure, ...]:
    """Return what is shown beside the camera's picture."""
    return in_order(lambda measure: measure.wording.live)


def derived(how: Derivation) -> tuple[tuple[Measure, Measure], ...]:
    """Return the measures of a set that are made in some way, each with what it is made of."""
    return tuple(
        (measure, MEASURES[measure.derived_from.measure])
        for measure in MEASURES.values()
        if measure.derived_from is not None and measure.derived_from.how is how
    )
