"""Layer: the rendered sample clips against their exact truth, through the whole way from file to report."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.exercises.finding import Band
from formcheck.pose.store import load_track, save_track
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from .clips import SAMPLES, remake
from .estimated import estimated_track, full_model

FRONT, SIDE = "wall_squat_front", "wall_squat_side"
STEP_FRONT, STEP_SIDE = "step_down_front_valgus", "step_down_side"
EVERY = (FRONT, SIDE, STEP_FRONT, STEP_SIDE)
GOOD_FORM = (FRONT, SIDE, STEP_SIDE)


@dataclass(frozen=True)
class Truth:
    """What is exactly known of a sample clip."""

    reps: list[dict[str, float]]
    columns: dict[str, NDArray[np.float64]]


@cache
def truth(name: str) -> Truth:
    with (SAMPLES / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = ("t_s", "knee_flex_L", "knee_flex_R", "fppa_L", "fppa_R", "trunk_lat")
    columns = {key: np.array([float(row[key]) for row in rows]) for key in wanted}
    return Truth(json.loads((SAMPLES / f"{name}.json").read_text())["reps"], columns)


@cache
def assessed(name: str) -> Assessment:
    track = estimated_track(SAMPLES / f"{name}.mp4")
    return assess(track, SetRequest("step-down" if "step" in name else "wall-squat"))


def moving(name: str) -> NDArray[np.bool_]:
    t = truth(name).columns["t_s"]
    inside = np.zeros(len(t), dtype=np.bool_)
    for rep in truth(name).reps:
        inside |= (t >= rep["start"]) & (t <= rep["end"])
    return inside


@pytest.mark.parametrize("name", EVERY)
def test_every_rep_is_counted(name: str) -> None:
    assert len(assessed(name).complete_reps) == len(truth(name).reps)
    assert len(assessed(name).reps) == len(truth(name).reps)


@pytest.mark.parametrize("name", EVERY)
def test_phases_are_timed_within_fifteen_hundredths_of_a_second(name: str) -> None:
    t = truth(name).columns["t_s"]
    flexion = truth(name).columns["knee_flex_L"]
    for made, rep in zip(truth(name).reps, assessed(name).complete_reps, strict=True):
        inside = (t >= made["start"] - 0.3) & (t <= made["end"] + 0.3)
        times, q = t[inside], flexion[inside]
        base = float(np.median(np.r_[q[:3], q[-3:]]))
        over = times[q >= base + 0.1 * (q.max() - base)]
        deep = times[q >= base + 0.9 * (q.max() - base)]
        expected = (over[0], deep[0], deep[-1], over[-1])
        assert (rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s) == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize("name", EVERY)
def test_holds_are_timed_within_three_tenths_of_a_second(name: str) -> None:
    for made, rep in zip(truth(name).reps, assessed(name).complete_reps, strict=True):
        hold = rep.measures["hold_s"]["both"]
        assert hold is not None
        assert hold.value == pytest.approx(made["hold"], abs=0.3)


@pytest.mark.parametrize("name", [SIDE, STEP_SIDE])
def test_side_knee_flexion_of_the_near_leg(name: str) -> None:
    off = assessed(name).series.per_leg["knee_flexion_deg"][:, 0] - truth(name).columns["knee_flex_L"]
    assert np.abs(off[moving(name)]).mean() < 3.0
    assert np.isnan(assessed(name).series.per_leg["knee_flexion_deg"][:, 1]).all()
    assert np.isnan(assessed(name).series.per_leg["fppa_deg"]).all()


@pytest.mark.parametrize(("name", "legs"), [(FRONT, "LR"), (STEP_FRONT, "L")])
def test_front_fppa(name: str, legs: str) -> None:
    for leg in legs:
        at = moving(name) & (truth(name).columns[f"knee_flex_{leg}"] <= 75)
        off = assessed(name).series.per_leg["fppa_deg"][:, "LR".index(leg)] - truth(name).columns[f"fppa_{leg}"]
        assert np.abs(off[at]).mean() < 1.5
    assert np.isnan(assessed(name).series.per_leg["knee_flexion_deg"]).all()


@pytest.mark.parametrize("name", GOOD_FORM)
def test_good_form_has_no_fault(name: str) -> None:
    assert [finding for finding in assessed(name).findings if finding.band is Band.FAULT] == []


def test_valgus_is_found_on_the_knee_line_in_every_rep() -> None:
    knee_line = {"fppa_deg", "kmf_pct", "kmf_change_pct", "fppa_common_deg"}
    off = {f.rep for f in assessed(STEP_FRONT).findings if f.measure in knee_line and f.band is not Band.GOOD and f.cue}
    assert off == {1, 2, 3}


@pytest.mark.parametrize("name", [STEP_FRONT, STEP_SIDE])
def test_the_standing_leg_is_found(name: str) -> None:
    assert {rep.leg for rep in assessed(name).reps} == {"left"}


@pytest.mark.parametrize("name", EVERY)
def test_stated_errors_hold_the_peak(name: str) -> None:
    for made, rep in zip(truth(name).reps, assessed(name).complete_reps, strict=True):
        for measure, key in (("knee_flexion_max_deg", "peak_knee_flex"), ("fppa_deg", "peak_fppa")):
            for side in ("left", "right"):
                value = rep.measures.get(measure, {}).get(side)
                if value is not None:
                    assert abs(value.value - made[f"{key}_{side[0].upper()}"]) <= value.error < 8


@pytest.mark.parametrize("name", EVERY)
def test_the_document_keeps_the_published_schema(name: str) -> None:
    jsonschema.validate(assessment_document(assessed(name)), assessment_schema())


def test_a_saved_track_measures_the_same_without_the_video(tmp_path: Path) -> None:
    """What is estimated here and now, too: the other tests take landmarks that may have been kept from another run."""
    clip, request = remake(SIDE, tmp_path / "set.mp4", 7.0), SetRequest("wall-squat")
    once = assess(estimated_track(clip), request)
    assert len(once.complete_reps) == 1
    track = read_track(clip, full_model())
    save_track(track, tmp_path / "set.parquet")
    again = assess(load_track(tmp_path / "set.parquet"), request)
    assert assessment_document(again) == assessment_document(once)


def test_all_five_files_are_written(tmp_path: Path) -> None:
    source = SAMPLES / f"{STEP_FRONT}.mp4"
    files = write_outputs(
        assessed(STEP_FRONT), source, tmp_path, "set", video=True, report=True, generated_on="2026-01-01"
    )
    assert {path.name for path in files} == {"set.json", "set.csv", "set.mp4", "set.gif", "set.html"}
    assert all(path.stat().st_size > 1000 for path in files)
    assert "Point your kneecap over your second toe" in (tmp_path / "set.html").read_text()
