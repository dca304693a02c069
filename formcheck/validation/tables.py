"""CSV files as people and spreadsheets write them: with a byte order mark, semicolons, tabs or decimal commas."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import FormcheckError

_DELIMITERS: Final = (",", ";", "\t")
_NOT_MEASURED: Final = {"", "nan", "na", "n/a", "null", "-"}
_LARGEST_BYTES: Final = 40_000_000
"""Ten minutes at 60 frames a second with 100 columns are 25 MB; more is not a truth of one clip."""
_LARGEST_NUMBER: Final = 1e9
"""No measure, moment or position comes near it, and sums of such numbers stay finite."""


class TruthError(FormcheckError):
    """A truth that cannot be read or does not fit its clip; the reason names the file, and the line if there is one."""


@dataclass(frozen=True)
class TableLine:
    """One line of a table."""

    file: str
    line: int
    """From 1, the header being line 1."""
    cells: dict[str, str]
    decimal_comma: bool

    def text(self, column: str) -> str:
        """Return a cell without the spaces around it."""
        return self.cells[column].strip()

    def number_or_nan(self, column: str) -> float:
        """Return a cell as a number, NaN where it is empty or says so.

        Raises
        ------
        TruthError
            If it is neither, or larger than anything that is measured.
        """
        text = self.text(column)
        if text.casefold() in _NOT_MEASURED:
            return float("nan")
        try:
            value = float(text.replace(",", ".") if self.decimal_comma else text)
        except ValueError as error:
            raise self.wrong(f"{column} is “{text[:40]}”, which is not a number", "Write a number.") from error
        if not abs(value) <= _LARGEST_NUMBER:
            raise self.wrong(
                f"{column} is “{text[:40]}”, which nothing measures", "Put it right, or leave the cell empty."
            )
        return value

    def number(self, column: str) -> float:
        """Return a cell as a number.

        Raises
        ------
        TruthError
            If there is none.
        """
        value = self.number_or_nan(column)
        if math.isnan(value):
            raise self.wrong(f"{column} is empty", "Write a number, or take the line out.")
        return value

    def wrong(self, what: str, remedy: str) -> TruthError:
        """Return an error that names this line."""
        return TruthError(f"{self.file}, line {self.line}: {what}.", remedy)


@dataclass(frozen=True)
class CsvTable:
    """A CSV file with a header."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[TableLine, ...]


def read_table(path: Path) -> CsvTable:
    """Read a CSV file.

    Parameters
    ----------
    path
        UTF-8 with or without a byte order mark, UTF-16 with one, or Windows-1252; commas, semicolons or tabs between
        cells, told by the header. A comma is the decimal sign where it does not part cells.

    Raises
    ------
    TruthError
        If the file cannot be read, has no header or no line below it, names a column twice, or a line has more or
        fewer cells than the header.
    """
    lines = _decoded(path).splitlines()
    if not lines or not lines[0].strip():
        raise TruthError(f"{path.name}, line 1: there is no header.", "Write the names of the columns there.")
    delimiter = max(_DELIMITERS, key=lines[0].count)
    try:
        columns = tuple(cell.strip() for cell in next(csv.reader(lines[:1], delimiter=delimiter)))
    except csv.Error as error:
        raise _unreadable(path.name, 1) from error
    twice = [name for name in columns if columns.count(name) > 1]
    if twice:
        raise TruthError(f"{path.name}, line 1: there are two columns “{twice[0][:40]}”.", "Take one of them out.")
    rows = tuple(_rows(path.name, lines, columns, delimiter))
    if not rows:
        raise TruthError(f"{path.name} has a header and nothing below it.", "Add at least one line.")
    return CsvTable(path.name, columns, rows)


def _rows(file: str, lines: list[str], columns: tuple[str, ...], delimiter: str) -> Iterator[TableLine]:
    reader = csv.reader(lines, delimiter=delimiter)
    next(reader)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise TruthError(
                    f"{file}, line {reader.line_num}: {len(cells)} cells stand under {len(columns)} columns.",
                    "Give every line as many cells as the header.",
                )
            yield TableLine(file, reader.line_num, dict(zip(columns, cells, strict=True)), delimiter != ",")
    except csv.Error as error:
        raise _unreadable(file, reader.line_num) from error


def _unreadable(file: str, line: int) -> TruthError:
    return TruthError(
        f"{file}, line {line}: a cell is longer than {csv.field_size_limit()} characters.",
        "See that every quotation mark is closed, and save it again as CSV.",
    )


def increasing_times(table: CsvTable) -> NDArray[np.float64]:
    """Return the column `t_s` (s), shape (n,).

    Raises
    ------
    TruthError
        If a line has none, or one that is not after the line above.
    """
    t_s = np.array([row.number("t_s") for row in table.rows])
    for (before, after), row in zip(pairwise(t_s), table.rows[1:], strict=True):
        if after <= before:
            twice = after == before
            raise row.wrong(
                f"t_s is {after:g}, {'the same as' if twice else 'before'} the line above",
                "Take the line out." if twice else "Put the lines in order of time.",
            )
    return t_s


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise TruthError(f"{path.name} is too large for the truth of one clip.", "Cut it to the clip.")
        raw = path.read_bytes()
    except OSError as error:
        raise TruthError(
            f"{path.name} cannot be read ({error.strerror or 'unknown fault'}).", "Check that you may read it."
        ) from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise TruthError(f"{path.name} is not a text file.", "Save it as CSV.")
    return text
