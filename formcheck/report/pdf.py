"""Reports as PDF: the full one for clinicians, and the client's summary on exactly one page.

They are typeset by typst from a template and data: no system library, no network, the same bytes from the same data.
A PDF has no style sheet, so charts are given the rules for drawings of the pages' one, with its colours in print.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal
from xml.etree import ElementTree

import typst

from formcheck.design.tokens import PAPER, typst_constants
from formcheck.errors import OutputError
from formcheck.pose.landmarks import Side
from formcheck.report.charts import Chart
from formcheck.report.client_summary import ClientSummary
from formcheck.report.content import ReportContent, chart_label
from formcheck.report.document import Document
from formcheck.report.keyframes import KeyFrame
from formcheck.report.letterhead import Letterhead
from formcheck.report.plain_text import breakable, plain, shortened
from formcheck.report.svg import draw_chart, report_style

_FONT: Final = "Libertinus Serif"
"""Part of typst, so that a document looks the same everywhere."""
_FONT_RULE: Final = re.compile(r"font: 12px [^;]*;")
_VARIABLE: Final = re.compile(r"var\(--fc-([a-z-]+)\)")
_CLINICAL: Final = "clinical.typ"
_CLIENT: Final = "client.typ"
_PLOT_PX: Final = (760, 275)
"""Width and height of a plot: two fit on a page beside a table."""
_CLIENT_PLOT_PX: Final = (560, 230)
"""In place of pictures: its letters are then as large as the text."""
_LEG_LINES: Final = {Side.LEFT: "left leg: solid line, round", Side.RIGHT: "right leg: dashed line, square"}
_ISOLATE: Final = "\N{FIRST STRONG ISOLATE}"
_END_OF_ISOLATE: Final = "\N{POP DIRECTIONAL ISOLATE}"
"""With the one above around a name, so that one in Arabic or Hebrew does not turn the date behind it."""
_MOST_LETTERS: Final = 6000
"""Of a note: more than a page holds at any size, so nothing that could be shown is cut here."""
_TEMPLATES: Final = "templates"
_SHARED: Final = "common.typ"
_TOKENS: Final = "tokens.typ"
_LETTERHEAD: Final = "letterhead.typ"
_DATA: Final = "data.json"
_LOGO: Final = "logo.png"
_ACCESSIBLE: Final[Literal["ua-1"]] = "ua-1"
"""PDF/UA-1: readable by screen readers, and refused where a letter has no glyph."""


def clinical_pdf(content: ReportContent, letterhead: Letterhead | None = None) -> bytes:
    """Typeset the full report of a set, with what stands at its head and foot.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    data: Document = _values(content)
    files: dict[str, bytes] = {}
    for i, plot in enumerate(content.plots):
        name = f"plot{i}.svg"
        files[name] = print_chart(plot.chart, _PLOT_PX, plot.label).encode()
        data["plots"][i] |= {"file": name, "legs": "; ".join(_LEG_LINES[side] for side in plot.legs)}
    for i, photo in enumerate(content.photos):
        data["photos"][i]["file"] = name = f"photo{i}.jpg"
        files[name] = photo.frame.jpeg
    for i, still in enumerate(() if content.remote is None else content.remote.stills):
        data["remote"]["stills"][i]["file"] = name = f"still{i}.jpg"
        files[name] = still.frame.jpeg
    return make_pdf(_CLINICAL, printable(data), files, letterhead)


def client_pdf(content: ClientSummary, letterhead: Letterhead | None = None) -> bytes:
    """Typeset the summary of a set for the person who did it, on one page whatever it holds and whatever its size.

    A note that does not fit is cut, and says where the rest is.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    document: Document = _values(content)
    document["note"], document["note_cut"] = _bounded(content.note)
    files: dict[str, bytes] = {}
    document["pictures"] = document["opening"]["pair"]
    for i, shown in enumerate(content.opening.pair):
        document["pictures"][i]["file"] = name = f"picture{i}.jpg"
        files[name] = shown.frame.jpeg
    if (plot := content.opening.plot) is not None:
        label = chart_label(plot.chart)
        files["plot.svg"] = print_chart(plot.chart, _CLIENT_PLOT_PX, label).encode()
        shown_plot = {"file": "plot.svg", "title": plot.title, "words": plot.caption, "alt": label, "level": None}
        document["pictures"] = [shown_plot]
    data = printable(document)
    data["person"] = " · ".join(f"{_ISOLATE}{part}{_END_OF_ISOLATE}" for part in data["person"])
    return make_pdf(_CLIENT, data, files, letterhead)


def print_chart(chart: Chart, size: tuple[int, int], label: str) -> str:
    """Draw a chart as an SVG file of its own, in print colours.

    Parameters
    ----------
    chart
        What to show.
    size
        Width and height, px; text is 12 px high at this size.
    label
        What the chart shows, in words.
    """
    return svg_file(ElementTree.fromstring(str(draw_chart(chart, size, label))))


def svg_file(svg: ElementTree.Element) -> str:
    """Return a drawing as an SVG file of its own, in print colours."""
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    style = ElementTree.Element("style")
    style.text = print_style()
    svg.insert(0, style)
    return ElementTree.tostring(svg, encoding="unicode")


@cache
def print_style() -> str:
    """Return the style sheet's rules for drawings, with the colours of paper."""
    rules = "\n".join(re.findall(r"^svg .*\}$", report_style(), flags=re.MULTILINE))
    rules = _FONT_RULE.sub(f'font-family: "{_FONT}"; font-size: 12px;', rules)
    return _VARIABLE.sub(lambda name: PAPER[name.group(1)], rules)


def make_pdf(template: str, data: Document, files: Mapping[str, bytes], letterhead: Letterhead | None = None) -> bytes:
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
    letterhead
        What stands at its head and foot, and its paper; None for nothing, on A4.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    with tempfile.TemporaryDirectory(prefix="formcheck-pdf-") as name:
        folder = Path(name)
        for text in (template, _SHARED, _LETTERHEAD):
            source = resources.files("formcheck.report").joinpath(_TEMPLATES, text)
            (folder / text).write_bytes(source.read_bytes())
        (folder / _TOKENS).write_text(typst_constants(), encoding="utf-8")
        head = letterhead or Letterhead()
        data = {**data, "letterhead": printable(_letterhead_data(head))}
        if head.logo_png:
            (folder / _LOGO).write_bytes(head.logo_png)
        json_text = json.dumps(data, allow_nan=False, ensure_ascii=True)
        (folder / _DATA).write_text(json_text, encoding="utf-8")
        for file_name, content in files.items():
            (folder / file_name).write_bytes(content)
        return _typeset(folder, template)


def _letterhead_data(head: Letterhead) -> Document:
    return {
        "paper": head.paper.typst_name,
        "clinic": head.clinic,
        "address": list(head.address),
        "logo": _LOGO if head.logo_png else "",
        "signer": ", ".join(filter(None, (head.signer, head.signer_title))),
    }


def printable(data: Document) -> Document:
    """Return the same data with every text made safe to print and its longest words breakable."""
    return {name: _printable(value) for name, value in data.items()}


def _values(value: Any) -> Any:
    """Return content as JSON has it: objects by their fields, members of an enumeration by their values.

    Charts and pictures are left out: they go into files of their own.
    """
    if isinstance(value, Chart | KeyFrame):
        return None
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return {field.name: _values(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _values(each) for name, each in value._asdict().items()}
    if isinstance(value, list | tuple):
        return [_values(each) for each in value]
    return value


def _bounded(note: Sequence[str]) -> tuple[list[str], bool]:
    """Keep no more of a note than a page could hold, and tell whether anything was left out."""
    kept: list[str] = []
    left = _MOST_LETTERS
    for paragraph in note:
        if left <= 0:
            return kept, True
        kept.append(shortened(paragraph, left) if len(paragraph) > left else paragraph)
        left -= len(paragraph) + 1
    return kept, left < 0


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
