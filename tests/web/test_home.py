"""Layer: Home and the way to a first result, in Streamlit's simulated browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import formcheck.web.server
from formcheck.exercises.plan import Plan
from formcheck.pose.models import PoseModel
from formcheck.programme.plan import WEEK, Programme
from formcheck.programme.templates import templates
from formcheck.records.access import owner
from formcheck.records.plans import prescribe
from formcheck.records.programmes import plans_in_hand, put_programme
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags, clear_red_flags
from formcheck.report import safety
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from tests.records.kept import add_somebody, client_of, keep_set
from tests.web.finished import SET_ID, finished_sample

_TIMEOUT_S = 240.0
_OWNER = owner("Owner")
_MAIN = str(Path(formcheck.web.server.__file__).with_name("main.py"))
ACCEPT = "accept-safety"


def _home() -> None:
    from formcheck.web.pages.home import page as home

    home.page()


def opened() -> AppTest:
    return AppTest.from_function(_home, default_timeout=_TIMEOUT_S).run()


def words(test: AppTest) -> str:
    return "\n".join(str(each.value) for each in [*test.title, *test.markdown, *test.caption, *test.subheader])


def accept_buttons(test: AppTest) -> list[str]:
    return [each.key for each in test.button if each.key == ACCEPT]


def planned(records: Records, name: str = "Ann", sessions_a_day: float = 1.0) -> str:
    person = add_somebody(records, name, _OWNER)
    with records.writing(_OWNER) as work:
        prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=10)), sessions_a_day)
    return person.id


def every_day(programme: Programme) -> Programme:
    phases = tuple(
        phase.model_copy(update={"items": tuple(item.model_copy(update={"days": WEEK}) for item in phase.items)})
        for phase in programme.phases
    )
    return programme.model_copy(update={"phases": phases})


def test_safety_is_three_lines_and_accepted_once_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened()
    assert not test.exception
    assert "\n".join(f"- {line}" for line in safety.IN_SHORT) in [each.value for each in test.markdown]
    test.button(key=ACCEPT).click().run()
    assert accept_buttons(test) == []
    assert any("You accepted this on" in each.value for each in test.caption)
    # Another visit, another browser: the records know.
    assert accept_buttons(opened()) == []
    monkeypatch.setattr(safety, "SEE_SOON", ("something new",))
    assert accept_buttons(opened()) == [ACCEPT]


def test_what_is_due_today_stands_there_until_it_is_done() -> None:
    records = records_service()
    person_id = planned(records)
    test = opened()
    assert "Due today" in words(test)
    assert [each.label for each in test.button if each.label == "Start"]
    keep_set(records, person_id, "wall_squat_front", actor=_OWNER, done_at=records.now())
    test = opened()
    assert "Done for today" in words(test)
    assert not [each.label for each in test.button if each.label == "Start"]


def test_nobody_with_a_red_flag_is_asked_to_begin() -> None:
    records = records_service()
    person_id = planned(records)
    with records.writing(_OWNER) as work:
        put_programme(work, person_id, templates()["step-down-path"].programme)
        screen = answer_red_flags(work, person_id, ["locks"])
    test = opened()
    assert "Not now: a clinician first" in words(test)
    assert not [each.label for each in test.button if each.label in ("Begin", "Start")]
    with records.writing(_OWNER) as work:
        clear_red_flags(work, screen.id)
    assert [each.label for each in opened().button if each.label == "Begin"]


def test_names_of_exercises_with_a_comma_in_them_are_told_apart() -> None:
    records = records_service()
    person = add_somebody(records, "Ann", _OWNER)
    with records.writing(_OWNER) as work:
        put_programme(work, person.id, every_day(templates()["combined"].programme))
    assert "Ball squeeze, sitting · Straight" in words(opened())


def test_what_is_left_to_do_stands_before_what_is_done() -> None:
    records = records_service()
    keep_set(records, planned(records, "Ann"), "wall_squat_front", actor=_OWNER, done_at=records.now())
    planned(records, "Beth")
    shown = words(opened())
    assert shown.index("Due today") < shown.index("Done for today")


def test_two_of_one_name_are_told_apart_and_what_is_not_due_is_not_there() -> None:
    records = records_service()
    planned(records, "Ann")
    planned(records, "Ann")
    rests = planned(records, "Rests", 0.5)
    keep_set(records, rests, "wall_squat_front", actor=_OWNER, done_at=records.now() - timedelta(days=1))
    test = opened()
    shown = [each.value for each in test.markdown if "person=" in each.value]
    assert len(shown) == 2
    assert len({each.partition("](")[0] for each in shown}) == 2
    assert "Rests" not in words(test)


def test_a_client_has_their_own_plan_in_hand_and_nobody_elses() -> None:
    records = records_service()
    planned(records, "Ann")
    beth = add_somebody(records, "Beth", _OWNER)
    with records.writing(_OWNER) as work:
        prescribe(work, beth.id, SetRequest("squat"), 1.0)
    with records.reading(client_of(beth)) as work:
        (in_hand,) = plans_in_hand(work, records.now() - timedelta(days=30))
    assert (in_hand.person.name, in_hand.plan.exercise) == ("Beth", "squat")


def test_a_fresh_person_is_three_clicks_from_a_set_and_sees_its_result_at_its_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Accept, *Check my form*, *Start* (the camera view's own button); a set that is done ends by itself."""
    model = PoseModel("pose_landmarker_full", tmp_path / "none.task", "0" * 64)
    monkeypatch.setattr("formcheck.web.pages.check.page.find_model", lambda _name: model)
    clicks = 0
    test = AppTest.from_file(_MAIN, default_timeout=_TIMEOUT_S).run()
    test.button(key=ACCEPT).click().run()
    clicks += 1
    assert "**Check my form**" in str([each.proto for each in test.get("page_link")])
    test = _followed(test, "check")
    clicks += 1
    assert [each.value for each in test.title] == ["Check my form"]
    names = [getattr(each.proto, "component_name", "") for each in test.get("bidi_component")]
    assert "formcheck_live" in names
    clicks += 1
    monkeypatch.setattr(
        "formcheck.web.live.registry.LiveRegistry.finished_set", lambda *_: finished_sample("wall_squat_front")
    )
    test.session_state["finished_set_id"] = SET_ID
    test.run()
    assert "fc-verdict" in words(test)
    assert clicks <= 4


def _followed(test: AppTest, address: str) -> AppTest:
    """Press the link to a page."""
    (page_hash,) = {each.proto.page_script_hash for each in test.get("page_link") if each.proto.page == address}
    test._page_hash = page_hash
    return test.run()
