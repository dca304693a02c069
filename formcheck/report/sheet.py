"""Documents made of simple parts, as PDF and as HTML from the same content: a comparison, progress, a whole record.

Texts are plain: whoever shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from formcheck.atomic import atomic_path
from formcheck.errors import OutputError
from formcheck.report.document import Document
from formcheck.report.letterhead import Letterhead
from formcheck.report.page import sheet_page
from formcheck.report.pdf import make_pdf, printable, svg_file
from formcheck.session.verdict import Level

_TEMPLATE: Final = "sheet.typ"


@dataclass(frozen=True)
class Facts:
    """Names with their values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lines:
    """Paragraphs, or a list."""

    lines: tuple[str, ...]
    is_list: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Grid:
    """A table; the first cell of each row is its head."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    """Of the columns, as shares; equal where there are none."""


@dataclass(frozen=True)
class Callout:
    """What is to be read first."""

    title: str
    detail: str
    level: Level = Level.NOT_JUDGED


@dataclass(frozen=True)
class Figure:
    """A drawing."""

    title: str
    svg: str = field(repr=False)
    """A whole SVG element whose classes the sheet's style knows."""
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Picture:
    """A JPEG."""

    caption: str
    jpeg: bytes = field(repr=False)


@dataclass(frozen=True)
class Pictures:
    """Pictures beside each other."""

    pictures: tuple[Picture, ...]


Part = Facts | Lines | Grid | Callout | Figure | Pictures
_KINDS: Final[Mapping[type, str]] = {
    Facts: "facts",
    Lines: "lines",
    Grid: "grid",
    Callout: "callout",
    Figure: "figure",
    Pictures: "pictures",
}


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it."""

    title: str
    parts: tuple[Part, ...]
    level: int = 2
    """2, or 3 for a part of the one before."""


@dataclass(frozen=True)
class Sheet:
    """A document."""

    title: str
    name: str
    """Of the person it is about, for the head of each page; may be empty."""
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    generated_on: str
    foot: tuple[str, ...] = ()
    """What is said in the end, in small letters."""

    def kind_of(self, part: Part) -> str:
        """Return what a part is, for a template."""
        return _KINDS[type(part)]


def sheet_pdf(sheet: Sheet, letterhead: Letterhead | None = None) -> bytes:
    """Typeset a document.

    Raises
    ------
    OutputError
        If it cannot be typeset.
    """
    files: dict[str, bytes] = {}
    sections = [
        {
            "title": section.title,
            "level": section.level,
            "parts": [_part(part, files) for part in section.parts],
        }
        for section in sheet.sections
    ]
    data: Document = {
        "title": sheet.title,
        "name": sheet.name,
        "facts": [list(row) for row in sheet.facts],
        "sections": sections,
        "generated_on": sheet.generated_on,
        "foot": list(sheet.foot),
    }
    return make_pdf(_TEMPLATE, printable(data), files, letterhead)


def sheet_html(sheet: Sheet, letterhead: Letterhead | None = None) -> str:
    """Write a document as one HTML page that loads nothing."""
    return sheet_page(sheet, letterhead)


def write_sheet(sheet: Sheet, letterhead: Letterhead | None, path: Path) -> None:
    """Write a document to a file, whole or not at all: as PDF or HTML, by the ending of its name.

    Raises
    ------
    OutputError
        If the name has another ending, or the document cannot be made or written.
    """
    match path.suffix.lower():
        case ".pdf":
            content = sheet_pdf(sheet, letterhead)
        case ".html" | ".htm":
            content = sheet_html(sheet, letterhead).encode("utf-8", errors="replace")
        case _:
            raise OutputError(f"{path.name} says no form of document.", "End its name in .pdf or .html.")
    try:
        with atomic_path(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose a folder that exists, has room, and that you may write to.",
        ) from error


def _part(part: Part, files: dict[str, bytes]) -> Document:
    kind: Document = {"kind": _KINDS[type(part)]}
    match part:
        case Facts(rows):
            return kind | {"rows": [list(row) for row in rows]}
        case Lines(lines, is_list, quiet):
            return kind | {"lines": list(lines), "is_list": is_list, "quiet": quiet}
        case Grid(heads, rows, widths):
            shares = list(widths) or [1.0] * len(heads)
            return kind | {"heads": list(heads), "rows": [list(row) for row in rows], "widths": shares}
        case Callout(title, detail, level):
            return kind | {"title": title, "detail": detail, "level": level.value}
        case Figure(title, svg, alt, caption):
            name = f"figure{len(files)}.svg"
            files[name] = svg_file(ElementTree.fromstring(svg)).encode()
            return kind | {"title": title, "file": name, "alt": alt or title, "caption": caption}
        case Pictures(pictures):
            listed = []
            for picture in pictures:
                name = f"picture{len(files)}.jpg"
                files[name] = picture.jpeg
                listed.append({"file": name, "caption": picture.caption})
            return kind | {"pictures": listed}
