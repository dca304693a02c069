"""Layer: cells of CSV, as a spreadsheet would take them."""

from __future__ import annotations

import csv
import io

import pytest

from formcheck.report.csv_cells import CsvWriter, safe_cell


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example/";"Report").mp4',
        "+1+1.mp4",
        "-1+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "  =1+1",
        "\uff1d1+1",
        "-",
        "--1",
        "-1.2.3",
        "+1",
    ],
)
def test_what_a_spreadsheet_would_run_is_marked_as_text(name: str) -> None:
    assert safe_cell(name) == f"'{name}"


@pytest.mark.parametrize("cell", ["-1", "-0.25", "1e-3", "-1.5E+10", "set.mp4", "a=b", "", "step-down", "'tis"])
def test_numbers_and_plain_text_stay_as_they_are(cell: str) -> None:
    assert safe_cell(cell) == cell


def test_a_number_is_no_text() -> None:
    assert safe_cell(-1.5) == -1.5
    assert safe_cell(None) is None


def test_rows_are_read_back_cell_by_cell() -> None:
    file = io.StringIO()
    writer = CsvWriter(file)
    writer.writerows([["video", "value"], ["=1+1.mp4", -2.5], [None, "-3"]])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [["video", "value"], ["'=1+1.mp4", "-2.5"], ["", "-3"]]
