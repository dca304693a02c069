"""What a client is told of a set on one page: what to change, what went well, a few numbers, pain, what comes next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.finding import Finding
from formcheck.history.set_values import value_of_reps
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Measure
from formcheck.kinematics.measures.registry import DEPTH, in_order, tempo_measures
from formcheck.kinematics.measures.units import unit_of
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import Side
from formcheck.report import safety, summary
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails, long_date, pain_sentences, prescription
from formcheck.report.keyframes import KeyFrame
from formcheck.report.plain_text import one_line, paragraphs
from formcheck.report.timeline import scored_legs
from formcheck.report.words import counted, direction_of, estimate_text, label_of, listed, sentence_case
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet
from formcheck.session.verdict import Level, level_of, verdict_of_set

_LONGEST_NAME: Final = 60
_LONGEST_CUE: Final = 120
_LONGEST_SENTENCE: Final = 240
_MOST_STEPS: Final = 6
"""Of what comes next; a longer text goes on in the clinical report."""
_MORE_IN_REPORT: Final = "More in the clinical report."
_LINES: Final = {Side.LEFT: "solid line", Side.RIGHT: "dashed line"}
_SHORT_SAFETY: Final = (safety.NOT_A_DEVICE, safety.STOP_RULE, safety.SMALL_CHANGES)


@dataclass(frozen=True)
class Fact:
    """One number at a glance."""

    label: str
    values: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class Picture:
    """A key frame with what it shows."""

    frame: KeyFrame
    caption: str
    band: Level | None
    """Of what is off in the rep; None where nothing is."""


@dataclass(frozen=True, eq=False)
class SummaryPlot:
    """A plot in place of pictures."""

    title: str
    caption: str
    """What it shows and which line is which leg."""
    chart: Chart


@dataclass(frozen=True, eq=False)
class ClientSummary:
    """One set for the person who did it. Texts are on one line each and short enough for a page."""

    title: str
    person: tuple[str, ...]
    """Name, day and clinician, as far as they are known."""
    done: str
    first: str
    """What to change first."""
    first_band: Level
    first_detail: str
    then: tuple[str, ...]
    """What to change after that."""
    praise: str
    facts: tuple[Fact, ...]
    pain: tuple[str, ...]
    next_steps: tuple[str, ...]
    note: tuple[str, ...]
    """The clinician's note, by paragraphs, whole."""
    note_by: str
    reviewed: str
    """That somebody corrected the measurement; empty where nobody did."""
    safety: tuple[str, ...]
    origin: str
    pictures: tuple[Picture, ...]
    """Two at most."""
    plot: SummaryPlot | None
    """Where there are no pictures."""


def client_summary(
    reviewed: ReviewedSet, details: ClientDetails, key_frames: Sequence[KeyFrame], *, generated_on: str
) -> ClientSummary:
    """Say what one set comes to, for the person who did it.

    Parameters
    ----------
    reviewed
        The set; after its review where there was one.
    details
        The person, the day, pain, plan and note.
    key_frames
        Pictures of the reps at their deepest; where there are none, a plot takes their place.
    generated_on
        Date of the document, as it is to be shown.
    """
    assessment = reviewed.current
    head = summary.headline(assessment)
    made = assessment.provenance
    pictures = choose_pictures(assessment, key_frames)
    return ClientSummary(
        title=f"{one_line(assessment.exercise_name, _LONGEST_NAME)}: your summary",
        person=_person(details),
        done=summary.what_was_done(assessment, live=not assessment.track.source.sha256),
        first=one_line(head.title, _LONGEST_CUE),
        first_band=head.band,
        first_detail=one_line(head.detail, _LONGEST_SENTENCE),
        then=tuple(one_line(change.cue, _LONGEST_CUE) for change in head.more),
        praise=one_line(head.praise, _LONGEST_SENTENCE) or _what_was_managed(assessment),
        facts=_facts(assessment),
        pain=pain_sentences(details),
        next_steps=_next_steps(details, head),
        note=paragraphs(details.note),
        note_by=one_line(details.clinician, _LONGEST_NAME),
        reviewed=_review_sentence(reviewed),
        safety=_SHORT_SAFETY,
        origin=one_line(
            f"Made on {generated_on} by formcheck {made.formcheck} from {_seen(assessment)}; rubric {made.rubric}. "
            "± is how far a number may be off (95 % interval). Left and right are your own. "
            "Definitions and all values: see the clinical report.",
            2 * _LONGEST_SENTENCE,
        ),
        pictures=pictures,
        plot=None if pictures else _plot(charts_of(assessment)),
    )


def choose_pictures(assessment: Assessment, frames: Sequence[KeyFrame]) -> tuple[Picture, ...]:
    """Choose two pictures at most: the rep that shows best what to change first, and one in which nothing was off."""
    told = {each.rep: each for each in verdict_of_set(assessment).reps}
    off = {frame.rep: told[frame.rep].findings for frame in frames}
    first = summary.headline(assessment).title
    shows = [f for f in frames if any(flag.cue == first for flag in off[f.rep])]
    worst = max(shows, key=lambda f: _severity(off[f.rep], first), default=None)
    clean = next((frame for frame in frames if told[frame.rep].level is Level.GOOD), None)
    chosen = [frame for frame in (worst, clean) if frame is not None] or list(frames[:1])
    return tuple(_picture(frame, off[frame.rep], first) for frame in chosen)


def typical(reps: Sequence[Rep], measure: str, leg: str) -> Estimate | None:
    """Return the middle value of a measure over reps with its error, the same as in a comparison of sets.

    The error is not made smaller by the number of reps: most of it, the model's and the camera's, is the same in all.
    What the reps scatter comes on top of it.
    """
    found = [rep.measures.get(measure, {}).get(leg) for rep in reps]
    value = value_of_reps([estimate for estimate in found if estimate is not None and math.isfinite(estimate.value)])
    return None if value is None else value.estimate


def _plot(charts: Sequence[Chart]) -> SummaryPlot | None:
    """Describe one plot: one with bands before one without; None where there is none."""
    chart = next((chart for chart in charts if chart.columns), charts[0] if charts else None)
    if chart is None:
        return None
    legs = ", ".join(f"{line.side.value} leg {_LINES[line.side]}" for line in chart.lines)
    title = label_of(chart.measure)
    return SummaryPlot(title, f"{title} over the set: {legs}. {direction_of(chart.measure)}", chart)


def _person(details: ClientDetails) -> tuple[str, ...]:
    parts = [one_line(details.name, _LONGEST_NAME)]
    if details.recorded_on is not None:
        parts.append(long_date(details.recorded_on))
    if details.clinician:
        parts.append(f"with {one_line(details.clinician, _LONGEST_NAME)}")
    return tuple(part for part in parts if part)


def _seen(assessment: Assessment) -> str:
    source = assessment.track.source
    kind = summary.recorded_in(source)
    return f"{kind} {one_line(source.name, _LONGEST_NAME)}" if kind else "a live set before a camera"


def _what_was_managed(assessment: Assessment) -> str:
    done = len(assessment.complete_reps)
    return f"You did {counted(done, 'whole rep')}." if done else ""


def _facts(assessment: Assessment) -> tuple[Fact, ...]:
    reps = assessment.complete_reps
    planned = assessment.plan.reps
    facts = [Fact("Reps", (f"{len(reps)} of {planned}" if planned else str(len(reps)),), "whole ones")]
    legs = scored_legs(assessment)

    target = assessment.plan.target_depth_deg
    for measure in in_order(lambda each: each.wording.plain):
        known = [(side.value, typical(reps, measure.name, side.value)) for side in legs]
        values = tuple(f"{sentence_case(leg)} {_said(measure, e)}" for leg, e in known if e is not None)
        if values and assessment.view.verdict is not ViewQuality.REFUSED:
            aim = f"; planned {target:g}°" if target is not None and measure.name == DEPTH else ""
            facts.append(Fact(measure.wording.plain, values, f"{measure.wording.plain_meaning}{aim}"))
    tempo = tempo_measures()
    times = [estimate for each in tempo if (estimate := typical(reps, each.name, "both")) is not None]
    if len(times) == len(tempo):
        text = " / ".join(f"{e.value:.1f}" for e in times)
        names = " / ".join(each.wording.short.lower() for each in tempo)
        facts.append(Fact("Tempo", (_together(f"{text} s"),), names))
    return tuple(facts)


def _said(measure: Measure, estimate: Estimate) -> str:
    """Write a value, a signed one as a size with a direction: `5 ± 3° inward`; the sign means nothing to a client."""
    if measure.ways is None:
        return _together(estimate_text(measure.name, estimate))
    size = _together(estimate_text(measure.name, Estimate(abs(estimate.value), estimate.error)))
    if round(estimate.value, unit_of(measure.name).decimals_shown) == 0:
        return size
    return f"{size} {measure.ways[0] if estimate.value > 0 else measure.ways[1]}"


def _together(value: str) -> str:
    """Keep a value on one line."""
    return value.replace(" ", "\N{NO-BREAK SPACE}")


def _next_steps(details: ClientDetails, head: summary.Headline) -> tuple[str, ...]:
    written = paragraphs(details.next_steps)
    steps = [one_line(step, _LONGEST_SENTENCE) for step in written[:_MOST_STEPS]]
    if len(written) > _MOST_STEPS or any(len(step) > _LONGEST_SENTENCE for step in written):
        steps.append(_MORE_IN_REPORT)
    prescribed = prescription(details.plan, details.sessions_a_day)
    found = [*([prescribed] if prescribed else []), *steps]
    if not found and head.measured:
        return (f"In the next set think of one thing only: {one_line(head.title, _LONGEST_CUE)}.",)
    return tuple(found)


def _review_sentence(reviewed: ReviewedSet) -> str:
    if reviewed.corrected is None:
        return ""
    people = list(dict.fromkeys(one_line(c.made_by, _LONGEST_NAME) for c in reviewed.corrections if c.made_by))
    by = f" by {one_line(listed(people), _LONGEST_CUE)}" if people else ""
    return f"What the camera measured was checked and corrected{by}; the clinical report lists what was changed."


def _severity(flags: Sequence[Finding], cue: str) -> tuple[bool, float]:
    of_cue = [flag for flag in flags if flag.cue == cue]
    return any(level_of(flag) is Level.FAULT for flag in of_cue), max((abs(flag.value) for flag in of_cue), default=0.0)


def _picture(frame: KeyFrame, flags: Sequence[Finding], first: str) -> Picture:
    shown = next((flag for flag in flags if flag.cue == first), flags[0] if flags else None)
    if shown is None:
        return Picture(frame, f"Rep {frame.rep} at the bottom: nothing to change here.", None)
    leg = f", {shown.leg} leg" if shown.leg != "both" else ""
    return Picture(frame, f"Rep {frame.rep} at the bottom: look at {one_line(shown.name, 60)}{leg}.", level_of(shown))
