"""Layer: a document held to the code: what it says that formcheck says, formcheck says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parent.parent
_DOCUMENT: Final = (_ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
_OF_OURS: Final = re.compile(r"^\| (?:formcheck|the page) says \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
_UNKNOWN: Final = "\0"
_OTHERS: Final = frozenset({"nothing happens to what waits"})
"""What is seen, not said."""


def _said() -> list[str]:
    rows = [row for table in _OF_OURS.findall(_DOCUMENT) for row in table.splitlines()]
    return [said for row in rows if (said := row.split(" | ")[0].removeprefix("| ").strip()) not in _OTHERS]


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) for part in parts)
        case ast.BinOp(left=left, right=right):
            return _text(left) + _text(right)
    return _UNKNOWN


@cache
def _texts() -> tuple[str, ...]:
    package = _ROOT / "formcheck"
    found = []
    for path in package.rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found += [_text(node) for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp)]
    scripts = (path.read_text(encoding="utf-8") for path in package.rglob("client/*.js"))
    found += [text for script in scripts for text in re.findall(r'"([^"\n]+)"', script)]
    return tuple(found)


@pytest.mark.parametrize("said", _said())
def test_what_is_to_be_looked_for_is_said(said: str) -> None:
    asked = re.compile(".*".join(re.escape(part) for part in said.split("…")), re.DOTALL)
    assert any(asked.search(text) for text in _texts()), "no message of formcheck's says so"


def test_every_table_of_what_formcheck_says_is_held_to_it() -> None:
    assert len(_said()) > 50
    assert len(_OF_OURS.findall(_DOCUMENT)) == _DOCUMENT.count("says |")


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"FORMCHECK_[A-Z_]+", _DOCUMENT))))
def test_settings_that_are_named_exist(variable: str) -> None:
    written = " ".join(path.read_text(encoding="utf-8") for path in (_ROOT / "formcheck").rglob("*.py"))
    # Settings of the queue and of the relay are fields of models with a prefix.
    assert variable in written or variable.removeprefix("FORMCHECK_").removeprefix("TURN_").lower() in written
