"""The bands of the values that a live set shows while somebody moves."""

from __future__ import annotations

from formcheck.exercises.finding import Band
from formcheck.exercises.judge import MeasuredValues, contradicting
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Bands, Check, Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import measure_of


class ShownBand:
    """The band that a measure of a frame is shown in: as its check judges it, so that no gauge says more than a cue.

    Parameters
    ----------
    check, bands
        The check of the measure, and its bands with the plan.
    """

    def __init__(self, check: Check, bands: Bands) -> None:
        self._check, self._bands = check, bands

    @property
    def evidence(self) -> frozenset[str]:
        """The measures that may contradict a value."""
        return frozenset(self._check.evidence)

    def __call__(self, value: Estimate, side: str, measures: MeasuredValues) -> Band:
        """Return the band of a value of `left`, `right` or `both`, with whatever else was measured of that frame."""
        band = self._bands.band_of(value.value)
        if band is not Band.FAULT:
            return band
        surely = self._bands.is_surely_fault(value.value, value.error, self._check.fault_sureness)
        against = contradicting(self._check, self._bands.direction(value.value), side, measures)
        return band if surely and not against else Band.CAUTION


def shown_band(rubric: Rubric, plan: Plan, measure: str) -> ShownBand | None:
    """Return what gives a measure of a frame its band; None where the rubric does not judge it.

    Parameters
    ----------
    rubric, plan
        The exercise and what was prescribed.
    measure
        Of the frame, such as `fppa_deg` or `knee_flexion_deg`.
    """
    known = measure_of(measure)
    for check in rubric.checks_of(measure if known is None else known.name):
        bands = check.bands_for(plan)
        if bands is not None:
            return ShownBand(check, bands)
    return None
