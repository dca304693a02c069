"""The report of a set: one HTML page that needs no script, no network and no other file."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from formcheck.exercises.finding import Finding
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewQuality
from formcheck.report import safety, summary, svg
from formcheck.report.bands_table import band_rows, rubric_of
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails
from formcheck.report.files import writing_whole
from formcheck.report.keyframes import MOST_KEY_FRAMES, KeyFrame
from formcheck.report.palette import BAND_STYLES
from formcheck.report.person import next_steps, pain_sentences, person_facts
from formcheck.report.plain_text import paragraphs
from formcheck.report.rep_table import RepTable, rep_table
from formcheck.report.rep_times import rep_times
from formcheck.report.review_words import automatic_of, correction_lines
from formcheck.report.words import direction_of, estimate_text, glossary_of, label_of, sentence_case
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ReviewedSet

_TEMPLATE: Final = "report.html.j2"
_DETAILS: Final = "details.html.j2"
_STYLE: Final = "templates/report.css"
VERDICT_WORDS: Final[Mapping[ViewQuality, str]] = {
    ViewQuality.OK: "good enough",
    ViewQuality.LOW: "low confidence",
    ViewQuality.REFUSED: "not good enough for angles",
}
"""What is said of how well a view carries measures."""


@dataclass(frozen=True)
class Figure:
    """A chart as the page shows it."""

    title: str
    direction: str
    wide: Markup
    narrow: Markup
    legs: tuple[str, ...]
    has_bands: bool


@dataclass(frozen=True)
class Photo:
    """A key frame as the page shows it."""

    caption: str
    alt: str
    flags: tuple[Finding, ...]
    """What was found off in the rep, worst first."""
    data: str
    """As a `data:` address."""
    width: int
    height: int


def report_page(
    assessment: Assessment,
    key_frames: Sequence[KeyFrame],
    *,
    generated_on: str,
    overlay_name: str | None = None,
    reviewed: ReviewedSet | None = None,
    details: ClientDetails | None = None,
    rubric: Rubric | None = None,
) -> str:
    """Write the report of a set as HTML.

    Parameters
    ----------
    assessment
        The set.
    key_frames
        Pictures of the reps at their deepest; none where there is no video.
    generated_on
        Date of the report, as it is to be shown.
    overlay_name
        File name of the overlay video beside the report, None where there is none.
    reviewed
        The same set with its review, whose `current` is `assessment`: values that were changed are shown with the
        automatic ones beside them, and each correction with who made it and when. None where nobody reviewed it.
    details
        The person, the day, pain, plan and note; None for a report that is of nobody in particular.
    rubric
        What the set was judged by, for bands and sources; found by itself where it is one of formcheck's own.

    Returns
    -------
    str
        A whole page. It loads nothing: its only address is a link to the overlay beside it.
    """
    corrected = reviewed is not None and reviewed.corrected is not None
    table = rep_table(assessment, automatic_of(reviewed) if reviewed is not None and corrected else None)
    charts = charts_of(assessment)
    rubric = rubric or rubric_of(assessment)
    return (
        template_environment()
        .get_template(_TEMPLATE)
        .render(
            a=assessment,
            style=Markup(report_style()),
            generated_on=generated_on,
            overlay=None if overlay_name is None else quote(overlay_name),
            done=summary.what_was_done(assessment),
            headline=summary.headline(assessment),
            tiles=summary.tiles(assessment),
            plan=summary.plan_sentences(assessment.plan),
            table=table,
            of_set=[f for f in assessment.findings if f.rep is None],
            checks=summary.check_lines(assessment.findings),
            figures=[_figure(chart) for chart in charts],
            photos=[_photo(assessment, frame) for frame in key_frames],
            most_photos=MOST_KEY_FRAMES,
            glossary=glossary_of(measures_shown(assessment, table, charts)),
            safety=safety,
            bands=BAND_STYLES,
            label_of=label_of,
            sentence_case=sentence_case,
            finding_text=_finding_text,
            no_photos=why_no_photos(assessment),
            gaps=summary.gaps(assessment.not_measured),
            verdict=VERDICT_WORDS[assessment.view.verdict],
            band_rows=() if rubric is None else band_rows(rubric, assessment.findings),
            rubric_notes="" if rubric is None else rubric.notes,
            corrected=corrected,
            corrections=() if reviewed is None else correction_lines(reviewed),
            times=() if reviewed is None else rep_times(reviewed),
            person=() if details is None else person_facts(details),
            pain=() if details is None else pain_sentences(details),
            note=() if details is None else paragraphs(details.note),
            next_steps=() if details is None else next_steps(details),
            of_own_video=details is None,
        )
    )


def details_html(assessment: Assessment) -> str:
    """Write numbers, rep table and plots of a set as a piece of HTML, for a page that has `report_style`."""
    return (
        template_environment()
        .get_template(_DETAILS)
        .render(
            tiles=summary.tiles(assessment),
            table=rep_table(assessment),
            figures=[_figure(chart) for chart in charts_of(assessment)],
            bands=BAND_STYLES,
        )
    )


def report_style() -> str:
    """Return the report's style sheet."""
    return resources.files("formcheck.report").joinpath(_STYLE).read_text(encoding="utf-8")


def write_page(
    assessment: Assessment,
    key_frames: Sequence[KeyFrame],
    path: Path,
    *,
    generated_on: str,
    overlay_name: str | None = None,
    reviewed: ReviewedSet | None = None,
    details: ClientDetails | None = None,
    rubric: Rubric | None = None,
) -> None:
    """Write the report of a set to a file, whole or not at all; the parameters are those of `report_page`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    html = report_page(
        assessment,
        key_frames,
        generated_on=generated_on,
        overlay_name=overlay_name,
        reviewed=reviewed,
        details=details,
        rubric=rubric,
    )
    with writing_whole(path) as staged:
        staged.write_text(html, encoding="utf-8", errors="replace")


def template_environment() -> Environment:
    """Return where the pages' templates are, every text that they show escaped."""
    return Environment(
        loader=PackageLoader("formcheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _figure(chart: Chart) -> Figure:
    title = label_of(chart.measure)
    label = chart_label(chart)
    return Figure(
        title=title,
        direction=direction_of(chart.measure),
        wide=svg.draw_chart(chart, svg.WIDE, label),
        narrow=svg.draw_chart(chart, svg.NARROW, label),
        legs=tuple(line.side.value for line in chart.lines),
        has_bands=bool(chart.zones),
    )


def chart_label(chart: Chart) -> str:
    """Say in words what a chart shows, for people who do not see it."""
    return f"{label_of(chart.measure)} over time. {_peaks_in_words(chart)}"


def _peaks_in_words(chart: Chart) -> str:
    parts = [f"rep {p.rep} {p.side.value} {estimate_text(chart.measure, p.estimate)}" for p in chart.peaks]
    return f"At the bottom: {', '.join(parts)}." if parts else "No rep has a value."


def _photo(assessment: Assessment, frame: KeyFrame) -> Photo:
    caption = f"Rep {frame.rep}, at {frame.t_s:.1f} s"
    what = f"{assessment.exercise_name}, rep {frame.rep} at the bottom, with the measured skeleton drawn in."
    data = "data:image/jpeg;base64," + base64.b64encode(frame.jpeg).decode("ascii")
    flags = tuple(summary.flags_of_rep(assessment, frame.rep))
    return Photo(caption, what, flags, data, frame.width, frame.height)


def why_no_photos(assessment: Assessment) -> str:
    """Say why a report has no pictures."""
    if not assessment.complete_reps:
        seen = any(rep.complete for rep in assessment.reps)
        return f"There are no pictures, because no whole rep was {'counted' if seen else 'seen'}."
    return "There are no pictures: the set was measured again from saved landmarks, without its video."


def _finding_text(finding: Finding) -> str:
    return estimate_text(finding.measure, Estimate(finding.value, finding.error))


def measures_shown(assessment: Assessment, table: RepTable, charts: Sequence[Chart]) -> list[str]:
    """Return the measures that a report speaks of, some more than once."""
    judged = [finding.measure for finding in assessment.findings]
    return [*(chart.measure for chart in charts), *table.measures, *judged]
