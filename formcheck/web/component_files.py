"""The small browser parts that the pages carry with them, as they lie in `formcheck/web/components`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent / "components"


def component_path(name: str) -> Path:
    """Return where a browser part is, such as `icon.svg`."""
    return _FOLDER / name


def component_file(name: str) -> str:
    """Return the text of a browser part, such as `safety_gate.js`."""
    return component_path(name).read_text(encoding="utf-8")
