"""From what is known after a frame to what is shown of it.

The bands of the values that a live set shows while somebody moves.
"""

from __future__ import annotations

from formcheck.exercises.finding import Band
from formcheck.exercises.judge import MeasuredValues, contradicting
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Bands, Check, Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import measure_of
from formcheck.pose.types import PoseTrack
from formcheck.session.live_motion import MotionNow
from formcheck.session.live_reasons import ALL_SHOWN, NOBODY, NOT_STARTED
from formcheck.session.live_state import LiveValue


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


ShownValues = dict[str, dict[str, LiveValue | None]]
"""By measure, then by leg; see `LiveState.measures`."""


class ShownMeasures:
    """Makes the values to show, with their bands, and the reasons for those that are missing.

    Parameters
    ----------
    rubric, plan
        The exercise and what was prescribed.
    """

    def __init__(self, rubric: Rubric, plan: Plan) -> None:
        self._bands = {name: shown_band(rubric, plan, name) for name in ALL_SHOWN}

    @property
    def needed(self) -> frozenset[str]:
        """The measures of a frame that are shown, and those that may contradict them."""
        return frozenset(ALL_SHOWN).union(*(band.evidence for band in self._bands.values() if band is not None))

    def __call__(self, clean: PoseTrack, now: MotionNow | None) -> tuple[ShownValues, dict[str, str]]:
        """Return values and reasons, for a frame before the set (`now` is None) or in it."""
        if not clean.found[0]:
            return {}, dict.fromkeys(ALL_SHOWN, NOBODY)
        if now is None:
            return {}, dict.fromkeys(ALL_SHOWN, NOT_STARTED)
        shown: ShownValues = {}
        for name in ALL_SHOWN:
            legs = now.newest.get(name)
            if legs is not None:
                shown[name] = {leg: self._shown(name, leg, now.newest) for leg in legs if leg in now.legs[name]}
        return shown, dict(now.reasons)

    def _shown(self, name: str, leg: str, measures: MeasuredValues) -> LiveValue | None:
        value, band = measures[name][leg], self._bands[name]
        if value is None:
            return None
        return LiveValue(value.value, value.error, None if band is None else band(value, leg, measures))
