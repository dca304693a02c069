"""What a person reads first of a set: the verdict, the worst and the best rep, one target, what comes next, safety.

One content for the report's first screen, the client's page and the client's PDF. Texts are plain and short.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from formcheck.exercises.finding import Finding, Level
from formcheck.exercises.words import counted, estimate_text, label_of, plain_label, plain_text, sentence_case
from formcheck.history.change import Verdict
from formcheck.history.comparison import ComparisonRow, DatedSet, compare_sets
from formcheck.history.set_values import value_of_reps
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Measure, Per
from formcheck.kinematics.measures.registry import DEPTH, in_order, tempo_measures
from formcheck.kinematics.view import ViewQuality
from formcheck.moments import day_text
from formcheck.report import safety
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails, prescribed_steps
from formcheck.report.keyframes import KeyFrame
from formcheck.report.plain_text import one_line, paragraphs
from formcheck.report.timeline import scored_legs
from formcheck.report.words import direction_of
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.verdict import (
    Change,
    RepVerdict,
    SetVerdict,
    off_good,
    verdict_of_measure,
    verdict_of_set,
)

LONGEST_NAME: Final = 60
LONGEST_CUE: Final = 120
LONGEST_SENTENCE: Final = 240
_MOST_AFTER: Final = 2
"""Named below the first change; further ones are in the tables."""
_MOST_CHANGED: Final = 2
"""Told of what changed since the last time, those for the better or worse first."""
_MOST_STEPS: Final = 6
"""Of what comes next; a longer text goes on in the clinical report."""
_MORE_IN_REPORT: Final = "More in the clinical report."
_BEST_FIRST: Final = (Level.GOOD, Level.NOT_JUDGED, Level.NOT_MEASURED, Level.CAUTION, Level.FAULT)
_OFF: Final = (Level.CAUTION, Level.FAULT)
_BOTH: Final = "both"
_LINES: Final = {"left": "solid line", "right": "dashed line"}


@dataclass(frozen=True)
class ShownRep:
    """A picture of a rep with what it is shown for."""

    frame: KeyFrame
    title: str
    """`Rep 2: change this`."""
    level: Level
    words: str
    """What is off in it, with its value."""
    alt: str
    """For people who do not see it."""


@dataclass(frozen=True, eq=False)
class OpeningPlot:
    """A plot in place of pictures."""

    title: str
    caption: str
    """What it shows and which line is which leg."""
    chart: Chart


@dataclass(frozen=True)
class Target:
    """The one thing to reach in the next set."""

    aim: str
    """`Knee over foot: up to 1 cm inward`."""
    now: str
    """What it came to in this set, at worst; empty where the aim says it all."""


@dataclass(frozen=True)
class RepMark:
    """A rep by its number, and what it comes to."""

    rep: int
    level: Level
    word: str
    """In a word or two; empty for the level's own."""


class MeasureValue(NamedTuple):
    """A value over the set for the person who did it, with what is good."""

    name: str
    """Of the leg or the part of a rep: `Left`, `Down`; empty where there is one value only."""
    value: str
    level: Level | None
    """None where a level would say nothing."""
    word: str
    """For the level."""
    good: str
    """`good is up to 6° inward`; empty where nobody says, or where the value after it says it for both."""


@dataclass(frozen=True)
class MeasureCard:
    """What was measured of one thing."""

    label: str
    values: tuple[MeasureValue, ...]
    detail: str
    """For the clinician: the term, and how far the values may be off."""


@dataclass(frozen=True, eq=False)
class Opening:
    """What a person reads first."""

    level: Level
    title: str
    detail: str
    then: tuple[str, ...]
    """Cues of what to change after that."""
    praise: str
    pair: tuple[ShownRep, ...]
    """The worst rep, then the best; one where they are alike, none without pictures."""
    plot: OpeningPlot | None
    """Where there are no pictures but reps."""
    target: Target | None
    """None where there is nothing to change, or nothing was judged."""
    next_steps: tuple[str, ...]
    last_time: str
    """What changed since the last set; empty where there was none."""
    safety: str
    count: str
    """`3 of 10 reps`."""
    reps: tuple[RepMark, ...]
    measures: tuple[MeasureCard, ...]


def opening_of(
    assessment: Assessment,
    frames: Sequence[KeyFrame],
    details: ClientDetails | None = None,
    *,
    last_time: str = "",
) -> Opening:
    """Say what a person reads first of a set.

    Parameters
    ----------
    assessment
        The set.
    frames
        Pictures of the reps at their deepest; where there are none, a plot takes their place.
    details
        The plan from now on and what the clinician wrote; None for a report that is of nobody in particular.
    last_time
        What changed since the last set, in a sentence.
    """
    verdict = verdict_of_set(assessment)
    pair = _pair(assessment, verdict, frames)
    return Opening(
        level=verdict.level,
        title=one_line(verdict.title, LONGEST_CUE),
        detail=one_line(verdict.detail, LONGEST_SENTENCE),
        then=tuple(one_line(change.cue, LONGEST_CUE) for change in _then(verdict)),
        praise=one_line(verdict.praise, LONGEST_SENTENCE),
        pair=pair,
        plot=_plot(charts_of(assessment)) if assessment.complete_reps and not pair else None,
        target=_target(verdict),
        next_steps=_next_steps(verdict, details),
        last_time=one_line(last_time, LONGEST_SENTENCE),
        safety=safety.IN_ONE_LINE,
        count=_count(assessment),
        reps=tuple(_mark(each) for each in verdict.reps),
        measures=_measures(assessment),
    )


def since_last_time(last: DatedSet, now: DatedSet) -> str:
    """Say in a sentence or two what became of the measures since the person's last set.

    Parameters
    ----------
    last, now
        Sets of the same person.

    Returns
    -------
    str
        Empty where the two cannot be compared.
    """
    comparison = compare_sets(last, now)
    if comparison.refusal:
        return ""
    day = day_text(last.done_at.astimezone().date())
    changed = sorted(comparison.changed, key=lambda row: row.change.verdict is Verdict.CHANGED)[:_MOST_CHANGED]
    if not changed:
        return f"No change since {day} that a camera can tell."
    return f"Since {day}: " + " ".join(_became(row) for row in changed)


def _became(row: ComparisonRow) -> str:
    leg = "" if row.leg in ("", _BOTH) else f", {row.leg}"
    return f"{plain_label(row.measure)}{leg}: {row.words.removeprefix('Changed: ')}"


def rep_to_share(assessment: Assessment) -> int | None:
    """Return the index of the rep to be shown on its own: the worst one; None where no rep counts."""
    verdict = verdict_of_set(assessment)
    whole = {rep.index for rep in assessment.complete_reps}
    shown = [each for each in verdict.reps if each.rep in whole]
    return max(shown, key=lambda each: _badness(each, verdict)).rep if shown else None


def typical(reps: Sequence[Rep], measure: str, leg: str) -> Estimate | None:
    """Return the middle value of a measure over reps with its error, the same as in a comparison of sets.

    The error is not made smaller by the number of reps: most of it, the model's and the camera's, is the same in all.
    What the reps scatter comes on top of it.
    """
    found = [rep.measures.get(measure, {}).get(leg) for rep in reps]
    value = value_of_reps([estimate for estimate in found if estimate is not None and math.isfinite(estimate.value)])
    return None if value is None else value.estimate


def _pair(assessment: Assessment, verdict: SetVerdict, frames: Sequence[KeyFrame]) -> tuple[ShownRep, ...]:
    """Choose the rep that shows best what to change first, and the best one."""
    by_index = {each.rep: each for each in verdict.reps}
    known = [(frame, by_index[frame.rep]) for frame in frames if frame.rep in by_index]
    if not known:
        return ()
    worst = max(known, key=lambda each: _badness(each[1], verdict))
    best = min(known, key=lambda each: _badness(each[1], verdict))
    if verdict.level not in _OFF:
        return (_shown(assessment, *best, "at the bottom", verdict),)
    if worst[1].level not in _OFF or worst is best:
        title = "change this" if worst[1].level in _OFF else "at the bottom"
        return (_shown(assessment, *best, title, verdict),)
    like = "more like this" if best[1].level is Level.GOOD else "the best one"
    return (_shown(assessment, *worst, "change this", verdict), _shown(assessment, *best, like, verdict))


def _badness(rep: RepVerdict, verdict: SetVerdict) -> tuple[bool, int, float, int]:
    """Return what to order reps by, best first: last what shows the first change, and most."""
    shown = _shows(rep, verdict)
    return shown is not None, _BEST_FIRST.index(rep.level), 0.0 if shown is None else off_good(shown), len(rep.findings)


def _shows(rep: RepVerdict, verdict: SetVerdict) -> Finding | None:
    """Return the finding of a rep that the first change of the set speaks of; None where it shows nothing of it."""
    cue = verdict.changes[0].cue if verdict.changes else ""
    return max((finding for finding in rep.findings if cue and finding.cue == cue), key=off_good, default=None)


def _shown(assessment: Assessment, frame: KeyFrame, rep: RepVerdict, title: str, verdict: SetVerdict) -> ShownRep:
    finding = _shows(rep, verdict) or next(iter(rep.findings), None)
    words = "" if finding is None else _found(finding)
    said = f" {words}." if words else ""
    alt = f"{assessment.exercise_name}, rep {rep.rep} at the bottom, with the measured skeleton drawn in.{said}"
    return ShownRep(frame, f"Rep {rep.rep}: {title}", rep.level, words, alt)


def _found(finding: Finding) -> str:
    leg = "" if finding.leg == _BOTH else f", {finding.leg}"
    value = plain_text(finding.measure, Estimate(finding.value, finding.error))
    return f"{one_line(sentence_case(finding.name), LONGEST_NAME)}{leg}: {value}"


def _target(verdict: SetVerdict) -> Target | None:
    change = _first(verdict)
    if change is None or not change.aim:
        return None
    leg = "" if change.leg == _BOTH else f", {change.leg} leg"
    return Target(
        f"{one_line(sentence_case(change.name), LONGEST_NAME)}{leg}: {change.aim}", f"{change.value} today, at worst"
    )


def _first(verdict: SetVerdict) -> Change | None:
    """Return what to change first; None where the verdict is about something else."""
    return next((change for change in verdict.changes[:1] if change.cue == verdict.title), None)


def _then(verdict: SetVerdict) -> tuple[Change, ...]:
    if verdict.level is Level.NOT_MEASURED:
        return ()
    after = verdict.changes if _first(verdict) is None else verdict.changes[1:]
    return after[:_MOST_AFTER]


def _next_steps(verdict: SetVerdict, details: ClientDetails | None) -> tuple[str, ...]:
    """Return what was prescribed and written for the time to come; where nothing was, what to do in the next set."""
    if details is not None:
        written = paragraphs(details.next_steps)
        steps = [one_line(step, LONGEST_SENTENCE) for step in written[:_MOST_STEPS]]
        if len(written) > _MOST_STEPS or any(len(step) > LONGEST_SENTENCE for step in written):
            steps.append(_MORE_IN_REPORT)
        prescribed = [one_line(each, 2 * LONGEST_SENTENCE) for each in prescribed_steps(details)]
        if found := [*prescribed, *steps]:
            return tuple(found)
    if _first(verdict) is not None:
        return ("In the next set, think of this one thing only.",)
    return ("Do the next set just like this one.",) if verdict.level is Level.GOOD else ()


def _mark(rep: RepVerdict) -> RepMark:
    own = rep.level is Level.NOT_JUDGED and not rep.findings
    return RepMark(rep.rep, rep.level, rep.words if own else "")


def _plot(charts: Sequence[Chart]) -> OpeningPlot | None:
    """Describe one plot: one with bands before one without; None where there is none."""
    chart = next((chart for chart in charts if chart.columns), charts[0] if charts else None)
    if chart is None:
        return None
    legs = ", ".join(f"{line.side.value} leg {_LINES[line.side.value]}" for line in chart.lines)
    title = label_of(chart.measure)
    return OpeningPlot(title, f"{title} over the set: {legs}. {direction_of(chart.measure)}", chart)


def _measures(assessment: Assessment) -> tuple[MeasureCard, ...]:
    cards: list[MeasureCard | None] = []
    if assessment.view.verdict is not ViewQuality.REFUSED:
        legs = {side.value.capitalize(): side.value for side in scored_legs(assessment)}
        for measure in in_order(lambda each: each.wording.plain):
            parts = [(name, measure, leg) for name, leg in legs.items()]
            cards.append(_card(assessment, plain_label(measure.name), parts))
    parts = [(measure.wording.short, measure, _BOTH) for measure in tempo_measures()]
    cards.append(_card(assessment, "Tempo", parts))
    return tuple(card for card in cards if card is not None)


def _count(assessment: Assessment) -> str:
    done, planned, left_out = len(assessment.complete_reps), assessment.held_to.reps, assessment.reps_left_out
    said = counted(done, "rep") if planned is None else f"{done} of {counted(planned, 'rep')}"
    return f"{said}, {left_out} left out in review" if left_out else said


def _card(assessment: Assessment, label: str, parts: Sequence[tuple[str, Measure, str]]) -> MeasureCard | None:
    """Put the values of a measure's legs, or of the parts of a rep, together; None where none was measured."""
    values: list[MeasureValue] = []
    terms: list[str] = []
    for name, measure, leg in parts:
        estimate = typical(assessment.complete_reps, measure.name, leg)
        if estimate is None:
            continue
        verdict = verdict_of_measure(assessment, measure.name, leg, plain=True)
        level = verdict.level if measure.per is Per.LEG else _told(verdict.level)
        if values and values[-1].good == verdict.good_is:
            values[-1] = values[-1]._replace(good="")
        value = plain_text(measure.name, estimate)
        values.append(MeasureValue(name, value, level, verdict.word, verdict.good_is))
        terms.append(estimate_text(measure.name, estimate))
    if not values:
        return None
    terms_of = ", ".join(dict.fromkeys(measure.wording.short for _, measure, leg in parts if leg != _BOTH))
    return MeasureCard(label, tuple(values), f"{terms_of} {' / '.join(terms)}{_planned(assessment, parts)}".strip())


def _told(level: Level) -> Level | None:
    return None if level in (Level.NOT_JUDGED, Level.NOT_MEASURED) else level


def _planned(assessment: Assessment, parts: Sequence[tuple[str, Measure, str]]) -> str:
    target = assessment.plan.target_depth_deg
    return f"; planned {target:g}°" if target is not None and parts[0][1].name == DEPTH else ""
