"""Layer: pure functions. What pain before and after a set means, by the specification's pain rules."""

from __future__ import annotations

import pytest

from formcheck.session.pain import Load, PainAction, advice_after, advice_before

WALL_SQUAT = Load(reps=10, target_depth_deg=60.0)
STEP_DOWN = Load(reps=10, target_depth_deg=45.0, step_height_cm=15.0)


@pytest.mark.parametrize("pain", [None, 0, 1, 2])
def test_little_or_unsaid_pain_changes_nothing(pain: int | None) -> None:
    advice = advice_before(pain, WALL_SQUAT)
    assert (advice.action, advice.sentences, advice.easier) == (PainAction.GO_ON, (), None)


@pytest.mark.parametrize("pain", [3, 4])
def test_moderate_pain_before_is_allowed_and_an_easier_set_offered(pain: int) -> None:
    advice = advice_before(pain, WALL_SQUAT)
    assert advice.action is PainAction.EASE
    assert advice.easier == Load(reps=10, target_depth_deg=45.0)
    assert "45° deep instead of 60°" in " ".join(advice.sentences)


@pytest.mark.parametrize("pain", [5, 6, 10])
def test_five_or_more_before_means_no_session(pain: int) -> None:
    advice = advice_before(pain, WALL_SQUAT)
    assert advice.action is PainAction.STOP
    assert "no session" in advice.sentences[0]
    assert "clinician" in " ".join(advice.sentences)


def test_unsaid_pain_after_leads_to_the_general_rule() -> None:
    advice = advice_after(1, None, WALL_SQUAT)
    assert advice.action is PainAction.GO_ON
    assert "within one hour" in advice.sentences[0]


def test_comfortable_pain_after_lets_the_person_go_on() -> None:
    assert advice_after(0, 2, WALL_SQUAT).action is PainAction.GO_ON


def test_later_pain_is_held_against_the_pain_before() -> None:
    assert "still above 2 in an hour" in " ".join(advice_after(1, 2, WALL_SQUAT).sentences)
    assert "above 10" in " ".join(advice_after(10, 2, WALL_SQUAT).sentences)


def test_moderate_pain_after_is_no_reason_to_get_harder() -> None:
    advice = advice_after(0, 4, WALL_SQUAT)
    assert advice.action is PainAction.EASE
    assert "stay at this level" in advice.sentences[0]
    assert advice.easier == Load(reps=10, target_depth_deg=45.0)


def test_five_after_ends_the_day_as_it_would_forbid_the_next_set() -> None:
    advice = advice_after(0, 5, WALL_SQUAT)
    assert advice.action is PainAction.STOP
    assert advice.easier == Load(reps=10, target_depth_deg=45.0)
    assert advice_before(5, WALL_SQUAT).action is PainAction.STOP


def test_above_five_means_less_deep_and_half_the_reps() -> None:
    advice = advice_after(2, 7, WALL_SQUAT)
    assert advice.action is PainAction.STOP
    assert advice.easier == Load(reps=5, target_depth_deg=45.0)
    assert "45° deep instead of 60° and 5 reps instead of 10" in " ".join(advice.sentences)


def test_above_five_on_a_step_lowers_the_step_and_not_the_depth() -> None:
    advice = advice_after(2, 8, STEP_DOWN)
    assert advice.easier == Load(reps=5, target_depth_deg=45.0, step_height_cm=10.0)
    assert "10 cm step instead of 15 cm" in " ".join(advice.sentences)


def test_the_ladder_ends_at_the_lowest_step_and_depth() -> None:
    lowest = Load(reps=1, target_depth_deg=45.0, step_height_cm=5.0)
    assert advice_after(0, 9, lowest).easier == lowest
    assert advice_after(0, 9, Load(reps=1, target_depth_deg=20.0)).easier == Load(reps=1, target_depth_deg=15.0)


def test_nothing_is_offered_where_nothing_was_prescribed() -> None:
    advice = advice_before(4, Load())
    assert advice.easier == Load()
    assert len(advice.sentences) == 1


@pytest.mark.parametrize("pain", [-1, 11])
def test_pain_outside_of_the_scale_is_refused(pain: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 10"):
        advice_before(pain, WALL_SQUAT)
    with pytest.raises(ValueError, match="from 0 to 10"):
        advice_after(None, pain, WALL_SQUAT)
