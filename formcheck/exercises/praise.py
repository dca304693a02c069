"""Praise that is true: only what was judged, and found good, is praised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.rubric import Precedence
from formcheck.kinematics.measures.registry import in_order

MOST_WORDS: Final = 8
_PLAIN: Final = ("Good rep", "Well done", "That was a good one")
_OF_CLASS: Final = (
    (Precedence.KNEE_ALIGNMENT, "Good: knee well in line"),
    (Precedence.DEPTH, "Good depth"),
    (Precedence.TRUNK_PELVIS, "Good posture"),
)
"""Said if everything that was judged of a class of checks is good."""
_BEFORE_LAST, _LAST = "Good, one more to go", "Good, that was the last one"


def praise_for(findings: Sequence[Finding], rep: int, target_reps: int | None, before: Sequence[str]) -> str | None:
    """Return praise for a rep, None if it has not earned any: something was not good, or nothing was judged.

    A caution of which nothing is to be said may as well be good, so it does not stand in the way; nor is it praised.

    Parameters
    ----------
    findings
        Everything the rubric says about the rep.
    rep
        Its number, from 1.
    target_reps
        Reps that were prescribed, None if they were not.
    before
        Praise given so far: what was said longest ago comes first.
    """
    judged_good = any(finding.band is Band.GOOD for finding in findings)
    if not judged_good or any(finding.band is Band.FAULT or finding.cue for finding in findings):
        return None
    if target_reps is not None and target_reps > 1 and rep in (target_reps - 1, target_reps):
        return _LAST if rep == target_reps else _BEFORE_LAST
    earned = [text for of, text in _OF_CLASS if _all_good([each for each in findings if each.precedence == of])]
    earned += [
        measure.wording.praise
        for measure in reversed(in_order(lambda each: each.wording.praise))  # what came last in the rep is said first
        if _all_good([each for each in findings if each.measure == measure.name])
    ]
    return min((*earned, *_PLAIN), key=lambda text: _last_place(text, before))


def better(name: str) -> str:
    """Return praise for something that was a fault and is good now, from the name of its check."""
    words = name.split(",")[0].split()
    return f"Better: {' '.join(words)}" if len(words) < MOST_WORDS else "Better"


def _all_good(findings: Sequence[Finding]) -> bool:
    return bool(findings) and all(finding.band is Band.GOOD for finding in findings)


def _last_place(text: str, before: Sequence[str]) -> int:
    return max((i for i, said in enumerate(before) if said == text), default=-1)
