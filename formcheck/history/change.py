"""Whether a difference between two measured values is a change, or no more than measuring again would give.

Published reliability and our own intervals both set a limit, and a difference must be past all of them:

- 2D frontal plane projection angle between days: smallest detectable difference 7.5 to 8.9 deg (Munro, Herrington and
  Carolan 2012, n = 20), so never called real unless it is more than 9 deg. Within a session: more than twice the
  person's own standard error of measurement, 6 deg where that is not known (twice 2.7 to 3.0 deg, same study).
- How far the knee lies inward of the foot, or of the hip-ankle line: no published figure. 1 % of leg length is 2.3 to
  2.6 deg of projection angle by geometry, so the limits above are taken over at 2.3 deg to the percent.
- Everything: the root of the summed squares of both 95 % half-widths, below which the two intervals cannot tell the
  values apart. For measures without a published figure this is the whole rule.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from formcheck.exercises.finding import Bands
from formcheck.exercises.words import sentence_case, value_text
from formcheck.history.set_values import SetValue
from formcheck.kinematics.measures.record import Reliability
from formcheck.kinematics.measures.registry import MEASURES

_SEM_FACTOR: Final = 2.0


class Apart(StrEnum):
    """What lies between two values."""

    LEGS_OF_ONE_SET = "legs of one set"
    """Left and right seen at once, by the same camera."""
    LEGS = "legs"
    """Left and right in two sets."""
    SESSION = "session"
    """Two sets of one session."""
    DAYS = "days"
    """Two sets of different days or sessions: everything was set up anew."""


class Verdict(StrEnum):
    """What a difference means."""

    CHANGED_BETTER = "changed for the better"
    """Nearer to the values that the exercise's rubric calls good."""
    CHANGED_WORSE = "changed for the worse"
    """Further from them."""
    CHANGED = "changed"
    """Past the limit, and there is no better or worse: both values are as good, or nobody says which are."""
    NO_DETECTABLE_CHANGE = "no detectable change"
    """The difference is within what measuring again would give. It may be there all the same."""
    NOT_COMPARABLE = "not comparable"


class Obstacle(StrEnum):
    """Why two sets cannot be compared in a measure; goes on after "Not comparable:"."""

    EXERCISE = "the exercises are not the same"
    LEG = "the sets are of different legs"
    LEGS_UNSEEN = "the left and the right leg were not both seen"
    VIEW = "the camera stood on another side"
    STEP = "the steps are not of the same height"
    FIRST_MISSING = "it was not measured in the first set"
    SECOND_MISSING = "it was not measured in the second set"
    BOTH_MISSING = "it was measured in neither set"


@dataclass(frozen=True)
class Threshold:
    """How large a difference must be to be called a change."""

    value: float
    """In the unit of the measure; a difference must be larger."""
    why: str
    """One clause: which limit it is and where it comes from."""


@dataclass(frozen=True)
class Change:
    """What became of one measure from a first value to a second."""

    verdict: Verdict
    difference: float | None
    """Second minus first, in the unit of the measure; None where they cannot be compared."""
    error: float | None
    """Half-width of the 95 % interval of `difference`; None where they cannot be compared."""
    threshold: Threshold | None
    """None where they cannot be compared."""
    reason: str = ""
    """Why the verdict is milder than the numbers say, or why there is none."""

    @property
    def is_change(self) -> bool:
        """Whether the difference is past its limit."""
        return self.verdict in (Verdict.CHANGED, Verdict.CHANGED_BETTER, Verdict.CHANGED_WORSE)


def change_in_words(
    measure: str,
    change: Change,
    first: float | None,
    second: float | None,
    bands: Bands | None = None,
    *,
    of_legs: bool = False,
    is_off: bool = False,
) -> str:
    """Say a change with its direction and whether it matters, as in `Changed: 4° less inward, and good now`.

    Parameters
    ----------
    measure
        Its name.
    change
        What became of it.
    first, second
        The values.
    bands
        What is good in the second set; None where nobody says.
    of_legs
        Whether left is held against right: then it is a difference, and no change.
    is_off
        Whether the second came to a caution or a fault in any of its reps, whatever its value in the middle.
    """
    if change.verdict is Verdict.NOT_COMPARABLE:
        return sentence_case(f"not comparable: {change.reason}.")
    what = "difference" if of_legs else "change"
    if not change.is_change or change.difference is None or first is None or second is None:
        because = f", as {change.reason}" if change.reason else f", as measuring again may give as large a {what}"
        return f"No detectable {what}{because}."
    head = "Different: right" if of_legs else "Changed:"
    matters = _matters(change, second, bands, of_legs=of_legs, is_off=is_off)
    return f"{head} {difference_in_words(measure, first, second)}{matters}."


def difference_in_words(measure: str, first: float, second: float) -> str:
    """Say how far and which way: `6° deeper`, `4° less inward`, `0.6 s slower`."""
    known, difference = MEASURES.get(measure), second - first
    amount = value_text(measure, abs(difference))
    if known is not None and known.ways is not None:
        inward, outward = known.ways
        if difference > 0:
            return f"{amount} {f'less {outward}' if second < 0 else f'further {inward}'}"
        return f"{amount} {f'less {inward}' if second > 0 else f'further {outward}'}"
    more, less = ("more", "less") if known is None or known.wording.comparative is None else known.wording.comparative
    return f"{amount} {more if difference > 0 else less}"


def _matters(change: Change, second: float, bands: Bands | None, *, of_legs: bool, is_off: bool) -> str:
    off = off_good(second, bands)
    if change.verdict is Verdict.CHANGED_BETTER:
        good = ", and good" if of_legs else ", and good now"
        return good if off == 0 and not is_off else ", nearer to what is good"
    if change.verdict is Verdict.CHANGED_WORSE:
        return ", further from what is good"
    if off == 0:
        return "" if is_off else ", and good either way"
    return ", by itself neither better nor worse" if off is None else ", and as far from what is good as before"


PUBLISHED: Final[Mapping[str, Reliability]] = MappingProxyType(
    {measure.name: measure.reliability for measure in MEASURES.values() if measure.reliability is not None}
)
"""Measures whose reliability was published, or follows by geometry from one that was."""


def error_of_difference(first: SetValue, second: SetValue, apart: Apart) -> float:
    """Return the half-width of the 95 % interval of a difference.

    Independent errors add as squares. In one set a turn of the camera moves one knee in and the other out, so the
    errors of the two legs are not independent: they add as they are.
    """
    if apart is Apart.LEGS_OF_ONE_SET:
        return first.estimate.error + second.estimate.error
    return math.hypot(first.estimate.error, second.estimate.error)


def threshold_for(measure: str, first: SetValue, second: SetValue, apart: Apart) -> Threshold:
    """Return the limit that a difference must be past: the largest of those that apply."""
    own = Threshold(
        error_of_difference(first, second, apart),
        "the 95 % intervals of both legs added, as one camera saw both"
        if apart is Apart.LEGS_OF_ONE_SET
        else "the 95 % intervals of both values together",
    )
    published = PUBLISHED.get(measure)
    if published is None:
        return own
    return max(_published(published, first, second, apart), own, key=lambda each: each.value)


def _published(known: Reliability, first: SetValue, second: SetValue, apart: Apart) -> Threshold:
    if apart is not Apart.SESSION:
        between = "between days" if apart is Apart.DAYS else "of two measurements, taken for two legs as well"
        return Threshold(known.days, f"smallest detectable difference {between} ({known.source})")
    sem = _own_sem(first, second)
    if math.isnan(sem):
        return Threshold(known.session, f"twice the standard error of measurement within a session ({known.source})")
    return Threshold(_SEM_FACTOR * sem, "twice this person's own standard error of measurement")


def _own_sem(first: SetValue, second: SetValue) -> float:
    """Return the standard error of measurement within a session from the spread of the reps; NaN if not known."""
    return math.sqrt((first.rep_sd**2 + second.rep_sd**2) / 2)


def change_of(
    measure: str,
    first: SetValue | None,
    second: SetValue | None,
    apart: Apart,
    *,
    first_bands: Bands | None = None,
    second_bands: Bands | None = None,
) -> Change:
    """Return what became of a measure.

    Parameters
    ----------
    measure
        Its name.
    first, second
        None where it was not measured.
    apart
        What lies between them.
    first_bands, second_bands
        What the rubric calls good with the plan of each set; None where it does not say.

    Returns
    -------
    Change
        A difference that is not finite, or whose error is not known, is never a change.
    """
    if first is None or second is None:
        return not_comparable(_missing(first, second))
    difference = second.estimate.value - first.estimate.value
    error = error_of_difference(first, second, apart)
    threshold = threshold_for(measure, first, second, apart)
    if not (math.isfinite(error) and abs(difference) > threshold.value):
        return Change(Verdict.NO_DETECTABLE_CHANGE, difference, error, threshold)
    before, after = off_good(first.estimate.value, first_bands), off_good(second.estimate.value, second_bands)
    verdict = Verdict.CHANGED
    if before is not None and after is not None and before != after:
        verdict = Verdict.CHANGED_BETTER if after < before else Verdict.CHANGED_WORSE
    return Change(verdict, difference, error, threshold)


def not_comparable(obstacle: Obstacle) -> Change:
    """Return what there is to say where two values cannot be compared."""
    return Change(Verdict.NOT_COMPARABLE, None, None, None, obstacle.value)


def off_good(value: float, bands: Bands | None) -> float | None:
    """Return how far a value lies off the good ones, 0 inside them; None where nobody says which are good."""
    if bands is None:
        return None
    return max(0.0, bands.good[0] - value, value - bands.good[1])


def _missing(first: SetValue | None, second: SetValue | None) -> Obstacle:
    if first is None and second is None:
        return Obstacle.BOTH_MISSING
    return Obstacle.FIRST_MISSING if first is None else Obstacle.SECOND_MISSING
