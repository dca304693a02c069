"""The full clinical report as a PDF: everything that was measured, corrected and left unmeasured, with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from formcheck.exercises.finding import Finding
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.pose.landmarks import Side
from formcheck.report import safety, summary
from formcheck.report.bands_table import band_rows, rubric_of
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails
from formcheck.report.document import Document
from formcheck.report.keyframes import KeyFrame
from formcheck.report.page import VERDICT_WORDS, chart_label, measures_shown, why_no_photos
from formcheck.report.palette import BAND_STYLES
from formcheck.report.pdf import make_pdf, printable
from formcheck.report.person import next_steps, pain_sentences, person_facts
from formcheck.report.plain_text import paragraphs
from formcheck.report.print_svg import print_chart
from formcheck.report.rep_table import RepTable, rep_table
from formcheck.report.rep_times import rep_times
from formcheck.report.review_words import automatic_of, correction_lines
from formcheck.report.words import direction_of, estimate_text, glossary_of, label_of, sentence_case
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ReviewedSet

_TEMPLATE: Final = "clinical.typ"
_PLOT_PX: Final = (760, 275)
"""Width and height of a plot: two fit on a page beside a table."""
_LEG_LINES: Final = {Side.LEFT: "left leg: solid line, round", Side.RIGHT: "right leg: dashed line, square"}


def clinical_pdf(
    reviewed: ReviewedSet,
    details: ClientDetails,
    key_frames: Sequence[KeyFrame],
    *,
    generated_on: str,
    rubric: Rubric | None = None,
) -> bytes:
    """Typeset the full report of a set for a clinician.

    Parameters
    ----------
    reviewed
        The set; values that a review changed are shown with the automatic ones beside them.
    details
        The person, the day, pain, plan and note.
    key_frames
        Pictures of the reps at their deepest; none where there is no video.
    generated_on
        Date of the document, as it is to be shown.
    rubric
        What the set was judged by, for bands and sources; found by itself where it is one of formcheck's own.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    assessment = reviewed.current
    rubric = rubric or rubric_of(assessment)
    files: dict[str, bytes] = {}
    charts = charts_of(assessment)
    table = rep_table(assessment, None if reviewed.corrected is None else automatic_of(reviewed))
    data: Document = {
        "title": f"{assessment.exercise_name}: clinical report",
        "name": details.name,
        "generated_on": generated_on,
        "facts": _facts(assessment, details, generated_on),
        "done": summary.what_was_done(assessment, live=not assessment.track.source.sha256),
        "headline": _headline(assessment),
        "plan": list(summary.plan_sentences(assessment.plan)),
        "pain": list(pain_sentences(details)),
        "next_steps": list(next_steps(details)),
        "note": list(paragraphs(details.note)),
        "reviewed": reviewed.corrected is not None,
        "corrections": [asdict(line) for line in correction_lines(reviewed)],
        "table": _table(table),
        "times": [asdict(row) for row in rep_times(reviewed)],
        "of_set": [_finding(f) for f in assessment.findings if f.rep is None],
        "plots": [_plot(chart, i, files) for i, chart in enumerate(charts)],
        "photos": [_photo(assessment, frame, i, files) for i, frame in enumerate(key_frames)],
        "no_photos": why_no_photos(assessment),
        "gaps": [gap._asdict() for gap in summary.gaps(assessment.not_measured)],
        "view": _view(assessment),
        "setup": [asdict(check) for check in assessment.setup],
        "checks": [_check(line) for line in summary.check_lines(assessment.findings)],
        "bands": [] if rubric is None else [asdict(row) for row in band_rows(rubric, assessment.findings)],
        "rubric_notes": "" if rubric is None else " ".join(rubric.notes.split()),
        "glossary": [term._asdict() for term in glossary_of(measures_shown(assessment, table, charts))],
        "safety": list(safety.safety_texts(assessment.exercise, of_own_video=False)),
        "see_now": list(safety.SEE_NOW),
        "see_soon": list(safety.SEE_SOON),
        "origin": _origin(assessment),
    }
    return make_pdf(_TEMPLATE, printable(data), files)


def _facts(assessment: Assessment, details: ClientDetails, generated_on: str) -> list[list[str]]:
    source = assessment.track.source
    recording = source.name if source.sha256 else "live set before a camera"
    facts = [*person_facts(details), ("Exercise", assessment.exercise_name), ("Recording", recording)]
    return [list(fact) for fact in (*facts, ("Report of", generated_on))]


def _headline(assessment: Assessment) -> Document:
    head = summary.headline(assessment)
    return {
        "title": head.title,
        "band": None if head.band is None else head.band.value,
        "detail": head.detail,
        "more": [{"cue": c.cue, "band": c.band.value, "seen": c.seen} for c in head.more],
        "praise": head.praise,
    }


def _table(table: RepTable) -> Document:
    rows = []
    for row in table.rows:
        cells = [
            {"text": c.text, "was": c.was, "band": None if c.band is None else c.band.value, "rows": c.rows}
            for c in row.cells
        ]
        rows.append({"rep": row.rep, "rep_rows": row.rep_rows, "note": row.note, "leg": row.leg, "cells": cells})
    return {"heads": list(table.heads), "rows": rows}


def _finding(finding: Finding) -> Document:
    leg = f", {finding.leg} leg" if finding.leg != "both" else ""
    return {
        "name": sentence_case(finding.name) + leg,
        "value": estimate_text(finding.measure, Estimate(finding.value, finding.error)),
        "band": finding.band.value,
        "cue": finding.cue,
    }


def _plot(chart: Chart, i: int, files: dict[str, bytes]) -> Document:
    name, label = f"plot{i}.svg", chart_label(chart)
    files[name] = print_chart(chart, _PLOT_PX, label).encode()
    return {
        "file": name,
        "alt": label,
        "title": label_of(chart.measure),
        "direction": direction_of(chart.measure),
        "legs": "; ".join(_LEG_LINES[line.side] for line in chart.lines),
        "has_bands": bool(chart.zones),
    }


def _photo(assessment: Assessment, frame: KeyFrame, i: int, files: dict[str, bytes]) -> Document:
    name = f"photo{i}.jpg"
    files[name] = frame.jpeg
    caption = f"Rep {frame.rep}, at {frame.t_s:.1f} s"
    flags = [
        {"band": f.band.value, "name": sentence_case(f.name) + (f", {f.leg}" if f.leg != "both" else "")}
        for f in summary.flags_of_rep(assessment, frame.rep)
    ]
    return {"file": name, "caption": caption, "alt": f"{caption}, at the bottom, skeleton drawn in.", "flags": flags}


def _view(assessment: Assessment) -> Document:
    view = assessment.view
    return {"kind": view.kind.value, "verdict": VERDICT_WORDS[view.verdict], "reason": view.reason}


def _check(line: summary.CheckLine) -> Document:
    counts = [{"band": band.value, "word": BAND_STYLES[band].word, "n": n} for band, n in line.counts]
    return {**asdict(line), "counts": counts}


def _origin(assessment: Assessment) -> list[list[str]]:
    source, made = assessment.track.source, assessment.provenance
    size = f"{source.name}, {source.width} × {source.height} px, {source.frames} frames"
    video = f"{size}, SHA-256 {source.sha256}" if source.sha256 else size
    return [
        ["Video" if source.sha256 else "Camera", video],
        ["formcheck", made.formcheck],
        ["Pose model", f"{made.pose_model} by MediaPipe {made.mediapipe}, SHA-256 {made.model_sha256}"],
        ["Rubric", f"{made.rubric}, SHA-256 {made.rubric_sha256}"],
        ["Filter", made.filter],
    ]
