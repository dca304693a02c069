"""The pieces that a page of guidance is made of; of an exercise, `guide.toml`.

The format, `formcheck.guide/1`, is explained in `docs/exercises.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal
from xml.etree import ElementTree

from pydantic import AfterValidator, Field, ValidationInfo

from formcheck.doors import Strict, said, word_of
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.basis import Origin, OriginTable
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.folders import laid_in
from formcheck.exercises.toml_model import Reading, Said, Tables, Words, read_toml

SCHEMA: Final = "formcheck.guide/1"
_FILE: Final = "guide.toml"
_FIGURES: Final = "figures"
_SVG: Final = "{http://www.w3.org/2000/svg}"
_SHAPES: Final = frozenset({"svg", "title", "g", "path", "ellipse", "circle", "rect", "line", "text"})
"""All that a drawing may be made of: nothing that runs, and nothing that is fetched."""


@dataclass(frozen=True)
class Text:
    """Paragraphs."""

    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Points:
    """A list with a heading."""

    heading: str
    items: tuple[str, ...]
    lead: str = ""
    """A sentence before the list."""


@dataclass(frozen=True)
class GuideStep:
    """One step of an exercise, with its drawing."""

    title: str
    text: str
    figure: str
    """The drawing, SVG on one line."""


@dataclass(frozen=True)
class Steps:
    """Steps in order."""

    heading: str
    steps: tuple[GuideStep, ...]


@dataclass(frozen=True)
class Pictures:
    """Drawings side by side, each with what to see in it; not in an order."""

    heading: str
    pictures: tuple[GuideStep, ...]


@dataclass(frozen=True)
class GuideTable:
    """Rows under column heads; the first column names the row."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lead: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"“{self.heading}”: expected {len(self.columns)} cells, got {len(row)} in {row[0]!r}")


@dataclass(frozen=True)
class Alert:
    """What must not be overlooked."""

    heading: str
    items: tuple[str, ...]
    urgent: bool = False


Block = Text | Points | Steps | Pictures | GuideTable | Alert


@dataclass(frozen=True)
class Topic:
    """One part of the guidance."""

    key: str
    """For addresses: `/guidance?topic=wall-squat`."""
    name: str
    blocks: tuple[Block, ...]
    origins: tuple[Origin, ...]
    exercise: str = ""
    """Whose rubric to list, empty for none."""


def guide_of(exercise: str) -> Topic:
    """Return the guide of an exercise of the catalogue.

    Raises
    ------
    KeyError
        If there is no such exercise.
    RubricError
        If the guide or one of its drawings is missing or wrong.
    """
    return _guide_of(exercise, laid_in())


@lru_cache(maxsize=64)
def _guide_of(exercise: str, _more: str) -> Topic:
    known = exercises()[exercise]
    return read_guide(known.folder, known.title)


def read_guide(folder: Traversable, title: str) -> Topic:
    """Read the guide in the folder of an exercise.

    Raises
    ------
    RubricError
        If it or one of its drawings is missing or wrong; has every problem of the file with its line.
    """
    name = f"{folder.name}/{_FILE}"
    try:
        data = folder.joinpath(_FILE).read_bytes()
    except OSError as error:
        raise RubricError(f"{name} cannot be read: {error.strerror or error}.", "See docs/exercises.md.") from error
    kept = read_toml(data, name, GuideFile, folder)
    blocks, origins = tuple(each.block() for each in kept.block), tuple(each.origin() for each in kept.origin)
    return Topic(folder.name, title, blocks, origins, exercise=folder.name)


def read_figure(folder: Traversable, name: str) -> str:
    """Return a drawing of a folder as SVG on one line.

    Raises
    ------
    RubricError
        If there is none, or it holds more than shapes and words.
    """
    file = f"{folder.name}/{_FIGURES}/{name}.svg"
    try:
        svg = folder.joinpath(_FIGURES, f"{name}.svg").read_text(encoding="utf-8").strip()
        root = ElementTree.fromstring(svg)
    except (OSError, UnicodeDecodeError, ElementTree.ParseError) as error:
        raise RubricError(f"{file} is no drawing, or is missing.", "Put an SVG file there.") from error
    if root.tag != f"{_SVG}svg" or not all(_is_shape(each) for each in root.iter()):
        raise RubricError(f"{file} holds more than shapes and words.", "Leave out scripts, styles, images and links.")
    title = root.find(f"{_SVG}title")
    if title is None or not title.text or root.get("aria-label") != title.text:
        raise RubricError(f"{file} does not say what it shows.", "Give it a title, and the same as its aria-label.")
    return " ".join(svg.split())


def _is_shape(node: ElementTree.Element) -> bool:
    if node.tag.removeprefix(_SVG) not in _SHAPES:
        return False
    return all(
        not name.startswith(("on", "style", "{")) and "href" not in name and "url(" not in value
        for name, value in node.attrib.items()
    )


def _drawn(name: str, info: ValidationInfo[Reading]) -> str:
    try:
        return read_figure(info.context.given, name)
    except RubricError as error:
        raise said(error.reason.rstrip(".")) from None


class _TextTable(Strict):
    kind: Literal["text"]
    paragraphs: Words = ()

    def block(self) -> Block:
        return Text(self.paragraphs)


class _PointsTable(Strict):
    kind: Literal["points"]
    heading: Said
    items: Words = ()
    lead: Said = ""

    def block(self) -> Block:
        return Points(self.heading, self.items, self.lead)


class _StepTable(Strict):
    title: Said
    text: Said
    figure: Annotated[Said, AfterValidator(_drawn)]


class _StepsTable(Strict):
    kind: Literal["steps", "pictures"]
    heading: Said
    step: Annotated[list[_StepTable], Tables]

    def block(self) -> Block:
        steps = tuple(GuideStep(**dict(each)) for each in self.step)
        return Steps(self.heading, steps) if self.kind == "steps" else Pictures(self.heading, steps)


class GuideFile(Strict):
    """What `guide.toml` holds."""

    form: Annotated[str, word_of(lambda: (SCHEMA,)), Field(alias="schema")]
    block: Annotated[list[Annotated[_TextTable | _PointsTable | _StepsTable, Field(discriminator="kind")]], Tables]
    origin: Annotated[list[OriginTable], Tables]
