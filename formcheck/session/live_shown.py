"""From what is known after a frame to what is shown of it."""

from __future__ import annotations

from formcheck.exercises.finding import Band
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.pose.types import PoseTrack
from formcheck.session.live_bands import shown_bands
from formcheck.session.live_motion import MotionNow
from formcheck.session.live_reasons import ALL_SHOWN, NOBODY, NOT_STARTED
from formcheck.session.live_state import LiveValue

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
        self._bands = {name: shown_bands(rubric, plan, name) for name in ALL_SHOWN}

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
                shown[name] = {
                    leg: None if value is None else LiveValue(value.value, value.error, self._band(name, value))
                    for leg, value in legs.items()
                    if leg in now.legs[name]
                }
        return shown, dict(now.reasons)

    def _band(self, name: str, value: Estimate) -> Band | None:
        bands = self._bands[name]
        if bands is None:
            return None
        band = bands.band_of(value.value)
        sure = band is not Band.FAULT or bands.is_surely_fault(value.value, value.error)
        return band if sure else Band.CAUTION
