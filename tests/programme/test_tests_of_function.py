"""Layer: pure functions on assessments of sample clips, and on made-up results."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from statistics import fmean
from typing import Any

import pytest

from formcheck.exercises.plan import Plan
from formcheck.history.change import Verdict
from formcheck.kinematics.estimate import Estimate
from formcheck.programme.tests_of_function import (
    TestResult,
    change_of_test,
    function_tests,
    results_in,
)
from formcheck.report.document import assessment_document
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.chair_figure import Lunger, Sitter, Stand, film_lunger, film_sitter, five_s
from tests.records.kept import measured

AT = datetime(2026, 3, 2, tzinfo=UTC)


def result(test: str, mean: float, error: float = 2.0, *, version: str = "1", step: float | None = None) -> TestResult:
    tries = (mean - 1, mean, mean + 1)
    value = Estimate(mean, error)
    return TestResult(test, version, AT, "set", "left", tries, value, value, True, True, step)


def squat() -> Any:
    return assessment_document(measured("wall_squat_side"))


def test_every_test_has_a_protocol_and_is_of_an_exercise_that_there_is() -> None:
    found = function_tests()
    assert list(found) == [
        "wall-squat-depth",
        "step-down-knee-line",
        "single-leg-squat-knee-line",
        "sit-to-stand",
        "sit-to-stand-30-s",
        "knee-to-wall",
    ]
    assert all(len(each.protocol) >= 3 and each.source for each in found.values())


def test_the_first_three_tries_give_best_and_mean() -> None:
    document = squat()
    values = [rep["measures"]["knee_flexion_max_deg"]["left"]["value"] for rep in document["reps"] if rep["complete"]]
    (found,) = results_in(function_tests()["wall-squat-depth"], document, at=AT, set_id="s")
    assert found.leg == "left"
    assert found.tries == tuple(values[:3])
    assert found.best.value == max(values[:3])
    assert found.mean.value == pytest.approx(fmean(values[:3]))
    own = min(rep["measures"]["knee_flexion_max_deg"]["left"]["error"] for rep in document["reps"][:3])
    assert found.mean.error >= own


def test_half_a_minute_of_stands_is_one_try_and_counts_from_two_and_a_half() -> None:
    sitter = Sitter(stands=(Stand(0.6, 0.75, 0.4, 1.0),) * 14, yaw_deg=90.0)
    test = function_tests()["sit-to-stand-30-s"]
    document = assessment_document(assess(film_sitter(sitter).track, SetRequest("sit-to-stand", plan=Plan(reps=30))))
    (found,) = results_in(test, document, at=AT, set_id="s")
    assert (found.tries, found.leg) == ((11.0,), "both")
    few = assessment_document(assess(film_sitter(Sitter()).track, SetRequest("sit-to-stand", plan=Plan(reps=5))))
    assert results_in(test, few, at=AT, set_id="s") == ()
    verdicts = []
    for count in (13.0, 14.0, 8.0):
        later = replace(found, best=Estimate(count, 0.0), mean=Estimate(count, 0.0), tries=(count,))
        verdicts.append(change_of_test(test, found, later).verdict)
    assert verdicts == [Verdict.NO_DETECTABLE_CHANGE, Verdict.CHANGED_BETTER, Verdict.CHANGED_WORSE]


def test_a_rep_that_was_taken_out_is_no_try() -> None:
    document = squat()
    before = results_in(function_tests()["wall-squat-depth"], document, at=AT, set_id="s")[0].tries
    document["reps"][0]["excluded"] = True
    after = results_in(function_tests()["wall-squat-depth"], document, at=AT, set_id="s")[0].tries
    assert after[:2] == before[1:]


def test_of_a_knee_line_the_try_nearest_to_straight_is_the_best() -> None:
    document = assessment_document(measured("step_down_front_valgus"))
    (found,) = results_in(function_tests()["step-down-knee-line"], document, at=AT, set_id="s")
    assert abs(found.best.value) == min(map(abs, found.tries))


def test_five_stands_are_one_time() -> None:
    sitter = Sitter()
    whole = assess(film_sitter(sitter).track, SetRequest("sit-to-stand", plan=Plan(reps=5)))
    document = assessment_document(whole)
    (found,) = results_in(function_tests()["sit-to-stand"], document, at=AT, set_id="s")
    assert found.leg == "both"
    assert len(found.tries) == 1
    assert found.best.value == pytest.approx(five_s(sitter)[0], abs=0.15)
    slower = replace(found, mean=Estimate(found.mean.value + 4, found.mean.error))
    test = function_tests()["sit-to-stand"]
    assert change_of_test(test, found, slower).verdict is Verdict.CHANGED_WORSE
    assert change_of_test(test, slower, found).verdict is Verdict.CHANGED_BETTER
    document["reps"][0]["excluded"] = True
    assert results_in(test, document, at=AT, set_id="s") == ()


def test_the_best_lunge_is_the_deepest_of_each_leg() -> None:
    document = assessment_document(assess(film_lunger(Lunger()).track, SetRequest("knee-to-wall")))
    (found,) = results_in(function_tests()["knee-to-wall"], document, at=AT, set_id="s")
    assert found.leg in ("left", "right")
    assert found.best.value == max(found.tries)
    further = replace(found, mean=Estimate(found.mean.value + 12, found.mean.error))
    assert change_of_test(function_tests()["knee-to-wall"], found, further).verdict is Verdict.CHANGED_BETTER


def test_what_was_not_measured_is_no_result() -> None:
    front = assessment_document(measured("wall_squat_front"))
    assert results_in(function_tests()["wall-squat-depth"], front, at=AT, set_id="s") == ()


def test_a_change_within_its_error_is_none_and_past_it_has_a_direction() -> None:
    test = function_tests()["wall-squat-depth"]
    assert change_of_test(test, result(test.key, 60), result(test.key, 62)).verdict is Verdict.NO_DETECTABLE_CHANGE
    deeper = change_of_test(test, result(test.key, 60), result(test.key, 75))
    assert deeper.verdict is Verdict.CHANGED_BETTER
    assert deeper.difference == 15
    assert change_of_test(test, result(test.key, 75), result(test.key, 60)).verdict is Verdict.CHANGED_WORSE


def test_a_published_limit_holds_where_it_is_larger_than_the_own_error() -> None:
    test = function_tests()["step-down-knee-line"]
    within = change_of_test(test, result(test.key, 20, 1), result(test.key, 12, 1))
    assert within.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert within.threshold is not None
    assert "Munro" in within.threshold.why
    assert change_of_test(test, result(test.key, 20, 1), result(test.key, 4, 1)).verdict is Verdict.CHANGED_BETTER


def test_versions_and_steps_that_differ_are_not_compared() -> None:
    test = function_tests()["step-down-knee-line"]
    other = change_of_test(test, result(test.key, 20), result(test.key, 5, version="2"))
    assert other.verdict is Verdict.NOT_COMPARABLE
    steps = change_of_test(test, result(test.key, 20, step=10), result(test.key, 5, step=20))
    assert steps.verdict is Verdict.NOT_COMPARABLE


def test_an_error_that_is_not_known_is_never_a_change() -> None:
    test = function_tests()["wall-squat-depth"]
    unknown = replace(result(test.key, 60), mean=Estimate(60, math.nan))
    assert change_of_test(test, unknown, result(test.key, 90)).verdict is Verdict.NO_DETECTABLE_CHANGE
