"""Layer: Today and Programme in Streamlit's simulated browser; what the view of exercises reports, and what is kept."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.exercises.plan import Plan
from formcheck.programme.course import How
from formcheck.programme.plan import Gate, Item, Phase, Programme
from formcheck.programme.templates import templates
from formcheck.records.access import owner
from formcheck.records.plans import plans_in_force, prescribe, prescribed
from formcheck.records.programmes import (
    NewDone,
    done_of,
    keep_done,
    programme_in_force,
    programme_versions,
    put_programme,
)
from formcheck.records.red_flags import answer_red_flags, last_screen, may_exercise
from formcheck.records.sets import say_pain
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from tests.records.kept import add_somebody, answer_no_flags, keep_set

_TIMEOUT_S = 240.0
_OWNER = owner("Owner")
SQUEEZE = Item(exercise="ball-squeeze", times_a_day=2, reps=10, hold_s=4.0)
CLAM = Item(exercise="clamshell", leg="each", sets=2, note="Slowly")
SQUAT = Item(exercise="wall-squat", target_depth_deg=45.0)
PROGRAMME = Programme(
    title="Knee of Ann",
    phases=(
        Phase(title="First", items=(SQUEEZE, CLAM, SQUAT), gate=Gate(sessions=2, pain=2), advice=("Walk a little",)),
        Phase(title="Second", items=(SQUAT,)),
    ),
)
RUN = "ab" * 16


def _page() -> None:
    from formcheck.web.pages.today import page as today

    today.page()


def _composing() -> None:
    from formcheck.web.pages.programme import page as programme

    programme.page()


def _home() -> None:
    from formcheck.web.pages.home import page as home

    home.page()


@pytest.fixture
def ann() -> str:
    records = records_service()
    person = add_somebody(records, "Ann", _OWNER).id
    with records.writing(_OWNER) as work:
        put_programme(work, person, PROGRAMME)
    answer_no_flags(records)
    answer_no_flags(records, person)
    return person


def opened(page: Any, person: str | None = None) -> AppTest:
    test = AppTest.from_function(page, default_timeout=_TIMEOUT_S)
    test.session_state["safety_accepted"] = True
    if person is not None:
        test.query_params["person"] = person
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    parts = [*test.title, *test.header, *test.markdown, *test.caption, *test.error, *test.warning, *test.info]
    return "\n".join(str(each.value) for each in parts)


def view_data(test: AppTest) -> dict[str, Any]:
    import json

    (found,) = [
        each.proto for each in test.get("bidi_component") if each.proto.component_name.endswith("formcheck_guided")
    ]
    data: dict[str, Any] = json.loads(found.json) if found.json else {}
    return data


def guided_views(test: AppTest) -> int:
    return sum(each.proto.component_name.endswith("formcheck_guided") for each in test.get("bidi_component"))


def kept(person: str) -> list[Any]:
    with records_service().reading(_OWNER) as work:
        return done_of(work, person, work.now - timedelta(days=2))


def test_today_shows_what_is_due_and_leads_through_what_no_camera_measures(ann: str) -> None:
    test = opened(_page, ann)
    shown = words(test)
    assert "Ball squeeze, sitting" in shown
    assert "2 sets of 10 · each leg" in shown
    assert "Slowly" in shown
    assert "Walk a little" in shown
    assert shown.count("Due today") == 3
    data = view_data(test)
    assert [(each["title"], each["sets"], each["legs"]) for each in data["items"]] == [
        ("Ball squeeze, sitting", 1, [None]),
        ("Clamshell", 2, ["left", "right"]),
    ]
    assert data["items"][0]["spoken"]["hold"]
    assert [each.key for each in test.button if each.key and each.key.startswith("camera-")] == [
        "camera-wall-squat-None"
    ]


def test_what_is_told_is_kept_and_can_be_taken_back(ann: str) -> None:
    test = opened(_page, ann)
    test.button(key="told-clamshell-each").click().run()
    (done,) = kept(ann)
    assert (done.exercise, done.how, done.sets, done.reps) == ("clamshell", How.TOLD, 2, (10, 10))
    assert "Done for today" in words(test)
    test.button(key="back-clamshell-each").click().run()
    assert kept(ann) == []


def reported(monkeypatch: pytest.MonkeyPatch, report: object) -> None:
    """Let the browser report something once."""
    left = [report]

    def view(**_: object) -> object:
        return SimpleNamespace(report=left.pop() if left else None)

    monkeypatch.setattr("formcheck.web.pages.today.guided._view", view)


def test_what_the_clock_led_through_is_kept_with_its_pain(ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [{"leg": leg, "reps": 10, "held_s": 0.0, "whole": True} for leg in ("left", "right")]
    items = [{"index": 1, "sets": sets, "pain": 3}]
    reported(monkeypatch, {"run": RUN, "items": items, "over": False})
    test = opened(_page, ann)
    (done,) = kept(ann)
    assert (done.exercise, done.how, done.sets, done.reps, done.pain_during) == (
        "clamshell",
        How.GUIDED,
        1,
        (10, 10),
        3,
    )
    assert "1 set to go" in words(test)
    assert "Pain at 3 is allowed" in words(test)
    # The next report of the same run says it again: it is kept once.
    reported(monkeypatch, {"run": RUN, "items": items, "over": True})
    opened(_page, ann)
    assert len(kept(ann)) == 1


@pytest.mark.parametrize(
    "report", [{}, {"run": RUN}, {"run": RUN, "items": [{"index": 99, "sets": [], "pain": None}], "over": True}]
)
def test_a_report_that_makes_no_sense_keeps_nothing(ann: str, monkeypatch: pytest.MonkeyPatch, report: object) -> None:
    reported(monkeypatch, report)
    opened(_page, ann)
    assert kept(ann) == []


def test_with_pain_of_five_there_is_no_session(ann: str) -> None:
    test = opened(_page, ann)
    (pills,) = [each for each in test.button_group if each.label.startswith("Pain in your knee now")]
    pills.set_value(5).run()
    assert "no session today" in words(test)
    assert guided_views(test) == 0
    assert not [each for each in test.button if each.key and each.key.startswith(("told-", "camera-"))]


def test_a_red_flag_closes_measured_and_guided_alike_and_is_opened_by_a_clinician(ann: str) -> None:
    records = records_service()
    with records.writing(_OWNER) as work:
        screen = answer_red_flags(work, ann, ["locks"]).id
    test = opened(_page, ann)
    assert "The knee locks, gives way or clicks painfully" in words(test)
    assert guided_views(test) == 0
    assert not [each for each in test.button if each.key and each.key.startswith(("told-", "camera-"))]
    home = opened(_home)
    assert "The knee locks" in words(home)
    test.button(key=f"clear-{screen}").click().run()
    assert guided_views(test) == 1
    assert "The knee locks" not in words(opened(_home))


def test_the_screen_is_asked_once_and_its_answers_kept() -> None:
    records = records_service()
    person = add_somebody(records, "Beth", _OWNER).id
    with records.writing(_OWNER) as work:
        put_programme(work, person, PROGRAMME)
    test = opened(_page, person)
    assert guided_views(test) == 0
    test.checkbox(key=f"screen-{person}-flag-calf").check().run()
    test.button(key=f"screen-{person}-keep").click().run()
    assert "See a clinician first" in words(test)
    test.button(key="red-flags-anew").click().run()
    test.checkbox(key=f"screen-{person}-flag-calf").uncheck().run()
    test.button(key=f"screen-{person}-keep").click().run()
    assert guided_views(test) == 1
    with records.reading(_OWNER) as work:
        assert may_exercise(last_screen(work, person))


def test_the_morning_after_is_asked_when_the_app_is_next_opened(ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_service()
    with records.writing(_OWNER) as work:
        keep_done(work, ann, NewDone("clamshell", "each", 2, How.TOLD))
    later = records.now() + timedelta(days=1)
    monkeypatch.setattr(records, "_clock", lambda: later)
    test = opened(_page, ann)
    (pills,) = [each for each in test.button_group if each.label.startswith("How was your knee this morning")]
    pills.set_value(2).run()
    assert [each.pain_next_morning for each in kept(ann)] == [2]
    assert not [each for each in test.button_group if each.label.startswith("How was your knee")]


def test_home_today_and_the_judge_agree_on_a_measured_exercise(ann: str) -> None:
    records = records_service()
    with records.writing(_OWNER) as work:
        prescribe(work, ann, SetRequest("wall-squat", plan=Plan(60.0, 12)))
        (plan,) = plans_in_force(work, ann)
        assert prescribed(plan).plan == Plan(60.0, 12)
    assert "1 set of 12 · 60° deep" in words(opened(_page, ann))
    home = opened(_home)
    assert "3 exercises due today" in words(home)
    # It stands there once: not as a plan beside the programme.
    assert not [each for each in home.button if each.key and each.key.startswith("start-")]
    keep_set(records, ann, "wall_squat_front", actor=_OWNER, done_at=records.now())
    assert "2 exercises due today" in words(opened(_home))
    assert words(opened(_page, ann)).count("Due today") == 2


def test_a_day_without_anybody_or_a_programme_says_so() -> None:
    assert "Nobody is here yet" in words(opened(_page))
    person = add_somebody(records_service(), "Beth", _OWNER).id
    assert "There is no programme yet" in words(opened(_page, person))


def test_a_programme_is_composed_from_a_template_changed_and_kept() -> None:
    records = records_service()
    person = add_somebody(records, "Beth", _OWNER).id
    test = opened(_composing, person)
    clicks = 0
    test.radio(key="programme-template").set_value("combined").run()
    clicks += 1
    (first,) = [each for each in test.number_input if each.label == "Sets"][:1]
    first.set_value(3)
    next(each for each in test.button if each.label == "Apply").click().run()
    clicks += 2
    next(each for each in test.button if each.label == "Give it to Beth").click().run()
    clicks += 1
    assert not test.exception
    with records.reading(_OWNER) as work:
        version = programme_in_force(work, person)
    assert version is not None
    given = templates()["combined"].programme
    assert version.phase.items[0].sets == 3
    assert version.phase.items[1:] == given.phases[0].items[1:]
    assert version.programme.phases[1:] == given.phases[1:]
    assert clicks <= 5


def test_a_change_is_a_version_and_the_next_phase_another(ann: str) -> None:
    records = records_service()
    test = opened(_composing, ann)
    assert next(each for each in test.button if each.label == "Save the changes").disabled
    next(each for each in test.button if each.label == "Remove").click().run()
    next(each for each in test.button if each.label == "Save the changes").click().run()
    test.button(key="phase-1").click().run()
    assert not test.exception
    with records.reading(_OWNER) as work:
        third, second, first = programme_versions(work, ann)
    assert first.programme == PROGRAMME
    assert second.phase.items == (CLAM, SQUAT)
    assert (third.phase_index, third.phase.title) == (1, "Second")
    assert "Earlier versions (2)" in str([each.label for each in test.expander])
    assert "exercised by it on 0 days" in words(test)


def test_what_cannot_be_is_not_taken_into_a_draft(ann: str) -> None:
    test = opened(_composing, ann)
    (days,) = [each for each in test.button_group if each.label == "Days"][:1]
    days.set_value([])
    next(each for each in test.button if each.label == "Apply").click().run()
    assert any("This programme cannot be" in each.value for each in test.error)
    assert next(each for each in test.button if each.label == "Save the changes").disabled


def test_too_much_pain_in_a_measured_set_ends_the_day_too(ann: str) -> None:
    records = records_service()
    row = keep_set(records, ann, "wall_squat_front", actor=_OWNER, done_at=records.now())
    test = opened(_page, ann)
    assert guided_views(test) == 1
    with records.writing(_OWNER) as work:
        say_pain(work, row.id, {"pain_after": 6})
    test = opened(_page, ann)
    assert "Pain at 6 is too much: stop for today." in words(test)
    assert guided_views(test) == 0
    assert not [each for each in test.button if each.label in ("Start with the camera", "I did it")]


def test_who_begins_with_the_camera_goes_there_from_today_with_their_answer(
    ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr("formcheck.web.pages.today.page.go_to", lambda address, **query: gone.append((address, query)))
    test = opened(_page, ann)
    test.button_group(key="today-pain-before").set_value(2).run()
    next(each for each in test.button if each.label == "Start with the camera").click().run()
    assert not test.exception
    assert gone == [("check", {"from": "today"})]
    assert test.session_state["pain-before"] == 2
    assert test.session_state["live_sets_person"] == ann


def test_pain_before_is_asked_only_before_something_that_is_due(ann: str) -> None:
    def asked(test: AppTest) -> list[str]:
        return [each.label for each in test.button_group if "Pain" in each.label]

    assert asked(opened(_page, ann)) == ["Pain in your knee now? You may skip this."]
    with records_service().writing(_OWNER) as work:
        keep_done(work, ann, NewDone("ball-squeeze", None, 2, How.TOLD, (10, 10)))
        keep_done(work, ann, NewDone("clamshell", "each", 2, How.TOLD, (10, 10)))
        keep_done(work, ann, NewDone("wall-squat", None, 1, How.TOLD, (10,)))
    test = opened(_page, ann)
    assert asked(test) == ["Pain now, after your exercises?"]
    assert "Done for today" in words(test) + str(test.main)


def test_what_leads_to_the_next_phase_has_one_mark_a_line(ann: str) -> None:
    (lines,) = [str(each.value) for each in opened(_page, ann).markdown if "days of exercising" in str(each.value)]
    assert lines.startswith(":material/")
    assert "- :material" not in lines
