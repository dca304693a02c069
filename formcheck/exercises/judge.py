"""What a rubric says about measured values: pure functions from measures to findings.

The rule for a value with an error: a fault is a fault only if it lies beyond the edge as surely as its check demands,
which is with the whole of its 95 % interval unless the check says less; otherwise it is a caution. A caution that is
not past the good values as surely is noted, but no cue is made of it, nor of what another measure contradicts. What is
not measured is not judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from formcheck.exercises.finding import SURE, Band, Bands, Direction, Finding
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Check, Rubric, ScoreCriterion, ScoreRule
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import CheckView, Per, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import SIDES

MeasuredValues = Mapping[str, Mapping[str, Estimate | None]]
"""By name of the measure, then by `left` and `right` or `both`; None or absent where it was not measured."""

BOTH = "both"
"""Key of a measure of the whole body, and the leg of a rep that bends both."""


class _Seen(NamedTuple):
    """Everything that is known when one rep or set is judged."""

    rubric: Rubric
    rep: int | None
    leg: str
    measures: MeasuredValues
    view_kind: ViewKind
    view_quality: ViewQuality
    plan: Plan
    at_s: float | None


class _Verdict(NamedTuple):
    band: Band
    unsure: bool
    note: str


def judge_rep(
    rubric: Rubric,
    rep: int,
    leg: str,
    measures: MeasuredValues,
    *,
    view_kind: ViewKind,
    view_quality: ViewQuality,
    plan: Plan,
    at_s: float | None,
) -> list[Finding]:
    """Judge one rep.

    Parameters
    ----------
    rubric
        What good form is. Its checks of scope `rep` are judged.
    rep
        Index of the rep.
    leg
        `left` or `right`: only that leg is judged, as the stance leg of a step-down; `both`: each leg for itself.
    measures
        What was measured in the rep.
    view_kind, view_quality
        How the camera sees the person. Checks of another view are not judged; where the view is refused, only those
        that every view carries. A low-confidence view makes a caution of a fault, unless every view carries the
        check or it sets `fault_sureness`.
    plan
        What was prescribed.
    at_s
        When the rep is at its bottom (s), handed on to the findings.

    Returns
    -------
    list of Finding
        In the order of the rubric, left before right, good ones too.
    """
    seen = _Seen(rubric, rep, leg, measures, view_kind, view_quality, plan, at_s)
    return list(_findings(seen, frozenset({Scope.REP})))


def judge_set(
    rubric: Rubric,
    leg: str,
    measures: MeasuredValues,
    *,
    view_kind: ViewKind,
    view_quality: ViewQuality,
    plan: Plan,
) -> list[Finding]:
    """Judge what belongs to no single rep: the checks of scope `set` and `setup`.

    Parameters and result are those of `judge_rep`; the findings have no rep and no time.
    """
    seen = _Seen(rubric, None, leg, measures, view_kind, view_quality, plan, None)
    return list(_findings(seen, frozenset({Scope.SET, Scope.SETUP})))


def contradicting(check: Check, direction: Direction | None, side: str, measures: MeasuredValues) -> tuple[str, ...]:
    """Return the evidence of a check that surely does not go as far to a side as the check demands of it.

    Parameters
    ----------
    check
        With its `evidence`, which is of the same leg or of the whole body as the check itself.
    direction
        The side of the good values on which the value lies that is judged.
    side
        `left`, `right` or `both`: whose value that is.
    measures
        What was measured. What was not, or whose error is not known, contradicts nothing.
    """
    sign = -1.0 if direction == "low" else 1.0
    found = ((measure, least, _known(measures, measure, side)) for measure, least in check.evidence.items())
    return tuple(
        measure for measure, least, known in found if known is not None and sign * known.value + known.error < least
    )


def _findings(seen: _Seen, scopes: frozenset[Scope]) -> Iterator[Finding]:
    for check in seen.rubric.checks:
        bands = check.bands_for(seen.plan)
        if check.scope not in scopes or bands is None or not _carries(seen, check.view):
            continue
        for side in _sides(check.per, seen.leg):
            estimate = _measured(seen, check.measure, side)
            if estimate is None:
                continue
            verdict = _verdict(seen, check, bands, side, estimate)
            yield Finding(
                check=check.id,
                name=check.name,
                rep=seen.rep,
                leg=side,
                measure=check.measure,
                value=estimate.value,
                error=estimate.error,
                band=verdict.band,
                cue="" if verdict.unsure else check.cue(bands.direction(estimate.value)),
                at_s=seen.at_s,
                precedence=int(check.precedence),
                note=verdict.note,
                unsure=verdict.unsure,
                bands=bands,
                sureness=check.fault_sureness,
                aim=check.aim,
            )


def _carries(seen: _Seen, view: CheckView) -> bool:
    if view is CheckView.ANY:
        return True
    return seen.view_quality is not ViewQuality.REFUSED and seen.view_kind.value == view.value


def _sides(per: Per, leg: str) -> tuple[str, ...]:
    if per is Per.BODY:
        return (BOTH,)
    return tuple(side.value for side in SIDES) if leg == BOTH else (leg,)


def _measured(seen: _Seen, measure: str, side: str) -> Estimate | None:
    return _known(seen.measures, measure, side)


def _known(measures: MeasuredValues, measure: str, side: str) -> Estimate | None:
    estimate = measures.get(measure, {}).get(side)
    return None if estimate is None or not math.isfinite(estimate.value) else estimate


def _verdict(seen: _Seen, check: Check, bands: Bands, side: str, estimate: Estimate) -> _Verdict:
    """Soften what the value alone says by its error, by the view, and by measures that do not agree."""
    band, notes = bands.band_of(estimate.value), list[str]()
    if band is Band.GOOD:
        return _Verdict(band, False, "")
    surely = bands.is_surely_fault(estimate.value, estimate.error, check.fault_sureness)
    if band is Band.FAULT and not surely:
        band = Band.CAUTION
        notes.append("It is past the limit by less than the measurement may be off, so it counts as a caution.")
    # A check with a sureness of its own goes by the interval, of which all that a turn leaves unsure is a part.
    view_decides = check.view is not CheckView.ANY and check.fault_sureness >= SURE
    if band is Band.FAULT and seen.view_quality is ViewQuality.LOW and view_decides:
        band = Band.CAUTION
        notes.append("The camera's view allows low confidence only, so it counts as a caution.")
    unsure = not surely and bands.may_be_good(estimate.value, estimate.error, check.fault_sureness)
    if unsure:
        notes.append("It may as well be good, as far as the measurement can tell, so nothing is said about it.")
    direction = bands.direction(estimate.value)
    silent = [measure for measure in check.confirm if not _agrees(seen, measure, side, direction, surely=False)]
    if silent:
        band = Band.CAUTION
        titles = " and ".join(MEASURES[measure].title for measure in silent)
        unseen = all(
            _measured(seen, measure, each) is None for measure in silent for each in _sides_of(seen, measure, side)
        )
        because = f"{titles} could not be measured" if unseen else f"Not borne out by {titles}"
        notes.append(f"{because}, so it is noted and nothing is said about it.")
    against = contradicting(check, direction, side, seen.measures)
    if against:
        band = Band.CAUTION
        titles = " and ".join(MEASURES[measure].title for measure in against)
        notes.append(f"Contradicted by {titles}, so it is noted and nothing is said about it.")
    doubtful = [measure for measure in check.confirm if not _agrees(seen, measure, side, direction, surely=True)]
    if band is Band.FAULT and doubtful:
        band = Band.CAUTION
        titles = " and ".join(MEASURES[measure].title for measure in doubtful)
        notes.append(f"As {titles} may as well be good, it counts as a caution.")
    return _Verdict(band, bool(silent or unsure or against), " ".join(notes))


def _sides_of(seen: _Seen, measure: str, side: str) -> tuple[str, ...]:
    return _sides(MEASURES[measure].per, seen.leg if side == BOTH else side)


def _agrees(seen: _Seen, measure: str, side: str, direction: Direction | None, *, surely: bool) -> bool:
    """Say whether another measure is off to the same side, surely or by its value alone.

    For a check of the whole body either leg will do.
    """
    for check in seen.rubric.checks_of(measure):
        bands = check.bands_for(seen.plan)
        if bands is None:
            continue
        for each in _sides(check.per, seen.leg if side == BOTH else side):
            found = _measured(seen, measure, each)
            if found is None or bands.direction(found.value) != direction:
                continue
            if not (surely and bands.may_be_good(found.value, found.error)):
                return True
    return False


def estimated_score(rule: ScoreRule, reps: Sequence[tuple[str, MeasuredValues]]) -> Estimate | None:
    """Score a set of reps as clinicians do by eye.

    An estimate of a score is not that score: its agreement with clinicians is unproven, and its rubric says so.

    Parameters
    ----------
    rule
        The items of the score and what earns their points.
    reps
        For each complete rep the stance leg (`left` or `right`) and what was measured in it.

    Returns
    -------
    Estimate or None
        The points, with an error that covers the scores which the measures' own errors leave possible. None where any
        criterion was measured in fewer than `rule.min_reps` reps: a missing item would pass for a good one.
    """
    score = {-1: 0, 0: 0, 1: 0}
    items: dict[str, list[ScoreCriterion]] = {}
    for criterion in rule.criteria:
        items.setdefault(criterion.item, []).append(criterion)
    for criteria in items.values():
        best = {-1: 0, 0: 0, 1: 0}
        for criterion in criteria:
            values = _values_of(criterion, reps)
            if len(values) < rule.min_reps:
                return None
            for shift in best:
                if _is_met(criterion, [each.value + shift * each.error for each in values]):
                    best[shift] = max(best[shift], criterion.points)
        for shift, points in best.items():
            score[shift] += points
    return Estimate(float(score[0]), float(max(score[1] - score[0], score[0] - score[-1])))


def _values_of(criterion: ScoreCriterion, reps: Sequence[tuple[str, MeasuredValues]]) -> list[Estimate]:
    per_leg = MEASURES[criterion.measure].per is Per.LEG
    found = [measures.get(criterion.measure, {}).get(leg if per_leg else BOTH) for leg, measures in reps]
    return [each for each in found if each is not None and math.isfinite(each.value)]


def _is_met(criterion: ScoreCriterion, values: Sequence[float]) -> bool:
    above = sum(value > criterion.above for value in values)
    return above > 0 and above >= criterion.share_of_reps * len(values)
