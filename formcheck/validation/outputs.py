"""Everything that is written for a validation: HTML, JSON, CSV and Markdown, all of it or nothing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from formcheck.report.csv_file import CsvDialect
from formcheck.report.files import output_error, publish, staging_folder
from formcheck.validation.document import json_text, pairs_csv
from formcheck.validation.markdown import markdown_of
from formcheck.validation.page import validation_page
from formcheck.validation.study import Study


@dataclass(frozen=True)
class StudyOutputs:
    """Where a validation goes and what stands in it beside the figures."""

    out_dir: Path
    folder: str
    """Name of the folder with the clips."""
    command: str
    """What was typed."""
    generated_on: str
    """Date for the page."""
    notes: str | None = None
    """Markdown for the end of the Markdown."""
    markdown: Path | None = None
    """A second place for the Markdown."""
    csv: CsvDialect = CsvDialect.COMMA
    """How the CSV is written."""


def write_validation(study: Study, wanted: StudyOutputs) -> list[Path]:
    """Write `validation.html`, `.json`, `.csv` and `.md` into a folder, and the Markdown where else it is wanted.

    Returns
    -------
    list of Path
        The files, in this order.

    Raises
    ------
    OutputError
        If something cannot be written; then nothing is.
    """
    markdown = markdown_of(study, wanted.command, wanted.notes)
    texts = {
        "html": validation_page(study, wanted.folder, wanted.generated_on),
        "json": json_text(study),
        "csv": pairs_csv(study, wanted.csv),
        "md": markdown,
    }
    with ExitStack() as folders:
        staging = folders.enter_context(staging_folder(wanted.out_dir))
        staged = [
            (staging / f"validation.{end}", wanted.out_dir / f"validation.{end}", text) for end, text in texts.items()
        ]
        if wanted.markdown is not None and wanted.markdown.resolve() != staged[-1][1].resolve():
            beside = folders.enter_context(staging_folder(wanted.markdown.parent))
            staged.append((beside / "copy.md", wanted.markdown, markdown))
        for path, target, text in staged:
            try:
                path.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                raise output_error(error, target.parent) from error
        return publish([(path, target) for path, target, _ in staged])
