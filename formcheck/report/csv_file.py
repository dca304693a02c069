"""CSV as it is written: for programs and most spreadsheets, or for Excel where the comma is the decimal sign.

Every CSV that formcheck writes goes through here. Numbers are made with `number`, so that they are told from text: text
that a spreadsheet would take for a formula gets an apostrophe before it, a negative number does not.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

_BEGINS_A_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What spreadsheets take for the beginning of a formula; names of files and people may begin so. They pass over blanks
before a sign, and some take the wide forms of East Asia for the same."""


class CsvDialect(StrEnum):
    """How the cells of a table are written."""

    COMMA = "comma"
    """UTF-8, commas between cells, decimal points, lines that end in a line feed."""
    EXCEL_SEMICOLON = "excel-semicolon"
    """For Excel where the comma is the decimal sign: UTF-8 with its mark, semicolons, decimal commas, CR LF."""

    @property
    def label(self) -> str:
        """What people call it."""
        return _LABELS[self]


_LABELS: Final = {
    CsvDialect.COMMA: "Commas, decimal points",
    CsvDialect.EXCEL_SEMICOLON: "Excel: semicolons, decimal commas",
}


class Number(str):
    """A number as text, with a decimal point and the decimals that it is shown with; empty where nothing was measured.

    Made by `number`.
    """

    __slots__ = ()


Cell = str | int | float | None
"""What a row holds: text, a `Number`, a number that is written in full, or None for nothing."""


def number(value: float, decimals: int) -> Number:
    """Return a number as it is written, never as minus zero; empty where it is not finite."""
    return Number(f"{round(float(value), decimals) + 0.0:.{decimals}f}" if math.isfinite(value) else "")


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[Cell]], dialect: CsvDialect = CsvDialect.COMMA) -> str:
    """Return a table as the content of a CSV file, to be saved as UTF-8 with line ends as they are.

    Parameters
    ----------
    columns
        Names of the columns, for the first line.
    rows
        Cells of each row.
    dialect
        How to write them.
    """
    excel = dialect is CsvDialect.EXCEL_SEMICOLON
    lines = _Lines()
    writer = csv.writer(lines, delimiter=";" if excel else ",", lineterminator=_Lines.END)
    comma = "," if excel else "."
    writer.writerow(columns)
    writer.writerows([_written(cell, comma) for cell in row] for row in rows)
    mark, end = ("\ufeff", "\r\n") if excel else ("", "\n")
    return mark + "".join(f"{line}{end}" for line in lines)


class _Lines(list[str]):
    """What a `csv.writer` writes, without the ends of its lines.

    It quotes cells for the end of lines that it is told alone, and a bare CR in a cell ends a line for those who read.
    """

    END: Final = "\r\n"

    def write(self, line: str) -> None:
        self.append(line.removesuffix(self.END))


def _written(cell: Cell, decimal_sign: str) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, Number | int | float):
        return str(cell).replace(".", decimal_sign)
    return f"'{cell}" if _BEGINS_A_FORMULA.match(cell) else cell
