"""The pieces that a topic of the guidance is made of, and where each of its facts comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Basis(StrEnum):
    """How well a fact is founded."""

    GUIDANCE = "patients' guidance"
    STUDY = "published work"
    GEOMETRY = "geometry"
    DEFAULT = "formcheck's own starting value"
    UNCHECKED = "literature, not yet checked"


EXPLAINED = {
    Basis.GUIDANCE: "Guidance written for patients with this kind of knee pain.",
    Basis.STUDY: "A published study or page that was read for this project, often its abstract only.",
    Basis.GEOMETRY: "Worked out from the positions of camera and leg.",
    Basis.DEFAULT: "No published source. A clinician may set it otherwise.",
    Basis.UNCHECKED: "Remembered from the literature; somebody has yet to look it up.",
}
"""What each basis means, for readers."""


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from."""

    fact: str
    bases: tuple[Basis, ...]
    detail: str = ""
    """Author and year, or what was worked out."""


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
class Step:
    """One step of an exercise, with its drawing."""

    title: str
    text: str
    figure: str
    """Name in `formcheck.web.figures.catalogue`."""


@dataclass(frozen=True)
class Steps:
    """Steps in order."""

    heading: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Pictures:
    """Drawings side by side, each with what to see in it; not in an order."""

    heading: str
    pictures: tuple[Step, ...]


@dataclass(frozen=True)
class Table:
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


Block = Text | Points | Steps | Pictures | Table | Alert


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
