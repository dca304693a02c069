"""Layer: pure functions and files. CSV for programs, and for Excel where the comma is the decimal sign."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest

from formcheck.cluster.summary import read_summary, write_summary
from formcheck.report.csv_file import Cell, CsvDialect, Number, csv_text, number
from formcheck.report.table import write_csv
from formcheck.session.assessment import Assessment
from formcheck.validation.tables import read_table

EXCEL = CsvDialect.EXCEL_SEMICOLON


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(1.25, 2, "1.25"), (-3.0, 1, "-3.0"), (-0.001, 2, "0.00"), (math.nan, 2, ""), (math.inf, 0, ""), (7, 0, "7")],
)
def test_a_number_is_written_with_its_decimals_or_not_at_all(value: float, decimals: int, written: str) -> None:
    assert number(value, decimals) == written


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+49 30", "-2", "@SUM(A1)", "\tx", "\rx", "\n=1", "  =1", "\uff1d1", "--1", '=HYPERLINK("http://x";"y")'],
)
@pytest.mark.parametrize("dialect", CsvDialect)
def test_text_is_never_a_formula_and_a_number_stays_one(text: str, dialect: CsvDialect) -> None:
    written = csv_text(["name", "deg"], [[text, number(-2.5, 1)]], dialect).removeprefix("\ufeff")
    delimiter = "," if dialect is CsvDialect.COMMA else ";"
    _, row = csv.reader(io.StringIO(written, newline=""), delimiter=delimiter)
    assert row == [f"'{text}", "-2.5" if dialect is CsvDialect.COMMA else "-2,5"]


def test_excel_where_the_comma_is_the_decimal_sign_opens_it() -> None:
    row: list[Cell] = ["Knie; links", "1.5.mp4", number(1.5, 2), -0.25, 3, None, "", Number(""), "0.10.31"]
    written = csv_text([*"abcdefghi"], [row], EXCEL)
    assert written == '\ufeffa;b;c;d;e;f;g;h;i\r\n"Knie; links";1.5.mp4;1,50;-0,25;3;;;;0.10.31\r\n'
    assert csv_text(["a", "b"], [["x,y", number(1.5, 2)]]) == 'a,b\n"x,y",1.50\n'


def test_the_frames_of_a_set_hold_the_same_in_both(front_set: Assessment, tmp_path: Path) -> None:
    write_csv(front_set, tmp_path / "a.csv")
    write_csv(front_set, tmp_path / "b.csv", EXCEL)
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbft_s;phase;rep;")
    assert b"\r\n" in (tmp_path / "b.csv").read_bytes()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        plain = list(csv.DictReader(file))
    with (tmp_path / "b.csv").open(encoding="utf-8-sig", newline="") as file:
        excel = list(csv.DictReader(file, delimiter=";"))
    assert [{name: cell.replace(",", ".") for name, cell in row.items()} for row in excel] == plain
    assert any("," in row["fppa_left_deg"] for row in excel)


def test_formcheck_reads_what_it_wrote_for_excel(front_set: Assessment, tmp_path: Path) -> None:
    write_csv(front_set, tmp_path / "set.csv", EXCEL)
    table = read_table(tmp_path / "set.csv")
    assert [row.number("t_s") for row in table.rows] == pytest.approx(front_set.series.t_s.round(3).tolist())


def test_the_summary_of_a_folder_is_written_in_either(tmp_path: Path) -> None:
    row = {"video": "=cmd.mp4", "fps": 29.97, "frames": 300, "yaw_deg": -1.5}
    write_summary([row], tmp_path, EXCEL)
    with (tmp_path / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        (read,) = csv.DictReader(file, delimiter=";")
    assert (read["video"], read["fps"], read["frames"], read["yaw_deg"]) == ("'=cmd.mp4", "29,97", "300", "-1,5")
    assert read_summary(tmp_path)[0]["video"] == "=cmd.mp4"
