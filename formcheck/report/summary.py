"""A set in sentences: what was done, what was prescribed, how each check came out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from formcheck.exercises.finding import Finding
from formcheck.exercises.words import counted, label_of, listed, value_text
from formcheck.kinematics.measures.registry import key_measures, tempo_measures
from formcheck.kinematics.reps import Cut
from formcheck.pose.types import TrackSource
from formcheck.report.timeline import scored_legs
from formcheck.report.words import why_not_counted
from formcheck.session.assessment import Assessment, NotMeasured, Plan, Rep
from formcheck.session.recording import holds_landmarks
from formcheck.session.verdict import WORST_LAST, Level, level_of, verdict_of_measure, verdict_of_set
from formcheck.session.views import seen_from

_MORE_CHANGES: Final = 2
"""Named below the first change; further ones are in the tables."""
_REPS_NAMED: Final = 4
"""A longer list of reps is given as a number."""


@dataclass(frozen=True)
class ChangeInWords:
    """One thing to change, in words."""

    cue: str
    band: Level
    seen: str
    """`Knee alignment, left leg, in reps 2 and 3.`"""
    measured: str
    """`9° inward; good is up to 6° inward`."""


@dataclass(frozen=True)
class Headline:
    """What a person reads first: the verdict on the set, in fields that documents can hold."""

    title: str
    band: Level
    detail: str
    measured: str
    """The value that is to change, beside what is good; empty where nothing is to change."""
    more: tuple[ChangeInWords, ...]
    """What to change after that."""
    praise: str


@dataclass(frozen=True)
class Tile:
    """One number at a glance."""

    label: str
    values: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class CheckLine:
    """How one check came out for one leg over the whole set."""

    check: str
    name: str
    leg: str
    values: str
    """Lowest to highest."""
    counts: tuple[tuple[Level, int], ...]
    """How often each level that occurred was given, the worst last."""
    notes: str


def recorded_in(source: TrackSource) -> str:
    """Return what a set was recorded in: `video`, `landmarks` of another program, or empty for a live set."""
    if not source.sha256:
        return ""
    return "landmarks" if holds_landmarks(Path(source.name)) else "video"


def what_was_done(assessment: Assessment, *, live: bool = False) -> str:
    """Say in two sentences what was seen and what was counted, in a recording or in a `live` set."""
    source = assessment.track.source
    of = "" if live or recorded_in(source) == "landmarks" else " of video"
    length_s = source.duration_s if assessment.within is None else _seconds(assessment)
    length = f" in {counted(max(1, round(length_s)), 'second')}{of}" if math.isfinite(length_s) else ""
    whole = len(assessment.complete_reps)
    left_out = sum(rep.excluded for rep in assessment.reps)
    text = f"{assessment.exercise_name}, seen {_seen_from(assessment)}: {counted(whole, 'whole rep')}{length}."
    for cut_by, cut in Counter(rep.cut_by for rep in assessment.reps if why_not_counted(rep) == "cut off").items():
        verb = "is" if cut == 1 else "are"
        why = cut_by.replace("clip", "set") if live else cut_by
        text += f" {counted(cut, 'rep')} cut off by {why or Cut.CLIP.value} {verb} shown but not counted."
    pulsed = [rep for rep in assessment.complete_reps if rep.pulses]
    if pulsed:
        reps = listed(f"rep {rep.index} with {counted(rep.pulses, 'pulse')}" for rep in pulsed[:_REPS_NAMED])
        more = ", and others," if len(pulsed) > _REPS_NAMED else ""
        text += f" Counted from standing to standing: {reps}{more} at the bottom."
    if left_out:
        text += f" {counted(left_out, 'rep')} left out in review."
    return text


def _seconds(assessment: Assessment) -> float:
    t_s = assessment.track.t_s
    return float(t_s[-1] - t_s[0]) if len(t_s) else 0.0


def headline(assessment: Assessment) -> Headline:
    """Return the verdict on a set in words."""
    told = verdict_of_set(assessment)
    is_first = bool(told.changes) and told.title == told.changes[0].cue
    after = told.changes[is_first:][:_MORE_CHANGES]
    return Headline(
        told.title,
        told.level,
        told.detail,
        told.changes[0].measured if is_first else "",
        tuple(ChangeInWords(each.cue, each.level, each.seen, each.measured) for each in after),
        told.praise,
    )


def tiles(assessment: Assessment) -> tuple[Tile, ...]:
    """Return reps, the main measures and the tempo, each as the middle value of the counted reps."""
    reps = assessment.complete_reps
    prescribed = assessment.held_to.reps
    found = [Tile("Reps", (str(len(reps)),), f"of {prescribed} planned" if prescribed else "counted")]
    for measure in key_measures():
        texts = []
        for side in scored_legs(assessment):
            values = _values(reps, measure.name, side.value)
            if values:
                texts.append(f"{side.value} {value_text(measure.name, median(values))}")
        if texts:
            good = verdict_of_measure(assessment, measure.name, scored_legs(assessment)[0].value).good_is
            found.append(Tile(label_of(measure.name), tuple(texts), good or "middle value of the reps"))
    tempo = {measure: values for measure in tempo_measures() if (values := _values(reps, measure.name, "both"))}
    if tempo:
        times = " / ".join(f"{median(values):.1f}" for values in tempo.values())
        parts = " / ".join(each.wording.short.lower() for each in tempo)
        found.append(Tile("Tempo", (f"{times}\N{NO-BREAK SPACE}s",), parts))
    return tuple(found)


def plan_sentences(plan: Plan) -> tuple[str, ...]:
    """Say what was prescribed, and that what was not prescribed is not judged."""
    given = []
    if plan.target_depth_deg is not None:
        given.append(f"a depth of {plan.target_depth_deg:.0f}° knee flexion")
    if plan.reps is not None:
        given.append(counted(plan.reps, "rep"))
    if plan.hold_s is not None:
        given.append(f"a hold of {plan.hold_s:g} s")
    if plan.step_height_cm is not None:
        given.append(f"a step of {plan.step_height_cm:g} cm")
    if plan.ball:
        given.append("a ball held between the knees")
    judged = {"depth": plan.target_depth_deg, "hold": plan.hold_s, "number of reps": plan.reps}
    free = [name for name, value in judged.items() if value is None]
    if not given:
        sentences = ["No plan was given: depth, hold and number of reps are shown, not judged."]
    else:
        sentences = [f"Prescribed: {listed(given)}."]
        if free:
            sentences.append(f"Not prescribed, so shown but not judged: {listed(free)}.")
    if plan.sex is not None:
        sentences.append(f"Where studies give bands for each sex, those for {plan.sex} adults were used.")
    return tuple(sentences)


def check_lines(findings: Sequence[Finding]) -> tuple[CheckLine, ...]:
    """Gather findings by check and leg, most urgent check first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: f.precedence):
        groups.setdefault((finding.check, finding.leg), []).append(finding)
    return tuple(_check_line(group) for group in groups.values())


def _check_line(group: list[Finding]) -> CheckLine:
    first = group[0]
    values = sorted(f.value for f in group)
    ends = list(dict.fromkeys(value_text(first.measure, value) for value in (values[0], values[-1])))
    levels = [level_of(f) for f in group]
    return CheckLine(
        check=first.check,
        name=first.name,
        leg=first.leg,
        values=" to ".join(ends),
        counts=tuple((level, levels.count(level)) for level in WORST_LAST if level in levels),
        notes=" ".join(dict.fromkeys(f.note for f in group if f.note)),
    )


def _values(reps: Sequence[Rep], measure: str, leg: str) -> list[float]:
    estimates = (rep.measures.get(measure, {}).get(leg) for rep in reps)
    return [e.value for e in estimates if e is not None and math.isfinite(e.value)]


def _seen_from(assessment: Assessment) -> str:
    views = [each.view for each in assessment.views] or [assessment.view]
    return " and then ".join(dict.fromkeys(seen_from(view) for view in views))


class Gap(NamedTuple):
    """Measures that were not measured for the same reason."""

    labels: str
    reason: str
    remedy: str


def gaps(not_measured: Sequence[NotMeasured]) -> list[Gap]:
    """Return what could not be measured, one line for each reason."""
    together: dict[tuple[str, str], list[str]] = {}
    for entry in not_measured:
        together.setdefault((entry.reason, entry.remedy), []).append(label_of(entry.measure))
    return [Gap("; ".join(labels), reason, remedy) for (reason, remedy), labels in together.items()]
