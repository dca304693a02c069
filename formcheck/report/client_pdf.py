"""The client's summary as a PDF of exactly one page."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from formcheck.report.charts import charts_of
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import ClientSummary, choose_pictures, client_summary, main_chart, plot_caption
from formcheck.report.document import Document
from formcheck.report.keyframes import KeyFrame
from formcheck.report.page import chart_label
from formcheck.report.pdf import make_pdf, printable
from formcheck.report.plain_text import shortened
from formcheck.report.print_svg import print_chart
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ReviewedSet

_TEMPLATE: Final = "client.typ"
_PLOT_PX: Final = (560, 230)
"""Width and height of a plot in place of pictures: its letters are then as large as the text."""
_ISOLATE: Final = "\N{FIRST STRONG ISOLATE}"
_END_OF_ISOLATE: Final = "\N{POP DIRECTIONAL ISOLATE}"
"""With the one above around a name, so that one in Arabic or Hebrew does not turn the date behind it."""
_MOST_LETTERS: Final = 6000
"""Of a note: more than a page holds at any size, so nothing that could be shown is cut here."""


def client_pdf(
    reviewed: ReviewedSet, details: ClientDetails, key_frames: Sequence[KeyFrame], *, generated_on: str
) -> bytes:
    """Typeset the summary of a set for the person who did it, on one page whatever it holds.

    Parameters
    ----------
    reviewed
        The set; after its review where there was one.
    details
        The person, the day, pain, plan and note. A note that does not fit is cut, and says where the rest is.
    key_frames
        Pictures of the reps at their deepest; where there are none, a plot takes their place.
    generated_on
        Date of the document, as it is to be shown.

    Raises
    ------
    OutputError
        If the document cannot be typeset.
    """
    words = client_summary(reviewed, details, generated_on=generated_on)
    pictures, files = _pictures(reviewed.current, key_frames)
    return make_pdf(_TEMPLATE, {**_data(words), "pictures": pictures}, files)


def _data(words: ClientSummary) -> Document:
    document: Document = dataclasses.asdict(words)
    document["first_band"] = None if words.first_band is None else words.first_band.value
    note, cut = _bounded(words.note)
    document["note"] = note
    document["note_cut"] = cut
    data = printable(document)
    data["person"] = " · ".join(f"{_ISOLATE}{part}{_END_OF_ISOLATE}" for part in data["person"])
    return data


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


def _pictures(assessment: Assessment, key_frames: Sequence[KeyFrame]) -> tuple[list[Document], dict[str, bytes]]:
    """Return what the template shows as pictures, and their files."""
    described: list[Document] = []
    files: dict[str, bytes] = {}
    for i, picture in enumerate(choose_pictures(assessment, key_frames)):
        name = f"picture{i}.jpg"
        files[name] = picture.frame.jpeg
        band = None if picture.band is None else picture.band.value
        described.append({"file": name, "caption": picture.caption, "alt": picture.caption, "band": band})
    chart = main_chart(charts_of(assessment))
    if described or chart is None:
        return described, files
    label = chart_label(chart)
    files["plot.svg"] = print_chart(chart, _PLOT_PX, label).encode()
    return [{"file": "plot.svg", "caption": plot_caption(chart), "alt": label, "band": None}], files
