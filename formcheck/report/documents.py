"""One set handed out in any form: written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from formcheck.errors import OutputError
from formcheck.exercises.rubric import Rubric
from formcheck.report.c3d_file import write_c3d
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_page import client_page
from formcheck.report.client_pdf import client_pdf
from formcheck.report.clinical_pdf import clinical_pdf
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.files import Progress, no_progress, writing_whole
from formcheck.report.keyframes import KeyFrame, key_frames
from formcheck.report.outputs import spare_source
from formcheck.report.page import report_page
from formcheck.report.render import render_overlay
from formcheck.report.rep_csv import write_rep_csv
from formcheck.report.review_document import write_review_json
from formcheck.report.table import write_csv
from formcheck.report.trc import write_trc
from formcheck.session.corrections import ReviewedSet


def write_document(
    kind: DocumentKind,
    reviewed: ReviewedSet,
    details: ClientDetails,
    path: Path,
    *,
    generated_on: str,
    video_path: Path | None = None,
    rubric: Rubric | None = None,
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
            render_overlay(video_path, assessment, path, progress)
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
            content = _typeset(kind, reviewed, details, frames, generated_on, rubric)
            with writing_whole(path) as staged:
                staged.write_bytes(content)
    progress(1.0)


def _typeset(
    kind: DocumentKind,
    reviewed: ReviewedSet,
    details: ClientDetails,
    frames: list[KeyFrame],
    generated_on: str,
    rubric: Rubric | None,
) -> bytes:
    """Return the bytes of a document for people."""
    if kind is DocumentKind.CLIENT_PDF:
        return client_pdf(reviewed, details, frames, generated_on=generated_on)
    if kind is DocumentKind.CLINICAL_PDF:
        return clinical_pdf(reviewed, details, frames, generated_on=generated_on, rubric=rubric)
    if kind is DocumentKind.CLIENT_HTML:
        html = client_page(reviewed, details, frames, generated_on=generated_on)
    else:
        html = report_page(
            reviewed.current, frames, generated_on=generated_on, reviewed=reviewed, details=details, rubric=rubric
        )
    return html.encode("utf-8", errors="replace")
