"""TOML files of exercises as models: every problem of a file is told with its line and its key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from formcheck.doors import LONGEST_SHOWN, Door, Strict, Wrong, is_so, must_be
from formcheck.errors import RubricError
from formcheck.exercises.toml_lines import KeyLines

M = TypeVar("M", bound=Strict)

_OUR_WORDS: Final = {"a JSON object": "a table", "a list": "an array"}

_TOO_MANY_DIGITS: Final = re.compile(r"[0-9_]{1000}")


def closest(word: str, known: Iterable[str]) -> str:
    """Return `; perhaps ... is meant` with the known word nearest to one that is not known, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; perhaps `{near[0]}` is meant" if near else ""


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong with a file."""

    line: int
    """From 1."""
    message: str
    """One clause, without a full stop."""


class InvalidRubricError(RubricError):
    """A file of an exercise with problems.

    Parameters
    ----------
    file_name
        As people know the file.
    problems
        At least one; sorted by line here.
    """

    def __init__(self, file_name: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        self.lines = tuple(f"{file_name}, line {each.line}: {each.message}" for each in self.problems)
        """Every problem, one a line."""
        more = len(self.problems) - 1
        others = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        super().__init__(
            f"{self.lines[0]}{others}.", "Correct the file; `formcheck exercises validate FILE` lists every problem."
        )


@dataclass(frozen=True)
class Reading:
    """What validators of a model may ask for (`ValidationInfo.context`)."""

    text: str
    given: Any
    """What whoever reads the file has to say besides."""

    @cached_property
    def lines(self) -> KeyLines:
        """The lines of the file's keys."""
        return KeyLines(self.text.replace("\r\n", "\n"))


def read_toml(data: bytes, file_name: str, model: type[M], given: object = None) -> M:
    """Read a TOML file of an exercise.

    Parameters
    ----------
    data
        UTF-8 TOML.
    file_name
        As people know the file, for problems.
    model
        What the file must hold.
    given
        For the validators of the model; see `Reading`.

    Raises
    ------
    InvalidRubricError
        If there is a problem with the file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRubricError(file_name, [Problem(line, "this is not UTF-8 text")]) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRubricError(file_name, [_syntax_problem(str(error), text)]) from error
    except ValueError as error:
        line = next((i for i, each in enumerate(text.splitlines(), 1) if _TOO_MANY_DIGITS.search(each)), 1)
        raise InvalidRubricError(file_name, [Problem(line, "a number has too many digits")]) from error
    except RecursionError as error:
        raise InvalidRubricError(file_name, [Problem(1, "tables and arrays lie too deep in each other")]) from error

    reading = Reading(text, given)
    door: Door[M] = _door(model)
    try:
        return door.read(values, reading)
    except _WrongValuesError as error:
        raise InvalidRubricError(file_name, {_problem(each, reading.lines) for each in error.wrong}) from None


class _WrongValuesError(Exception):
    def __init__(self, wrong: tuple[Wrong, ...]) -> None:
        super().__init__()
        self.wrong = wrong


@cache
def _door(model: type[M]) -> Door[M]:
    return Door(model, _WrongValuesError)


def _syntax_problem(message: str, text: str) -> Problem:
    """Take the line out of the message of `tomllib`, which keeps it nowhere else before Python 3.14."""
    at = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", message)
    line = int(at[1]) if at is not None and at[1] else text.count("\n") + 1
    what = message[: at.start()] if at is not None else message
    return Problem(line, f"this is not TOML: {what[:1].lower()}{what[1:]}")


def _problem(wrong: Wrong, lines: KeyLines) -> Problem:
    key = next((str(part) for part in reversed(wrong.path) if isinstance(part, str)), "")
    line = lines.line_of(*(wrong.path[:-1] if wrong.kind == "missing" else wrong.path))
    if wrong.kind == "said":
        return Problem(line, wrong.says)
    if wrong.kind == "unknown":
        return Problem(line, f"unknown key `{key[:LONGEST_SHOWN]}`{closest(key, wrong.known)}")
    if wrong.known and isinstance(wrong.given, str) and wrong.given:
        remedy = closest(wrong.given, wrong.known) or f"; it is one of {', '.join(wrong.known)}"
        return Problem(line, f"unknown {key} `{wrong.given[:LONGEST_SHOWN]}`{remedy}")
    says = wrong.says
    for general, ours in _OUR_WORDS.items():
        says = says.replace(general, ours)
    return Problem(line, f"`{key}` {says}")


def _not_empty(text: str) -> str:
    if not text.strip():
        raise is_so("is empty")
    return text.strip()


def _array_of_text(given: Any) -> Any:
    if not isinstance(given, list):
        raise must_be("an array")
    if not all(isinstance(each, str) for each in given):
        raise must_be("an array of text")
    return tuple(given)


def _tables(given: Any, info: ValidationInfo) -> Any:
    if not isinstance(given, list):
        raise must_be("an array")
    if not given or not all(isinstance(each, dict) for each in given):
        raise must_be(f"one or more tables, each headed [[{info.field_name}]]")
    return given


def _whole(given: Any) -> Any:
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _interval(given: Any) -> Any:
    if not isinstance(given, list):
        raise must_be("an array")
    numbers = [each for each in given if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(given) != 2 or len(numbers) != 2 or any(each != each for each in numbers):  # NaN equals nothing
        raise must_be("two numbers, [lowest, highest]")
    try:
        low, high = map(float, numbers)
    except OverflowError as error:  # a whole number of TOML may be as long as it likes
        raise must_be("two numbers, [lowest, highest]") from error
    if low > high:
        raise is_so(f"ends before it starts: {low:g} is more than {high:g}")
    return low, high


Said = Annotated[str, AfterValidator(_not_empty)]
"""Text that is not empty, without spaces at its ends."""
Words = Annotated[tuple[str, ...], BeforeValidator(_array_of_text)]
Whole = Annotated[int, BeforeValidator(_whole)]
"""A number without decimals, also if it is written with some."""
NotNegative = Annotated[float, Field(ge=0)]
_Edge = Annotated[float, Field(allow_inf_nan=True)]
Interval = Annotated[tuple[_Edge, _Edge], BeforeValidator(_interval)]
"""`[lowest, highest]`; `-inf` and `inf` leave an end open."""
Tables = BeforeValidator(_tables)
"""For one or more tables of a kind."""
