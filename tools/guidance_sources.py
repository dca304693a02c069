"""Makes `docs/guidance-sources.md`, statements and where they are found: `python -m tools.guidance_sources`.

The statements and references are in `guidance_sources.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.exercises.catalogue.guide import (
    Alert,
    Block,
    GuideTable,
    Pictures,
    Points,
    Steps,
    Text,
    Topic,
)
from formcheck.web.pages.guidance.topics import topic_named

ROOT: Final = Path(__file__).resolve().parents[1]
DOCUMENT: Final = ROOT / "docs" / "guidance-sources.md"
_STATEMENTS: Final = Path(__file__).with_suffix(".toml")
_HEAD: Final = """# Where the guidance comes from

Made by `python -m tools.guidance_sources` of `tools/guidance_sources.toml`; a test fails when a reference goes dead.

formcheck's guidance grew from five articles. This lists what they say, statement by statement, in our words, with the
page and the words of the product that carry it, or the reason why it is not there. How well each fact is founded stands
at the end of its page, under *Where this comes from*; most of the studies named there were read as abstracts.
"""


@dataclass(frozen=True)
class Reference:
    """Where a statement is found."""

    place: str
    """A topic of the guidance, or a file of the repository."""
    words: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file."""
        return "/" in self.place

    @property
    def is_alive(self) -> bool:
        """Whether the words are there."""
        if self.is_file:
            path = ROOT / self.place
            return path.is_file() and self.words in path.read_text(encoding="utf-8")
        topic = topic_named(self.place)
        return topic is not None and self.words in "\n".join(texts_of(topic))

    @property
    def link(self) -> str:
        """As Markdown."""
        where = f"`{self.place}`" if self.is_file else f"`/guidance?topic={self.place}`"
        return f"{where}: “{self.words}”"


@dataclass(frozen=True)
class Statement:
    """What an article says, in our words."""

    number: str
    """Article and place in it: `3.12`."""
    says: str
    found: tuple[Reference, ...]
    why_not: str
    """Why it is not there, or not as it was said; empty where it is."""


@dataclass(frozen=True)
class Article:
    """One of the articles."""

    title: str
    statements: tuple[Statement, ...]


def articles() -> tuple[Article, ...]:
    """Return the articles with their statements."""
    kept = tomllib.loads(_STATEMENTS.read_text(encoding="utf-8"))["article"]
    return tuple(
        Article(
            each["title"],
            tuple(
                Statement(f"{i}.{k}", row["says"], tuple(_references(row.get("found", []))), row.get("why_not", ""))
                for k, row in enumerate(each["statement"], start=1)
            ),
        )
        for i, each in enumerate(kept)
    )


def texts_of(topic: Topic) -> Iterator[str]:
    """Return every text of a topic, its facts with their origin too."""
    for block in topic.blocks:
        yield from _texts_in(block)
    for origin in topic.origins:
        yield origin.fact
        yield origin.detail


def document() -> str:
    """Return the document as Markdown."""
    parts = [_HEAD]
    for i, article in enumerate(articles()):
        rows = [f"| {each.number} | {each.says} | {_where(each)} |" for each in article.statements]
        parts.append("\n".join([f"## {i}. {article.title}", "", "| | statement | where |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def _references(found: list[str]) -> Iterator[Reference]:
    for each in found:
        place, _, words = each.partition(" | ")
        yield Reference(place, words)


def _where(statement: Statement) -> str:
    told = [reference.link for reference in statement.found]
    if statement.why_not:
        told.append(f"{'' if told else '*not carried over.* '}{statement.why_not}")
    return "<br>".join(told)


def _texts_in(block: Block) -> Iterator[str]:
    match block:
        case Text():
            yield from block.paragraphs
        case Points() | Alert():
            yield block.heading
            yield from block.items
            if isinstance(block, Points):
                yield block.lead
        case Steps() | Pictures():
            yield block.heading
            for step in block.steps if isinstance(block, Steps) else block.pictures:
                yield f"{step.title}\n{step.text}"
        case GuideTable():
            yield f"{block.heading}\n{block.lead}"
            for row in block.rows:
                yield from row


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
