"""A validation as one HTML page that needs no script, no network and no other file.

Bland-Altman plots as SVG: differences over means, bias and limits of agreement with their own uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from typing import Final
from xml.etree import ElementTree

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import formcheck
from formcheck.exercises.words import counted, label_of
from formcheck.kinematics.measures.registry import key_measures
from formcheck.report.plot_kit import (
    Margins,
    PlotArea,
    as_markup,
    draw_across_axis,
    draw_value_axis,
    drawing,
    rect,
    rule,
    text,
)
from formcheck.report.svg import NARROW, WIDE, report_style
from formcheck.validation.agreement import FEWEST_FOR_SPREAD, Interval
from formcheck.validation.content import sections_of, summary_of
from formcheck.validation.study import Group, PairLevel, Study
from formcheck.validation.words import number, with_unit

_MARGINS: Final = Margins(left=52, right=92, top=16, bottom=48)
_LEFT, _RIGHT, _TOP, _BOTTOM = _MARGINS
_HEADROOM: Final = 0.12
_MOST_POINTS: Final = 600
"""More points than this lie on one another; every so-manieth is drawn."""
_LABEL_PX: Final = 14
"""Labels nearer to one another than this cannot be read."""


def bland_altman(group: Group, size: tuple[int, int], label: str) -> Markup:
    """Draw the pairs of a group.

    Parameters
    ----------
    group
        At least three pairs, so that there are limits of agreement.
    size
        Width and height, px; text is 12 px high at this size.
    label
        What the plot shows, in words, for people who do not see it.

    Returns
    -------
    Markup
        An `svg` element; everything in it is escaped. It takes its colours from `validation.css`.
    """
    width, height = size
    means = (group.ours + group.truth) / 2
    differences = group.ours - group.truth
    limits = group.agreement.limits
    shown = [0.0, *differences.tolist(), limits.low_interval.low, limits.high_interval.high]
    frame = PlotArea(
        width, height, _MARGINS, _room(float(means.min()), float(means.max())), _room(min(shown), max(shown))
    )
    svg = drawing(size, label)
    for interval in (limits.low_interval, limits.bias_interval, limits.high_interval):
        _band(svg, interval, frame)
    draw_value_axis(svg, frame, group.measure, most=7)
    draw_across_axis(svg, frame, "mean of formcheck and truth", group.measure, least=4)
    lines = [("limit", limits.high, "+1.96 SD"), ("bias", limits.bias, "bias"), ("limit", limits.low, "−1.96 SD")]
    last_y = -math.inf
    for style, value, word in lines:
        y = frame.y(value)
        rule(svg, style, _LEFT, y, width - _RIGHT, y)
        last_y = max(y, last_y + _LABEL_PX * 2)
        text(svg, "line-name", width - _RIGHT + 6, last_y - 2, word, "start")
        text(svg, "line-value", width - _RIGHT + 6, last_y + 11, with_unit(group.measure, value, signed=True), "start")
    step = max(1, math.ceil(len(means) / _MOST_POINTS))
    for mean, difference in zip(means[::step].tolist(), differences[::step].tolist(), strict=True):
        place = {"cx": f"{frame.x(mean):.1f}", "cy": f"{frame.y(difference):.1f}", "r": "3.5"}
        ElementTree.SubElement(svg, "circle", {"class": "pair", **place})
    return as_markup(svg)


def in_words(group: Group) -> str:
    """Say what a Bland-Altman plot of a group shows."""
    limits, m = group.agreement.limits, group.measure
    return (
        f"{group.agreement.n} values of {counted(len(group.clips), 'clip')}: "
        f"bias {with_unit(m, limits.bias, signed=True)}, limits of agreement "
        f"{number(m, limits.low, signed=True)} to {with_unit(m, limits.high, signed=True)}."
    )


def _room(low: float, high: float) -> tuple[float, float]:
    spare = _HEADROOM * max(high - low, 1e-3)
    return low - spare, high + spare


def _band(svg: ElementTree.Element, interval: Interval, frame: PlotArea) -> None:
    top, bottom = frame.y(interval.high), frame.y(interval.low)
    rect(svg, "unsure", _LEFT, top, frame.width - _LEFT - _RIGHT, bottom - top)


@dataclass(frozen=True)
class StudyFigure:
    """A Bland-Altman plot as the page shows it."""

    title: str
    words: str
    dot: str
    """What a dot is."""
    wide: Markup
    narrow: Markup


@dataclass(frozen=True)
class StudyTile:
    """One figure at a glance."""

    label: str
    value: str
    detail: str


def validation_page(study: Study, folder: str, generated_on: str) -> str:
    """Write a validation as HTML.

    Parameters
    ----------
    study
        The validation.
    folder
        Name of the folder with the clips.
    generated_on
        Date of the report, as it is to be shown.
    """
    environment = Environment(
        loader=PackageLoader("formcheck.validation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("validation.html.j2").render(
        version=formcheck.__version__,
        style=Markup(_style()),
        folder=folder,
        generated_on=generated_on,
        summary=summary_of(study),
        tiles=_tiles(study),
        figures=[_figure(group) for group in _main_groups(study)],
        sections=sections_of(study),
    )


def headlines(study: Study) -> list[str]:
    """Return the main figures, a line each."""
    return [f"{tile.label}: {tile.value} ({tile.detail})" for tile in _tiles(study)]


def _style() -> str:
    """Return the style of the report of a set, and what this page has of its own."""
    own = resources.files("formcheck.validation").joinpath("templates/validation.css").read_text(encoding="utf-8")
    return f"{report_style()}\n{own}"


def _main_groups(study: Study) -> list[Group]:
    found = []
    for measure in key_measures():
        # As a value of a rep, and where there are too few of those, of a frame.
        of_frame = measure.name if measure.series is None else measure.series.name
        groups = (study.group(measure.name, PairLevel.REP), study.group(of_frame, PairLevel.FRAME))
        enough = [group for group in groups if group is not None and group.agreement.n >= FEWEST_FOR_SPREAD]
        found += enough[:1]
    return found


def _figure(group: Group) -> StudyFigure:
    title = label_of(group.measure)
    label = f"Bland-Altman plot of {title}. {in_words(group)}"
    dot = "one rep of one leg" if group.level is PairLevel.REP else "one frame"
    return StudyFigure(
        title, in_words(group), dot, bland_altman(group, WIDE, label), bland_altman(group, NARROW, label)
    )


def _tiles(study: Study) -> list[StudyTile]:
    tiles = []
    for group in _main_groups(study):
        bias = with_unit(group.measure, group.agreement.limits.bias, signed=True)
        value = f"{with_unit(group.measure, group.agreement.mae)} off"
        tiles.append(StudyTile(label_of(group.measure), value, f"mean absolute error; bias {bias}"))
    counts = [c.comparison for c in study.compared if c.comparison is not None and c.comparison.reps_true is not None]
    if counts:
        right = sum(c.reps_true == c.reps_counted for c in counts)
        tiles.append(StudyTile("Reps", f"{right} of {len(counts)}", "clips with the right count"))
    hits = sum(group.coverage.hits for group in study.overall)
    stated = sum(group.coverage.n for group in study.overall)
    if stated:
        tiles.append(StudyTile("Stated intervals", f"{100 * hits / stated:.0f} %", "hold the truth; it should be 95 %"))
    return tiles
