"""Layer: the texts of the program. No page or document says what only those know who built it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import formcheck

_ROOT = Path(formcheck.__file__).parent
_JARGON = re.compile(r"§|\bspecification\b")
"""Where a rule comes from is for docs and comments."""
_UNSET = frozenset({"open", "None", "n/a", "unset", "null"})
"""What is not set is called so."""


def texts(file: Path) -> Iterator[str]:
    """Return what a module may show: its texts without docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


@pytest.mark.parametrize("package", ["history", "report", "session", "web", "intake", "records"])
def test_no_text_names_the_sections_of_a_document_that_nobody_has(package: str) -> None:
    for file in (_ROOT / package).rglob("*.py"):
        said = [each for each in texts(file) if _JARGON.search(each)]
        assert said == [], file.name


def test_a_field_that_is_not_filled_in_says_so() -> None:
    for file in (_ROOT / "web").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "placeholder" and isinstance(node.value, ast.Constant):
                assert node.value.value not in _UNSET, f"{file.name}:{node.value.lineno}"
