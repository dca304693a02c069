"""From findings to what to change first, and what to praise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.judge import BOTH
from formcheck.exercises.rubric import Precedence

_PRAISED_AT_MOST: Final = 3
"""More things than this in one sentence are not heard."""


@dataclass(frozen=True)
class Advice:
    """One thing to change."""

    check: str
    """Id of the most urgent check that asks for it."""
    name: str
    """Of that check, for people."""
    cue: str
    reps: tuple[int, ...]
    """The reps it was seen in, in order; empty for something of the whole set."""
    leg: str
    """`left`, `right` or `both`."""
    band: Band
    """The worst it was."""
    precedence: int


def first_change(findings: Sequence[Finding]) -> list[Advice]:
    """Return what to change, most important first.

    What was seen in at least two reps, or in a third of them, or concerns safety or the whole set, comes before what
    was seen once. Within that the order is that of the precedence classes, then fault before caution, then by the
    number of reps. A caution seen once is left out unless there is nothing else. Findings with the same cue are one
    advice.

    Parameters
    ----------
    findings
        Of all reps and of the set, good ones too: they tell how many reps were judged.

    Returns
    -------
    list of Advice
        Empty where there is nothing to change.
    """
    judged = {finding.rep for finding in findings if finding.rep is not None}
    by_cue: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.cue and finding.band is not Band.GOOD:
            by_cue.setdefault(finding.cue, []).append(finding)
    lasting: list[Advice] = []
    once: list[Advice] = []
    for cue, group in by_cue.items():
        advice = _advice(cue, group, len(judged))
        is_lasting = (
            not advice.reps or _persists(len(advice.reps), len(judged)) or advice.precedence == Precedence.SAFETY
        )
        (lasting if is_lasting else once).append(advice)
    faults_once = [advice for advice in once if advice.band is Band.FAULT]
    return sorted(lasting, key=_urgency) + sorted(faults_once, key=_urgency) or sorted(once, key=_urgency)


def praise(findings: Sequence[Finding]) -> str:
    """Return one sentence on what was good throughout; empty where nothing was.

    Only what was judged in every rep that was judged at all, and good each time, is praised, the most important first.
    """
    reps = {finding.rep for finding in findings if finding.rep is not None}
    by_name: dict[str, list[Finding]] = {}
    for finding in findings:
        by_name.setdefault(finding.name, []).append(finding)
    good = [
        (min(each.precedence for each in group), name)
        for name, group in by_name.items()
        if all(each.band is Band.GOOD for each in group) and reps and {each.rep for each in group} >= reps
    ]
    if not good:
        return ""
    # A check that is good beside one of its kind that is not would praise what is to be changed.
    off = {finding.precedence for finding in findings if finding.band is not Band.GOOD}
    measured_off = {finding.name for finding in findings if finding.measure in _off_measures(findings)}
    good = [
        (urgency, name)
        for urgency, name in good
        if name not in measured_off and (urgency not in off or urgency >= Precedence.TEMPO)
    ]
    if not good:
        return ""
    names = [name for _, name in sorted(good, key=lambda each: each[0])][:_PRAISED_AT_MOST]
    # Names hold commas and “and”, so neither may part them.
    return f"Good in every rep: {'; '.join(names)}."


def _off_measures(findings: Sequence[Finding]) -> frozenset[str]:
    return frozenset(finding.measure for finding in findings if finding.band is not Band.GOOD)


def _advice(cue: str, group: Sequence[Finding], judged: int) -> Advice:
    leading = min(group, key=lambda finding: finding.precedence)
    return Advice(
        check=leading.check,
        name=leading.name,
        cue=cue,
        reps=_reps(group),
        leg=_leg(group, judged),
        band=Band.FAULT if any(finding.band is Band.FAULT for finding in group) else Band.CAUTION,
        precedence=leading.precedence,
    )


def _leg(group: Sequence[Finding], judged: int) -> str:
    """Name the leg: both only where each leg, or the body as a whole, shows it often enough for itself."""
    legs = {finding.leg for finding in group}
    lasting = {
        leg
        for leg in legs
        if _persists(len(_reps(each for each in group if each.leg == leg)), judged)
        or any(each.rep is None for each in group if each.leg == leg)
    }
    named = lasting or legs
    return next(iter(named)) if len(named) == 1 else BOTH


def _reps(group: Iterable[Finding]) -> tuple[int, ...]:
    return tuple(sorted({finding.rep for finding in group if finding.rep is not None}))


def _persists(affected: int, judged: int) -> bool:
    return affected >= 2 or (affected > 0 and 3 * affected >= judged)


def _urgency(advice: Advice) -> tuple[int, int, int]:
    return (advice.precedence, 0 if advice.band is Band.FAULT else 1, -len(advice.reps))
