"""One set handed out in any form, written whole or not at all; a reviewed one as JSON, `formcheck.review/1`."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Final

from formcheck.errors import OutputError
from formcheck.exercises.rubric import Rubric
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.document import Document, assessment_document
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.drawn import DrawnFrame, drawn_frames
from formcheck.report.files import Progress, no_progress, writing_whole
from formcheck.report.keyframes import KeyFrame, key_frames, write_rep_clip
from formcheck.report.letterhead import Letterhead
from formcheck.report.marker_track import write_c3d, write_trc
from formcheck.report.opening import rep_to_share
from formcheck.report.outputs import spare_source
from formcheck.report.page import client_page, report_page
from formcheck.report.pdf import client_pdf, clinical_pdf
from formcheck.report.remote_part import RemotePart
from formcheck.report.render import render_overlay
from formcheck.report.soap import SoapSheet
from formcheck.report.table import write_csv, write_rep_csv
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.correction_document import correction_to_document
from formcheck.session.corrections import ReviewedSet

SCHEMA: Final = "formcheck.review/1"
_SCHEMA_FILE: Final = "schema/review-1.json"
_DECIMALS: Final = 3


def review_schema() -> Document:
    """Return the published JSON Schema (draft 2020-12) of `formcheck.review/1`.

    It refers to the schema of `formcheck.assessment/1` by its `$id`.
    """
    text = resources.files("formcheck.report").joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")
    schema: Document = json.loads(text)
    return schema


def review_document(reviewed: ReviewedSet, details: ClientDetails) -> Document:
    """Put a reviewed set into the form of `formcheck.review/1`: measured, corrected, by whom, and of whom.

    Returns
    -------
    dict
        Valid against `review_schema()`. What is not known is None; the document holds no NaN and no infinity.
    """
    return {
        "schema": SCHEMA,
        "automatic": assessment_document(reviewed.automatic),
        "corrected": None if reviewed.corrected is None else assessment_document(reviewed.corrected),
        "corrections": [correction_to_document(correction) for correction in reviewed.corrections],
        "drawings": [each.document() for each in reviewed.drawings],
        "not_applied": [
            {"id": each.correction.id, "reason": each.reason, "remedy": each.remedy} for each in reviewed.not_applied
        ],
        "client": _client(details),
    }


def write_review_json(reviewed: ReviewedSet, details: ClientDetails, path: Path) -> None:
    """Write the JSON document of a reviewed set, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = json.dumps(review_document(reviewed, details), allow_nan=False, ensure_ascii=False, indent=1)
    with writing_whole(path) as staged:
        staged.write_text(text + "\n", encoding="utf-8", errors="replace")


def _client(details: ClientDetails) -> Document:
    document: Document = {field.name: _value(getattr(details, field.name)) for field in fields(details)}
    for name in ("recorded_on", "birth_date"):
        day = getattr(details, name)
        document[name] = None if day is None else day.isoformat()
    return document


def _value(value: object) -> object:
    """Write one field: empty text as None, a plan by its own fields."""
    if isinstance(value, Plan):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0
    return value or None if isinstance(value, str) else value


def write_document(
    kind: DocumentKind,
    reviewed: ReviewedSet,
    details: ClientDetails,
    path: Path,
    *,
    generated_on: str,
    video_path: Path | None = None,
    rubric: Rubric | None = None,
    remote: RemotePart | None = None,
    soap: SoapSheet | None = None,
    letterhead: Letterhead | None = None,
    last_time: str = "",
    progress: Progress = no_progress,
) -> None:
    """Write one document of a set. An older file at `path` is replaced only once the new one is whole.

    Parameters
    ----------
    kind
        What to write.
    reviewed
        The set; everything shows it as it is after its review, and where it says so beside how it was measured.
    details
        What the document says of the person and the day.
    path
        The file; its folder must exist.
    generated_on
        Date of the document, as it is to be shown.
    video_path
        The video of the set, for pictures and for the overlay; None where it was not kept.
    rubric
        What the set was judged by, for bands and sources; found by itself where it is one of formcheck's own.
    remote
        Of the remote session in which the set was done, for the full report; None where it was done in none.
    soap
        The clinician's note on the set, for the full report; None where there is none.
    letterhead
        What stands at head and foot of what people read, and its paper; None for nothing, on A4. Nobody signs the
        client's summary.
    last_time
        What changed since the person's last set, in a sentence, for what people read; empty where there was none.
    progress
        Told the share that is done, from 0 to 1.

    Raises
    ------
    VideoError
        If the video cannot be read.
    OutputError
        If the document cannot be made or written, needs a video that was not kept, or would be written over it.
    """
    assessment = reviewed.current
    if video_path is not None:
        spare_source(video_path, [path])
    frames = key_frames(video_path, assessment) if video_path is not None and kind.shows_pictures else []
    match kind:
        case DocumentKind.OVERLAY_VIDEO:
            if video_path is None:
                raise OutputError(
                    "The video of this set was not kept, so nothing can be drawn into it.", "Choose another document."
                )
            render_overlay(video_path, assessment, path, progress, drawings=reviewed.drawings)
        case DocumentKind.REP_GIF:
            _write_rep(video_path, assessment, path)
        case DocumentKind.REVIEW_JSON:
            write_review_json(reviewed, details, path)
        case DocumentKind.REPS_CSV | DocumentKind.REPS_CSV_EXCEL:
            write_rep_csv(reviewed, path, kind.csv_dialect)
        case DocumentKind.FRAMES_CSV | DocumentKind.FRAMES_CSV_EXCEL:
            write_csv(assessment, path, kind.csv_dialect)
        case DocumentKind.TRC:
            write_trc(assessment, path, height_cm=details.height_cm)
        case DocumentKind.C3D:
            write_c3d(assessment, path, height_cm=details.height_cm)
        case _:
            of_clinicians = kind in (DocumentKind.CLINICAL_PDF, DocumentKind.CLINICAL_HTML)
            drawn = drawn_frames(video_path, assessment, reviewed.drawings) if video_path and of_clinicians else []
            content = _typeset(
                kind, reviewed, details, frames, generated_on, rubric, remote, soap, letterhead, last_time, drawn
            )
            with writing_whole(path) as staged:
                staged.write_bytes(content)
    progress(1.0)


def _write_rep(video_path: Path | None, assessment: Assessment, path: Path) -> None:
    rep = rep_to_share(assessment)
    with writing_whole(path) as staged:
        if video_path is None or rep is None or not write_rep_clip(video_path, assessment, rep, staged):
            raise OutputError(
                "There is no picture of a whole rep of this set, so none can be shown.", "Choose another document."
            )


def _typeset(
    kind: DocumentKind,
    reviewed: ReviewedSet,
    details: ClientDetails,
    frames: list[KeyFrame],
    generated_on: str,
    rubric: Rubric | None,
    remote: RemotePart | None,
    soap: SoapSheet | None,
    letterhead: Letterhead | None,
    last_time: str,
    drawn: list[DrawnFrame],
) -> bytes:
    """Return the bytes of a document for people."""
    if kind in (DocumentKind.CLIENT_PDF, DocumentKind.CLIENT_HTML):
        summary = client_summary(reviewed, details, frames, generated_on=generated_on, last_time=last_time)
        if kind is DocumentKind.CLIENT_PDF:
            return client_pdf(summary, letterhead)
        html = client_page(summary, letterhead)
    else:
        content = report_content(
            reviewed.current,
            frames,
            generated_on=generated_on,
            reviewed=reviewed,
            details=details,
            rubric=rubric,
            remote=remote,
            soap=soap,
            last_time=last_time,
            drawn=drawn,
        )
        if kind is DocumentKind.CLINICAL_PDF:
            return clinical_pdf(content, letterhead)
        html = report_page(content, for_clinician=True, letterhead=letterhead)
    return html.encode("utf-8", errors="replace")
