"""Layer: pure functions on made-up sets, answers and results: six months of them, and what is said of change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from formcheck.history.change import Verdict
from formcheck.kinematics.estimate import Estimate
from formcheck.programme.questionnaires import questionnaires
from formcheck.programme.story import Answered, Story, StoryLine, StoryTopic, change_of_score, tell
from formcheck.programme.tests_of_function import TestResult
from tests.history.made_up import DAY, calm, each_leg, summary

WEEKS = 26


def answered(key: str, week: float, names: Mapping[str, str] | None = None, **scores: float) -> Answered:
    return Answered(key, "1", DAY + timedelta(weeks=week), scores, names or {})


def result(key: str, week: float, mean: float, error: float = 2.0, leg: str = "left", same: bool = True) -> TestResult:
    value = Estimate(mean, error)
    at = DAY + timedelta(weeks=week)
    return TestResult(key, "1", at, f"set {week}", leg, (mean,) * 3, value, value, same, True)


def half_a_year() -> Story:
    """Pain and the left knee get better, the right knee stays, the last questionnaire on function is the first."""
    sets = [
        summary(
            7 * week,
            values={
                **each_leg("fppa_deg", 20 - 0.6 * week, 8 + (week % 3), 2.5),
                **each_leg("knee_flexion_max_deg", 45 + 0.5 * week, None, 4.0),
            },
            pain=calm(max(0, 4 - week // 5)),
        )
        for week in range(WEEKS)
    ]
    asked = [answered("pain", 5 * n, usual=5 - n, worst=6 - 0.2 * n) for n in range(6)]
    asked += [answered("patient-specific-function", 25, {"activity-1": "Stairs"}, mean=6)]
    tests = [result("wall-squat-depth", 5 * n, 50 + 4 * n) for n in range(6)]
    tests += [result("step-down-knee-line", 5 * n, 12 - n) for n in range(6)]
    return tell(sets, asked, tests)


def line(story: Story, title: str) -> StoryLine:
    (found,) = [each for each in story.lines if each.title == title]
    return found


def test_half_a_year_says_what_changed_beyond_error_and_what_did_not() -> None:
    story = half_a_year()
    verdicts = {each.title: each.verdict for each in story.lines}
    assert verdicts == {
        "Usual pain": Verdict.CHANGED_BETTER,
        "Worst pain": Verdict.NO_DETECTABLE_CHANGE,
        "Function, mean of your activities": None,
        "Test: Wall squat depth, left": Verdict.CHANGED_BETTER,
        "Wall squat: Depth (knee flexion), left": Verdict.CHANGED_WORSE,
        "Test: Step-down, knee alignment, left": Verdict.NO_DETECTABLE_CHANGE,
        "Wall squat: Knee alignment (FPPA), left": Verdict.CHANGED_BETTER,
        "Wall squat: Knee alignment (FPPA), right": Verdict.NO_DETECTABLE_CHANGE,
    }
    assert story.headline == "Changed beyond error since the start: 3 things better, 1 thing worse."
    assert line(story, "Usual pain").words.startswith("Changed for the better: 5 lower. 5 on 2 March 2026, 0 on")
    assert "Crossley" in line(story, "Usual pain").counts_from
    assert line(story, "Worst pain").words.startswith("No change that counts: 1 lower.")
    assert "deeper than planned" not in line(story, "Test: Wall squat depth, left").words
    assert "Changed for the better: 20° deeper." in line(story, "Test: Wall squat depth, left").words
    knee = line(story, "Test: Step-down, knee alignment, left")
    assert knee.words.startswith("No detectable change")
    assert "Munro" in knee.counts_from
    assert [each.topic for each in story.lines] == sorted(
        (each.topic for each in story.lines), key=list(StoryTopic).index
    )


def test_one_day_is_its_value_in_words() -> None:
    story = tell([], [answered("pain", 0, usual=5, worst=7)], [result("wall-squat-depth", 0, 60)])
    assert story.headline == "One day so far: a second one shows what changes."
    assert [each.verdict for each in story.lines] == [None, None, None]
    assert line(story, "Usual pain").words == "5 on 2 March 2026. One day so far."
    assert line(story, "Test: Wall squat depth, left").words == (
        "Mean 60 ± 2°, best 60 ± 2° on 2 March 2026. One day so far."
    )


def test_nothing_is_nothing() -> None:
    assert tell([], [], []).headline == "Nothing was measured or answered yet."


def test_two_answers_of_one_day_are_one_point() -> None:
    story = tell([], [answered("pain", 0, usual=5, worst=7), answered("pain", 0.01, usual=4, worst=7)], [])
    assert [each.value.value for each in line(story, "Usual pain").points] == [4]


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        (8, Verdict.CHANGED_BETTER),
        (7, Verdict.CHANGED_BETTER),
        (6.9, Verdict.NO_DETECTABLE_CHANGE),
        (2, Verdict.CHANGED_WORSE),
    ],
)
def test_a_score_changes_by_the_larger_of_what_matters_and_what_can_be_detected(last: float, verdict: Verdict) -> None:
    score = questionnaires()["patient-specific-function"].scores["mean"]
    first, second = (answered("patient-specific-function", week, mean=value) for week, value in ((0, 5.0), (6, last)))
    change = change_of_score(score, first, second)
    assert change is not None
    assert change.verdict is verdict
    assert change.threshold is not None
    assert change.threshold.value == 2.0


def test_other_activities_are_not_compared() -> None:
    score = questionnaires()["patient-specific-function"].scores["mean"]
    first = answered("patient-specific-function", 0, {"activity-1": "Stairs"}, mean=3)
    same = answered("patient-specific-function", 6, {"activity-1": " stairs"}, mean=7)
    other = answered("patient-specific-function", 6, {"activity-1": "Running"}, mean=7)
    found = [change_of_score(score, first, each) for each in (same, other)]
    assert [each and each.verdict for each in found] == [Verdict.CHANGED_BETTER, Verdict.NOT_COMPARABLE]


def test_where_no_source_says_how_large_nobody_says_changed() -> None:
    story = tell([], [answered("five-symptoms", 0, count=4), answered("five-symptoms", 6, count=1)], [])
    (found,) = story.lines
    assert found.verdict is None
    assert found.words.startswith("3 lower. No source says how large a change has to be.")
    assert story.headline == "Nothing has changed by more than measuring or answering again would give."


def test_a_rating_of_change_is_not_compared_with_the_one_before() -> None:
    story = tell([], [answered("global-change", 0, change=1), answered("global-change", 6, change=4)], [])
    (found,) = story.lines
    assert found.verdict is None
    assert found.words.startswith("It says a change by itself.")


def test_a_camera_that_was_moved_is_said() -> None:
    story = tell([], [], [result("wall-squat-depth", 0, 50), result("wall-squat-depth", 6, 70, same=False)])
    assert "Camera or clothes were not as before in 1 test" in story.lines[0].words
