"""Layer: pure functions on made-up sessions. The pain and progression rules, and that they never say too much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.exercises.catalogue.exercise import Rung
from formcheck.exercises.plan import Plan
from formcheck.history.ladder import Variable, change_to, ladder, next_rung, previous_rung, rung_of
from formcheck.history.sessions import sessions_of
from formcheck.history.suggestion import PlanInForce, Rule, Suggested, Suggestion
from formcheck.history.suggestions import ASKS_FOR_LESS, suggest, too_much, until_decided
from formcheck.history.summary import PainReport, SetSummary

from .made_up import DAY, calm, summary

PLAN = Plan(target_depth_deg=45.0, reps=10, hold_s=3.0)
NOW = PlanInForce("wall-squat", PLAN, DAY)
BAD = PainReport(1, 1, 1, 4, 1)


def with_plan(plan: Plan, exercise: str = "wall-squat") -> PlanInForce:
    return PlanInForce(exercise, plan, DAY)


def after(pains: Sequence[PainReport], now: PlanInForce = NOW, **more: Any) -> Suggested:
    sets = [summary(i, pain=pain, plan=now.plan, exercise=now.exercise, **more) for i, pain in enumerate(pains)]
    return suggest(sets, now)


def made(found: Suggested) -> Suggestion:
    assert found.suggestion is not None
    return found.suggestion


def test_three_calm_sessions_suggest_one_level_up() -> None:
    found = made(after([calm()] * 3))
    assert found.rule is Rule.PROGRESS
    assert found.change is not None
    assert (found.change.variable, found.change.before, found.change.after) == (Variable.TARGET_DEPTH, 45.0, 60.0)
    assert len(found.evidence) == 3
    assert "ladder" in found.source


def test_two_calm_sessions_suggest_nothing_and_say_what_is_to_come() -> None:
    found = after([calm()] * 2)
    assert found.suggestion is None
    assert "2 of 3 sessions" in found.not_yet[0]


@pytest.mark.parametrize("missing", ["before", "during", "plus_60min", "next_morning"])
def test_an_answer_that_is_missing_suggests_nothing_and_is_named(missing: str) -> None:
    answers = {"before": 1, "during": 1, "plus_60min": 1, "next_morning": 1}
    found = after([calm(), calm(), PainReport(**{**answers, missing: None})])
    assert found.suggestion is None
    assert "not answered" in found.not_yet[0]


@pytest.mark.parametrize(
    ("pain", "when"),
    [
        (PainReport(4, 2, 2, 2, 2), "before the session"),
        (PainReport(2, 2, 2, 3, 2), "an hour later"),
        (PainReport(4, 2, 2, 2, 5), "the next morning"),
    ],
)
def test_pain_above_two_at_any_time_holds_back_even_where_it_is_as_it_was_before(pain: PainReport, when: str) -> None:
    found = after([calm(), calm(), pain])
    assert found.suggestion is None
    assert f"{when}, above 2" in " ".join(found.not_yet)


def test_reps_that_are_missing_hold_back() -> None:
    found = after([calm()] * 3, reps=9)
    assert found.suggestion is None
    assert "not all planned reps were done" in " ".join(found.not_yet)


def test_form_with_too_many_faults_holds_back() -> None:
    assert after([calm()] * 3, safe=0.79).suggestion is None
    assert after([calm()] * 3, safe=0.8).suggestion is not None
    assert "could not be judged" in after([calm()] * 3, safe=None).not_yet[0]


def test_beyond_sixty_degrees_the_heels_must_have_stayed_down() -> None:
    deep = with_plan(Plan(target_depth_deg=60.0, reps=10))
    assert made(after([calm()] * 3, deep)).change is not None
    assert after([calm()] * 3, deep, heels=False).suggestion is None
    assert "side" in after([calm()] * 3, deep, heels=None).not_yet[0]


def test_pain_above_two_holds_the_level_and_offers_an_easier_one() -> None:
    found = made(after([calm(), calm(), calm(4)]))
    assert found.rule is Rule.OFFER_EASIER
    assert found.change is not None
    assert (found.change.before, found.change.after) == (45.0, 30.0)


def test_pain_above_five_cuts_to_fifteen_degrees_above_the_last_depth_without_pain() -> None:
    deep = with_plan(Plan(target_depth_deg=75.0, reps=10))
    sets = [
        summary(-5, plan=Plan(target_depth_deg=60.0), pain=calm(1)),
        summary(-4, plan=Plan(target_depth_deg=75.0), pain=calm(4)),
        summary(1, plan=deep.plan, pain=PainReport(1, 7, 7)),
    ]
    found = made(suggest(sets, deep))
    assert found.rule is Rule.CUT
    assert found.change is not None
    assert (found.change.before, found.change.after) == (75.0, 45.0)
    assert (found.change.reps, found.change.plan.reps) == ((10, 5), 5)
    assert found.title == "Make it easier: 45° deep and 5 reps"


def test_pain_above_five_halves_the_reps_of_a_plan_without_a_depth() -> None:
    found = made(after([PainReport(1, 7, 7)], with_plan(Plan(reps=8))))
    assert found.change is not None
    assert (found.change.variable, found.change.plan) == (Variable.REPS, Plan(reps=4))
    nothing = made(after([PainReport(1, 7, 7)], with_plan(Plan())))
    assert nothing.change is None
    assert "the plan does not say how many" in nothing.sentence


def test_who_waits_for_a_decision_is_told_less_than_the_plan() -> None:
    told = until_decided(made(after([PainReport(1, 7, 7)], with_plan(Plan(target_depth_deg=60.0, reps=8)))))
    assert told == (
        "Pain went to 7 in the session, above 5. Your clinician has not decided yet how to go on; until then: at most "
        "45° deep and 4 reps."
    )
    assert "at most 4 reps" in until_decided(made(after([PainReport(1, 1, 1, 1, 6)], with_plan(Plan(reps=8)))))
    assert "no session while pain is 5 or more" in until_decided(made(after([PainReport(6)])))
    assert until_decided(made(after([BAD, BAD]))).startswith("Talk to your clinician before the next session.")


def test_pain_above_five_on_a_step_lowers_the_step_and_not_the_depth() -> None:
    step = with_plan(Plan(target_depth_deg=45.0, reps=10, step_height_cm=15.0), "step-down")
    change = made(after([PainReport(1, 6, 6)], step)).change
    assert change is not None
    assert (change.variable, change.after, change.plan.target_depth_deg) == (Variable.STEP_HEIGHT, 10.0, 45.0)
    assert change.plan.reps == 5


@pytest.mark.parametrize(
    ("pain", "swelling"), [(PainReport(1, 1, 1, 3, 1), None), (PainReport(1, 1, 1, 1, 3), None), (calm(), True)]
)
def test_what_has_not_settled_suggests_one_level_down(pain: PainReport, swelling: bool | None) -> None:
    found = made(after([pain], swelling=swelling))
    assert found.rule is Rule.DEMOTE
    assert found.change is not None
    assert (found.change.before, found.change.after, found.change.level) == (45.0, 30.0, "W1")


def test_twice_in_a_row_asks_to_talk_to_the_client() -> None:
    found = made(after([BAD, BAD]))
    assert found.rule is Rule.CONTACT
    assert "twice in a row" in found.title
    assert len(found.evidence) == 2
    assert found.change is not None


def test_once_under_the_old_plan_and_once_under_the_new_is_twice_in_a_row() -> None:
    now = PlanInForce("wall-squat", PLAN, DAY + timedelta(days=1))
    assert made(suggest([summary(0, pain=BAD), summary(2, pain=BAD)], now)).rule is Rule.CONTACT


def test_a_calm_session_between_two_bad_ones_is_not_twice_in_a_row() -> None:
    assert made(after([BAD, calm(), BAD])).rule is Rule.DEMOTE


def test_pain_of_five_before_a_session_means_none() -> None:
    found = made(after([PainReport(before=5, during=5)]))
    assert found.rule is Rule.NO_SESSION
    assert found.change is None


def test_sessions_from_before_the_plan_suggest_nothing() -> None:
    now = PlanInForce("wall-squat", PLAN, DAY + timedelta(days=10))
    found = suggest([summary(i, pain=calm()) for i in range(3)], now)
    assert found.suggestion is None
    assert "no session yet" in found.not_yet[0]


def test_sessions_of_another_exercise_or_leg_suggest_nothing() -> None:
    other = [summary(i, pain=calm(), exercise="step-down", leg="right") for i in range(3)]
    assert suggest(other, NOW).suggestion is None
    left = PlanInForce("step-down", Plan(reps=10, step_height_cm=10.0), DAY, leg="left")
    assert suggest(other, left).suggestion is None


def test_without_a_depth_in_the_plan_no_level_is_suggested() -> None:
    found = after([calm()] * 3, with_plan(Plan(reps=10)))
    assert found.suggestion is None
    assert "ladder" in found.not_yet[0]


def test_a_plain_squat_is_off_the_ladder_and_can_still_be_eased() -> None:
    squat = with_plan(Plan(target_depth_deg=60.0, reps=10), "squat")
    assert after([calm()] * 3, squat).suggestion is None
    change = made(after([BAD], squat)).change
    assert change is not None
    assert change.after == 45.0


def test_a_knee_that_another_exercise_hurt_gets_nothing_harder() -> None:
    sets = [summary(i, pain=calm()) for i in range(3)]
    step = summary(1, pain=PainReport(1, 8, 8), exercise="step-down", leg="left")
    found = suggest([*sets, step], NOW)
    assert found.suggestion is None
    assert "another exercise (step-down) was too much" in found.not_yet[0]
    long_ago = summary(-3, pain=PainReport(1, 8, 8), exercise="step-down", leg="left")
    assert suggest([*sets, long_ago], NOW).suggestion is not None


def test_an_answered_suggestion_is_not_made_again_from_the_same_sessions() -> None:
    sets = [summary(i, pain=calm()) for i in range(3)]
    answered = {Rule.PROGRESS: DAY + timedelta(days=2.5)}
    assert suggest(sets, NOW, answered).suggestion is None
    more = [*sets, *(summary(i, pain=calm()) for i in (3, 4))]
    assert suggest(more, NOW, answered).suggestion is None
    assert suggest([*more, summary(5, pain=calm())], NOW, answered).suggestion is not None


def test_an_answered_easing_comes_back_with_the_next_bad_session() -> None:
    answered = {Rule.DEMOTE: DAY + timedelta(days=0.5)}
    assert suggest([summary(0, pain=BAD)], NOW, answered).suggestion is None
    assert suggest([summary(0, pain=BAD), summary(1, pain=calm()), summary(2, pain=BAD)], NOW, answered).suggestion


Entry = tuple[PainReport, float | None, bool | None]
"""Pain, share without a fault, heels down."""
answers = st.one_of(st.none(), st.integers(0, 10))
pains = st.builds(PainReport, answers, answers, answers, answers, answers)
plans = st.builds(
    Plan,
    target_depth_deg=st.one_of(st.none(), st.floats(15, 90)),
    reps=st.one_of(st.none(), st.integers(1, 20)),
    step_height_cm=st.one_of(st.none(), st.floats(5, 30)),
)


def sessions(entries: list[Entry], plan: Plan, exercise: str) -> list[SetSummary]:
    return [
        summary(i, pain=pain, safe=safe, heels=heels, plan=plan, exercise=exercise)
        for i, (pain, safe, heels) in enumerate(entries)
    ]


@settings(max_examples=300)
@given(
    st.lists(st.tuples(pains, st.one_of(st.none(), st.floats(0, 1)), st.one_of(st.none(), st.booleans())), max_size=6),
    plans,
    st.sampled_from(["wall-squat", "step-down", "squat"]),
)
def test_whatever_was_answered_one_variable_changes_but_for_halved_reps_and_nothing_gets_harder_with_pain(
    entries: list[Entry], plan: Plan, exercise: str
) -> None:
    found = suggest(sessions(entries, plan, exercise), PlanInForce(exercise, plan, DAY))
    suggestion = found.suggestion
    if suggestion is None:
        assert found.not_yet
        return
    json.dumps(suggestion.document(), allow_nan=False)
    change, last = suggestion.change, sessions_of(sessions(entries, plan, exercise))[-1]
    hurts = too_much(last) or (last.pain_worst is not None and last.pain_worst > 2)
    if hurts:
        assert suggestion.rule is not Rule.PROGRESS
    else:
        assert suggestion.rule is Rule.PROGRESS
        assert len(entries) >= 3
    if change is None or change.variable is Variable.EXERCISE:
        return
    fields = ("target_depth_deg", "reps", "hold_s", "step_height_cm", "ball", "sex")
    changed = {name for name in fields if getattr(change.plan, name) != getattr(plan, name)}
    assert len(changed - {"reps"}) == (change.variable is not Variable.REPS)
    assert ("reps" in changed) is (change.reps is not None or change.variable is Variable.REPS)
    assert change.plan.reps is None or plan.reps is None or change.plan.reps <= plan.reps
    assert isinstance(change.before, float)
    assert isinstance(change.after, float)
    assert (change.after > change.before) is (suggestion.rule is Rule.PROGRESS)


LADDER = tuple(level for level in ladder() if level.exercise in ("wall-squat", "step-down"))


@pytest.mark.parametrize("level", LADDER[1:-1])
def test_each_rung_leads_to_its_neighbours(level: Rung) -> None:
    i = LADDER.index(level)
    assert level.exercise is not None
    plan = Plan(target_depth_deg=level.target_depth_deg, reps=10, step_height_cm=level.step_height_cm)
    assert rung_of(level.exercise, plan) == level
    assert next_rung(level.exercise, plan) == LADDER[i + 1]
    assert previous_rung(level.exercise, plan) == LADDER[i - 1]


def test_the_last_wall_squat_leads_to_the_lowest_step_and_back() -> None:
    deep = Plan(target_depth_deg=70.0, reps=12, hold_s=3.0)
    up = next_rung("wall-squat", deep)
    assert up is not None
    step = change_to(up, "wall-squat", deep)
    assert step is not None
    assert (step.variable, step.exercise) == (Variable.EXERCISE, "step-down")
    assert (step.plan.step_height_cm, step.plan.reps, step.plan.hold_s) == (10.0, 12, None)
    down = previous_rung("step-down", step.plan)
    assert down is not None
    back = change_to(down, "step-down", step.plan)
    assert back is not None
    assert (back.exercise, back.plan.target_depth_deg, back.plan.step_height_cm) == ("wall-squat", 70.0, None)


@pytest.mark.parametrize(("height_cm", "lowered"), [(8.0, Variable.STEP_HEIGHT), (5.0, Variable.REPS)])
def test_a_step_below_the_ladder_never_leads_to_the_deepest_wall_squat(height_cm: float, lowered: Variable) -> None:
    low = with_plan(Plan(reps=10, step_height_cm=height_cm), "step-down")
    assert previous_rung(low.exercise, low.plan) is None
    change = made(after([BAD], low)).change
    assert change is not None
    assert (change.variable, change.exercise, change.plan.step_height_cm) == (lowered, "step-down", 5.0)


def test_a_plan_between_two_rungs_goes_to_the_nearest_on_either_side() -> None:
    plan = Plan(target_depth_deg=50.0)
    up, down = next_rung("wall-squat", plan), previous_rung("wall-squat", plan)
    assert up is not None
    assert down is not None
    assert (up.id, down.id) == ("W3", "W2")


def test_resistance_is_suggested_without_a_plan_since_it_is_not_scored() -> None:
    top = with_plan(Plan(reps=10, step_height_cm=20.0), "step-down")
    found = made(after([calm()] * 3, top))
    assert found.change is None
    assert "resistance" in found.title


@pytest.mark.parametrize(("planned_after", "counts"), [(timedelta(hours=1), True), (timedelta(hours=25), False)])
def test_a_bad_next_morning_speaks_against_a_plan_that_was_made_before_it(
    planned_after: timedelta, counts: bool
) -> None:
    done = summary(0, pain=PainReport(1, 1, 1, 1, 6), plan=PLAN)
    found = suggest([done], PlanInForce("wall-squat", PLAN, done.done_at + planned_after))
    assert (found.suggestion is not None and found.suggestion.rule in ASKS_FOR_LESS) is counts


def test_pain_in_the_set_is_known_to_who_plans_after_it() -> None:
    done = summary(0, pain=PainReport(1, 7, 1, None, None), plan=PLAN)
    assert suggest([done], PlanInForce("wall-squat", PLAN, done.done_at + timedelta(hours=1))).suggestion is None
