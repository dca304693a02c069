"""Layer: what is prescribed under *People* on *Check my form*, in Streamlit's simulated browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor
from formcheck.records.people import change_person, details_of, get_person
from formcheck.records.plans import get_plan, prescribe
from formcheck.records.prescribed_links import make_link, revoke_link
from formcheck.records.records import Records
from formcheck.records.sets import say_pain
from formcheck.records.tables import Person
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from formcheck.web.pages.check.page import errand_of
from formcheck.web.shared.set_settings import usual_set
from tests.records.kept import CLINICIAN, DONE_AT, OWNER, add_somebody, answer_no_flags, client_of, keep_set

_NO_QUERY: Mapping[str, str] = MappingProxyType({})
WALL_SQUAT = SetRequest("wall-squat", plan=Plan(60.0, 12, 5.0))


def _check() -> None:
    from formcheck.web.pages.check import page as check

    check.page()


@pytest.fixture
def setups(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Give the set-up messages of the camera views that the page shows, the newest last."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("formcheck.web.pages.check.page.find_model", lambda _name: None)
    monkeypatch.setattr("formcheck.web.pages.check.page.show_live_view", lambda setup, **_: shown.append(setup))
    return shown


@pytest.fixture
def records() -> Records:
    return records_service()


@pytest.fixture
def ann(records: Records) -> Person:
    person = add_somebody(records, "Ann")
    answer_no_flags(records)
    answer_no_flags(records, person.id)
    return person


def plan(records: Records, person: Person, *requests: SetRequest) -> list[str]:
    """Prescribe sets and return the ids of the plans."""
    ids = []
    for request in requests:
        with records.writing(CLINICIAN) as work:
            ids.append(prescribe(work, person.id, request).id)
    return ids


def opened(monkeypatch: pytest.MonkeyPatch, actor: Actor, query: Mapping[str, str] = _NO_QUERY) -> AppTest:
    monkeypatch.setattr("formcheck.web.pages.check.prescribed.current_actor", lambda: actor)
    test = AppTest.from_function(_check, default_timeout=240)
    test.session_state["safety_accepted"] = True
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def asked_for(setup: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(setup[name] for name in ("exercise", "leg", "reps", "hold_s", "target_depth_deg", "step_height_cm"))


def test_a_client_who_signed_in_gets_what_they_are_prescribed(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    plan(records, ann, WALL_SQUAT)
    plan(records, add_somebody(records, "Beth"), SetRequest("squat", plan=Plan(reps=20)))
    test = opened(monkeypatch, client_of(ann))
    assert asked_for(setups[-1]) == ("wall-squat", "both", 12, 5.0, 60.0, None)
    assert test.radio[0].options == ["Wall squat · 12 reps · hold 5 s · 60° deep", "Another set"]
    assert not test.selectbox or all(each.key != "set-person" for each in test.selectbox)


def test_each_leg_has_its_own(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    left, right = (
        SetRequest("step-down", leg, plan=Plan(45.0, reps, step_height_cm=step))
        for leg, reps, step in ((Side.LEFT, 8, 10.0), (Side.RIGHT, 12, 15.0))
    )
    left_id, right_id = plan(records, ann, left, right)
    test = opened(monkeypatch, client_of(ann))
    for plan_id, asked in (
        (left_id, ("step-down", "left", 8, None, 45.0, 10.0)),
        (right_id, ("step-down", "right", 12, None, 45.0, 15.0)),
    ):
        test.radio(key=f"prescribed-{ann.id}").set_value(plan_id).run()
        assert asked_for(setups[-1]) == asked


def test_a_clinician_chooses_whose_set_it_is(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    plan(records, ann, WALL_SQUAT)
    test = opened(monkeypatch, OWNER)
    assert asked_for(setups[-1])[2] == usual_set().plan.reps
    test.selectbox(key="set-person").set_value(ann.id).run()
    assert not test.exception
    assert asked_for(setups[-1]) == ("wall-squat", "both", 12, 5.0, 60.0, None)
    assert test.session_state["live_sets_person"] == ann.id


def test_what_is_left_open_is_not_made_up(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    plan(records, ann, SetRequest("wall-squat", plan=Plan(reps=6)))
    opened(monkeypatch, client_of(ann))
    assert asked_for(setups[-1]) == ("wall-squat", "both", 6, None, None, None)


def test_a_persons_link_prescribes_their_plan_and_says_where_the_set_goes(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    (plan_id,) = plan(records, ann, WALL_SQUAT)
    with records.writing(CLINICIAN) as work:
        made, code = make_link(work, plan_id, 30)
    for actor, where in ((client_of(ann), "your records"), (OWNER, "the records of **Ann")):
        test = opened(monkeypatch, actor, {"link": code})
        assert asked_for(setups[-1]) == ("wall-squat", "both", 12, 5.0, 60.0, None)
        assert where in test.info[0].value
        assert test.session_state["live_sets_linked_person"] == ann.id
    with records.writing(CLINICIAN) as work:
        revoke_link(work, made.id)
    before = len(setups)
    test = opened(monkeypatch, client_of(ann), {"link": code})
    assert [error.value for error in test.error] == ["This link was taken back. Ask your clinician for a new one."]
    assert len(setups) == before
    assert "live_sets_linked_person" not in test.session_state


@pytest.mark.usefixtures("setups")
def test_what_pain_asks_for_stands_beside_what_is_prescribed(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person
) -> None:
    (plan_id,) = plan(records, ann, WALL_SQUAT)
    row = keep_set(records, ann.id)
    with records.writing(CLINICIAN) as work:
        get_plan(work, plan_id).from_at = DONE_AT - timedelta(days=1)
        say_pain(work, row.id, {"pain_during": 7})
    test = opened(monkeypatch, client_of(ann))
    assert "until then: at most 45° deep and 6 reps" in test.warning[0].value.replace("\\", "")


def test_another_set_can_be_done(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    plan(records, ann, WALL_SQUAT)
    test = opened(monkeypatch, client_of(ann))
    test.radio(key=f"prescribed-{ann.id}").set_value("").run()
    test.number_input(key="reps-wall-squat").set_value(7).run()
    assert asked_for(setups[-1])[2] == 7


def test_a_link_goes_before_what_is_prescribed(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    plan(records, ann, WALL_SQUAT)
    test = opened(monkeypatch, client_of(ann), {"exercise": "squat", "reps": "9"})
    assert asked_for(setups[-1])[:3] == ("squat", "both", 9)
    assert not test.radio


def test_a_plan_of_before_that_nobody_may_be_asked_for_is_named(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    with records.writing(CLINICIAN) as work:
        prescribe(work, ann.id, WALL_SQUAT).target_depth_deg = 120.0
    test = opened(monkeypatch, client_of(ann))
    assert "it must be from 15 to 90" in test.warning[0].value
    assert asked_for(setups[-1])[4] == usual_set().plan.target_depth_deg


def test_an_ended_plan_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    with records.writing(CLINICIAN) as work:
        stored = prescribe(work, ann.id, WALL_SQUAT)
        stored.until_at = work.now
    assert not opened(monkeypatch, client_of(ann)).radio
    assert asked_for(setups[-1])[2] == usual_set().plan.reps


def test_a_set_is_judged_by_the_bands_of_whoever_does_it(
    monkeypatch: pytest.MonkeyPatch, records: Records, ann: Person, setups: list[dict[str, Any]]
) -> None:
    with records.writing(CLINICIAN) as work:
        change_person(work, ann.id, replace(details_of(get_person(work, ann.id)), sex="female"))
    test = opened(monkeypatch, OWNER)
    assert setups[-1]["sex"] is None, "nobody is chosen"
    test.selectbox(key="set-person").select(ann.id).run()
    assert setups[-1]["sex"] == "female"
    errand = errand_of(records, client_of(ann), SetRequest("step-down"))
    assert errand.wishes.request.plan.sex == "female", "as before the phone"
