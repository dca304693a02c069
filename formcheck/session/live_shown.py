"""From what is known after a frame to what is shown of it."""

from __future__ import annotations

from formcheck.exercises.judge import MeasuredValues
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.pose.types import PoseTrack
from formcheck.session.live_bands import shown_band
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
