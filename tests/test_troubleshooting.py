"""Layer: a document held to the code: what it says that formcheck says, formcheck says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).resolve().parent.parent
_DOCUMENT: Final = (_ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
_OF_OURS: Final = re.compile(r"^\| (?:formcheck|the page) says \|.*\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
_NEXT_PIECE: Final = re.compile(r'"\s*\+?\s*f?"')
"""Between two pieces of one text of Python or JavaScript."""
_OTHERS: Final = frozenset({"nothing happens to what waits"})
"""What is seen, not said."""


def _said() -> list[str]:
    rows = [row for table in _OF_OURS.findall(_DOCUMENT) for row in table.splitlines()]
    return [said for row in rows if (said := row.split(" | ")[0].removeprefix("| ").strip()) not in _OTHERS]


@cache
def _source() -> str:
    package = _ROOT / "formcheck"
    paths = (*package.rglob("*.py"), *package.rglob("client/*.js"))
    return "\n".join(_NEXT_PIECE.sub("", path.read_text(encoding="utf-8")) for path in paths)


@pytest.mark.parametrize("said", _said())
def test_what_is_to_be_looked_for_is_said(said: str) -> None:
    asked = ".*".join(re.escape(part) for part in said.split("…") if part)
    assert re.search(asked, _source()), "no message of formcheck's says so"


def test_every_table_of_what_formcheck_says_is_held_to_it() -> None:
    assert len(_said()) > 50
    assert len(_OF_OURS.findall(_DOCUMENT)) == _DOCUMENT.count("says |")


@pytest.mark.parametrize("variable", sorted(set(re.findall(r"FORMCHECK_[A-Z_]+", _DOCUMENT))))
def test_settings_that_are_named_exist(variable: str) -> None:
    written = " ".join(path.read_text(encoding="utf-8") for path in (_ROOT / "formcheck").rglob("*.py"))
    # Settings of the queue and of the relay are fields of models with a prefix.
    assert variable in written or variable.removeprefix("FORMCHECK_").removeprefix("TURN_").lower() in written
