"""The documents that a set can be handed out as."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from formcheck.report.csv_file import CsvDialect


class DocumentKind(StrEnum):
    """One form of one set."""

    CLIENT_PDF = "client-pdf"
    CLIENT_HTML = "client-html"
    CLINICAL_PDF = "clinical-pdf"
    CLINICAL_HTML = "clinical-html"
    REVIEW_JSON = "review-json"
    REPS_CSV = "reps-csv"
    FRAMES_CSV = "frames-csv"
    REPS_CSV_EXCEL = "reps-csv-excel"
    FRAMES_CSV_EXCEL = "frames-csv-excel"
    TRC = "trc"
    C3D = "c3d"
    OVERLAY_VIDEO = "overlay-video"
    REP_GIF = "rep-gif"

    @property
    def label(self) -> str:
        """What people call it: `Client summary, one page (PDF)`."""
        return _FORMS[self].label

    @property
    def suffix(self) -> str:
        """End of its file name: `.pdf`, or with a word before it where two kinds would share a name."""
        return _FORMS[self].suffix

    @property
    def media_type(self) -> str:
        """Its type as browsers are told it."""
        return _FORMS[self].media_type

    @property
    def csv_dialect(self) -> CsvDialect:
        """How it is written where it is a CSV."""
        return CsvDialect.EXCEL_SEMICOLON if self in _FOR_EXCEL.values() else CsvDialect.COMMA

    def in_dialect(self, dialect: CsvDialect) -> DocumentKind:
        """Return the kind that holds the same as CSV of a dialect; itself for what is no CSV."""
        return _FOR_EXCEL.get(self, self) if dialect is CsvDialect.EXCEL_SEMICOLON else self

    @property
    def needs_video(self) -> bool:
        """Whether it cannot be made without the video of the set."""
        return self in (DocumentKind.OVERLAY_VIDEO, DocumentKind.REP_GIF)

    @property
    def is_printed(self) -> bool:
        """Whether it is for people, on paper of some size."""
        return self in _WITH_PICTURES

    @property
    def shows_pictures(self) -> bool:
        """Whether it shows pictures where there is a video."""
        return self in _WITH_PICTURES


class _Form(NamedTuple):
    label: str
    suffix: str
    media_type: str


_FORMS: Final = {
    DocumentKind.CLIENT_PDF: _Form("Client summary, one page (PDF)", ".summary.pdf", "application/pdf"),
    DocumentKind.CLIENT_HTML: _Form("Client summary (HTML)", ".summary.html", "text/html"),
    DocumentKind.CLINICAL_PDF: _Form("Clinical report (PDF)", ".report.pdf", "application/pdf"),
    DocumentKind.CLINICAL_HTML: _Form("Clinical report (HTML)", ".report.html", "text/html"),
    DocumentKind.REVIEW_JSON: _Form("All results, automatic and corrected (JSON)", ".review.json", "application/json"),
    DocumentKind.REPS_CSV: _Form("Values of each rep (CSV)", ".reps.csv", "text/csv"),
    DocumentKind.FRAMES_CSV: _Form("Measures over time (CSV)", ".frames.csv", "text/csv"),
    DocumentKind.REPS_CSV_EXCEL: _Form("Values of each rep (CSV for Excel)", ".reps.excel.csv", "text/csv"),
    DocumentKind.FRAMES_CSV_EXCEL: _Form("Measures over time (CSV for Excel)", ".frames.excel.csv", "text/csv"),
    DocumentKind.TRC: _Form("Pose for OpenSim and Pose2Sim (TRC)", ".trc", "text/tab-separated-values"),
    DocumentKind.C3D: _Form("Pose for motion laboratories (C3D)", ".c3d", "application/octet-stream"),
    DocumentKind.OVERLAY_VIDEO: _Form("Video with what was measured drawn in (MP4)", ".overlay.mp4", "video/mp4"),
    DocumentKind.REP_GIF: _Form("One rep to share (GIF)", ".rep.gif", "image/gif"),
}
_FOR_EXCEL: Final = {
    DocumentKind.REPS_CSV: DocumentKind.REPS_CSV_EXCEL,
    DocumentKind.FRAMES_CSV: DocumentKind.FRAMES_CSV_EXCEL,
}
"""Of each CSV, the one for Excel where the comma is the decimal sign."""
_WITH_PICTURES: Final = frozenset(
    {DocumentKind.CLIENT_PDF, DocumentKind.CLIENT_HTML, DocumentKind.CLINICAL_PDF, DocumentKind.CLINICAL_HTML}
)
