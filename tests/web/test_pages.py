"""Layer: the pages in Streamlit's simulated browser: every page opens, and what a person answers has its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from streamlit.testing.v1 import AppTest

import formcheck.web.server
from formcheck.design.components import level_class
from formcheck.errors import PoseModelError
from formcheck.pose.models import PoseModel
from formcheck.report import safety
from formcheck.session.verdict import verdict_of_set
from formcheck.web.access.safety import REMINDER
from formcheck.web.access.service import records_service
from tests.records.kept import answer_no_flags
from tests.web.finished import SET_ID, finished_sample

_TIMEOUT_S = 240.0
_NO_QUERY: Mapping[str, str] = MappingProxyType({})
_PRESCRIBED = {"exercise": "wall-squat", "leg": "both", "reps": "12", "hold": "5", "depth": "60"}


@pytest.fixture(autouse=True)
def _pose_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let there be a pose model, whether or not one is installed where the tests run."""
    model = PoseModel("pose_landmarker_full", tmp_path / "none.task", "0" * 64)
    monkeypatch.setattr("formcheck.web.pages.check.page.find_model", lambda _name: model)


def _check() -> None:
    from formcheck.web.pages.check import page as check

    check.page()


def _selftest() -> None:
    from formcheck.web.pages.selftest import page as selftest

    selftest.page()


def _guidance() -> None:
    from formcheck.web.pages.guidance import page as guidance

    guidance.page()


def opened(page: Callable[[], None], query: Mapping[str, str] = _NO_QUERY, *, accepted: bool = True) -> AppTest:
    """Open a page."""
    test = AppTest.from_function(page, default_timeout=_TIMEOUT_S)
    test.session_state["safety_accepted"] = accepted
    if accepted:
        answer_no_flags(records_service())
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def words(test: AppTest) -> str:
    """Return everything that a page says."""
    elements = [*test.title, *test.header, *test.subheader, *test.markdown, *test.caption]
    boxes = [*test.info, *test.warning, *test.error, *test.success]
    return "\n".join(str(each.value) for each in [*elements, *boxes]).replace("\\", "")


@pytest.mark.parametrize("page", [_check, _selftest, _guidance])
def test_every_page_opens(page: Callable[[], None]) -> None:
    test = opened(page)
    assert not test.exception
    assert test.title


def test_the_app_begins_at_home() -> None:
    test = AppTest.from_file(
        str(Path(formcheck.web.server.__file__).with_name("main.py")), default_timeout=_TIMEOUT_S
    ).run()
    assert not test.exception
    assert [each.value for each in test.title] == ["formcheck"]


def test_the_first_visit_shows_every_safety_text_and_nothing_else() -> None:
    test = opened(_check, accepted=False)
    shown = words(test)
    for text in (*safety.safety_texts("step-down"), *safety.SEE_NOW, *safety.SEE_SOON):
        assert text in shown
    assert not test.get("segmented_control")
    assert REMINDER not in shown


def test_once_accepted_a_reminder_stays() -> None:
    assert REMINDER in words(opened(_check))


def test_the_usual_set_is_ready_without_an_answer() -> None:
    test = opened(_check)
    assert "Wall squat · 10 reps · hold 3 s · 45° deep" in words(test)
    assert not test.error
    assert _live_view_is_there(test)


def test_a_prescribed_set_is_taken_and_said_to_be_prescribed() -> None:
    test = opened(_check, _PRESCRIBED)
    assert [each.value for each in test.info] == ["Prescribed by link: **Wall squat · 12 reps · hold 5 s · 60° deep**"]
    assert not test.number_input
    assert _live_view_is_there(test)


def test_a_bad_link_is_refused_in_words_and_starts_nothing() -> None:
    test = opened(_check, {**_PRESCRIBED, "reps": "lots"})
    assert "“lots” is not possible for reps; it must be a whole number from 1 to 100." in words(test)
    assert not _live_view_is_there(test)


def test_a_bad_link_can_be_left_for_a_set_of_ones_own() -> None:
    test = opened(_check, {**_PRESCRIBED, "reps": "lots"})
    test.button[0].click().run()
    assert "Wall squat · 10 reps" in words(test)


def test_a_link_cannot_write_markup_onto_the_page() -> None:
    test = opened(_check, {"exercise": "**bold** [x](http://y) <b>"})
    (sentence,) = [each.value for each in test.markdown if "There is no exercise" in each.value]
    assert "\\*\\*bold" in sentence
    assert "\\[x\\]" in sentence
    assert "\\<b\\>" in sentence


def test_changed_values_become_the_set() -> None:
    test = opened(_check)
    test.number_input(key="reps-wall-squat").set_value(12).run()
    test.toggle(key="ball-wall-squat").set_value(True).run()
    assert "Wall squat · 12 reps · hold 3 s · 45° deep · ball between the knees" in words(test)


def test_another_exercise_brings_its_own_values() -> None:
    test = opened(_check)
    test.segmented_control(key="exercise").set_value("step-down").run()
    assert "Step-down · camera finds the leg · 10 reps · 10 cm step · 45° deep" in words(test)


def test_a_great_depth_is_warned_of() -> None:
    test = opened(_check)
    test.number_input(key="depth-wall-squat").set_value(80.0).run()
    assert any("loads the knee much more" in each.value for each in test.warning)


@pytest.mark.parametrize(("pain", "may"), [(2, True), (4, True), (5, False), (10, False)])
def test_pain_of_five_or_more_means_no_set(pain: int, may: bool) -> None:
    test = opened(_check)
    test.pills(key="pain-before").set_value(pain).run()
    assert _live_view_is_there(test) is may
    assert bool(test.error) is not may


def test_a_missing_pose_model_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> PoseModel:
        raise PoseModelError("The pose model “full” is not installed.", "Run `formcheck models install full`.")

    monkeypatch.setattr("formcheck.web.pages.check.page.find_model", missing)
    test = opened(_check)
    assert "not installed" in words(test)
    assert "formcheck models install full" in words(test)
    assert not _live_view_is_there(test)


def _after(monkeypatch: pytest.MonkeyPatch, name: str, *, reps: bool = True) -> AppTest:
    finished = finished_sample(name)
    if not reps:
        finished = replace(finished, assessment=replace(finished.assessment, reps=(), findings=()))
    monkeypatch.setattr(
        "formcheck.web.live.registry.LiveRegistry.finished_set",
        lambda _self, set_id, _session: finished if set_id == SET_ID else None,
    )
    test = AppTest.from_function(_check, default_timeout=_TIMEOUT_S)
    test.session_state["safety_accepted"] = True
    answer_no_flags(records_service())
    test.session_state["finished_set_id"] = SET_ID
    return test.run()


def test_after_a_set_the_first_thing_is_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    test = _after(monkeypatch, "step_down_front_valgus")
    assert not test.exception
    shown = words(test)
    told = verdict_of_set(finished_sample("step_down_front_valgus").assessment)
    assert told.title == "Point your kneecap over your second toe"
    assert f'<p class="fc-verdict-title">{told.title}</p>' in shown
    assert [f'<div class="fc fc-rep {level_class(each.level)}">' in shown for each in told.reps] == [True] * 3
    assert "Step-down, seen from the front: 3 whole reps" in shown
    assert "No rep stood out: they were all alike." in shown
    assert "The light was low." in shown


def test_a_set_without_a_whole_rep_is_no_failure_and_can_be_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    test = _after(monkeypatch, "wall_squat_front", reps=False)
    assert not test.exception
    assert [each.value for each in test.header] == ["No whole rep was counted"]
    assert "Do another set" in [each.label for each in test.button]
    assert not test.download_button


def test_after_a_set_the_files_can_be_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    test = _after(monkeypatch, "wall_squat_side")
    assert [each.label for each in test.download_button] == [
        "Report",
        "Results (JSON)",
        "Every frame (CSV)",
        "Pose track",
    ]


def test_its_csv_can_be_had_for_an_excel_that_writes_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    test = _after(monkeypatch, "wall_squat_side")
    test.button_group(key="csv-dialect").set_value("excel-semicolon").run()
    assert not test.exception
    assert test.session_state["chosen_csv_dialect"] == "excel-semicolon"
    (_, kept) = test.session_state["downloads"]
    (data,) = [each.data for each in kept if each.name.endswith(".csv")]
    assert data.startswith(b"\xef\xbb\xbft_s;phase;")


def test_too_much_pain_after_a_set_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    test = _after(monkeypatch, "wall_squat_side")
    assert "Do another set" in [each.label for each in test.button]
    test.pills(key=f"pain-after-{SET_ID}").set_value(7).run()
    assert "stop for today" in words(test)
    assert "5 reps instead of 10" in words(test)
    assert "Do another set" not in [each.label for each in test.button]
    next(each for each in test.button if each.label == "Back to the start").click().run()
    assert "With pain at 7 there is no session today." in words(test)
    assert not _live_view_is_there(test)


def test_another_set_begins_with_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(_check)
    test.number_input(key="reps-wall-squat").set_value(14).run()
    finished = finished_sample("wall_squat_front")
    monkeypatch.setattr("formcheck.web.live.registry.LiveRegistry.finished_set", lambda *_: finished)
    test.session_state["finished_set_id"] = SET_ID
    test.run()
    assert not test.number_input
    next(each for each in test.button if each.label == "Do another set").click().run()
    assert "Wall squat · 14 reps" in words(test)


def test_a_set_that_is_no_longer_kept_is_said_so() -> None:
    test = AppTest.from_function(_check, default_timeout=_TIMEOUT_S)
    test.session_state["safety_accepted"] = True
    test.session_state["finished_set_id"] = "gone"
    test.run()
    assert "no longer kept" in words(test)


def _live_view_is_there(test: AppTest) -> bool:
    names = [getattr(each.proto, "component_name", "") for each in test.get("bidi_component")]
    return "formcheck_live" in names
