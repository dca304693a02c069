"""What a person changed about a measured set: each change with who made it and when.

Corrections never replace what was measured: a set is its pose track, what it was measured as, and a list of these. The
automatic result is the measurement without them, the corrected one with them.

A rep is named by a time inside it, not by its number: numbers move when a landmark or the exercise is changed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from formcheck.errors import CorrectionError
from formcheck.kinematics.hand_reps import GivenTimes
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Landmark
from formcheck.session.assessment import Assessment
from formcheck.session.drawings import Annotation
from formcheck.session.request import SetRequest
from formcheck.session.within import Within


@dataclass(frozen=True)
class MoveLandmark:
    """A landmark put where it is, on one frame or on a run of frames.

    On the frame at `at_s` the landmark lies exactly at (`x_px`, `y_px`) in the measured track. In the other frames from
    `from_s` to `to_s` it is displaced by the same amount. Where it was hidden it is known from then on: on a straight
    way from the point that was put to the nearest ones that are known.

    What was moved before is the starting point of what is moved later: moves of the same run add up, and on a frame
    that two moves name, the landmark lies where the later one put it.
    """

    landmark: Landmark
    """Of the person's own side, as it is drawn on the measured track: after exchanged legs were put right."""
    at_s: float
    x_px: float
    """In the upright picture, x right (px)."""
    y_px: float
    """In the upright picture, y down (px)."""
    from_s: float
    to_s: float
    """Both included; both equal to `at_s` for one frame alone."""


@dataclass(frozen=True)
class SetRepTimes:
    """The boundaries of the rep that is under way at `at_s`, seconds; where there is none, of a rep that was missed.

    The rep counts from then on, also if the clip cuts it off.
    """

    at_s: float
    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float

    @property
    def times(self) -> GivenTimes:
        """The boundaries alone."""
        return GivenTimes(self.start_s, self.bottom_start_s, self.bottom_end_s, self.end_s)


@dataclass(frozen=True)
class ExcludeRep:
    """The rep that is under way at `at_s` does not count and is not judged; it stays listed."""

    at_s: float
    reason: str = ""


Change = MoveLandmark | SetRepTimes | ExcludeRep | SetRequest | Within
"""A request is what the set is measured as from here on: exercise, leg or view; what is None stays as it was. A part of
the recording takes the place of any that was chosen before."""


@dataclass(frozen=True)
class Correction:
    """One change, with who made it and when."""

    id: str
    made_by: str
    """Name of the person who reviewed."""
    made_at: datetime
    """With time zone."""
    change: Change


@dataclass(frozen=True)
class NotApplied:
    """A correction that does not fit the set any more, because of what was corrected beside it."""

    correction: Correction
    reason: str
    """One sentence."""
    remedy: str
    """One sentence."""


@dataclass(frozen=True, eq=False)
class ReviewedSet:
    """A set as it was measured and as it is after a review."""

    automatic: Assessment
    corrected: Assessment | None
    """None where nothing was corrected, or nothing that fits."""
    corrections: tuple[Correction, ...] = ()
    """Those in force, in the order in which they were made; those that could not be applied too."""
    not_applied: tuple[NotApplied, ...] = ()
    """Which of `corrections` have no effect, and why."""
    drawings: tuple[Annotation, ...] = ()
    """What was drawn on frames, in order of time, where documents are to show it."""

    @property
    def current(self) -> Assessment:
        """What counts: corrected where something was corrected."""
        return self.corrected or self.automatic


def need_sound(change: Change) -> None:
    """Check what can be checked of a change without the set that it is for.

    Raises
    ------
    CorrectionError
        If a number is not finite, times are out of order, or nothing is said.
    """
    numbers = [value for value in vars(change).values() if isinstance(value, float)]
    if not all(math.isfinite(value) for value in numbers):
        raise CorrectionError("A number of this correction is not finite.", "Give times and places as plain numbers.")
    if isinstance(change, Within):
        change.need_sound()
    if isinstance(change, MoveLandmark) and not change.from_s <= change.at_s <= change.to_s:
        raise CorrectionError(
            "The frame on which the landmark was put lies outside of the run of frames.",
            "Let the run begin before that frame and end after it.",
        )
    if isinstance(change, SetRepTimes) and not change.times.in_order:
        raise CorrectionError(
            "A rep starts, reaches its bottom, leaves it and ends, in this order.", "Put the four times in order."
        )
    if isinstance(change, SetRequest):
        said = SetRequest(change.exercise, change.leg, change.view)
        if said != change:
            raise CorrectionError("Only exercise, leg and view of a set can be corrected.", "Leave the rest out.")
        if said == SetRequest():
            raise CorrectionError("This correction changes nothing.", "Name an exercise, a leg or a view.")
        if change.view not in (None, ViewKind.FRONT, ViewKind.SIDE):
            raise CorrectionError(
                f"Nothing can be measured from a view that is named `{change.view}`.", "Name the front or the side."
            )
