"""Reading a TOML table key by key, with every problem collected by its line."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formcheck.exercises.toml_lines import KeyLines, KeyPath

_KINDS: Final = {
    bool: "true or false",
    str: "text",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "a table",
}


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong with a file."""

    line: int
    """From 1."""
    message: str
    """One clause, without a full stop."""


def closest(word: str, known: Iterable[str]) -> str:
    """Return `; perhaps ... is meant` with the known word nearest to one that is not known, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; perhaps `{near[0]}` is meant" if near else ""


class TomlTable:
    """One table of a file that is being checked.

    A getter that finds a problem records it and returns a stand-in, so that one reading finds every problem; what was
    read is to be used only when `problems` is empty.

    Parameters
    ----------
    values
        The table as `tomllib` gives it.
    path
        The way to it from the root.
    lines
        Lines of the file's keys.
    problems
        The list to add to, shared by all tables of the file.
    """

    def __init__(self, values: Mapping[str, Any], path: KeyPath, lines: KeyLines, problems: list[Problem]) -> None:
        self._values = values
        self._path = path
        self._lines = lines
        self._known: set[str] = set()
        self.problems = problems

    @property
    def names(self) -> tuple[str, ...]:
        """The keys that the table has, in the order of the file."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Say whether the table has a key that it may have."""
        self._known.add(key)
        return key in self._values

    def line(self, key: str | None = None) -> int:
        """Return the line of a key, or of the table itself."""
        return self._lines.line_of(*self._path) if key is None else self._lines.line_of(*self._path, key)

    def problem(self, message: str, key: str | None = None) -> None:
        """Record a problem with a key, or with the table itself."""
        self.problems.append(Problem(self.line(key), message))

    def text(self, key: str, default: str | None = None) -> str:
        """Read text that is not empty; `default` where the key may be absent."""
        value = self._get(key, str, default)
        if isinstance(value, str) and (value.strip() or key not in self._values):
            return value.strip()
        if isinstance(value, str):
            self.problem(f"`{key}` is empty", key)
        return ""

    def choice(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        """Read one of the words that are known; returns the first of them where the file has another."""
        words = list(known)
        value = self.text(key, default)
        if value in words:
            return value
        if value:
            remedy = closest(value, words) or f"; it is one of {', '.join(words)}"
            self.problem(f"unknown {key} `{value}`{remedy}", key)
        return words[0]

    def number(self, key: str, default: float | None = None, at_least: float = -math.inf) -> float:
        """Read a number."""
        value = self._get(key, float, default)
        if value is None:
            return max(at_least, 0.0)
        if math.isnan(value) or value < at_least:
            self.problem(
                f"`{key}` must be a number" + (f" of at least {at_least:g}" if at_least > -math.inf else ""), key
            )
        return float(value)

    def whole_number(self, key: str, at_least: int) -> int:
        """Read a number without decimals."""
        value = self.number(key, at_least=at_least)
        if value.is_integer():
            return int(value)
        if not math.isnan(value):
            self.problem(f"`{key}` must be a whole number", key)
        return at_least

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""
        return bool(self._get(key, bool, default))

    def interval(self, key: str) -> tuple[float, float] | None:
        """Read `[lowest, highest]`; `-inf` and `inf` leave an end open. None, with a problem, where there is none."""
        value = self._get(key, list, None)
        if value is None:
            return None
        numbers = [float(each) for each in value if _is_number(each) and not math.isnan(each)]
        if len(value) != 2 or len(numbers) != 2:
            self.problem(f"`{key}` must be two numbers, [lowest, highest]", key)
            return None
        low, high = numbers
        if low > high:
            self.problem(f"`{key}` ends before it starts: {low:g} is more than {high:g}", key)
            return None
        return (low, high)

    def words(self, key: str) -> tuple[str, ...]:
        """Read an array of text; empty where the key is absent."""
        value = self._get(key, list, [])
        if value is None:
            return ()
        if not all(isinstance(each, str) for each in value):
            self.problem(f"`{key}` must be an array of text", key)
            return ()
        return tuple(value)

    def table(self, key: str) -> TomlTable | None:
        """Read a table inside this one; None, with a problem, where there is none."""
        value = self._get(key, dict, None)
        return None if value is None else TomlTable(value, (*self._path, key), self._lines, self.problems)

    def tables(self, key: str) -> list[TomlTable]:
        """Read an array of tables; empty, with a problem, where there is none."""
        value = self._get(key, list, None)
        if value is None:
            return []
        if not value or not all(isinstance(each, dict) for each in value):
            self.problem(f"`{key}` must be one or more tables, each headed [[{key}]]", key)
            return []
        return [
            TomlTable(each, (*self._path, key, index), self._lines, self.problems) for index, each in enumerate(value)
        ]

    def done(self) -> None:
        """Record every key that was never asked for: it is unknown."""
        for key in self._values:
            if key not in self._known:
                self.problem(f"unknown key `{key}`{closest(key, self._known)}", key)

    def _get(self, key: str, kind: type, default: Any) -> Any:
        """Return the value, or None with a problem recorded; `default` None makes the key required."""
        self._known.add(key)
        if key not in self._values:
            if default is None:
                self.problem(f"`{key}` is missing")
            return default
        value = self._values[key]
        right = _is_number(value) if kind is float else isinstance(value, kind)
        if not right:
            self.problem(f"`{key}` must be {_KINDS[kind]}", key)
            return None
        return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
