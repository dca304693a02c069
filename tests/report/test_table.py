"""Layer: files. The CSV of a set: its columns, and empty cells where nothing was measured."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from formcheck.kinematics.analysis import MeasureSeries
from formcheck.report.table import write_csv
from formcheck.session.assessment import Assessment

CONTRACT = [
    *("t_s", "phase", "rep"),
    *("knee_flexion_left_deg", "knee_flexion_right_deg"),
    *("fppa_left_deg", "fppa_right_deg"),
    *("kmf_left_pct", "kmf_right_pct"),
    *("trunk_lean_deg", "trunk_flexion_deg", "pelvic_drop_deg"),
]


def rows_of(assessment: Assessment, folder: Path) -> list[dict[str, str]]:
    path = folder / "set.csv"
    write_csv(assessment, path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["front_set", "side_set", "oblique_set"])
def test_contract_columns_come_first_in_every_view(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    assessment: Assessment = request.getfixturevalue(name)
    rows = rows_of(assessment, tmp_path)
    assert list(rows[0])[: len(CONTRACT)] == CONTRACT
    assert len(rows) == len(assessment.track)


def test_contract_columns_stay_when_a_set_has_no_measures(front_set: Assessment, tmp_path: Path) -> None:
    bare = dataclasses.replace(front_set, series=MeasureSeries(front_set.series.t_s, {}, {}))
    rows = rows_of(bare, tmp_path)
    assert list(rows[0]) == CONTRACT
    assert all(row["fppa_left_deg"] == "" for row in rows)


def test_further_measures_follow_with_the_leg_before_the_unit(front_set: Assessment, tmp_path: Path) -> None:
    t_s = front_set.series.t_s
    both = np.tile([1.0, 2.0], (len(t_s), 1))
    series = dataclasses.replace(
        front_set.series, per_leg={**front_set.series.per_leg, "heel_lift_pct": both, "foot_pitch_deg": both}
    )
    row = rows_of(dataclasses.replace(front_set, series=series), tmp_path)[0]
    assert [row[name] for name in ("heel_lift_left_pct", "heel_lift_right_pct")] == ["1.00", "2.00"]
    assert "foot_pitch_left_deg" in row
    assert "kasr" in row


def test_view_that_cannot_carry_a_measure_leaves_its_cells_empty(side_set: Assessment, tmp_path: Path) -> None:
    rows = rows_of(side_set, tmp_path)
    assert {row["fppa_left_deg"] for row in rows} == {""}
    assert {row["knee_flexion_right_deg"] for row in rows} == {""}
    assert max(float(row["knee_flexion_left_deg"] or 0) for row in rows) == pytest.approx(60)


def test_gap_is_empty_and_never_zero_or_nan(front_set: Assessment, tmp_path: Path) -> None:
    rows = rows_of(front_set, tmp_path)
    gap = [row for row in rows if 5.05 < float(row["t_s"]) < 5.3]
    assert gap
    assert all(row["fppa_left_deg"] == "" for row in gap)
    assert not any("nan" in cell.lower() or cell == "-0.00" for row in rows for cell in row.values())


def test_rep_is_zero_between_reps(front_set: Assessment, tmp_path: Path) -> None:
    rows = rows_of(front_set, tmp_path)
    assert {row["rep"] for row in rows if row["phase"] == "stand"} == {"0"}
    assert {row["rep"] for row in rows if row["phase"] != "stand"} == {"1", "2", "3", "4"}
