"""A validation as one HTML page that needs no script, no network and no other file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import formcheck
from formcheck.kinematics.measures.registry import key_measures
from formcheck.report.svg import NARROW, WIDE
from formcheck.report.words import label_of
from formcheck.validation.agreement import FEWEST_FOR_SPREAD
from formcheck.validation.content import sections_of, summary_of
from formcheck.validation.plot import bland_altman, in_words
from formcheck.validation.study import Group, PairLevel, Study
from formcheck.validation.words import with_unit


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
    files = (("formcheck.report", "templates/report.css"), ("formcheck.validation", "templates/validation.css"))
    return "\n".join(resources.files(package).joinpath(name).read_text(encoding="utf-8") for package, name in files)


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
