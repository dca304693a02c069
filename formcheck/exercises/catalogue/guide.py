"""The pieces that a page of guidance is made of; of an exercise, `guide.toml`.

The format, `formcheck.guide/1`, is explained in `docs/exercises.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal
from xml.etree import ElementTree

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from formcheck.doors import Listed, Strict, at_once, said, word_of
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.basis import Origin, OriginTable
from formcheck.exercises.catalogue.exercise import exercise_title, exercises
from formcheck.exercises.catalogue.folders import laid_in, read_file
from formcheck.exercises.catalogue.guided import NOT_MEASURED, GuidedExercise, guided_exercises
from formcheck.exercises.toml_model import Reading, Said, Tables, Words, read_toml

SCHEMA: Final = "formcheck.guide/1"
_FILE: Final = "guide.toml"
MEASURED_GROUP: Final = "Measured by the camera"
"""Heading of the exercises that are measured."""
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
    group: str = ""
    """Heading that it stands under among the topics."""
    see: tuple[str, ...] = ()
    """Keys of topics that go on from here."""


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
    guided = guided_exercises().get(exercise)
    if guided is not None:
        return _with_dose(read_guide(guided.folder, guided.title), guided)
    known = exercises()[exercise]
    topic = read_guide(known.folder, known.title)
    return replace(topic, exercise=exercise, group=MEASURED_GROUP)


def _with_dose(topic: Topic, exercise: GuidedExercise) -> Topic:
    """Put what `exercise.toml` says of a guided exercise around its guide."""
    first, *rest = topic.blocks
    before: list[Block] = [Text((NOT_MEASURED,)), Points("How much", (_sentence(exercise.dose.in_words),))]
    if exercise.needs:
        before.append(Points("You need", (_sentence(", ".join(exercise.needs)),)))
    parts = {
        "What you should feel": exercise.feel,
        "To mind": exercise.safety,
        "From easy to hard": exercise.progression,
    }
    after: list[Block] = [Points(heading, items) for heading, items in parts.items()]
    if exercise.after is not None:
        after.append(Text((f"Be sure of this one first: {exercise_title(exercise.after)}.",)))
    return replace(
        topic,
        blocks=(first, *before, *rest, *after),
        origins=(*exercise.dose.origins, *topic.origins),
        group=exercise.group,
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def read_guide(folder: Traversable, title: str) -> Topic:
    """Read the guide in the folder of an exercise.

    Raises
    ------
    RubricError
        If it or one of its drawings is missing or wrong; has every problem of the file with its line.
    """
    kept = read_toml(read_file(folder, _FILE), f"{folder.name}/{_FILE}", GuideFile, folder)
    return Topic(folder.name, title, *kept.told(), see=kept.see)


def read_topic(folder: Traversable, file: Traversable) -> Topic:
    """Read a page of the guidance that belongs to no exercise.

    Parameters
    ----------
    folder
        Where its drawings are, in `figures/`.
    file
        TOML as `guide.toml`, with `name` and `group`; the key is its name without the ending.

    Raises
    ------
    RubricError
        If it or one of its drawings is missing or wrong; has every problem of the file with its line.
    """
    kept = read_toml(file.read_bytes(), file.name, TopicFile, folder)
    return Topic(file.name.removesuffix(".toml"), kept.name, *kept.told(), group=kept.group, see=kept.see)


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


class _TableTable(Strict):
    kind: Literal["table"]
    heading: Said
    columns: Words
    rows: Annotated[tuple[Words, ...], Listed]
    lead: Said = ""

    @model_validator(mode="after")
    def _whole_rows(self) -> _TableTable:
        wanted = len(self.columns)
        at_once(
            (("rows",), f"a row has {len(row)} cells where there are {wanted} columns")
            for row in self.rows
            if len(row) != wanted
        )
        return self

    def block(self) -> Block:
        return GuideTable(self.heading, self.columns, self.rows, self.lead)


class _AlertTable(Strict):
    kind: Literal["alert"]
    heading: Said
    items: Words
    urgent: bool = False

    def block(self) -> Block:
        return Alert(self.heading, self.items, self.urgent)


_BlockTable = Annotated[
    _TextTable | _PointsTable | _StepsTable | _TableTable | _AlertTable, Field(discriminator="kind")
]


class GuideFile(Strict):
    """What `guide.toml` holds."""

    form: Annotated[str, word_of(lambda: (SCHEMA,)), Field(alias="schema")]
    see: Words = ()
    block: Annotated[list[_BlockTable], Tables]
    origin: Annotated[list[OriginTable], Tables]

    def told(self) -> tuple[tuple[Block, ...], tuple[Origin, ...]]:
        """Return its blocks and where their facts come from."""
        return tuple(each.block() for each in self.block), tuple(each.origin() for each in self.origin)


class TopicFile(GuideFile):
    """What a page of the guidance holds that belongs to no exercise."""

    name: Said
    group: Said
