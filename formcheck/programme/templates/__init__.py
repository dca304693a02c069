"""Programmes to start from, a TOML file each, with where their numbers come from.

A template is copied to a person and changed there; what was copied does not follow the file any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Final, Literal

from pydantic import Field

from formcheck.doors import Strict
from formcheck.exercises.catalogue.basis import Origin, OriginTable
from formcheck.exercises.toml_model import Said, Tables, Words, read_toml
from formcheck.programme.plan import Gate, Item, Phase, Programme

_ENDING: Final = ".toml"


@dataclass(frozen=True)
class Template:
    """A programme to start from."""

    key: str
    for_whom: str
    """One sentence."""
    programme: Programme
    origins: tuple[Origin, ...]


class _Phase(Strict):
    title: Said
    item: Annotated[list[Item], Tables]
    gate: Gate | None = None
    advice: Words = ()

    def phase(self) -> Phase:
        return Phase(title=self.title, items=tuple(self.item), gate=self.gate, advice=self.advice)


class TemplateFile(Strict):
    """What the file of a template holds."""

    form: Annotated[Literal["formcheck.programme/1"], Field(alias="schema")]
    place: int
    title: Said
    for_whom: Said
    phase: Annotated[list[_Phase], Tables]
    origin: Annotated[list[OriginTable], Tables]


@cache
def templates() -> dict[str, Template]:
    """Return the templates by their keys, in the order of lists.

    Raises
    ------
    RubricError
        If a file is none; has every problem of it with its line.
    """
    files = [each for each in resources.files(__package__).iterdir() if each.name.endswith(_ENDING)]
    read = sorted((_read(each) for each in files), key=lambda each: each[0])
    return {template.key: template for _, template in read}


def _read(file: Traversable) -> tuple[int, Template]:
    key = file.name.removesuffix(_ENDING)
    kept = read_toml(file.read_bytes(), file.name, TemplateFile)
    programme = Programme(title=kept.title, phases=tuple(each.phase() for each in kept.phase), template=key)
    return kept.place, Template(key, kept.for_whom, programme, tuple(each.origin() for each in kept.origin))
