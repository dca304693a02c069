"""Layer: the records, in process: what goes out for other programs is valid FHIR R4 and says what is kept."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from formcheck.errors import OutputError
from formcheck.records import fhir
from formcheck.records.access import NotFoundError
from formcheck.records.fhir import HEADS, person_bundle, person_table, unit_of
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from tests.records.examples import ROBIN, Example, add_example
from tests.records.kept import add_somebody, client_of


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Records:
    return Records(RecordsSettings(home=tmp_path_factory.mktemp("records")))


@pytest.fixture(scope="module")
def example(records: Records) -> Example:
    return add_example(records, "=Zoë Quixx()")


@pytest.fixture(scope="module")
def resources(records: Records, example: Example) -> list[dict[str, Any]]:
    with records.reading(ROBIN) as work:
        bundle = json.loads(person_bundle(work, example.person_id))
    assert bundle["type"] == "collection"
    return [entry["resource"] for entry in bundle["entry"]]


def of(resources: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in resources if each["resourceType"] == kind]


def test_the_patient_stands_first_and_everything_is_about_them(resources: list[dict[str, Any]]) -> None:
    patient = resources[0]
    assert (patient["resourceType"], patient["gender"], patient["birthDate"]) == ("Patient", "female", "1990-05-17")
    subjects = {each["subject"]["reference"] for each in resources[1:]}
    assert len(subjects) == 1


def test_plans_and_programmes_are_care_plans_with_their_dose(resources: list[dict[str, Any]]) -> None:
    plans = of(resources, "CarePlan")
    titles = [each["title"] for each in plans]
    assert any(title.startswith("Programme of") for title in titles)
    assert "Wall squat" in titles
    (programme,) = [each for each in plans if each["title"].startswith("Programme of")]
    (activity,) = programme["activity"]
    assert activity["detail"]["code"]["text"] == "Clamshell"
    assert "each leg" in activity["detail"]["description"]
    assert activity["detail"]["scheduledTiming"]["repeat"]["dayOfWeek"][0] == "mon"
    assert {each["status"] for each in plans} == {"active", "completed"}


def test_what_was_done_leads_to_the_plan_and_says_whether_it_was_measured(resources: list[dict[str, Any]]) -> None:
    done = of(resources, "Procedure")
    notes = [each["note"][0]["text"] for each in done]
    assert any(note.startswith("Measured from video") for note in notes)
    assert any(note.startswith("Not measured (guided)") for note in notes)
    told = next(each for each in done if each["note"][0]["text"].startswith("Not measured"))
    (plan,) = told["basedOn"]
    assert plan["reference"].startswith("urn:uuid:")


def test_observations_have_units_errors_and_what_they_are_part_of(resources: list[dict[str, Any]]) -> None:
    observed = of(resources, "Observation")
    assert {each["valueQuantity"]["system"] for each in observed} == {"http://unitsofmeasure.org"}
    assert {"deg", "s", "{score}"} <= {each["valueQuantity"]["code"] for each in observed}
    test = next(each for each in observed if each["code"]["text"].startswith("Wall squat depth"))
    assert {part["code"]["text"] for part in test["component"]} == {"Best try", "Half-width of the 95 % interval"}
    pain = next(each for each in observed if each["code"]["text"] == "Pain before")
    assert pain["code"]["coding"][0]["code"] == "72514-3"
    assert all("partOf" in each or "derivedFrom" in each for each in observed)


def test_every_reference_leads_somewhere(records: Records, example: Example) -> None:
    with records.reading(ROBIN) as work:
        bundle = json.loads(person_bundle(work, example.person_id))
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(known) == len(bundle["entry"])

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["reference"]} if "reference" in value else set()
            return own.union(*(references(each) for each in value.values()))
        return set().union(*(references(each) for each in value)) if isinstance(value, list) else set()

    assert references(bundle) <= known


def test_answers_are_a_response_to_a_version_and_its_score_derives_from_it(resources: list[dict[str, Any]]) -> None:
    (response,) = of(resources, "QuestionnaireResponse")
    assert response["questionnaire"] == "urn:formcheck:questionnaire:patient-specific-function|1"
    assert [item["answer"] for item in response["item"]] == [[{"valueInteger": 4}]] * 3
    assert "walks" in response["item"][0]["text"]
    score = next(each for each in of(resources, "Observation") if "derivedFrom" in each)
    assert score["valueQuantity"]["value"] == 4


def test_remote_sessions_are_encounters_with_who_was_there(resources: list[dict[str, Any]]) -> None:
    (session,) = [each for each in resources if each["resourceType"] == "Encounter"]
    assert (session["status"], session["class"]["code"]) == ("finished", "VR")
    assert session["period"]["start"] <= session["period"]["end"]
    assert [each["individual"]["display"] for each in session["participant"]] == ["Robin"]


def test_the_table_has_a_value_a_row(records: Records, example: Example) -> None:
    with records.reading(ROBIN) as work:
        rows = list(csv.DictReader(io.StringIO(person_table(work, example.person_id))))
    assert tuple(rows[0]) == HEADS
    assert [row["when"] for row in rows] == sorted(row["when"] for row in rows)
    depth = next(row for row in rows if row["what"].startswith("Wall squat depth"))
    assert (depth["unit"], depth["leg"]) == ("deg", "left")
    assert float(depth["error_95"]) > 0


def test_a_name_is_no_formula(records: Records, example: Example) -> None:
    with records.reading(ROBIN) as work:
        rows = list(csv.reader(io.StringIO(person_table(work, example.person_id))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def test_a_client_gets_their_own_and_no_other(records: Records, example: Example) -> None:
    ben = add_somebody(records, "Ben")
    with records.reading(client_of(ben)) as work:
        assert [each["resource"]["resourceType"] for each in json.loads(person_bundle(work, ben.id))["entry"]] == [
            "Patient"
        ]
        with pytest.raises(NotFoundError):
            person_bundle(work, example.person_id)


def test_what_is_no_fhir_does_not_leave(records: Records, example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fhir, "_CATEGORIES", 7)
    with records.reading(ROBIN) as work, pytest.raises(OutputError, match="no valid FHIR"):
        person_bundle(work, example.person_id)


@pytest.mark.parametrize(
    ("measure", "code"), [("fppa_deg", "deg"), ("hold_s", "s"), ("kmf_pct", "%"), ("kasr", "1"), ("touch_downs", "1")]
)
def test_units_are_ucums(measure: str, code: str) -> None:
    assert unit_of(measure)[0] == code
