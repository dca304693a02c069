"""The verdict on a set, a rep and a measure: the only one. Whoever shows a level, a colour or a headline takes it here.

A finding says in which band a value lies (`formcheck.exercises.judge`); the verdict is what follows from it. A value
of which it cannot be told that it is off is no caution: it is too close to tell, so neither judged nor praised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.errors import RubricError
from formcheck.exercises.advice import Advice, first_change, praise
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.finding import LEVEL_WORDS as LEVEL_WORDS
from formcheck.exercises.finding import TOO_CLOSE as TOO_CLOSE
from formcheck.exercises.finding import WORST_LAST as WORST_LAST
from formcheck.exercises.finding import Bands, Finding
from formcheck.exercises.finding import Level as Level
from formcheck.exercises.finding import level_of as level_of
from formcheck.exercises.finding import word_of as word_of
from formcheck.exercises.finding import worst as worst
from formcheck.exercises.judge import BOTH
from formcheck.exercises.words import (
    counted,
    good_text,
    listed,
    plain_label,
    plain_text,
    sentence_case,
    value_text,
)
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import DEPTH
from formcheck.kinematics.measures.units import unit_of
from formcheck.kinematics.reps import Cut
from formcheck.kinematics.view import ViewQuality
from formcheck.session.assessment import Assessment, Rep

_REPS_NAMED: Final = 4
"""A longer list of reps is given as a number."""
_NAMED: Final = 3
"""So many names in a sentence at most."""


@dataclass(frozen=True)
class Change:
    """One thing to change."""

    check: str
    """Id of the most urgent check that asks for it."""
    cue: str
    level: Level
    name: str
    """Of the check: `knee alignment`."""
    leg: str
    """`left`, `right` or `both`."""
    reps: tuple[int, ...]
    """Empty for something of the whole set."""
    measure: str
    value: str
    """The worst one, for the person: `9° inward`."""
    good: str
    """Which values are good: `up to 6° inward`; empty where that is not kept."""
    asked: str = ""
    """The value that the cue asks for: `3 s`; empty where any of the good ones will do."""

    @property
    def aim(self) -> str:
        """What to reach: what the cue asks for, else what is good."""
        return self.asked or self.good

    @property
    def seen(self) -> str:
        """A sentence: `Knee alignment, left leg, in reps 2 and 3.`."""
        return f"{sentence_case(self.name)}{_of_leg(self.leg)}, {_in_reps(self.reps)}."

    @property
    def measured(self) -> str:
        """The value beside what to reach: `9° inward; good is up to 6° inward`, `1.3 s; aim for 3 s`."""
        if self.asked:
            return f"{self.value}; aim for {self.asked}"
        return f"{self.value}; good is {self.good}" if self.good else self.value


@dataclass(frozen=True)
class SetVerdict:
    """What a set comes to."""

    level: Level
    title: str
    """What to read first: what to change, or that there is nothing."""
    detail: str
    """A sentence or two on it; may be empty."""
    changes: tuple[Change, ...]
    """Most important first."""
    praise: str
    """One sentence; empty where nothing was good throughout."""
    unsure: tuple[str, ...]
    """Names of what was too close to tell and nothing else."""
    reps: tuple[RepVerdict, ...]
    """Of every rep, those that do not count too."""


@dataclass(frozen=True)
class RepVerdict:
    """What a rep comes to."""

    rep: int
    level: Level
    words: str
    """In a few words: `Point your kneecap over your second toe`, `good`, `left out`."""
    findings: tuple[Finding, ...]
    """What is surely off in it, worst and most urgent first."""


@dataclass(frozen=True)
class MeasureVerdict:
    """What a measure comes to, in a rep or over the set."""

    measure: str
    leg: str
    level: Level
    name: str
    """For the person: `Knee over foot`."""
    good_text: str
    """Which values are good: `up to 6° inward`; empty where nobody says."""
    good_is: str
    """To be shown beside the value: `good is up to 6° inward`, or how deep the guidance begins where nobody says."""
    word: str
    """For the level: its own, or that it is too close to tell."""
    detail: str
    """Why it is not judged, or milder than the number says; empty where there is nothing to say."""


def verdict_of_set(assessment: Assessment) -> SetVerdict:
    """Return what a set comes to.

    Its level is the worst of its reps and of what was found over the whole of it.
    """
    reps = tuple(verdict_of_rep(assessment, rep.index) for rep in assessment.reps)
    changes = tuple(_change(assessment, advice) for advice in first_change(assessment.findings))
    is_deep = _beyond_comfort(assessment, assessment.complete_reps) is not None
    praised = praise([f for f in assessment.findings if not (is_deep and f.measure == DEPTH)])
    unsure = _too_close(assessment.findings)
    refusal = _nothing_judged(assessment)
    if refusal is not None:
        level, title, detail = refusal
        return SetVerdict(level, title, detail, changes, praised, unsure, reps)
    level = worst([each.level for each in reps] + [level_of(f) for f in assessment.findings if f.rep is None])
    title, detail = _headline(assessment, level, changes, unsure)
    return SetVerdict(level, title, detail, changes, praised, unsure, reps)


def verdict_of_rep(assessment: Assessment, rep_index: int) -> RepVerdict:
    """Return what a rep comes to; one that does not count is not judged.

    Raises
    ------
    KeyError
        If there is no such rep.
    """
    rep = next((each for each in assessment.reps if each.index == rep_index), None)
    if rep is None:
        raise KeyError(rep_index)
    if not rep.counts:
        return RepVerdict(rep_index, Level.NOT_JUDGED, "left out" if rep.excluded else "cut off", ())
    found = [f for f in assessment.findings if f.rep == rep_index]
    level = worst(map(level_of, found))
    if level is Level.NOT_MEASURED:
        level = Level.NOT_JUDGED
    unseen = assessment.view_of(rep).verdict is ViewQuality.REFUSED
    if level is Level.GOOD and (unseen or _beyond_comfort(assessment, [rep]) is not None):
        level = Level.NOT_JUDGED
    off = sorted(
        (f for f in found if level_of(f) in (Level.CAUTION, Level.FAULT)),
        key=lambda f: (-WORST_LAST.index(level_of(f)), f.precedence),
    )
    words = next((f.cue or sentence_case(f.name) for f in off), LEVEL_WORDS[level])
    return RepVerdict(rep_index, level, words, tuple(off))


def verdict_of_measure(
    assessment: Assessment, measure: str, leg: str, rep: int | None = None, *, plain: bool = False
) -> MeasureVerdict:
    """Return what a measure comes to.

    Parameters
    ----------
    assessment
        The set.
    measure
        Its name.
    leg
        `left`, `right`, or `both` for a measure of the whole body.
    rep
        In one rep; None for all reps that count and the set as a whole.
    plain
        Whether what is good is said in the patient's words; see `formcheck.exercises.words.good_text`.
    """
    reps = [each for each in assessment.reps if rep in (None, each.index) and each.counts]
    found = [f for f in assessment.findings if (f.measure, f.leg) == (measure, leg) and (rep is None or f.rep == rep)]
    level, detail = worst(map(level_of, found)), " ".join(dict.fromkeys(f.note for f in found if f.note))
    good = good_text(measure, _narrowest([f.bands for f in found if f.bands is not None]), plain=plain)
    if not found and any(each.measures.get(measure, {}).get(leg) is not None for each in reps):
        level = Level.NOT_JUDGED
    beside, word = f"good is {good}" if good else "", LEVEL_WORDS[level]
    if level is Level.NOT_JUDGED and any(f.unsure for f in found):
        word = TOO_CLOSE
    comfort = comfortable_depth_deg(assessment.exercise) if measure == DEPTH else None
    if comfort is not None and assessment.plan.target_depth_deg is None:
        if level in (Level.GOOD, Level.NOT_JUDGED) and (told := _beyond_comfort(assessment, reps, leg)) is not None:
            level, word, detail, good = Level.NOT_JUDGED, LEVEL_WORDS[Level.NOT_JUDGED], told, ""
        if level is Level.NOT_JUDGED:
            beside = f"the guidance begins with up to {comfort:g}°"
    return MeasureVerdict(measure, leg, level, plain_label(measure), good, beside, word, detail)


def comfortable_depth_deg(exercise: str) -> float | None:
    """Return how deep the guidance begins with, in degrees of knee flexion; None where the catalogue has no such."""
    try:
        known = exercises().get(exercise)
    except RubricError:
        return None
    return None if known is None else known.comfortable_depth_deg


def _from_rest_to_rest(exercise: str) -> str:
    try:
        known = exercises().get(exercise)
    except RubricError:
        known = None
    return "from sitting to standing" if known and known.rubric.phases.seated else "from standing to standing"


def _nothing_judged(assessment: Assessment) -> tuple[Level, str, str] | None:
    """Return level, title and detail of a set whose form could not be judged, None where it could."""
    if not assessment.complete_reps:
        if any(rep.complete for rep in assessment.reps):
            return Level.NOT_JUDGED, "Nothing was judged", "Every whole rep was left out in review."
        title = f"Film the whole movement, {_from_rest_to_rest(assessment.exercise)}"
        return Level.NOT_MEASURED, title, f"No whole rep was seen. {_remedy_for(assessment)}"
    if assessment.view.verdict is ViewQuality.REFUSED:
        title = "Film again, straight from the front or the side"
        return Level.NOT_JUDGED, title, f"Reps were counted, but form could not be judged. {assessment.view.reason}"
    if not assessment.findings:
        return Level.NOT_JUDGED, "Nothing was judged", "See below what could not be measured."
    return None


def _headline(
    assessment: Assessment, level: Level, changes: Sequence[Change], unsure: Sequence[str]
) -> tuple[str, str]:
    close = f"Too close to tell: {listed(unsure[:_NAMED])}." if unsure else ""
    if changes:
        first = changes[0]
        worse = [change for change in changes if change.level is level] if first.level is not level else []
        besides = [f"A {LEVEL_WORDS[level]} besides: {worse[0].seen[:1].lower()}{worse[0].seen[1:]}"] if worse else []
        return first.cue, " ".join([first.seen, *besides])
    if level in (Level.CAUTION, Level.FAULT):
        shown = [f for f in assessment.findings if level_of(f) is level]
        leading = min(shown, key=lambda f: f.precedence)
        good = good_text(leading.measure, leading.bands)
        value = value_text(leading.measure, leading.value)
        reps = tuple(sorted({f.rep for f in shown if f.check == leading.check and f.rep is not None}))
        title = f"{sentence_case(leading.name)}: {value}" + (f", good is {good}" if good else "")
        return title, f"{sentence_case(leading.name)}{_of_leg(leading.leg)}, {_in_reps(reps)}."
    if (deep := _beyond_comfort(assessment, assessment.complete_reps)) is not None:
        return "Ask your clinician how deep to go", deep
    if level is Level.NOT_JUDGED:
        return "Too close to tell", close
    return "Nothing to change in what was measured", close


def _beyond_comfort(assessment: Assessment, reps: Sequence[Rep], leg: str | None = None) -> str | None:
    """Say that a depth nobody prescribed is surely past what the guidance begins with; None where it is not."""
    comfort = comfortable_depth_deg(assessment.exercise)
    if assessment.plan.target_depth_deg is not None or comfort is None:
        return None
    deep = [
        estimate
        for rep in reps
        for side, estimate in rep.measures.get(DEPTH, {}).items()
        if estimate is not None and leg in (None, side) and estimate.value - estimate.error > comfort
    ]
    if not deep:
        return None
    deepest = max(deep, key=lambda each: each.value)
    return (
        f"The knee bent to {value_text(DEPTH, deepest.value)}. No depth was prescribed, so it is not judged; the "
        f"guidance begins with up to {comfort:g}° and no deeper than is comfortable."
    )


def _too_close(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return the names of the checks that are unsure somewhere and surely off nowhere, in order of urgency."""
    by_name: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: f.precedence):
        by_name.setdefault(finding.name, []).append(finding)
    return tuple(
        name
        for name, group in by_name.items()
        if {level_of(f) for f in group} <= {Level.GOOD, Level.NOT_JUDGED} and any(f.unsure for f in group)
    )


def _change(assessment: Assessment, advice: Advice) -> Change:
    group = [f for f in assessment.findings if f.cue == advice.cue and level_of(f) is Level(advice.band.value)]
    leading = [f for f in group if f.check == advice.check] or group
    furthest = max(leading, key=off_good)
    return Change(
        check=advice.check,
        cue=advice.cue,
        level=Level(advice.band.value),
        name=advice.name,
        leg=advice.leg,
        reps=advice.reps,
        measure=furthest.measure,
        value=plain_text(furthest.measure, Estimate(furthest.value, furthest.error)),
        good=good_text(furthest.measure, furthest.bands, plain=True),
        asked="" if furthest.aim is None else f"{furthest.aim:g}{unit_of(furthest.measure).symbol}",
    )


def off_good(finding: Finding) -> float:
    """Return how far a value lies off the good ones."""
    if finding.bands is None:
        return abs(finding.value)
    low, high = finding.bands.good
    return max(low - finding.value, finding.value - high)


def _narrowest(bands: Sequence[Bands]) -> Bands | None:
    """Return what all of several bands call good; the first where they have nothing in common."""
    if not bands:
        return None
    low, high = max(each.good[0] for each in bands), min(each.good[1] for each in bands)
    return Bands((low, high), (low, high)) if low <= high else bands[0]


def _remedy_for(assessment: Assessment) -> str:
    """Return what to do about a set without a whole rep: what its reps are cut off by, else the usual."""
    reasons = {rep.cut_by for rep in assessment.reps}
    if reasons == {Cut.CLIP.value}:
        return "Begin and end the recording standing."
    if reasons == {Cut.HOLE.value}:
        return "Record it again without a gap."
    return "Keep the whole body in view for the whole set."


def _of_leg(leg: str) -> str:
    return f", {leg} leg" if leg != BOTH else ""


def _in_reps(reps: Sequence[int]) -> str:
    if not reps:
        return "over the whole set"
    if len(reps) > _REPS_NAMED:
        return f"in {counted(len(reps), 'rep')}"
    return f"in {'rep' if len(reps) == 1 else 'reps'} {listed(str(rep) for rep in reps)}"
