"""What a review changed, in words: each correction, and each rep before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from formcheck.exercises.words import estimate_text, listed, sentence_case
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.moments import time_text
from formcheck.report.plain_text import one_line
from formcheck.session.assessment import Rep
from formcheck.session.corrections import Change, ExcludeRep, MoveLandmark, ReviewedSet, SetRepTimes
from formcheck.session.request import SetRequest
from formcheck.session.within import Within

_LONGEST_TEXT: Final = 300
"""Of what somebody typed as a reason or as a name, where it stands in a list."""
TIMES: Final = ("start_s", "bottom_start_s", "bottom_end_s", "end_s")
"""The moments of a rep, in order."""


@dataclass(frozen=True)
class CorrectionLine:
    """One correction in words."""

    what: str
    made_by: str
    made_at: str
    """Day and time where the document is made: `3 March 2025, 14:05`."""
    no_effect: str
    """Why it changes nothing any more; empty where it does."""


@dataclass(frozen=True)
class ReviewedRep:
    """A rep as it was measured and as it is after the review."""

    automatic: Rep | None
    """None for a rep that only the review found."""
    current: Rep | None
    """None for a rep that the review took out."""


def correction_lines(reviewed: ReviewedSet) -> tuple[CorrectionLine, ...]:
    """Return the corrections in force in words, in the order in which they were made."""
    idle = {each.correction.id: each.reason for each in reviewed.not_applied}
    return tuple(
        CorrectionLine(
            change_in_words(correction.change),
            one_line(correction.made_by, _LONGEST_TEXT),
            time_text(correction.made_at.astimezone()),
            one_line(idle.get(correction.id, ""), _LONGEST_TEXT),
        )
        for correction in reviewed.corrections
    )


def change_in_words(change: Change) -> str:
    """Say in one sentence what a correction changed."""
    match change:
        case MoveLandmark():
            run = f", and by as much from {change.from_s:.2f} to {change.to_s:.2f} s"
            return (
                f"{_landmark(change)} moved to x {change.x_px:.0f}, y {change.y_px:.0f} px (x right, y down) at "
                f"{change.at_s:.2f} s{run if change.from_s < change.to_s else ''}."
            )
        case SetRepTimes():
            return (
                f"Times of the rep at {change.at_s:.2f} s set: start {change.start_s:.2f}, bottom "
                f"{change.bottom_start_s:.2f} to {change.bottom_end_s:.2f}, end {change.end_s:.2f} s."
            )
        case ExcludeRep():
            reason = one_line(change.reason, _LONGEST_TEXT)
            return f"Rep at {change.at_s:.2f} s left out{f': {reason}' if reason else ''}."
        case SetRequest():
            parts = [change.exercise or "", f"{change.leg.value} leg" if change.leg is not None else ""]
            parts.append(f"{change.view.value} view" if change.view is not None else "")
            return f"Measured as {listed(part for part in parts if part)}."
        case Within():
            return within_in_words(change)


def within_in_words(within: Within) -> str:
    """Say in one sentence which part of a recording is measured."""
    if within.is_whole:
        return "The whole recording is measured."
    when = f"from {within.start_s or 0:.2f} s on" if within.end_s is None else ""
    if within.end_s is not None:
        when = f"from {within.start_s or 0:.2f} to {within.end_s:.2f} s"
    if within.start_s is None and within.end_s is None:
        when = ""
    box = within.box_px
    where = "" if box is None else "in x {0:.0f} to {2:.0f}, y {1:.0f} to {3:.0f} px of the picture".format(*box)
    return f"Measured only {', '.join(part for part in (when, where) if part)}."


def rep_pairs(reviewed: ReviewedSet) -> tuple[ReviewedRep, ...]:
    """Pair the reps before the review with those after it by the time they share, in order of time.

    Numbers do not pair them: they move when a rep is left out. Without corrections each rep is paired with itself.
    """
    if reviewed.corrected is None:
        return tuple(ReviewedRep(rep, rep) for rep in reviewed.automatic.reps)
    free = list(reviewed.automatic.reps)
    pairs = []
    for rep in reviewed.corrected.reps:
        best = max(free, key=lambda other: _shared_s(rep, other), default=None)
        if best is not None and _shared_s(rep, best) > 0:
            free.remove(best)
            pairs.append(ReviewedRep(best, rep))
        else:
            pairs.append(ReviewedRep(None, rep))
    pairs += [ReviewedRep(rep, None) for rep in free]
    return tuple(sorted(pairs, key=lambda pair: (pair.current or pair.automatic or reviewed.automatic.reps[0]).start_s))


def automatic_of(reviewed: ReviewedSet) -> dict[int, Rep]:
    """Return by the number of each rep after the review the same rep as it was measured, where there is one."""
    pairs = rep_pairs(reviewed)
    return {p.current.index: p.automatic for p in pairs if p.current is not None and p.automatic is not None}


def was_text(measure: str, automatic: Rep | None, leg: str, current: Estimate | None) -> str:
    """Return the automatic value where the review changed what is shown, empty where it did not."""
    before = automatic.measures.get(measure, {}).get(leg) if automatic is not None else None
    text = estimate_text(measure, before)
    return "" if automatic is None or text == estimate_text(measure, current) else text


def unit_in_words(measure: str) -> str:
    """Return the unit of a measure as exports write it: `deg`, `s`, `% of leg length`, `count`."""
    spec = MEASURES.get(measure)
    if spec is None:
        return ""
    return spec.unit_text.strip() if spec.unit == "pct" else spec.unit


def _landmark(change: MoveLandmark) -> str:
    return sentence_case(change.landmark.name.lower().replace("_", " "))


def _shared_s(one: Rep, other: Rep) -> float:
    """Return for how long two reps overlap (s); not above zero where they do not."""
    return min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
