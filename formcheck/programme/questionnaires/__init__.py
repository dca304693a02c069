"""Questionnaires, a TOML file each: what is asked, how it is scored, which change matters and who says so.

A clinic adds those that it has a licence for: `FORMCHECK_QUESTIONNAIRES` names a folder with such files. The format,
`formcheck.questionnaire/1`, is explained in `docs/questionnaires.md`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from formcheck.doors import Listed, Strict, at_once
from formcheck.errors import FormcheckError
from formcheck.exercises.toml_model import InvalidRubricError, Said, Tables, Whole, Words, read_toml

QUESTIONNAIRES_VARIABLE: Final = "FORMCHECK_QUESTIONNAIRES"
"""Environment variable: a folder with questionnaires, which are laid beside the built-in ones."""
KEY: Final = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
"""What keys of questionnaires, items, scores and tests are made of."""
LONGEST_KEY: Final = 40
LONGEST_NAME: Final = 100
"""Letters in what a person calls an activity."""
_ENDING: Final = ".toml"
_PER_CENT: Final = 100.0
_REMEDY: Final = "Correct the file; docs/questionnaires.md says what it holds."


class QuestionnaireError(FormcheckError):
    """A questionnaire that cannot be read, or answers that cannot be."""


class Kind(StrEnum):
    """How an item is answered."""

    SCALE = "scale"
    """A whole number from `least` to `most`."""
    CHOICE = "choice"
    """One of the words of `choices`, which count from `least` up."""
    YES_NO = "yes_no"
    """1 for yes, 0 for no."""


class Method(StrEnum):
    """How answers become a score."""

    MEAN = "mean"
    SUM = "sum"
    PERCENT = "percent"
    """Points above the least, as a share of those that the answered items allow."""


class Better(StrEnum):
    """Which way is better."""

    LOWER = "lower"
    HIGHER = "higher"


class Topic(StrEnum):
    """Where in the story of a person a score stands."""

    PAIN = "pain"
    FUNCTION = "function"


_Key = Annotated[str, Field(pattern=KEY, max_length=LONGEST_KEY, title="a key in small letters, digits and hyphens")]


class Item(Strict):
    """One question."""

    key: _Key
    words: Said
    kind: Annotated[Kind, Listed] = Kind.SCALE
    least: Whole = 0
    most: Whole = 1
    low: str = ""
    """What the least stands for."""
    high: str = ""
    choices: Words = ()
    named: bool = False
    """Whether the person says what it is about, such as an activity."""

    @model_validator(mode="after")
    def _can_be_answered(self) -> Item:
        if self.kind is Kind.CHOICE and len(self.choices) < 2:
            at_once([(("choices",), f"`{self.key}` needs two choices at least")])
        if self.least >= self.last:
            at_once([(("most",), f"`{self.key}` needs `most` above `least`")])
        return self

    @property
    def last(self) -> int:
        """The highest answer."""
        return self.least + len(self.choices) - 1 if self.kind is Kind.CHOICE else self.most

    def answer_in_words(self, value: int) -> str:
        """Say an answer as it was chosen."""
        if self.kind is Kind.YES_NO:
            return "yes" if value else "no"
        return self.choices[value - self.least] if self.kind is Kind.CHOICE else f"{value}"


class Limit(Strict):
    """How large a change has to be, by somebody."""

    value: Annotated[float, Field(gt=0)]
    """In points of the score."""
    source: Said


class Score(Strict):
    """A number made of answers."""

    key: _Key
    title: Said
    items: Words
    method: Annotated[Method, Listed]
    fewest: Annotated[Whole, Field(ge=1)] | None = None
    """Answers that it needs; None for all."""
    turned: bool = False
    """Of a percentage: whether it is taken off 100, so that 100 is best."""
    better: Annotated[Better, Listed]
    topic: Annotated[Topic, Listed]
    is_change: bool = False
    """Whether it says a change by itself, so that no two of them are compared."""
    important: Annotated[tuple[Limit, ...], Listed] = ()
    """Minimal important change, where a source gives one."""
    detectable: Annotated[tuple[Limit, ...], Listed] = ()
    """Change that answering again would hardly give, where a source gives it."""

    @property
    def asked_change(self) -> tuple[Limit, ...]:
        """All that a change is held against."""
        return (*self.important, *self.detectable)

    def of(self, items: Mapping[str, Item], values: Mapping[str, int]) -> float | None:
        """Return the score; None with too few answers."""
        answered = [(items[key], values[key]) for key in self.items if key in values]
        if len(answered) < (self.fewest or len(self.items)):
            return None
        if self.method is Method.PERCENT:
            points = sum(value - item.least for item, value in answered)
            share = _PER_CENT * points / sum(item.last - item.least for item, _ in answered)
            return _PER_CENT - share if self.turned else share
        total = sum(value for _, value in answered)
        return total / len(answered) if self.method is Method.MEAN else float(total)

    def limits(self, items: Mapping[str, Item]) -> tuple[float, float]:
        """Return the least and the highest score that there can be."""
        if self.method is Method.PERCENT:
            return 0.0, _PER_CENT
        own = [items[key] for key in self.items]
        low, high = [item.least for item in own], [item.last for item in own]
        return (float(sum(low)), float(sum(high))) if self.method is Method.SUM else (float(min(low)), float(max(high)))


class QuestionnaireFile(Strict):
    """What a file of a questionnaire holds."""

    form: Annotated[Literal["formcheck.questionnaire/1"], Field(alias="schema")]
    place: float
    version: Said
    """Of the questionnaire, kept with every answer; whoever changes a question raises it."""
    title: Said
    about: Said
    licence: Said
    source: Said
    item: Annotated[list[Item], Tables]
    score: Annotated[list[Score], Tables]

    @model_validator(mode="after")
    def _hold_together(self) -> QuestionnaireFile:
        keys = [item.key for item in self.item]
        problems = [
            (("item", i, "key"), f"`{key}` is the key of two items") for i, key in enumerate(keys) if key in keys[:i]
        ]
        for i, score in enumerate(self.score):
            problems += [
                (("score", i, "items"), f"the score `{score.key}` asks for `{key}`, which is no item")
                for key in score.items
                if key not in keys
            ]
            if not score.items or (score.fewest or 1) > len(score.items):
                problems.append((("score", i, "items"), f"the score `{score.key}` needs more items than it names"))
            if score.turned and score.method is not Method.PERCENT:
                problems.append((("score", i, "turned"), "only a percentage can be turned"))
            if score.key in [each.key for each in self.score[:i]]:
                problems.append((("score", i, "key"), f"`{score.key}` is the key of two scores"))
        at_once(problems)
        return self


@dataclass(frozen=True)
class Questionnaire:
    """What is asked, and what becomes of the answers."""

    key: str
    """Name of its file."""
    version: str
    title: str
    about: str
    licence: str
    source: str
    items: Mapping[str, Item]
    scores: Mapping[str, Score]
    sha256: str
    """Of its file."""
    place: float

    def scored(self, values: Mapping[str, int]) -> dict[str, float]:
        """Return the scores that there are enough answers for, by their keys."""
        found = {score.key: score.of(self.items, values) for score in self.scores.values()}
        return {key: value for key, value in found.items() if value is not None}


@dataclass(frozen=True)
class Answers:
    """What somebody answered, checked."""

    values: Mapping[str, int]
    names: Mapping[str, str]
    """What the person called each item that they name."""


def questionnaires() -> Mapping[str, Questionnaire]:
    """Return all questionnaires by their keys, in the order of lists.

    Raises
    ------
    QuestionnaireError
        If a file is none, or `FORMCHECK_QUESTIONNAIRES` names no folder, or a name is taken.
    """
    return _questionnaires(os.environ.get(QUESTIONNAIRES_VARIABLE, "").strip())


@lru_cache(maxsize=8)
def _questionnaires(more: str) -> Mapping[str, Questionnaire]:
    found: dict[str, Questionnaire] = {}
    for file in (*_files_in(resources.files(__package__)), *(_files_in(_named(more)) if more else ())):
        read = read_questionnaire(file)
        if read.key in found:
            raise QuestionnaireError(
                f"There is a questionnaire `{read.key}` already.", f"Rename its file in {QUESTIONNAIRES_VARIABLE}."
            )
        found[read.key] = read
    return MappingProxyType(dict(sorted(found.items(), key=lambda each: (each[1].place, each[0]))))


def _named(more: str) -> Path:
    folder = Path(more)
    if not folder.is_dir():
        raise QuestionnaireError(
            f"{more} is no folder.", f"Let {QUESTIONNAIRES_VARIABLE} name a folder with questionnaires."
        )
    return folder


def _files_in(folder: Traversable) -> list[Traversable]:
    return sorted((each for each in folder.iterdir() if each.name.endswith(_ENDING)), key=lambda each: each.name)


def read_questionnaire(file: Traversable) -> Questionnaire:
    """Read the file of a questionnaire.

    Raises
    ------
    QuestionnaireError
        If it is none; says the first problem with its line.
    """
    key = file.name.removesuffix(_ENDING)
    if len(key) > LONGEST_KEY or re.fullmatch(KEY, key) is None:
        raise QuestionnaireError(
            f"“{key}” cannot be the name of a questionnaire.", "Name it in small letters, digits and single hyphens."
        )
    try:
        data = file.read_bytes()
        kept = read_toml(data, file.name, QuestionnaireFile)
    except OSError as error:
        raise QuestionnaireError(f"{file.name} cannot be read: {error.strerror or error}.", _REMEDY) from error
    except InvalidRubricError as error:
        raise QuestionnaireError(error.reason, _REMEDY) from error
    return Questionnaire(
        key=key,
        version=kept.version,
        title=kept.title,
        about=kept.about,
        licence=kept.licence,
        source=kept.source,
        items=MappingProxyType({item.key: item for item in kept.item}),
        scores=MappingProxyType({score.key: score for score in kept.score}),
        sha256=hashlib.sha256(data).hexdigest(),
        place=kept.place,
    )


def checked_answers(
    questionnaire: Questionnaire, values: Mapping[str, int], names: Mapping[str, str] | None = None
) -> Answers:
    """Return answers, held to the questionnaire.

    Parameters
    ----------
    questionnaire
        To which.
    values
        By the keys of its items; what is absent was not answered.
    names
        What the person calls the items that they name.

    Raises
    ------
    QuestionnaireError
        If an answer is to no question or out of its bounds, a name is missing, or no score comes of them.
    """
    given = {key: " ".join(name.split()) for key, name in (names or {}).items() if key in values}
    for key, value in values.items():
        item = questionnaire.items.get(key)
        if item is None or type(value) is not int or not item.least <= value <= item.last:
            raise QuestionnaireError("An answer is none of those that can be chosen.", "Answer the question again.")
        if item.named and not 0 < len(given.get(key, "")) <= LONGEST_NAME:
            raise QuestionnaireError(
                f"{item.words}: it is not said what it is.", f"Name it in 1 to {LONGEST_NAME} letters."
            )
    if not questionnaire.scored(values):
        need = min(score.fewest or len(score.items) for score in questionnaire.scores.values())
        raise QuestionnaireError(
            "There are too few answers for a score.", f"Answer {need} question{'' if need == 1 else 's'} at least."
        )
    return Answers(MappingProxyType(dict(values)), MappingProxyType(given))
