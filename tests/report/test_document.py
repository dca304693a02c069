"""Layer: pure functions. The JSON document of an assessment and its published schema."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from formcheck.kinematics.estimate import Estimate
from formcheck.report.document import assessment_document, assessment_schema, write_json
from formcheck.session.assessment import Assessment


def validated(assessment: Assessment) -> dict[str, Any]:
    document = assessment_document(assessment)
    jsonschema.Draft202012Validator(assessment_schema()).validate(document)
    return document


def test_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(assessment_schema())


@pytest.mark.parametrize("name", ["front_set", "side_set", "oblique_set"])
def test_every_view_keeps_to_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    validated(request.getfixturevalue(name))


def test_contract_keys_are_there(front_set: Assessment) -> None:
    document = validated(front_set)
    assert document["schema"] == "formcheck.assessment/1"
    assert set(document["source"]) >= {"name", "sha256", "width", "height", "fps", "duration_s", "frames"}
    assert set(document["view"]) >= {"kind", "yaw_deg", "yaw_error_deg", "near_leg", "verdict", "reason"}
    assert set(document["setup"][0]) >= {"id", "passed", "value", "message"}
    assert set(document["findings"][0]) >= {
        *("check", "rep", "leg", "measure", "value", "error", "band", "cue"),
    }
    assert set(document["not_measured"][0]) == {"measure", "reason", "remedy"}


def test_rep_holds_a_value_per_leg_with_its_error(front_set: Assessment) -> None:
    second = validated(front_set)["reps"][1]["measures"]["fppa_deg"]
    assert second["left"]["value"] > 10 > second["right"]["value"]
    assert second["left"]["error"] == 3.1


def test_leg_that_was_not_seen_is_null(side_set: Assessment) -> None:
    assert validated(side_set)["reps"][0]["measures"]["knee_flexion_max_deg"]["right"] is None


def test_cut_off_rep_is_written_as_incomplete_and_not_counted(front_set: Assessment) -> None:
    document = validated(front_set)
    assert [rep["complete"] for rep in document["reps"]] == [True, True, True, False]
    assert document["reps_counted"] == 3
    assert document["reps"][3]["bottom_start_s"] is None


def test_nan_and_infinity_become_null(front_set: Assessment) -> None:
    nan, infinity = float("nan"), float("inf")
    rep = dataclasses.replace(
        front_set.reps[0], measures={"fppa_deg": {"left": Estimate(nan, 1.0), "right": Estimate(2.0, infinity)}}
    )
    odd = dataclasses.replace(
        front_set,
        reps=(rep,),
        findings=(dataclasses.replace(front_set.findings[0], value=nan, error=nan),),
        view=dataclasses.replace(front_set.view, yaw_deg=nan, yaw_error_deg=nan),
    )
    document = validated(odd)
    assert document["reps"][0]["measures"]["fppa_deg"] == {"left": None, "right": {"value": 2.0, "error": None}}
    assert document["findings"][0]["value"] is None
    assert document["view"]["yaw_deg"] is None
    json.dumps(document, allow_nan=False)


def test_angles_have_two_decimals_and_times_three(front_set: Assessment) -> None:
    rep = dataclasses.replace(
        front_set.reps[0], start_s=1.23456, measures={"fppa_deg": {"left": Estimate(-0.0012345, 3.14159)}}
    )
    document = validated(dataclasses.replace(front_set, reps=(rep,)))
    assert document["reps"][0]["start_s"] == 1.235
    assert document["reps"][0]["measures"]["fppa_deg"]["left"]["error"] == 3.14
    assert str(document["reps"][0]["measures"]["fppa_deg"]["left"]["value"]) == "0.0"


def test_advice_comes_first_for_the_knee_that_caves_in(front_set: Assessment) -> None:
    first = validated(front_set)["advice"][0]
    assert (first["check"], first["leg"], first["reps"]) == ("WS-F3", "left", [2, 3])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("findings", 0, "band"), "terrible"),
        (("reps", 0, "leg"), "middle"),
        (("view", "verdict"), "maybe"),
        (("reps", 0, "measures", "fppa_deg", "left"), {"value": 3.0}),
        (("schema",), "formcheck.assessment/2"),
    ],
)
def test_schema_refuses_what_the_contract_does_not_know(
    front_set: Assessment, path: tuple[str | int, ...], value: object
) -> None:
    document: Any = assessment_document(front_set)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(assessment_schema()).validate(document)


def test_file_holds_the_document(front_set: Assessment, tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    write_json(front_set, path)
    assert json.loads(path.read_text(encoding="utf-8")) == assessment_document(front_set)
    assert [p.name for p in tmp_path.iterdir()] == ["set.json"]
