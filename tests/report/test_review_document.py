"""Layer: pure functions and files. The JSON document of a reviewed set and its published schema."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from formcheck.report.client_details import ClientDetails
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.report.documents import review_document, review_schema, write_review_json
from formcheck.session.corrections import NotApplied, ReviewedSet

from .reviews import CORRECTIONS, DETAILS, as_measured, corrected_set


def validated(reviewed: ReviewedSet, details: ClientDetails) -> dict[str, Any]:
    document = review_document(reviewed, details)
    schemas = [Resource.from_contents(schema) for schema in (assessment_schema(), review_schema())]
    registry: Registry[Any] = schemas @ Registry()
    jsonschema.Draft202012Validator(review_schema(), registry=registry).validate(document)
    return document


def test_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(review_schema())


def test_every_kind_of_correction_keeps_to_the_schema() -> None:
    document = validated(corrected_set(), DETAILS)
    assert [c["kind"] for c in document["corrections"]] == [
        "move_landmark",
        "set_rep_times",
        "exclude_rep",
        "measure_as",
    ]


def test_a_set_of_nobody_without_corrections_keeps_to_the_schema() -> None:
    document = validated(as_measured(), ClientDetails())
    assert document["corrected"] is None
    assert document["corrections"] == []
    assert set(document["client"].values()) == {None}


def test_schema_refuses_a_correction_without_its_maker() -> None:
    document = review_document(corrected_set(), DETAILS)
    del document["corrections"][0]["made_by"]
    registry: Registry[Any] = Resource.from_contents(assessment_schema()) @ Registry()
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(review_schema(), registry=registry).validate(document)


def test_automatic_and_corrected_are_both_there_whole() -> None:
    reviewed = corrected_set()
    document = validated(reviewed, DETAILS)
    assert document["automatic"] == assessment_document(reviewed.automatic)
    assert document["corrected"] == assessment_document(reviewed.current)
    assert document["automatic"]["reps"][1]["measures"]["fppa_deg"]["left"]["value"] == pytest.approx(13.83, abs=0.01)
    assert document["corrected"]["reps"][1]["measures"]["fppa_deg"]["left"]["value"] == 7.0


def test_a_correction_says_what_who_and_when() -> None:
    moved = validated(corrected_set(), DETAILS)["corrections"][0]
    assert (moved["landmark"], moved["x_px"], moved["y_px"]) == ("left_knee", 455.25, 300.5)
    assert (moved["made_by"], moved["made_at"]) == ("Dr Rivera", "2026-03-04T14:05:00+01:00")


def test_corrections_without_effect_are_named() -> None:
    idle = NotApplied(CORRECTIONS[2], "No rep is under way then.", "Take it back.")
    document = validated(dataclasses.replace(corrected_set(), not_applied=(idle,)), DETAILS)
    assert document["not_applied"] == [{"id": "c3", "reason": "No rep is under way then.", "remedy": "Take it back."}]


def test_client_holds_plan_pain_and_day() -> None:
    client = validated(corrected_set(), DETAILS)["client"]
    assert (client["birth_date"], client["number"]) == ("1980-05-17", "17")
    assert (client["recorded_on"], client["pain_during"], client["plan"]["reps"]) == ("2026-03-03", 3, 10)


def test_file_holds_any_letter(tmp_path: Path) -> None:
    details = dataclasses.replace(DETAILS, note='日本 "}\\ é 😀')
    write_review_json(corrected_set(), details, tmp_path / "set.json")
    saved = json.loads((tmp_path / "set.json").read_text(encoding="utf-8"))
    assert saved["client"]["note"] == '日本 "}\\ é 😀'
