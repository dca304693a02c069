"""What the live engine says after each frame, as plain values for whoever shows or speaks them; what of it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from formcheck.exercises.cues import Cue
from formcheck.exercises.finding import Band, Bands
from formcheck.exercises.judge import MeasuredValues, contradicting
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Check, Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.measures.registry import measure_of
from formcheck.kinematics.view import ViewVerdict
from formcheck.pose.types import Pose
from formcheck.session.live_motion import ALL_SHOWN, NOBODY, NOT_STARTED, MotionNow


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

    def __call__(self, clean: LiveFrame, now: MotionNow | None) -> tuple[ShownValues, dict[str, str]]:
        """Return values and reasons, for a frame before the set (`now` is None) or in it."""
        if not clean.found:
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


class Stage(StrEnum):
    """Where a live set is."""

    SETUP = "setup"
    """One instruction at a time, until camera, room and person are right."""
    CALIBRATE = "calibrate"
    """The person is to stand tall and still."""
    COUNTDOWN = "countdown"
    """3, 2, 1. Who starts earlier is counted all the same."""
    SET = "set"
    PAUSED = "paused"
    """The person is out of view or has moved away from where the calibration was made."""
    DONE = "done"


class EndingWhy(StrEnum):
    """What says that a set is over."""

    HAND = "hand"
    """A hand raised above the head while standing."""
    LEFT = "left"
    """Nobody is in the picture any more."""


@dataclass(frozen=True)
class Ending:
    """The end of a set that is offered: it comes by itself unless the person goes on."""

    why: EndingWhy
    left_s: float
    """Until it comes (s); 0 when it has."""


@dataclass(frozen=True)
class CameraFacts:
    """How a camera does, as its page measures it."""

    fps: float
    """Pictures that it gives in a second, whether they are looked at or not."""
    exposure_ms: float | None = None
    """For how long each is exposed; None where the browser does not say."""


@dataclass(frozen=True)
class PictureFacts:
    """What is known of one picture besides the person's landmarks."""

    width_px: int
    height_px: int
    mean_luma: float
    """Mean brightness, 0 black to 255 white."""
    people: int | None = None
    """People of a size comparable to the largest, in pictures that were looked at for that; None in the others."""
    repeats: bool = False
    """Whether it is the picture before it again, as from a camera that hangs."""


@dataclass(frozen=True)
class Instruction:
    """One thing that the person is to do before the set can go on."""

    id: str
    """Of the set-up check, such as `SU-1`; `SU-11` for standing still."""
    message: str
    """At most eight words, spoken and shown."""
    detail: str
    """One sentence more, shown only."""
    figure: str
    """Name of the drawn figure: `step-into-view`, `step-back`, `come-closer`, `show-feet`, `show-head`, `one-person`,
    `more-light`, `less-light`, `level-camera`, `raise-camera`, `lower-camera`, `face-camera`, `turn-sideways`,
    `turn-other-side`, `keep-camera-still`, `stand-still`, `move-left`, `move-right`, `return-to-place` or `ready`."""
    blocking: bool
    """False for what is asked for a while and then done without, with a remark in the result."""


class LiveValue(NamedTuple):
    """A value now, in the unit that its measure's name states."""

    value: float
    error: float
    """Half-width of the 95 % interval."""
    band: Band | None
    """As the rubric judges it here and now; None where no check applies. A fault only if it is as sure as its check
    asks for and nothing contradicts it."""


ShownValues = dict[str, dict[str, LiveValue | None]]
"""By measure, then by leg; see `LiveState.measures`."""


class LiveState(NamedTuple):
    """Everything to show after one frame.

    A measure that cannot be judged now has no value: it is None in `measures`, with its reason in `not_measured`.
    """

    t_s: float
    stage: Stage
    pose: Pose | None
    """Smoothed, in pixels of the un-mirrored picture, NaN where not seen; None when nobody is found."""
    measures: Mapping[str, Mapping[str, LiveValue | None]]
    """By measure (`knee_flexion_deg`, `fppa_deg`, `kmf_change_pct`, `trunk_lean_deg`, `trunk_flexion_deg`), then by
    `left` and `right` or `both`; only the legs that count: not the far one, nor the free leg of a step-down."""
    not_measured: Mapping[str, str]
    """By measure: why it cannot be judged now, one short clause."""
    phase: str
    """`stand`, `descent`, `hold` or `ascent`; `stand` outside of the set."""
    depth_share: float | None
    """How far down: 0 standing, 1 at the deepest of this set (from the front) or at the target depth (from the side);
    None while not seen. Serves for a moving bar; it is not a measurement."""
    reps: int
    """Complete reps so far."""
    hold_s: float | None
    """Time in this rep's bottom position so far; None outside of it."""
    in_position: bool
    """Whether the hold counts now."""
    cue: Cue | None
    """What to say now; each cue is given once."""
    setup: Instruction | None
    progress: float
    """Of standing still for the calibration, 0 to 1."""
    countdown: int | None
    """3, 2 or 1 before the set."""
    view: ViewVerdict | None
    """Of the calibration or the newest rep; None before."""
    notice: str = ""
    """One sentence for people when something changed: paused, resumed, view lost."""
    ending: Ending | None = None
    """The end that is offered, if one is."""
