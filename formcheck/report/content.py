"""Everything that a full report says of a set, in words: one content for the HTML page and the PDF."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from formcheck.errors import RubricError
from formcheck.exercises.describe import describe, notes_in_words
from formcheck.exercises.finding import Finding
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.exercises.words import NOT_MEASURED, estimate_text, good_text, label_of, sentence_case
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import Side
from formcheck.pose.origin import Finder
from formcheck.report import safety, summary
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails, next_steps, pain_sentences, person_facts
from formcheck.report.client_summary import review_sentence
from formcheck.report.drawn import DrawnFrame
from formcheck.report.keyframes import MOST_KEY_FRAMES, KeyFrame
from formcheck.report.opening import Opening, opening_of
from formcheck.report.plain_text import paragraphs
from formcheck.report.remote_part import RemotePart
from formcheck.report.rep_table import RepTable, rep_table
from formcheck.report.review_words import TIMES, CorrectionLine, automatic_of, correction_lines, rep_pairs
from formcheck.report.soap import SoapSheet
from formcheck.report.words import Term, direction_of, glossary_of, why_not_counted
from formcheck.session.assessment import Assessment, Rep, SetupCheck
from formcheck.session.corrections import ReviewedSet
from formcheck.session.verdict import Level, level_of, verdict_of_rep, word_of

_VERDICTS = {
    ViewQuality.OK: "good enough",
    ViewQuality.LOW: "low confidence",
    ViewQuality.REFUSED: "not good enough for angles",
}


@dataclass(frozen=True)
class FlagLine:
    """One finding, with the leg in its name."""

    name: str
    value: str
    band: Level
    word: str
    """For the level."""
    cue: str


@dataclass(frozen=True, eq=False)
class ReportPlot:
    """A measure over time."""

    title: str
    direction: str
    """What up and down mean."""
    label: str
    """What it shows, for people who do not see it."""
    legs: tuple[Side, ...]
    has_bands: bool
    chart: Chart


@dataclass(frozen=True, eq=False)
class ReportPhoto:
    """A rep at its deepest."""

    caption: str
    alt: str
    flags: tuple[FlagLine, ...]
    """What was found off in the rep, worst first."""
    frame: KeyFrame


@dataclass(frozen=True)
class OriginLine:
    """Where numbers come from."""

    name: str
    text: str
    sha256: str
    """Empty where there is no file."""


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Texts are plain: whoever shows them escapes them."""

    exercise_name: str
    recording: str
    """Name of the file, or that it was a live set."""
    recorded_in: str
    """As `summary.recorded_in` has it."""
    generated_on: str
    person: tuple[tuple[str, str], ...]
    """Facts by name; empty for a report that is of nobody in particular."""
    done: str
    opening: Opening
    reviewed: str
    """That somebody corrected the measurement; empty where nobody did."""
    headline: summary.Headline
    tiles: tuple[summary.Tile, ...]
    plan: tuple[str, ...]
    pain: tuple[str, ...]
    note: tuple[str, ...]
    next_steps: tuple[str, ...]
    remote: RemotePart | None
    """Of the remote session in which the set was done."""
    soap: SoapSheet | None
    """The clinician's note on the set."""
    is_corrected: bool
    corrections: tuple[CorrectionLine, ...]
    table: RepTable
    times: tuple[TimesRow, ...]
    """Empty where nobody reviewed the set."""
    of_set: tuple[FlagLine, ...]
    plots: tuple[ReportPlot, ...]
    photos: tuple[ReportPhoto, ...]
    photos_note: str
    """Why there are no photos, or fewer than reps; empty where every rep is shown."""
    gaps: tuple[summary.Gap, ...]
    view: str
    """`front, good enough`."""
    view_reason: str
    setup: tuple[SetupCheck, ...]
    checks: tuple[summary.CheckLine, ...]
    rubric: str
    bands: tuple[BandRow, ...]
    """Empty where the rubric is not one of formcheck's own and was not given."""
    rubric_notes: str
    glossary: tuple[Term, ...]
    safety: tuple[str, ...]
    see_now: tuple[str, ...]
    see_soon: tuple[str, ...]
    origin: tuple[OriginLine, ...]


def report_content(
    assessment: Assessment,
    key_frames: Sequence[KeyFrame],
    *,
    generated_on: str,
    reviewed: ReviewedSet | None = None,
    details: ClientDetails | None = None,
    rubric: Rubric | None = None,
    remote: RemotePart | None = None,
    last_time: str = "",
    soap: SoapSheet | None = None,
    drawn: Sequence[DrawnFrame] = (),
) -> ReportContent:
    """Say everything of a set.

    Parameters
    ----------
    assessment
        The set.
    key_frames
        Pictures of the reps at their deepest; none where there is no video.
    generated_on
        Date of the report, as it is to be shown.
    reviewed
        The same set with its review, whose `current` is `assessment`: values that were changed are shown with the
        automatic ones beside them, and each correction with who made it and when. None where nobody reviewed it.
    details
        The person, the day, pain, plan and note; None for a report that is of nobody in particular.
    rubric
        What the set was judged by, for bands and sources; found by itself where it is one of formcheck's own.
    remote
        Of the remote session in which the set was done; None where it was done in none.
    last_time
        What changed since the person's last set, in a sentence.
    soap
        The clinician's note on the set; None where there is none.
    drawn
        Frames that something was drawn on, shown after those of the reps.
    """
    is_corrected = reviewed is not None and reviewed.corrected is not None
    table = rep_table(assessment, automatic_of(reviewed) if reviewed is not None and is_corrected else None)
    charts = charts_of(assessment)
    rubric = rubric or own_rubric_of(assessment)
    source, view, findings = assessment.track.source, assessment.view, assessment.findings
    return ReportContent(
        exercise_name=assessment.exercise_name,
        recording=source.name if source.sha256 else "live set before a camera",
        recorded_in=summary.recorded_in(source),
        generated_on=generated_on,
        person=() if details is None else person_facts(details),
        done=summary.what_was_done(assessment, live=not source.sha256),
        opening=opening_of(assessment, key_frames, details, last_time=last_time),
        reviewed="" if reviewed is None else review_sentence(reviewed),
        headline=summary.headline(assessment),
        tiles=summary.tiles(assessment),
        plan=summary.plan_sentences(assessment.plan),
        pain=() if details is None else pain_sentences(details),
        note=() if details is None else paragraphs(details.note),
        next_steps=() if details is None else next_steps(details),
        remote=remote,
        soap=soap,
        is_corrected=is_corrected,
        corrections=() if reviewed is None else tuple(correction_lines(reviewed)),
        table=table,
        times=() if reviewed is None else rep_times(reviewed),
        of_set=tuple(_flag(finding) for finding in findings if finding.rep is None),
        plots=tuple(_plot(chart) for chart in charts),
        photos=(*(_photo(assessment, frame) for frame in key_frames), *map(_drawn_photo, drawn)),
        photos_note=_photos_note(assessment, len(key_frames)),
        gaps=tuple(summary.gaps(assessment.not_measured)),
        view=f"{view.kind.value}, {_VERDICTS[view.verdict]}",
        view_reason=view.reason,
        setup=tuple(assessment.setup),
        checks=summary.check_lines(findings),
        rubric=assessment.provenance.rubric,
        bands=() if rubric is None else band_rows(rubric, findings),
        rubric_notes="" if rubric is None else notes_in_words(rubric),
        glossary=tuple(glossary_of(_measures_shown(findings, table, charts))),
        safety=safety.safety_texts(assessment.exercise, of_own_video=details is None),
        see_now=safety.SEE_NOW,
        see_soon=safety.SEE_SOON,
        origin=_origin(assessment),
    )


def chart_label(chart: Chart) -> str:
    """Say in words what a chart shows, for people who do not see it."""
    parts = [f"rep {p.rep} {p.side.value} {estimate_text(chart.measure, p.estimate)}" for p in chart.peaks]
    peaks = f"At the bottom: {', '.join(parts)}." if parts else "No rep has a value."
    return f"{label_of(chart.measure)} over time. {peaks}"


def plots_of(assessment: Assessment) -> tuple[ReportPlot, ...]:
    """Return the plots of a report by themselves."""
    return tuple(_plot(chart) for chart in charts_of(assessment))


def _plot(chart: Chart) -> ReportPlot:
    return ReportPlot(
        title=label_of(chart.measure),
        direction=direction_of(chart.measure),
        label=chart_label(chart),
        legs=tuple(line.side for line in chart.lines),
        has_bands=bool(chart.columns),
        chart=chart,
    )


def _photo(assessment: Assessment, frame: KeyFrame) -> ReportPhoto:
    return ReportPhoto(
        caption=f"Rep {frame.rep}, at {frame.t_s:.1f} s",
        alt=f"{assessment.exercise_name}, rep {frame.rep} at the bottom, with the measured skeleton drawn in.",
        flags=tuple(_flag(finding) for finding in verdict_of_rep(assessment, frame.rep).findings),
        frame=frame,
    )


def _drawn_photo(drawn: DrawnFrame) -> ReportPhoto:
    return ReportPhoto(
        caption=f"Drawn at {drawn.frame.t_s:.1f} s: {drawn.said}",
        alt=f"The picture at {drawn.frame.t_s:.1f} s with what a reviewer drew on it: {drawn.said}.",
        flags=(),
        frame=drawn.frame,
    )


def _photos_note(assessment: Assessment, shown: int) -> str:
    whole = len(assessment.complete_reps)
    if not whole:
        seen = any(rep.complete for rep in assessment.reps)
        return f"There are no pictures, because no whole rep was {'counted' if seen else 'seen'}."
    if not shown and summary.recorded_in(assessment.track.source) == "landmarks":
        return "There are no pictures: the set was measured from landmarks of another program."
    if not shown:
        return "There are no pictures: the set was measured again from saved landmarks, without its video."
    if shown < whole:
        return f"{shown} of {whole} reps are shown, evenly spread (at most {MOST_KEY_FRAMES})."
    return ""


def _flag(finding: Finding) -> FlagLine:
    leg = f", {finding.leg} leg" if finding.leg != "both" else ""
    value = estimate_text(finding.measure, Estimate(finding.value, finding.error))
    good = good_text(finding.measure, finding.bands)
    shown = f"{value}, good is {good}" if good else value
    return FlagLine(sentence_case(finding.name) + leg, shown, level_of(finding), word_of(finding), finding.cue)


def _measures_shown(findings: Iterable[Finding], table: RepTable, charts: Sequence[Chart]) -> list[str]:
    """Return the measures that a report speaks of, some more than once."""
    return [*(chart.measure for chart in charts), *table.measures, *(finding.measure for finding in findings)]


def _origin(assessment: Assessment) -> tuple[OriginLine, ...]:
    source, made = assessment.track.source, assessment.provenance
    kind = summary.recorded_in(source)
    # A file of landmarks often does not say the size of its picture: then it is made up to hold the person.
    size = [] if kind == "landmarks" else [f"{source.width} × {source.height} px"]
    return (
        OriginLine(
            sentence_case(kind or "camera"), ", ".join([source.name, *size, f"{source.frames} frames"]), source.sha256
        ),
        OriginLine("formcheck", made.formcheck, ""),
        *(line for finder in made.found_by for line in _found_by(finder)),
        OriginLine("Rubric", made.rubric, made.rubric_sha256),
        OriginLine("Filter", made.filter, ""),
    )


def _found_by(finder: Finder) -> Iterator[OriginLine]:
    origin, later = finder.origin, f", {finder.since}" if finder.why else ""
    because = f" (because {finder.why})" if finder.why else ""
    yield OriginLine(f"Pose model{later}", origin.described + because, origin.sha256)
    if origin.runtime:
        tested = [origin.self_test.described] if origin.self_test is not None else []
        yield OriginLine(f"Pose runtime{later}", "; ".join([origin.runtime, *tested]), origin.runtime_sha256)


@dataclass(frozen=True)
class BandRow:
    """What is good in one check, and what is a fault; anything between is a caution."""

    check: str
    name: str
    good: str
    fault: str
    source: str


def own_rubric_of(assessment: Assessment) -> Rubric | None:
    """Return the rubric that a set was judged by where it is one of formcheck's own, None for another file."""
    try:
        rubric = builtin_rubric(assessment.exercise)
    except RubricError:
        return None
    return rubric if rubric.sha256 == assessment.provenance.rubric_sha256 else None


def band_rows(rubric: Rubric, findings: Iterable[Finding]) -> tuple[BandRow, ...]:
    """Return the bands of the checks that were judged in a set, in the order of the rubric."""
    judged = {finding.check for finding in findings}
    return tuple(
        BandRow(row.id, row.name, row.good, row.fault, row.source) for row in describe(rubric) if row.id in judged
    )


@dataclass(frozen=True)
class Moment:
    """One time of one rep."""

    text: str
    was: str
    """The automatic one, where the review changed it."""


@dataclass(frozen=True)
class TimesRow:
    """Start, start and end of the bottom, and end of one rep, in seconds of the video."""

    rep: str
    """Its number after the review; a dash for one that was left out."""
    leg: str
    moments: tuple[Moment, ...]
    note: str


def rep_times(reviewed: ReviewedSet) -> tuple[TimesRow, ...]:
    """Lay out the times of all reps of a set, those that a review left out included."""
    rows = []
    for pair in rep_pairs(reviewed):
        rep, before = pair.current, pair.automatic
        shown = rep or before
        if shown is None:
            continue
        moments = tuple(_moment(rep, before, name) for name in TIMES)
        rows.append(TimesRow(NOT_MEASURED if rep is None else str(rep.index), shown.leg, moments, _note(rep, before)))
    return tuple(rows)


def _moment(rep: Rep | None, before: Rep | None, name: str) -> Moment:
    now, was = _text(rep, name), _text(before, name)
    return Moment(now, was if before is not None and was != now else "")


def _text(rep: Rep | None, name: str) -> str:
    value = math.nan if rep is None else float(getattr(rep, name))
    return f"{value:.2f}" if math.isfinite(value) else NOT_MEASURED


def _note(rep: Rep | None, before: Rep | None) -> str:
    if rep is None:
        return "not found after review"
    if why := why_not_counted(rep):
        return f"{why}, not counted"
    if before is None:
        return "found in review"
    return f"automatic rep {before.index}" if before.index != rep.index else ""
