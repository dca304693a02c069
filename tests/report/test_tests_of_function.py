"""Layer: documents of a set of stands and of the ankle test, and what is kept of them for months."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from formcheck.exercises.plan import Plan
from formcheck.history.summary import summary_of
from formcheck.history.summary_document import summary_from_document
from formcheck.kinematics.measures.record import Followed
from formcheck.kinematics.measures.registry import MEASURES, tempo_measures
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.chair_figure import Lunger, Sitter, film_lunger, film_sitter


def stands(yaw: float) -> Assessment:
    return assess(film_sitter(Sitter(yaw_deg=yaw)).track, SetRequest("sit-to-stand", plan=Plan(reps=5)))


def tries() -> Assessment:
    return assess(film_lunger(Lunger()).track, SetRequest("knee-to-wall", plan=Plan(reps=3)))


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_a_set_of_stands_keeps_to_the_schema_and_says_how_its_reps_begin(yaw: float) -> None:
    document = assessment_document(stands(yaw))
    jsonschema.Draft202012Validator(assessment_schema()).validate(document)
    assert [rep["begins"] for rep in document["reps"]] == ["seated"] * 5
    five = {each["measure"]: each["value"] for each in document["findings"] if each["measure"].startswith("five")}
    assert set(five) == {"five_stands_s", "five_sit_to_stands_s"}


def test_tries_at_the_wall_keep_to_the_schema() -> None:
    document = assessment_document(tries())
    jsonschema.Draft202012Validator(assessment_schema()).validate(document)
    assert {rep["begins"] for rep in document["reps"]} == {"standing"}


@pytest.mark.parametrize("made", [lambda: stands(0.0), lambda: stands(90.0), tries])
def test_report_csv_and_json_are_written(made: object, tmp_path: Path) -> None:
    assessment = made()  # type: ignore[operator]
    write_outputs(assessment, None, tmp_path, "set", video=False, report=True, generated_on="2 May 2025")
    page = (tmp_path / "set.html").read_text(encoding="utf-8")
    assert assessment.exercise_name in page
    phases = {line.split(",")[2] for line in (tmp_path / "set.csv").read_text(encoding="utf-8").splitlines()[1:]}
    assert ("sit" in phases) == (assessment.exercise == "sit-to-stand") or "sit" not in phases


def test_the_results_of_both_are_followed_over_months() -> None:
    kept = summary_from_document(summary_of(stands(0.0)).document())
    assert abs(kept.values["five_stands_s"]["both"].estimate.value - 14.2) < 0.1
    kept = summary_from_document(summary_of(tries()).document())
    assert abs(kept.values["shank_tilt_deg"]["left"].estimate.value - 37.0) < 2.0
    assert {name for name, each in MEASURES.items() if each.followed is Followed.TEST} == {
        "five_stands_s",
        "shank_tilt_deg",
    }
    assert "five_stands_s" not in {each.name for each in tempo_measures()}
