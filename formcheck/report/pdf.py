"""PDF from a template and data, by typst: no system library, no network, the same bytes from the same data."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import typst

from formcheck.errors import OutputError
from formcheck.report.document import Document
from formcheck.report.plain_text import breakable, plain

_TEMPLATES: Final = "templates"
_SHARED: Final = "common.typ"
_DATA: Final = "data.json"
_ACCESSIBLE: Final[Literal["ua-1"]] = "ua-1"
"""PDF/UA-1: readable by screen readers, and refused where a letter has no glyph."""


def make_pdf(template: str, data: Document, files: Mapping[str, bytes]) -> bytes:
    """Typeset a document.

    What people typed reaches the template as data and is never read as markup. typst sees one folder that holds
    nothing but the template, the data and the pictures, and no packages, so nothing is fetched.

    The fonts are those inside typst, so that a document looks the same everywhere. A text with letters that they lack
    is set with the fonts of this computer, and where these lack them too, with boxes in their place.

    Parameters
    ----------
    template
        Name of a template of this package, such as `client.typ`.
    data
        What it shows.
    files
        Pictures by the names that `data` calls them.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    with tempfile.TemporaryDirectory(prefix="formcheck-pdf-") as name:
        folder = Path(name)
        for text in (template, _SHARED):
            source = resources.files("formcheck.report").joinpath(_TEMPLATES, text)
            (folder / text).write_bytes(source.read_bytes())
        json_text = json.dumps(data, allow_nan=False, ensure_ascii=True)
        (folder / _DATA).write_text(json_text, encoding="utf-8")
        for file_name, content in files.items():
            (folder / file_name).write_bytes(content)
        return _typeset(folder, template)


def printable(data: Document) -> Document:
    """Return the same data with every text made safe to print and its longest words breakable."""
    return {name: _printable(value) for name, value in data.items()}


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return breakable(plain(value))
    if isinstance(value, dict):
        return printable(value)
    if isinstance(value, list | tuple):
        return [_printable(each) for each in value]
    return value


def _typeset(folder: Path, template: str) -> bytes:
    """Try the accessible form with typst's own fonts, then with those of the computer, then with boxes for letters."""
    attempts = ((True, True), (True, False), (False, True))
    reason = ""
    for accessible, own_fonts_only in attempts:
        try:
            return typst.compile(
                str(folder / template),
                root=str(folder),
                ignore_system_fonts=own_fonts_only,
                pdf_standards=[_ACCESSIBLE] if accessible else [],
                package_path=str(folder),
                package_cache_path=str(folder),
            )
        except typst.TypstError as error:
            reason = error.message
    raise OutputError(f"The PDF could not be made: {reason}.", "Choose the HTML form of the document.")
