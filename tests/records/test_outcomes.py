"""Layer: the records, in process: answers to questionnaires, and sets that were tests."""

from __future__ import annotations

import pytest

from formcheck.programme.questionnaires import QuestionnaireError
from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.outcomes import (
    answer,
    count_as_test,
    count_no_longer,
    list_answers,
    take_back_answers,
    test_results,
)
from formcheck.records.records import Records
from formcheck.records.reviewing import correct
from formcheck.session.corrections import ExcludeRep
from tests.records.kept import CLINICIAN, add_somebody, client_of, keep_set, measured

results_of = test_results
del test_results  # pytest would take it for a test


def test_answers_are_kept_with_version_words_and_scores(records: Records) -> None:
    ann = add_somebody(records)
    with records.writing(client_of(ann)) as work:
        answer(work, ann.id, "pain", {"usual": 3, "worst": 6})
    with records.reading(CLINICIAN) as work:
        (row,) = list_answers(work, ann.id)
        assert (row.questionnaire, row.version, row.recorded_by) == ("pain", "1", "Ann")
        assert row.scores == {
            "usual": {"title": "Usual pain", "value": 3.0},
            "worst": {"title": "Worst pain", "value": 6.0},
        }
        assert row.answers["worst"]["answer"] == "6"
        assert "at worst" in row.answers["worst"]["words"]


def test_answers_that_cannot_be_leave_nothing(records: Records) -> None:
    ann = add_somebody(records)
    with pytest.raises(QuestionnaireError), records.writing(CLINICIAN) as work:
        answer(work, ann.id, "pain", {"usual": 30})
    with pytest.raises(NotFoundError), records.writing(CLINICIAN) as work:
        answer(work, ann.id, "no-such", {"usual": 3})
    with records.reading(CLINICIAN) as work:
        assert list_answers(work, ann.id) == []


def test_a_slip_is_taken_back(records: Records) -> None:
    ann = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        row = answer(work, ann.id, "pain", {"usual": 3, "worst": 6})
    with records.writing(client_of(ann)) as work:
        take_back_answers(work, row.id)
    with records.reading(CLINICIAN) as work:
        assert list_answers(work, ann.id) == []


def test_a_result_stays_with_its_set_and_follows_its_corrections(records: Records) -> None:
    ann = add_somebody(records)
    row = keep_set(records, ann.id)
    with records.writing(client_of(ann)) as work:
        count_as_test(work, row.id, "wall-squat-depth", same_place=True, same_clothes=False)
    with records.reading(CLINICIAN) as work:
        (before,) = results_of(work, ann.id)
    assert (before.set_id, before.same_place, before.same_clothes) == (row.id, True, False)
    first = measured("wall_squat_side").reps[0]
    correct(records, CLINICIAN, row.id, ExcludeRep(at_s=first.bottom_start_s), version=1)
    with records.reading(CLINICIAN) as work:
        (after,) = results_of(work, ann.id)
    assert after.tries[:2] == before.tries[1:]


def test_a_set_of_another_exercise_or_view_is_no_test(records: Records) -> None:
    ann = add_somebody(records)
    front = keep_set(records, ann.id, "wall_squat_front")
    with pytest.raises(RecordsError, match="not seen from the side"), records.writing(CLINICIAN) as work:
        count_as_test(work, front.id, "wall-squat-depth", same_place=True, same_clothes=True)
    with pytest.raises(RecordsError, match="another exercise"), records.writing(CLINICIAN) as work:
        count_as_test(work, front.id, "step-down-knee-line", same_place=True, same_clothes=True)
    with pytest.raises(NotFoundError), records.writing(CLINICIAN) as work:
        count_as_test(work, front.id, "no-such", same_place=True, same_clothes=True)


def test_a_set_is_one_test_once_and_can_cease_to_be(records: Records) -> None:
    ann = add_somebody(records)
    row = keep_set(records, ann.id)
    for clothes in (False, True):
        with records.writing(CLINICIAN) as work:
            count_as_test(work, row.id, "wall-squat-depth", same_place=True, same_clothes=clothes)
    with records.reading(CLINICIAN) as work:
        (found,) = results_of(work, ann.id)
    assert found.same_clothes
    with records.writing(CLINICIAN) as work:
        count_no_longer(work, row.id, "wall-squat-depth")
    with records.reading(CLINICIAN) as work:
        assert results_of(work, ann.id) == []
