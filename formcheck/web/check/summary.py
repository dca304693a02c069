"""A finished set in plain words, beyond what the report says: the best rep, and what got worse with fatigue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.rep_measures import drift_over_set
from formcheck.report.words import estimate_text, listed, sentence_case
from formcheck.session.assessment import Assessment

_REPS_TO_COMPARE: Final = 6
"""The first three against the last three."""
_NAMED_AT_MOST: Final = 2


@dataclass(frozen=True)
class _Drift:
    """One way in which a set gets worse."""

    is_worse: Callable[[float], bool]
    words: str
    """With the amount and the leg to fill in."""


_DRIFTS: Final[Mapping[str, _Drift]] = MappingProxyType(
    {
        "fppa_drift_deg": _Drift(lambda change: change > 0, "{leg} knee fell further inward, by {amount}"),
        "kmf_drift_pct": _Drift(lambda change: change > 0, "{leg} knee came further inward over the foot, by {amount}"),
        "depth_drift_deg": _Drift(lambda change: change < 0, "{leg} knee bent less, by {amount}"),
        "descent_drift_s": _Drift(lambda change: change < 0, "way down got faster, by {amount}"),
    }
)
_SAME_KNEE: Final = ("fppa_drift_deg", "kmf_drift_pct")
"""Two measures of one thing: the first that shows it is named, and knees are judged by the first."""


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
    worse: list[str] = []
    knees: set[str] = set()
    known = False
    for measure, drift in _DRIFTS.items():
        for leg, change in drifts[measure].items():
            known = known or change is not None
            if change is None or not drift.is_worse(change.value) or abs(change.value) <= change.error:
                continue
            if measure in _SAME_KNEE and leg in knees:
                continue
            knees |= {leg} if measure in _SAME_KNEE else set()
            amount = estimate_text(measure, Estimate(abs(change.value), change.error))
            worse.append(f"The {drift.words.format(leg=leg, amount=amount)}.")
    if worse:
        return tuple(worse)
    return ("Nothing got worse from the first three reps to the last three.",) if known else ()


def _badness(off: Sequence[Finding]) -> tuple[int, int]:
    faults = sum(each.band is Band.FAULT for each in off)
    return faults, len(off) - faults


def _reps(reps: Sequence[int]) -> str:
    return f"{'Rep' if len(reps) == 1 else 'Reps'} {listed(str(rep) for rep in reps)}"


def _was(reps: Sequence[int]) -> str:
    return "was" if len(reps) == 1 else "were"
