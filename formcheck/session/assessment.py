"""What formcheck knows about one set after measuring it: the typed form of `formcheck.assessment/1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.finding import Finding
from formcheck.exercises.plan import Plan as Plan
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.phase_rule import Begins
from formcheck.kinematics.reps import PHASES_OF, STAND, Movement
from formcheck.kinematics.view import ViewKind, ViewVerdict
from formcheck.pose.landmarks import Side
from formcheck.pose.origin import Finder, PoseOrigin
from formcheck.pose.types import PoseTrack
from formcheck.session.within import Within

SCHEMA = "formcheck.assessment/1"

LegValues = Mapping[str, Estimate | None]
"""One measure of one rep: keys `left` and `right`, or `both` for a measure of the whole body."""


@dataclass(frozen=True)
class Rep:
    """One repetition: its times and what was measured in it.

    `start_s` and `end_s` are where knee flexion (from the front: its stand-in, the drop of the hips) crosses 10 %
    of this rep's own range, `bottom_start_s` and `bottom_end_s` where it crosses 90 %. Of a rep that begins seated the
    way up begins at `start_s`, and standing is from `bottom_start_s` to `bottom_end_s`.
    """

    index: int
    """From 1, in order of time; incomplete reps are numbered too."""
    leg: str
    """`left`, `right` (the stance leg of a step-down) or `both`."""
    complete: bool
    """False for a rep that is not seen from standing to standing: shown, not counted, not judged."""
    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float
    measures: Mapping[str, LegValues]
    """By name of the measure; None where it was not measured."""
    excluded: bool = False
    """True for a rep that a reviewer took out: shown, not counted, not judged."""
    view: ViewKind = ViewKind.UNKNOWN
    """How the camera sees the person in it."""
    pulses: int = 0
    """How often the person came up at the bottom and went down again, without standing up."""
    cut_by: str = ""
    """What a rep is cut off by that is not complete, as a clause: `the start or end of the clip`; else empty."""
    movement: Movement | None = None
    """The instants that `descent_s`, `hold_s` and `ascent_s` are taken between; None where nobody kept them."""
    begins: Begins = Begins.STANDING
    """The posture that it begins in, and ends in again."""

    @property
    def counts(self) -> bool:
        """Whether it is counted and judged."""
        return self.complete and not self.excluded


@dataclass(frozen=True)
class Span:
    """A stretch of time in one phase of one rep, between the instants that its times are taken between."""

    phase: str
    """`descent`, `hold` or `ascent`; `bottom` where it pulses there, as its hold is the longest stillness in it. Of a
    rep that begins seated `ascent`, `stand` and `descent`."""
    rep: int
    start_s: float
    end_s: float


BOTTOM: Final = "bottom"


def spans_of(rep: Rep) -> tuple[Span, ...]:
    """Return the phases of a rep in order: down, the hold if there is one, up; from a seat up, standing and down.

    A turn without a hold is left open.
    """
    moved = rep.movement or Movement(rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s)
    held = rep.measures.get("hold_s", {}).get("both")
    _, first, far, back = PHASES_OF[rep.begins]
    parts = [(first, moved.down_s, moved.still_s), (back, moved.up_s, moved.done_s)]
    if far == STAND:
        parts.insert(1, (far, moved.still_s, moved.up_s))
    elif rep.pulses:
        parts.insert(1, (BOTTOM, moved.still_s, moved.up_s))
    elif held is not None and held.value > 0:
        parts.insert(1, (far, moved.still_s, moved.up_s))
    return tuple(Span(phase, rep.index, start, end) for phase, start, end in parts if end > start)


@dataclass(frozen=True)
class SetupCheck:
    """One check of camera, room and stance before the numbers are trusted."""

    id: str
    """`SU-1` and so on."""
    name: str
    passed: bool | None
    """None for what a recording cannot show: it is said, and neither passed nor failed."""
    value: float | None
    """What was measured, in the unit that `message` speaks of; None where there is nothing to measure."""
    message: str
    """What to do about it, or that all is well."""

    @property
    def failed(self) -> bool:
        """Whether it was checked, and there is something to do about it."""
        return self.passed is not None and not self.passed


@dataclass(frozen=True)
class NotMeasured:
    """A measure that this recording cannot give."""

    measure: str
    reason: str
    """One clause: why, in plain words."""
    remedy: str
    """One thing to do about it."""


@dataclass(frozen=True)
class Provenance:
    """What made the numbers, so that they can be made again."""

    formcheck: str
    mediapipe: str
    """Its version; empty where another program found the poses."""
    pose_model: str
    """Its name, or that of another pose source."""
    model_sha256: str
    """Empty where there is no file of it."""
    rubric: str
    rubric_sha256: str
    filter: str
    where: str = ""
    """Where the poses were found, such as `in the browser (as it says)`; empty where formcheck ran the model itself."""
    runtime: str = ""
    """What ran the model there, with its version."""
    runtime_sha256: str = ""
    """Of its WebAssembly file."""
    delegate: str = ""
    """What it computed on there, `CPU` or `GPU`."""
    finders: tuple[Finder, ...] = ()
    """Of a live set: who found the poses, in order of time; the fields above are of whoever found most of them."""

    @property
    def found_by(self) -> tuple[Finder, ...]:
        """Who found the poses, in order of time; one at least."""
        origin = PoseOrigin(
            self.pose_model,
            self.model_sha256,
            self.mediapipe,
            self.where,
            self.runtime,
            self.runtime_sha256,
            self.delegate,
        )
        return self.finders or (Finder(0.0, origin),)

    @property
    def poses_by(self) -> str:
        """Who found the poses: `pose_landmarker_full by MediaPipe 0.10.31`, or the name of another source."""
        first, *later = self.found_by
        return "; ".join([first.origin.described, *(f"{each.since} {each.origin.described}" for each in later)])


@dataclass(frozen=True)
class SeenFrom:
    """A stretch of a recording with one view."""

    start_s: float
    end_s: float
    view: ViewVerdict


@dataclass(frozen=True, eq=False)
class Assessment:
    """One set, measured and judged."""

    exercise: str
    """`wall-squat`, `step-down` or `squat`."""
    exercise_name: str
    """For people: `Wall squat`."""
    plan: Plan
    view: ViewVerdict
    setup: tuple[SetupCheck, ...]
    reps: tuple[Rep, ...]
    findings: tuple[Finding, ...]
    """Every check that could be judged, good ones too, in order of rep; `rep` None for those of the whole set."""
    not_measured: tuple[NotMeasured, ...]
    provenance: Provenance
    track: PoseTrack = field(repr=False)
    """Landmarks as they were measured: sides repaired, gaps filled, filtered, corrected ones where they were put."""
    series: MeasureSeries = field(repr=False)
    phase: NDArray[np.str_] = field(repr=False)
    """Per frame: `stand`, `descent`, `hold` or `ascent`, and `sit` between reps that begin seated; shape (n,)."""
    rep_of_frame: NDArray[np.int64] = field(repr=False)
    """Per frame: index of the rep, 0 between reps; shape (n,)."""
    views: tuple[SeenFrom, ...] = ()
    """The views in order of time where there is more than one; `view` is then that of most of the reps."""
    within: Within | None = None
    """The part of the recording that the set is; everything over time is on the frames of that part. None for all."""

    def view_of(self, rep: Rep) -> ViewVerdict:
        """Return how the camera sees the person in a rep."""
        return next((each.view for each in self.views if each.start_s <= rep.start_s <= each.end_s), self.view)

    @property
    def leg(self) -> Side | None:
        """The one leg that all reps that count were done on; None where both were, or there is no rep."""
        legs = {rep.leg for rep in self.complete_reps}
        return Side(legs.pop()) if len(legs) == 1 and legs <= set(Side) else None

    @property
    def complete_reps(self) -> tuple[Rep, ...]:
        """The reps that count: whole ones that nobody took out."""
        return tuple(rep for rep in self.reps if rep.counts)

    @property
    def reps_left_out(self) -> int:
        """How many whole reps somebody took out in review."""
        return sum(rep.complete and rep.excluded for rep in self.reps)

    @property
    def held_to(self) -> Plan:
        """What was prescribed, without the reps that were taken out: those are not missing."""
        return self.plan.without(self.reps_left_out)
