"""Which line of a TOML text a key stands on: `tomllib` knows lines only for text it cannot read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

KeyPath = tuple[str | int, ...]
"""Keys from the root down; an index for each step into an array of tables."""

# Multi-line strings may end in up to two quotes of their own before the closing three.
_TOKEN: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<newline>\n)"
    r"|(?P<open>[\[{])"
    r"|(?P<close>[\]}])"
    r"|[^\"'\#\n\[\]{}]+",
    re.DOTALL,
)
_KEY: Final = re.compile(r"""(?P<key>(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^="'])*)=""")


class KeyLines:
    """The lines of every table header and key of a TOML text.

    Parameters
    ----------
    text
        Valid TOML: text that `tomllib.loads` has read.
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {(): 1}
        counts: dict[KeyPath, int] = {}
        table: KeyPath = ()
        for line, statement in _statements(text):
            if statement.startswith("[["):
                array = _resolved(_key_parts(statement[2:-2]), counts)
                counts[array] = counts.get(array, 0) + 1
                table = (*array, counts[array] - 1)
                self._lines.setdefault(array, line)
                self._lines[table] = line
            elif statement.startswith("["):
                table = _resolved(_key_parts(statement[1:-1]), counts)
                self._lines[table] = line
            else:
                match = _KEY.match(statement)
                if match is not None:
                    self._lines[(*table, *_key_parts(match["key"]))] = line

    def line_of(self, *path: str | int) -> int:
        """Return the line (from 1) of a key or table, or of the nearest table around it that has a line of its own."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each header or key with its value, and the line it starts on, without comments."""
    line, start, depth, parts = 1, 1, 0, list[str]()
    for token in _TOKEN.finditer(text):
        if token["newline"] and depth == 0:
            if statement := "".join(parts).strip():
                yield start, statement
            parts.clear()
        elif not token["comment"]:
            if not "".join(parts).strip():
                start = line
            parts.append(token[0])
            depth += bool(token["open"]) - bool(token["close"])
        line += token[0].count("\n")
    if statement := "".join(parts).strip():
        yield start, statement


def _key_parts(key: str) -> KeyPath:
    """Split a bare, quoted or dotted key as TOML does."""
    parts: list[str] = []
    inner: object = tomllib.loads(f"{key.strip()} = 0")
    while isinstance(inner, dict):
        part, inner = next(iter(inner.items()))
        parts.append(part)
    return tuple(parts)


def _resolved(parts: KeyPath, counts: dict[KeyPath, int]) -> KeyPath:
    """Point the way through arrays of tables at their newest table, as a TOML header does."""
    path: KeyPath = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path] - 1)
    return (*path, *parts[-1:])
