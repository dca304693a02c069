"""Layer: the tables of a batch, written and read back."""

from __future__ import annotations

import csv
from pathlib import Path

from formcheck.cluster.summary import columns, read_summary, write_summary


def test_a_file_name_is_no_formula_in_the_table_and_stays_itself_in_the_other(tmp_path: Path) -> None:
    name = '=HYPERLINK("http://evil.example/").mp4'
    row = dict.fromkeys(columns()) | {"video": name}
    write_summary([row], tmp_path)
    with (tmp_path / "summary.csv").open(newline="", encoding="utf-8") as file:
        assert [read["video"] for read in csv.DictReader(file)] == [f"'{name}"]
    assert [kept["video"] for kept in read_summary(tmp_path)] == [name]
