"""A finished set in plain words, beyond what the report says: the best rep, and what got worse with fatigue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import in_order
from formcheck.kinematics.rep_measures import drift_over_set
from formcheck.report.words import estimate_text, listed, sentence_case
from formcheck.session.assessment import Assessment

_REPS_TO_COMPARE: Final = 6
"""The first three against the last three."""
_NAMED_AT_MOST: Final = 2


def best_rep(assessment: Assessment) -> str:
    """Say which rep was the best and why; empty where no rep was judged."""
    by_rep: dict[int, list[Finding]] = {}
    for finding in assessment.findings:
        if finding.rep is not None:
            by_rep.setdefault(finding.rep, []).append(finding)
    if not by_rep:
        return ""
    off = {rep: [each for each in group if each.band is not Band.GOOD] for rep, group in sorted(by_rep.items())}
    least = min(_badness(group) for group in off.values())
    best = [rep for rep, group in off.items() if _badness(group) == least]
    names = _reps(best)
    if least == (0, 0):
        if len(best) == len(off):
            return "Every rep was good." if len(best) > 1 else f"{names} was good."
        return f"{names} {_was(best)} the best: nothing was off."
    if len(best) == len(off):
        return "No rep stood out: they were all alike." if len(best) > 1 else ""
    # Of several equally good reps the first one's findings stand for all only if all have the same.
    what = {tuple(sorted({each.name for each in off[rep]})) for rep in best}
    found = next(iter(what))
    if len(what) > 1 or len(found) > _NAMED_AT_MOST:
        return f"{names} {_was(best)} the best: the least was off."
    verb = "was" if len(found) == 1 else "were"
    return f"{names} {_was(best)} the best: only {listed(f'“{sentence_case(name)}”' for name in found)} {verb} off."


def fatigue(assessment: Assessment) -> tuple[str, ...]:
    """Say what surely got worse from the first three reps to the last three, a sentence each."""
    reps = assessment.complete_reps
    if len(reps) < _REPS_TO_COMPARE:
        return ("Too few reps to see what tiredness changes: that takes six.",)
    drifts = drift_over_set([{name: dict(legs) for name, legs in rep.measures.items()} for rep in reps])
    worse: dict[tuple[str, str], str] = {}
    known = False
    for measure in in_order(lambda each: each.name in drifts):
        made = measure.derived_from
        for leg, change in drifts[measure.name].items():
            known = known or change is not None
            if made is None or change is None or made.worse * change.value <= 0 or abs(change.value) <= change.error:
                continue
            if (measure.said_by, leg) in worse:
                continue
            amount = estimate_text(measure.name, Estimate(abs(change.value), change.error))
            worse[measure.name, leg] = f"The {made.worse_words.format(leg=leg, amount=amount)}."
    if worse:
        return tuple(worse.values())
    return ("Nothing got worse from the first three reps to the last three.",) if known else ()


def _badness(off: Sequence[Finding]) -> tuple[int, int]:
    faults = sum(each.band is Band.FAULT for each in off)
    return faults, len(off) - faults


def _reps(reps: Sequence[int]) -> str:
    return f"{'Rep' if len(reps) == 1 else 'Reps'} {listed(str(rep) for rep in reps)}"


def _was(reps: Sequence[int]) -> str:
    return "was" if len(reps) == 1 else "were"
