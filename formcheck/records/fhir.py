"""A person's plans, what was done, tests, answers and remote sessions as FHIR R4 resources, and as a table.

Resources are made by `fhir.resources` (R4B, whose resources used here are those of R4) and validated by it on the way
out. Units are UCUM's. Codes are given where one is known for sure (pain on a scale of 0 to 10); everything else is said
in words, since a wrong code is worse than none.
"""

from __future__ import annotations

import csv
import io
import json
import math
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from formcheck.atomic import atomic_path
from formcheck.errors import OutputError
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import label_of, sentence_case
from formcheck.history.set_values import SetValue
from formcheck.kinematics.measures.units import split_unit
from formcheck.programme.course import Version
from formcheck.programme.plan import Item, dose_in_words, often_in_words, title_of
from formcheck.programme.questionnaires import Kind
from formcheck.programme.tests_of_function import TestResult, function_tests
from formcheck.records.outcomes import list_answers, test_results
from formcheck.records.people import get_person
from formcheck.records.plans import list_plans, prescribed
from formcheck.records.programmes import programme_versions
from formcheck.records.records import Work
from formcheck.records.remote_sessions import list_sessions, seats_of
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.records.tables import (
    ExerciseSet,
    Person,
    RemoteSeat,
    RemoteSession,
    StoredAnswers,
    StoredDone,
    StoredPlan,
)
from formcheck.report.client_details import prescription
from formcheck.report.remote_part import ROLES

_UCUM: Final = "http://unitsofmeasure.org"
_UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "deg": ("deg", "degree"),
    "deg_per_s": ("deg/s", "degrees per second"),
    "deg_s": ("deg/s", "degrees per second"),
    "pct": ("%", "percent"),
    "s": ("s", "second"),
    "cm": ("cm", "centimetre"),
    "m": ("m", "metre"),
    "count": ("{count}", "count"),
    "score": ("{score}", "score"),
}
"""UCUM code and name by the end of a measure's name."""
_RATIO: Final = ("1", "ratio")
_SCORE: Final = _UNITS["score"]
_ENCOUNTERS: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_MOST_SESSIONS: Final = 10_000
_CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_PAIN: Final = {
    "system": "http://loinc.org",
    "code": "72514-3",
    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
_PAINS: Final = {
    "pain_before": "Pain before",
    "pain_during": "Worst pain during",
    "pain_after": "Pain just after",
    "pain_after_hour": "Pain an hour later",
    "pain_next_morning": "Pain the next morning",
}
_OWN: Final = "urn:formcheck"
_NAMESPACE: Final = uuid.UUID("6f0f5a52-6d5c-5d0b-9a52-0f6c6b8f2a11")
_GENDERS: Final = ("female", "male")
HEADS: Final = ("when", "what", "leg", "value", "unit", "error_95", "from", "note")
"""Of the table."""

Resource = dict[str, Any]


def person_bundle(work: Work, person_id: str) -> str:
    """Return a person's plans, what was done, tests and answers as a FHIR R4 bundle, JSON.

    Parameters
    ----------
    work
        Who asks; a client for themselves.
    person_id
        Whom it is about.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    OutputError
        If what was made is no valid FHIR.
    """
    made = _Made(get_person(work, person_id))
    made.programmes(programme_versions(work, person_id))
    made.plans(list_plans(work, person_id))
    for row in sorted(list_sets(work, person_id), key=lambda each: each.done_at):
        made.exercise_set(row)
    told = select(StoredDone).where(StoredDone.person_id == person_id)
    for done in work.session.scalars(told.order_by(StoredDone.done_at, StoredDone.id)):
        made.done(done)
    for result in test_results(work, person_id):
        made.test(result)
    for answers in list_answers(work, person_id):
        made.answers(answers)
    for session in reversed(list_sessions(work, person_id, _MOST_SESSIONS)):
        made.session(session, [seat for seat in seats_of(work, session.id) if seat.admitted_at is not None])
    return _validated(made.bundle(work.now))


def _validated(bundle: Resource) -> str:
    # Its models take a second to load: not before somebody wants them.
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        return str(Bundle.model_validate(bundle).model_dump_json(indent=2))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise OutputError(
            f"What was made for other programs is no valid FHIR, at {place}.",
            "Report this with the version of formcheck.",
        ) from error


@dataclass
class _Made:
    person: Person
    entries: list[Resource] = field(default_factory=list)

    @property
    def subject(self) -> Resource:
        return {"reference": f"urn:uuid:{_uuid(self.person.id)}"}

    def add(self, resource: Resource) -> Resource:
        """Add a resource; return the reference to it."""
        full_url = f"urn:uuid:{_uuid(resource['id'])}"
        self.entries.append({"fullUrl": full_url, "resource": resource})
        return {"reference": full_url}

    def bundle(self, now: datetime) -> Resource:
        person = self.person
        patient: Resource = {"resourceType": "Patient", "id": person.id, "name": [{"text": person.name}]}
        if person.number:
            patient["identifier"] = [{"system": f"{_OWN}:patient-number", "value": person.number}]
        if person.sex in _GENDERS:
            patient["gender"] = person.sex
        if person.birth_date is not None:
            patient["birthDate"] = person.birth_date.isoformat()
        elif person.birth_year is not None:
            patient["birthDate"] = f"{person.birth_year:04d}"
        first = {"fullUrl": self.subject["reference"], "resource": patient}
        return {
            "resourceType": "Bundle",
            "id": str(uuid.uuid4()),
            "type": "collection",
            "timestamp": _instant(now),
            "entry": [first, *self.entries],
        }

    def programmes(self, versions: Sequence[Version]) -> None:
        for version in reversed(versions):
            phase = version.phase
            self.add(
                {
                    **self._care_plan(version.id, version.from_at, version.until_at),
                    "title": f"{version.programme.title}, version {version.number}: {phase.title}",
                    "activity": [{"detail": _detail(item)} for item in phase.items],
                }
            )

    def plans(self, rows: Sequence[StoredPlan]) -> None:
        for row in reversed(rows):
            detail: Resource = {
                "kind": "ServiceRequest",
                "code": {"text": exercise_title(row.exercise) + (f", {row.leg} leg" if row.leg else "")},
                "status": "in-progress" if row.until_at is None else "stopped",
                "description": prescription(prescribed(row).plan, row.sessions_a_day) or "No numbers.",
            }
            if row.sessions_a_day:
                timing = {"frequency": 1, "period": round(1 / row.sessions_a_day, 3), "periodUnit": "d"}
                detail["scheduledTiming"] = {"repeat": timing}
            plan = self._care_plan(row.id, row.from_at, row.until_at)
            self.add({**plan, "title": exercise_title(row.exercise), "activity": [{"detail": detail}]})

    def _care_plan(self, key: str, from_at: datetime, until_at: datetime | None) -> Resource:
        period = {"start": _instant(from_at)} | ({} if until_at is None else {"end": _instant(until_at)})
        return {
            "resourceType": "CarePlan",
            "id": key,
            "status": "active" if until_at is None else "completed",
            "intent": "plan",
            "subject": self.subject,
            "period": period,
            "created": _instant(from_at),
        }

    def exercise_set(self, row: ExerciseSet) -> None:
        summary = summary_of_row(row)
        result = summary.result
        plan = [] if row.plan_id is None else [{"reference": f"urn:uuid:{_uuid(row.plan_id)}"}]
        done = self._procedure(row.id, exercise_title(result.exercise), row.done_at, result.leg, plan)
        done["note"] = [{"text": f"Measured from video by formcheck: {result.reps_complete} reps counted."}]
        part_of = self.add(done)
        self._pains(row, row.id, row.done_at, part_of)
        for measure, legs in result.values.items():
            for leg, value in legs.items():
                self._measured(f"{row.id}-{measure}-{leg}", measure, leg, value, row.done_at, part_of)

    def done(self, row: StoredDone) -> None:
        plan = [] if row.programme_id is None else [{"reference": f"urn:uuid:{_uuid(row.programme_id)}"}]
        done = self._procedure(row.id, title_of(row.exercise), row.done_at, row.leg, plan)
        reps = f", {', '.join(map(str, row.reps))} reps" if row.reps else ""
        done["note"] = [{"text": f"Not measured ({row.how}): sets {row.sets}{reps}."}]
        self._pains(row, row.id, row.done_at, self.add(done))

    def _procedure(self, key: str, title: str, at: datetime, leg: str | None, based_on: Sequence[Resource]) -> Resource:
        made: Resource = {
            "resourceType": "Procedure",
            "id": key,
            "status": "completed",
            "code": {"text": title},
            "subject": self.subject,
            "performedDateTime": _instant(at),
        }
        if based_on:
            made["basedOn"] = list(based_on)
        if leg in ("left", "right"):
            made["bodySite"] = [{"text": f"{leg} leg"}]
        return made

    def _pains(self, row: ExerciseSet | StoredDone, key: str, at: datetime, part_of: Resource) -> None:
        for name, words in _PAINS.items():
            value = getattr(row, name, None)
            if value is not None:
                observed = self._observation(f"{key}-{name}", words, at, "survey", value, _SCORE)
                observed["code"]["coding"] = [_PAIN]
                self.add(observed | {"partOf": [part_of]})

    def _measured(self, key: str, measure: str, leg: str, value: SetValue, at: datetime, part_of: Resource) -> None:
        observed = self._observation(
            key, sentence_case(label_of(measure)), at, "exam", value.estimate.value, unit_of(measure)
        )
        _of_leg(observed, leg)
        _with_error(observed, value.estimate.error, measure)
        self.add(observed | {"partOf": [part_of]})

    def test(self, result: TestResult) -> None:
        test = function_tests()[result.test]
        key = f"{result.set_id}-{result.test}-{result.leg}"
        title = f"{test.title}, mean of {len(result.tries)}, protocol version {result.version}"
        observed = self._observation(key, title, result.at, "exam", result.mean.value, unit_of(test.measure))
        _of_leg(observed, result.leg)
        _with_error(observed, result.mean.error, test.measure)
        best = {"code": {"text": "Best try"}, "valueQuantity": _quantity(result.best.value, unit_of(test.measure))}
        observed.setdefault("component", []).append(best)
        self.add(observed | {"partOf": [{"reference": f"urn:uuid:{_uuid(result.set_id)}"}]})

    def answers(self, row: StoredAnswers) -> None:
        response = {
            "resourceType": "QuestionnaireResponse",
            "id": row.id,
            "questionnaire": f"{_OWN}:questionnaire:{row.questionnaire}|{row.version}",
            "status": "completed",
            "subject": self.subject,
            "authored": _instant(row.answered_at),
            "item": [_answered(key, each) for key, each in row.answers.items()],
        }
        reference = self.add(response)
        for key, score in row.scores.items():
            observed = self._observation(
                f"{row.id}-{key}", score["title"], row.answered_at, "survey", score["value"], _SCORE
            )
            if row.questionnaire == "pain":
                observed["code"]["coding"] = [_PAIN]
            self.add(observed | {"derivedFrom": [reference]})

    def session(self, row: RemoteSession, seats: Sequence[RemoteSeat]) -> None:
        began = row.opened_at or row.planned_at or row.created_at
        period = {"start": _instant(began)} | ({} if row.ended_at is None else {"end": _instant(row.ended_at)})
        if row.ended_at is not None:
            status = "finished" if row.opened_at is not None else "cancelled"
            period["start"] = min(period["start"], period["end"])
        else:
            status = "planned" if row.opened_at is None else "in-progress"
        encounter: Resource = {
            "resourceType": "Encounter",
            "id": row.id,
            "status": status,
            "class": {"system": _ENCOUNTERS, "code": "VR", "display": "virtual"},
            "type": [{"text": "Remote session"}],
            "subject": self.subject,
            "period": period,
        }
        there = [
            {"type": [{"text": ROLES.get(seat.role, seat.role)}], "individual": {"display": seat.name}}
            for seat in seats
            if seat.role != "client"
        ]
        self.add(encounter | ({"participant": there} if there else {}))

    def _observation(
        self, key: str, title: str, at: datetime, category: str, value: float, unit: tuple[str, str]
    ) -> Resource:
        return {
            "resourceType": "Observation",
            "id": str(_uuid(key)),
            "status": "final",
            "category": [{"coding": [{"system": _CATEGORIES, "code": category}]}],
            "code": {"text": title},
            "subject": self.subject,
            "effectiveDateTime": _instant(at),
            "valueQuantity": _quantity(value, unit),
        }


def _detail(item: Item) -> Resource:
    repeat: Resource = {"frequency": item.times_a_day, "period": 1, "periodUnit": "d"}
    repeat["dayOfWeek"] = [day.value for day in item.days]
    return {
        "kind": "ServiceRequest",
        "code": {"text": item.title},
        "status": "scheduled",
        "description": ". ".join(
            part for part in (dose_in_words(item), sentence_case(often_in_words(item)), item.note) if part
        ),
        "scheduledTiming": {"repeat": repeat},
    }


def _answered(key: str, each: Mapping[str, Any]) -> Resource:
    value = {"valueBoolean": bool(each["value"])} if each["kind"] == Kind.YES_NO else {"valueInteger": each["value"]}
    words = f"{each['words']}: {each['name']}" if each["name"] else each["words"]
    return {"linkId": key, "text": words, "answer": [value]}


def _of_leg(observed: Resource, leg: str) -> None:
    if leg in ("left", "right"):
        observed["bodySite"] = {"text": f"{leg} leg"}


def _with_error(observed: Resource, error: float, measure: str) -> None:
    if math.isfinite(error):
        half = {"text": "Half-width of the 95 % interval"}
        observed["component"] = [{"code": half, "valueQuantity": _quantity(error, unit_of(measure))}]


def _quantity(value: float, unit: tuple[str, str]) -> Resource:
    code, name = unit
    return {"value": round(float(value), 4), "unit": name, "system": _UCUM, "code": code}


def unit_of(measure: str) -> tuple[str, str]:
    """Return the UCUM code of a measure's unit and its name; `1` for what has none."""
    return _UNITS.get(split_unit(measure)[1], _RATIO)


def _uuid(key: str) -> uuid.UUID:
    """Return an id as a UUID, the same for the same key; those of the records are UUIDs."""
    try:
        return uuid.UUID(hex=key)
    except ValueError:
        return uuid.uuid5(_NAMESPACE, key)


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def person_table(work: Work, person_id: str) -> str:
    """Return what a person's bundle observes as a table, CSV: a value a row, the oldest first.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    OutputError
        If it cannot be made.
    """
    bundle = json.loads(person_bundle(work, person_id))
    resources = [entry["resource"] for entry in bundle["entry"]]
    file = io.StringIO(newline="")
    table = csv.writer(file)
    table.writerow(HEADS)
    table.writerows(sorted(_rows(resources)))
    return file.getvalue()


def write_person(work: Work, person_id: str, path: Path) -> None:
    """Write a person's bundle or table to a file, whole or not at all, by the ending of its name.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    OutputError
        If the name ends in neither .json nor .csv, or the file cannot be made or written.
    """
    get_person(work, person_id)
    make = {".json": person_bundle, ".csv": person_table}.get(path.suffix.lower())
    if make is None:
        raise OutputError(f"{path.name} says no form.", "End its name in .json or .csv.")
    content = make(work, person_id).encode("utf-8", errors="replace")
    try:
        with atomic_path(path) as partial:
            partial.write_bytes(content)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Choose a folder that exists, has room, and that you may write to.",
        ) from error


def _rows(resources: Sequence[Resource]) -> Iterator[tuple[str, ...]]:
    for each in resources:
        match each["resourceType"]:
            case "Observation":
                value = each["valueQuantity"]
                errors = [part for part in each.get("component", []) if part["code"]["text"].startswith("Half")]
                error = f"{errors[0]['valueQuantity']['value']}" if errors else ""
                leg = each.get("bodySite", {}).get("text", "").removesuffix(" leg")
                where = "a set" if "partOf" in each else "a questionnaire"
                title = _harmless(each["code"]["text"])
                yield each["effectiveDateTime"], title, leg, f"{value['value']}", value["code"], error, where, ""
            case "Procedure":
                leg = next((site["text"].removesuffix(" leg") for site in each.get("bodySite", [])), "")
                title = _harmless(each["code"]["text"])
                yield each["performedDateTime"], title, leg, "", "", "", "done", _harmless(each["note"][0]["text"])
            case "Encounter":
                title, status = each["type"][0]["text"], each["status"]
                yield each["period"]["start"], title, "", "", "", "", "a session", status
            case "QuestionnaireResponse":
                for item in each["item"]:
                    (answer,) = item["answer"]
                    said = str(next(iter(answer.values())))
                    yield each["authored"], _harmless(item["text"]), "", said, "", "", "an answer", ""


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
