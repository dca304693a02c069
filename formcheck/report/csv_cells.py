"""CSV that a spreadsheet shows as it stands: text that it would take for a formula is marked as text.

A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break is run by spreadsheets as a formula, and the names of
files come from anybody. An apostrophe before it makes it text; numbers, negative ones too, stay numbers.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Final, TextIO

_BEGINS_A_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""Spreadsheets pass over blanks before a sign, and some take the wide forms of East Asia for the same."""
_NUMBER: Final = re.compile(r"-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)", re.ASCII)


class CsvWriter:
    """Writes rows, each cell so that no spreadsheet runs it. The one way in which formcheck writes CSV.

    Parameters
    ----------
    file
        Opened with `newline=""`.
    """

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\n")

    def writerow(self, row: Iterable[object]) -> None:
        """Write a row; None is an empty cell."""
        self._writer.writerow([safe_cell(cell) for cell in row])

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Write rows."""
        for row in rows:
            self.writerow(row)


def safe_cell(cell: object) -> object:
    """Return a cell as it may stand in a CSV."""
    if isinstance(cell, str) and _BEGINS_A_FORMULA.match(cell) and _NUMBER.fullmatch(cell) is None:
        return f"'{cell}"
    return cell
