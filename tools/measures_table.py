"""Writes the table of measures into the documents, from their records: `python -m tools.measures_table`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from formcheck.kinematics.measures.record import Measure, Scope
from formcheck.kinematics.measures.registry import MEASURES

DOCUMENT: Final = Path(__file__).resolve().parents[1] / "docs" / "formats.md"
BEGIN: Final = "<!-- made by `python -m tools.measures_table` -->\n"
END: Final = "<!-- end of what is made -->\n"


def table(measures: Iterable[Measure]) -> str:
    """Return a Markdown table of measures: name, what it is, unit, of what, view, zero and sign."""
    rows = ["| measure | what it is | unit | of | from | zero and sign |", "|---|---|---|---|---|---|"]
    for measure in measures:
        unit = measure.unit_text.strip() or measure.unit
        of = ", ".join(scope.value for scope in Scope if scope in measure.scopes)
        cells = (f"`{measure.name}`", measure.title, unit, of, measure.view.value, measure.zero or "never negative")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def written(document: str) -> str:
    """Return the document with its table made anew.

    Raises
    ------
    ValueError
        If the marks between which the table stands are not in it once each, in their order.
    """
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end) or BEGIN in tail:
        raise ValueError("the table of measures has lost its marks")
    return head + BEGIN + table(MEASURES.values()) + END + tail


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
