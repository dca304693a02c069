"""Layer: keeping a live set in the records, in Streamlit's simulated browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.programme.tests_of_function import function_tests
from formcheck.records.access import Actor
from formcheck.records.consents import answer_consent
from formcheck.records.outcomes import test_results as results_of
from formcheck.records.people import change_person, details_of, get_person
from formcheck.records.records import Records
from formcheck.records.reviewing import reviewed_set
from formcheck.records.sets import list_sets
from formcheck.records.settings import RecordsSettings
from formcheck.report.document import assessment_document
from formcheck.web.live.pipeline import FinishedSet
from tests.clips import SAMPLES
from tests.records.kept import CLINICIAN, add_somebody, client_of, keep_set
from tests.web.finished import finished_sample


def _offer() -> None:
    import streamlit as st

    from formcheck.web.pages.check.page import offer_to_keep
    from tests.web.finished import finished_sample

    offer_to_keep(finished_sample("wall_squat_front"), 1, st.session_state.get("after"))


def _offer_side() -> None:
    from formcheck.web.pages.check.page import offer_to_keep
    from tests.web.finished import finished_sample

    offer_to_keep(finished_sample("wall_squat_side"), 1, None)


def _asked() -> None:
    import streamlit as st

    from formcheck.web.pages.check.page import ask_set
    from formcheck.web.shared.set_settings import read_link

    ask_set(read_link({name: st.query_params.get_all(name) for name in st.query_params}))


def _offer_and_ways() -> None:
    from formcheck.web.pages.check.after import PainAfter
    from formcheck.web.pages.check.page import offer_to_keep, show_ways_on
    from tests.web.finished import finished_sample

    offer_to_keep(finished_sample("wall_squat_front"), 1, None)
    show_ways_on(PainAfter(None, too_much=False))


def offered(
    monkeypatch: pytest.MonkeyPatch, records: Records, actor: Actor, page: Callable[[], None], **query: str
) -> AppTest:
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: actor)
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(page, default_timeout=240)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def test_a_client_keeps_a_live_set_with_its_pain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: client_of(ann))
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(_offer, default_timeout=240).run()
    test.button(key="keep-set-yes").click().run()
    test.session_state["after"] = 3
    test.run()
    assert not test.exception
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, ann.id)
        again = reviewed_set(work, row.id)
    assert (row.origin, row.pain_before, row.pain_after) == ("live", 1, 3)
    assert row.remarks == ["The light was low."]
    assert assessment_document(again.automatic) == row.automatic
    records.close()


def test_a_set_done_by_a_persons_link_is_in_their_records_without_a_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann, _ = add_somebody(records), add_somebody(records, "Beth")
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: CLINICIAN)
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(_offer, default_timeout=240)
    test.session_state["live_sets_linked_person"] = ann.id
    test.run().run()
    assert not test.exception
    assert not test.selectbox
    with records.reading(CLINICIAN) as work:
        assert len(list_sets(work, ann.id)) == 1
    records.close()


def _offer_a_step_down() -> None:
    from formcheck.web.pages.check.page import offer_to_keep
    from tests.web.finished import finished_sample

    offer_to_keep(finished_sample("step_down_front_valgus"), None, None)


def test_a_set_of_nobody_is_judged_by_the_bands_of_whoever_it_is_kept_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    bert = add_somebody(records, "Bert")
    with records.writing(CLINICIAN) as work:
        change_person(work, bert.id, replace(details_of(get_person(work, bert.id)), sex="male"))
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: CLINICIAN)
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(_offer_a_step_down, default_timeout=240).run()
    test.selectbox(key="keep-set-person").select(bert.id).run()
    test.button(key="keep-set-yes").click().run()
    assert not test.exception
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, bert.id)
        again = reviewed_set(work, row.id)
    assert row.measured_as["plan"]["sex"] == "male"
    assert assessment_document(again.automatic) == row.automatic
    assert row.automatic != assessment_document(finished_sample("step_down_front_valgus").assessment)
    records.close()


def _after() -> None:
    from formcheck.web.pages.check import page as check

    check._after("any")


def test_a_result_is_that_of_whoever_did_it_and_says_what_changed_since_the_last_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    bert = add_somebody(records, "Bert")
    with records.writing(CLINICIAN) as work:
        change_person(work, bert.id, replace(details_of(get_person(work, bert.id)), sex="male"))
    keep_set(records, bert.id, "step_down_front_valgus", done_at=datetime(2026, 2, 1, 9, tzinfo=UTC))
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: client_of(bert))
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    monkeypatch.setattr("formcheck.web.pages.check.page.live_service", lambda: _OneSet())
    test = AppTest.from_function(_after, default_timeout=240).run()
    assert not test.exception
    said = " ".join(each.value for each in test.markdown)
    assert "No change since 1 February 2026 that a camera can tell." in said
    judged, since = test.session_state["told_of_person"][1:]
    assert judged.request.plan.sex == "male"
    assert since in said
    records.close()


class _OneSet:
    """Live sets, of which there is one."""

    def finished_set(self, *_: str) -> FinishedSet:
        return finished_sample("step_down_front_valgus")


def _ask_how() -> None:
    from formcheck.web.pages.check.page import _ask_how

    _ask_how()


def test_who_refuses_videos_is_not_asked_for_one_and_told_that_none_was_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        answer_consent(work, ann.id, "video", "no")
    video = tmp_path / "set.mp4"
    shutil.copyfile(SAMPLES / "wall_squat_front.mp4", video)
    filmed = replace(finished_sample("wall_squat_front"), video_path=video)
    monkeypatch.setattr("tests.web.finished.finished_sample", lambda _name: filmed)
    monkeypatch.setattr("formcheck.web.live.keeping.write_proxy", lambda _video, copy: shutil.copyfile(video, copy))
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: client_of(ann))
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    asked = AppTest.from_function(_ask_how, default_timeout=240).run()
    assert "Keep the video of this set" not in [each.label for each in asked.toggle]
    assert [each.value for each in asked.info] == ["No video is kept: consent to keeping videos was refused."]
    test = AppTest.from_function(_offer, default_timeout=240).run()
    test.button(key="keep-set-yes").click().run()
    assert not test.exception
    assert [each.value.replace("\\", "") for each in test.info] == [
        "The video was not kept: consent to keeping videos was refused."
    ]
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, ann.id)
    assert row.video_sha256 is None
    records.close()


@pytest.mark.parametrize(
    ("same", "said"), [("place", (True, False)), ("place,clothes", (True, True)), ("", (False, False))]
)
def test_a_set_done_as_a_test_is_kept_and_is_that_test(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, same: str, said: tuple[bool, bool]
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    test = offered(monkeypatch, records, client_of(ann), _offer_side, test="wall-squat-depth", same=same)
    assert "Kept as the test “Wall squat depth”." in [each.value for each in test.success]
    assert not test.button
    test.run()
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, ann.id)
        (result,) = results_of(work, ann.id)
    assert (result.set_id, (result.same_place, result.same_clothes)) == (row.id, said)
    records.close()


@pytest.mark.parametrize(
    ("test", "query", "said"),
    [
        (
            "wall-squat-depth",
            {"exercise": "wall-squat", "reps": "3", "hold": "3"},
            "Test: **Wall squat depth** · **Wall squat · 3 reps · hold 3 s**",
        ),
        ("sit-to-stand-30-s", {"exercise": "sit-to-stand", "reps": "30"}, "Test: **Sit-to-stand in 30 seconds**"),
    ],
)
def test_a_set_that_is_a_test_says_so_and_how_it_is_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, test: str, query: dict[str, str], said: str
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    page = offered(monkeypatch, records, client_of(ann), _asked, test=test, **query)
    assert [each.value for each in page.info] == [said]
    captions = " ".join(each.value for each in page.caption)
    assert all(sentence in captions for sentence in function_tests()[test].protocol)
    assert "it is kept and counts as this test" in captions
    records.close()


def test_a_set_seen_from_the_wrong_side_is_kept_and_is_no_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    test = offered(monkeypatch, records, client_of(ann), _offer, test="wall-squat-depth")
    assert "it was not seen from the side" in test.warning[0].value
    with records.reading(CLINICIAN) as work:
        assert len(list_sets(work, ann.id)) == 1
        assert results_of(work, ann.id) == []
    records.close()


def test_one_of_todays_exercises_is_kept_without_a_question(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    test = offered(monkeypatch, records, client_of(ann), _offer_and_ways, **{"from": "today"})
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, ann.id)
        assert results_of(work, ann.id) == []
    assert (row.pain_before, row.pain_after) == (1, None)
    assert [each.label for each in test.button] == ["On with today’s exercises", "Do another set"]
    records.close()
