"""Layer: the pages Tests and Progress in Streamlit's simulated browser, with answers, tests and half a year of sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from formcheck.programme.follow_up import reassessment
from formcheck.programme.questionnaires import QUESTIONNAIRES_VARIABLE, questionnaires
from formcheck.programme.story import Answered, Story, tell
from formcheck.programme.tests_of_function import function_tests
from formcheck.records.access import Actor
from formcheck.records.outcomes import list_answers, test_results
from formcheck.records.people import get_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.web.access.service import records_service
from formcheck.web.pages.progress.story_view import (
    became_html,
    charts_html,
    draw_story_line,
    due_in_words,
    verdict_html,
)
from formcheck.web.shared.plot_parts import NARROW, WIDE
from formcheck.web.shared.set_settings import read_link
from tests.history.made_up import DAY
from tests.records.kept import OWNER, add_somebody, client_of, keep_set
from tests.records.six_months import half_a_year

results_of = test_results
del test_results  # pytest would take it for a test
_TIMEOUT_S = 240.0


def text_of(html: Markup) -> str:
    return " ".join(Markup(html.replace("<br>", " ")).striptags().split())


def asked_twice() -> Story:
    told = [
        Answered("pain", "1", DAY + timedelta(weeks=6 * n), {"usual": 5.0 - 3 * n, "worst": 6.0 - n}) for n in range(2)
    ]
    return tell([], [*told, Answered("five-symptoms", "1", DAY, {"count": 3.0})], [])


def test_the_verdict_says_what_of_the_story_changed() -> None:
    html = verdict_html(asked_twice())
    assert "fc-good" in html
    assert "Changed beyond error since the start: 1 thing better." in text_of(html)
    assert "1 no more than measuring or answering again would give" in text_of(html)
    assert "1 with one day so far" in text_of(html)
    once = tell([], [Answered("five-symptoms", "1", DAY, {"count": 3.0})], [])
    said = text_of(verdict_html(once))
    assert "One day so far" in said
    assert "Of 1 thing" not in said
    twice = tell([], [Answered("five-symptoms", "1", DAY + timedelta(n), {"count": 3.0}) for n in range(2)], [])
    assert "1 of which no source says how large a change has to be" in text_of(verdict_html(twice))


def test_what_changed_stands_first_and_says_by_whose_word() -> None:
    said = text_of(became_html(asked_twice()))
    assert said.index("Usual pain") < said.index("Worst pain") < said.index("Symptoms of the five")
    assert "Counts from 2 points: Crossley et al. 2004" in said


def test_one_day_is_words_and_two_are_a_chart_with_the_band() -> None:
    usual, worst, symptoms = asked_twice().lines
    assert "<svg" not in charts_html([symptoms])
    assert charts_html([usual, worst]).count("<svg") == 4
    for size in (WIDE, NARROW):
        svg = ElementTree.fromstring(str(draw_story_line(usual, size)))
        assert [each.text for each in svg.iter("title")] == ["2 March 2026: 5", "13 April 2026: 2"]
        assert sum(each.get("class") == "limit" for each in svg.iter("path")) == 1


@pytest.mark.parametrize(("weeks", "words"), [(1, "Next tests"), (5, "are due**, best by"), (9, "are due** since")])
def test_it_is_said_when_the_next_tests_are_due(weeks: int, words: str) -> None:
    today = date(2026, 3, 2) + timedelta(weeks=weeks)
    assert words in due_in_words(reassessment([date(2026, 3, 2)], today), today)


def test_who_was_never_tested_is_asked_to() -> None:
    today = date(2026, 3, 2)
    assert "No test yet" in due_in_words(reassessment([], today), today)


@pytest.fixture
def records() -> Records:
    return records_service()


@pytest.fixture
def ann(records: Records) -> str:
    return add_somebody(records, "Ann Alder", OWNER).id


def _tests_page() -> None:
    from formcheck.web.pages.tests.page import page

    page()


def _progress_page() -> None:
    from formcheck.web.pages.progress.page import page

    page()


def opened(page: Callable[..., None] = _tests_page, **query: str) -> AppTest:
    test = AppTest.from_function(page, default_timeout=_TIMEOUT_S)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    boxes: Sequence[object] = [*test.title, *test.header, *test.markdown, *test.caption, *test.error, *test.success]
    return text_of(Markup(" ".join(str(getattr(each, "value", "")) for each in boxes)).replace("\\", ""))


def press(test: AppTest, label: str) -> AppTest:
    (button,) = [each for each in test.button if each.label == label]
    button.click().run()
    assert not test.exception
    return test


def test_a_questionnaire_is_answered_and_kept(records: Records, ann: str) -> None:
    test = opened(person=ann)
    for item, value in (("usual", 3), ("worst", 6)):
        test.button_group(key=f"pain-{item}-0").set_value(value)
    press(test, "Keep these answers")
    assert "Usual pain:** 3 on" in words(test)
    with records.reading(OWNER) as work:
        (row,) = list_answers(work, ann)
    assert {key: each["value"] for key, each in row.scores.items()} == {"usual": 3.0, "worst": 6.0}
    press(test, "Take the last one back")
    with records.reading(OWNER) as work:
        assert list_answers(work, ann) == []


def test_too_few_answers_are_said_and_nothing_is_kept(records: Records, ann: str) -> None:
    test = press(opened(person=ann), "Keep these answers")
    assert "too few answers" in words(test)
    with records.reading(OWNER) as work:
        assert list_answers(work, ann) == []


def test_a_set_is_counted_as_a_test_and_taken_back(records: Records, ann: str) -> None:
    row = keep_set(records, ann, actor=OWNER)
    test = opened(person=ann)
    assert "Slide down as deep as you can" in words(test)
    test.checkbox(key="wall-squat-depth-same-0").check()
    press(test, "Count it as this test")
    assert "Kept as the test" in words(test)
    with records.reading(OWNER) as work:
        (found,) = results_of(work, ann)
    assert (found.set_id, found.same_place, found.same_clothes) == (row.id, True, False)
    assert "| Best | Mean |" in words(test)
    press(test, "The last one was no test")
    with records.reading(OWNER) as work:
        assert results_of(work, ann) == []


@pytest.mark.parametrize("key", list(function_tests()))
def test_each_test_is_led_through(ann: str, key: str) -> None:
    test = opened(person=ann)
    test.button_group(key="function-test").set_value(key).run()
    assert not test.exception
    assert function_tests()[key].protocol[0] in words(test)


def links(test: AppTest) -> list[dict[str, list[str]]]:
    shown = [str(each.value) for each in test.markdown if "](/check?" in str(each.value)]
    return [parse_qs(each.rsplit("?", 1)[1].rstrip(")")) for each in shown]


@pytest.mark.parametrize("key", list(function_tests()))
def test_each_test_leads_to_a_set_that_can_be_done_and_is_that_test(ann: str, key: str) -> None:
    test = opened(person=ann)
    test.button_group(key="function-test").set_value(key).run()
    test.checkbox(key=f"{key}-same-1").check().run()
    asked, found = function_tests()[key], links(test)
    assert len(found) == (2 if asked.each_leg and key != "knee-to-wall" else 1)
    for query in found:
        reading = read_link(query)
        assert reading.refusals == ()
        assert reading.request is not None
        assert reading.request.exercise == asked.exercise
        assert reading.request.plan.reps == (asked.reps if asked.lasts_s is None else 30)
        assert (query["test"], query["same"]) == ([key], ["clothes"])
    assert test.session_state["live_sets_person"] == ann


def test_a_set_from_another_side_is_not_offered_as_the_test(records: Records, ann: str) -> None:
    keep_set(records, ann, "wall_squat_front", actor=OWNER)
    assert "A set that is done from here counts by itself" in words(opened(person=ann))


def test_a_client_answers_for_themselves(records: Records, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ben = add_somebody(records, "Ben Birch", OWNER).id
    with records.reading(OWNER) as work:
        client: Actor = client_of(get_person(work, ann))
    monkeypatch.setattr("formcheck.web.access.guard.who_sees_page", lambda: client)
    test = opened(person=ben)
    for item in ("usual", "worst"):
        test.button_group(key=f"pain-{item}-0").set_value(1)
    press(test, "Keep these answers")
    with records.reading(OWNER) as work:
        assert list_answers(work, ben) == []
        (row,) = list_answers(work, ann)
    assert row.recorded_by == client.name


def test_half_a_year_says_the_right_things_about_change_and_error() -> None:
    _, person_id = half_a_year(RecordsSettings().home)
    shown = words(opened(_progress_page, person=person_id))
    assert "Changed beyond error since the start:" in shown
    assert "Usual pain Changed for the better: 5 lower." in shown
    assert "Worst pain No change that counts: 1 lower." in shown
    assert "Function, mean of your activities Changed for the better: 5 higher." in shown
    assert "Symptoms of the five 5 higher. No source says how large a change has to be." in shown
    assert "Test: Wall squat depth, left No detectable change" in shown
    assert "Knee alignment (FPPA), left Changed: 15° less inward" in shown
    assert "Knee alignment (FPPA), right No detectable change" in shown
    assert "Tests and questionnaires" in shown
    assert "Return to activity" in shown or "hold today" in shown


def test_what_a_clinic_laid_in_is_asked(
    ann: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("questionnaires")
    lines = ['schema = "formcheck.questionnaire/1"', "place = 1", 'version = "1"', 'title = "Ours"', 'about = "Ours."']
    lines += ['licence = "Bought."', 'source = "Us."', "[[item]]", 'key = "q"', 'words = "How is it?"', "most = 3"]
    lines += ["[[score]]", 'key = "s"', 'title = "Score"', 'items = ["q"]', 'method = "sum"', 'better = "lower"']
    (folder / "ours.toml").write_text("\n".join([*lines, 'topic = "function"']))
    monkeypatch.setenv(QUESTIONNAIRES_VARIABLE, str(folder))
    assert next(iter(questionnaires())) == "ours"
    assert "Ours." in words(opened(person=ann))
