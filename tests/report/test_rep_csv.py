"""Layer: files. The values of the reps as CSV, automatic and corrected side by side."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.report.table import COLUMNS, convention_of, write_rep_csv
from formcheck.session.corrections import ReviewedSet

from .reviews import as_measured, corrected_set

Rows = dict[tuple[str, str, str], dict[str, str]]


def rows_of(reviewed: ReviewedSet, path: Path) -> Rows:
    write_rep_csv(reviewed, path)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = {(row["rep"], row["measure"], row["leg"]): row for row in reader}
        assert tuple(reader.fieldnames or ()) == COLUMNS
    return rows


def test_corrected_value_stands_beside_the_automatic_one(tmp_path: Path) -> None:
    row = rows_of(corrected_set(), tmp_path / "reps.csv")["2", "fppa_deg", "left"]
    assert (row["value"], row["error"], row["corrected"]) == ("7.00", "3.10", "1")
    assert float(row["value_automatic"]) == pytest.approx(13.83, abs=0.01)
    assert row["error_automatic"] == "3.10"


def test_untouched_values_are_the_same_twice_and_not_marked(tmp_path: Path) -> None:
    rows = rows_of(as_measured(), tmp_path / "reps.csv")
    assert rows
    assert all(row["value"] == row["value_automatic"] and row["corrected"] == "0" for row in rows.values())


def test_moved_start_is_marked(tmp_path: Path) -> None:
    rows = rows_of(corrected_set(), tmp_path / "reps.csv")
    start = rows["3", "start_s", "both"]
    assert (start["value"], start["value_automatic"], start["corrected"]) == ("16.000", "16.200", "1")


def test_what_was_left_out_or_cut_off_does_not_count(tmp_path: Path) -> None:
    rows = rows_of(corrected_set(), tmp_path / "reps.csv")
    assert {rep: row["counted"] for (rep, measure, _), row in rows.items() if measure == "start_s"} == {
        "1": "0",
        "2": "1",
        "3": "1",
        "4": "0",
    }


def test_what_was_not_measured_is_empty(tmp_path: Path) -> None:
    rows = rows_of(as_measured(), tmp_path / "reps.csv")
    assert rows["1", "knee_flexion_max_deg", "left"]["value"] == ""
    assert rows["4", "bottom_start_s", "both"]["value"] == ""


def test_every_row_says_unit_sign_and_origin(tmp_path: Path) -> None:
    rows = rows_of(as_measured(), tmp_path / "reps.csv")
    row = rows["2", "fppa_deg", "left"]
    assert row["unit"] == "deg"
    assert "positive: knee medial (valgus)" in row["sign_convention"]
    assert rows["2", "kmf_pct", "left"]["unit"] == "% of leg length"
    assert {r["video_sha256"] for r in rows.values()} == {"a" * 64}
    assert {r["rubric"] for r in rows.values()} == {"wall-squat 1"}


@pytest.mark.parametrize("measure", ["knee_flexion_max_deg", "fppa_deg", "kmf_pct", "trunk_lean_deg"])
def test_signed_measures_say_their_sign(measure: str) -> None:
    assert "positive" in convention_of(measure)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        write_rep_csv(as_measured(), tmp_path / "nowhere" / "reps.csv")
