"""The client's summary as an HTML page that needs no script, no network and no other file."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from formcheck.exercises.finding import Band
from formcheck.report import svg
from formcheck.report.charts import Chart, charts_of
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import Picture, choose_pictures, client_summary, main_chart, plot_caption
from formcheck.report.keyframes import KeyFrame
from formcheck.report.page import chart_label, report_style, template_environment
from formcheck.report.palette import BAND_STYLES
from formcheck.report.words import label_of
from formcheck.session.corrections import ReviewedSet

_TEMPLATE: Final = "client.html.j2"


@dataclass(frozen=True)
class ClientPhoto:
    """A key frame as the page shows it."""

    caption: str
    band: Band | None
    data: str
    """As a `data:` address."""
    width: int
    height: int


@dataclass(frozen=True)
class Plot:
    """A plot as the page shows it."""

    title: str
    caption: str
    wide: Markup
    narrow: Markup


def client_page(
    reviewed: ReviewedSet, details: ClientDetails, key_frames: Sequence[KeyFrame], *, generated_on: str
) -> str:
    """Write the summary of a set for the person who did it; the same content as `client_pdf`, with the note whole.

    Parameters
    ----------
    reviewed
        The set; after its review where there was one.
    details
        The person, the day, pain, plan and note.
    key_frames
        Pictures of the reps at their deepest; where there are none, a plot takes their place.
    generated_on
        Date of the document, as it is to be shown.
    """
    assessment = reviewed.current
    chart = main_chart(charts_of(assessment))
    page = template_environment().get_template(_TEMPLATE)
    return page.render(
        s=client_summary(reviewed, details, generated_on=generated_on),
        style=Markup(report_style()),
        bands=BAND_STYLES,
        pictures=[_photo(picture) for picture in choose_pictures(assessment, key_frames)],
        plot=None if chart is None else _plot(chart),
    )


def _photo(picture: Picture) -> ClientPhoto:
    frame = picture.frame
    data = "data:image/jpeg;base64," + base64.b64encode(frame.jpeg).decode("ascii")
    return ClientPhoto(picture.caption, picture.band, data, frame.width, frame.height)


def _plot(chart: Chart) -> Plot:
    label = chart_label(chart)
    wide, narrow = (svg.draw_chart(chart, size, label) for size in (svg.WIDE, svg.NARROW))
    return Plot(label_of(chart.measure), plot_caption(chart), wide, narrow)
