"""Reports as HTML pages that need no script, no network and no other file: the full one and the client's summary."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from formcheck.design.components import badge, measure_rows, verdict
from formcheck.exercises.words import sentence_case
from formcheck.report import summary, svg
from formcheck.report.charts import Chart
from formcheck.report.client_summary import ClientSummary
from formcheck.report.content import ReportContent, chart_label, plots_of
from formcheck.report.files import writing_whole
from formcheck.report.keyframes import KeyFrame
from formcheck.report.letterhead import Letterhead
from formcheck.report.rep_table import rep_table
from formcheck.session.assessment import Assessment

if TYPE_CHECKING:
    from formcheck.report.sheet import Sheet

_REPORT: Final = "report.html.j2"
_CLIENT: Final = "client.html.j2"
_DETAILS: Final = "details.html.j2"
_SHEET: Final = "sheet.html.j2"


def report_page(
    content: ReportContent,
    *,
    overlay_name: str | None = None,
    clip_name: str | None = None,
    for_clinician: bool = False,
    letterhead: Letterhead | None = None,
) -> str:
    """Write the report of a set as HTML: a whole page that loads nothing.

    Parameters
    ----------
    content
        What it says.
    overlay_name
        File name of the overlay video beside the report; None where there is none.
    clip_name
        File name of the clip of one rep beside the report; None where there is none. There are no other links.
    for_clinician
        Whether what is folded away for the person who did the set is open.
    letterhead
        What stands at its head and foot, and what it is printed on; None for nothing, on A4.
    """
    overlay, clip = (None if name is None else quote(name) for name in (overlay_name, clip_name))
    return _rendered(_REPORT, c=content, overlay=overlay, clip=clip, is_open=for_clinician, letter=letterhead)


def client_page(content: ClientSummary, letterhead: Letterhead | None = None) -> str:
    """Write the summary of a set for the person who did it; the same content as `client_pdf`, with the note whole."""
    return _rendered(_CLIENT, s=content, letter=letterhead)


def sheet_page(content: Sheet, letterhead: Letterhead | None = None) -> str:
    """Write a document made of simple parts."""
    return _rendered(_SHEET, s=content, letter=letterhead)


def details_html(assessment: Assessment) -> str:
    """Write numbers, rep table and plots of a set as a piece of HTML, for a page that has `report_style`."""
    return _rendered(_DETAILS, tiles=summary.tiles(assessment), table=rep_table(assessment), plots=plots_of(assessment))


def write_page(
    content: ReportContent,
    path: Path,
    *,
    overlay_name: str | None = None,
    clip_name: str | None = None,
    letterhead: Letterhead | None = None,
) -> None:
    """Write the report of a set to a file, whole or not at all; see `report_page`.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    html = report_page(content, overlay_name=overlay_name, clip_name=clip_name, letterhead=letterhead)
    with writing_whole(path) as staged:
        staged.write_text(html, encoding="utf-8", errors="replace")


class _Drawings(NamedTuple):
    wide: Markup
    narrow: Markup


def _drawings(chart: Chart) -> _Drawings:
    label = chart_label(chart)
    return _Drawings(svg.draw_chart(chart, svg.WIDE, label), svg.draw_chart(chart, svg.NARROW, label))


def _data_address(frame: KeyFrame) -> str:
    return _jpeg_address(frame.jpeg)


def _jpeg_address(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _png_address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _rendered(template: str, **content: object) -> str:
    return _templates().get_template(template).render(style=Markup(svg.report_style()), **content)


@cache
def _templates() -> Environment:
    """Return where the templates are, every text that they show escaped."""
    environment = Environment(
        loader=PackageLoader("formcheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(badge=badge, measure_rows=measure_rows, verdict=verdict)
    environment.filters.update(
        data_address=_data_address,
        jpeg_address=_jpeg_address,
        png_address=_png_address,
        drawings=_drawings,
        drawn=Markup,  # of a drawing, in which everything is escaped already
        first_upper=sentence_case,
    )
    return environment
