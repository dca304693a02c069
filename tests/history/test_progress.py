"""Layer: pure functions on made-up summaries. Months of sets: values a day, sessions, weeks, marks on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.plan import Plan
from formcheck.history.change import Verdict
from formcheck.history.milestones import Mark, Milestone, milestones
from formcheck.history.progress import Trend, day_values, pain_days, symmetry, trends
from formcheck.history.sessions import PlannedPeriod, adherence, sessions_of
from formcheck.history.summary import PainReport, SetSummary
from formcheck.pose.landmarks import Side

from .made_up import DAY, calm, each_leg, summary

TODAY = DAY.date()


def fppa(days: float, left: float, right: float | None = None, **more: object) -> SetSummary:
    plan = more.get("plan")
    assert plan is None or isinstance(plan, Plan)
    return summary(days, values=each_leg("fppa_deg", left, right), plan=plan)


def trend(sets: list[SetSummary], measure: str = "fppa_deg", leg: str = "left") -> Trend:
    (found,) = [each for each in trends(sets) if (each.measure, each.leg) == (measure, leg)]
    return found


def test_a_day_with_several_sets_has_their_middle_value() -> None:
    days = trend([fppa(0.1, 4), fppa(0, 5), fppa(0.2, 30), fppa(1, 8)]).days
    assert [each.value.estimate.value for each in days] == [5, 8]
    assert [each.day for each in days] == [TODAY, TODAY + timedelta(days=1)]


def test_a_set_late_in_the_evening_belongs_to_the_day_where_the_person_lives() -> None:
    east = timezone(timedelta(hours=10))
    late = fppa(0.5, 5)  # 21:00, and 07:00 of the next day ten hours east
    assert day_values([late], "fppa_deg", "left")[0].day == TODAY
    assert day_values([late], "fppa_deg", "left", east)[0].day == TODAY + timedelta(days=1)


def test_the_order_of_the_sets_does_not_matter() -> None:
    sets = [fppa(0, 20), fppa(10, 15), fppa(20, 5)]
    assert trends(sets) == trends(sets[::-1])


def test_one_day_is_no_change_yet() -> None:
    found = trend([fppa(0, 20), fppa(0.1, 5)])
    assert found.change is None
    assert found.limit is None


def test_a_change_since_the_start_is_called_one_past_nine_degrees_only() -> None:
    little, much = trend([fppa(0, 20), fppa(30, 11.5)]).change, trend([fppa(0, 20), fppa(30, 9)]).change
    assert little is not None
    assert little.verdict is Verdict.NO_DETECTABLE_CHANGE
    assert much is not None
    assert much.verdict is Verdict.CHANGED_BETTER


def test_steps_of_other_heights_are_other_trends() -> None:
    low, high = Plan(step_height_cm=10.0), Plan(step_height_cm=15.0)
    sets = [fppa(0, 4, plan=low), fppa(5, 18, plan=high), fppa(9, 5, plan=low)]
    found = [each for each in trends(sets) if each.measure == "fppa_deg"]
    assert [(each.step_height_cm, len(each.days)) for each in found] == [(10.0, 2), (15.0, 1)]


def test_what_was_never_measured_has_no_trend() -> None:
    assert {each.measure for each in trends([fppa(0, 4)])} == {"fppa_deg"}


def test_symmetry_needs_both_legs_on_one_day() -> None:
    days = symmetry([fppa(0, 10, 4), fppa(1, 10), fppa(2, 3, 9)], "fppa_deg")
    assert [(each.day, each.difference.value) for each in days] == [(TODAY, 6), (TODAY + timedelta(days=2), -6)]


def test_symmetry_never_compares_steps_of_other_heights() -> None:
    low, high = Plan(step_height_cm=10.0), Plan(step_height_cm=20.0)
    left, right = fppa(0, 2, plan=low), summary(0.1, values=each_leg("fppa_deg", None, 20), plan=high)
    assert symmetry([left, right], "fppa_deg") == ()
    both = [left, right, summary(0.2, values=each_leg("fppa_deg", None, 3), plan=low)]
    assert [each.difference.value for each in symmetry(both, "fppa_deg")] == [-1]


def test_an_angle_tells_the_legs_apart_only_with_the_knees_place() -> None:
    alone = summary(values=each_leg("fppa_deg", 20, 0))
    borne_out = summary(values=each_leg("fppa_deg", 20, 0) | each_leg("kmf_pct", 8, 0, 1.0))
    denied = summary(values=each_leg("fppa_deg", 20, 0) | each_leg("kmf_pct", 0, 8, 1.0))
    assert [symmetry([each], "fppa_deg")[0].is_told for each in (alone, borne_out, denied)] == [False, True, False]


def test_legs_of_one_picture_have_both_errors_added() -> None:
    (together,) = symmetry([fppa(0, 10, 4)], "fppa_deg")
    (apart,) = symmetry([fppa(0, 10), summary(0.1, values=each_leg("fppa_deg", None, 4))], "fppa_deg")
    assert together.difference.error == pytest.approx(4.0)
    assert apart.difference.error == pytest.approx(8**0.5)


@pytest.mark.parametrize(("symptoms", "ratio"), [(Side.LEFT, 80.0), (Side.RIGHT, 125.0), (None, None)])
def test_depth_has_an_index_of_the_side_with_symptoms(symptoms: Side | None, ratio: float | None) -> None:
    sets = [summary(0, values=each_leg("knee_flexion_max_deg", 40, 50))]
    (found,) = symmetry(sets, "knee_flexion_max_deg", symptoms)
    assert (found.lsi_pct is None) == (ratio is None)
    if found.lsi_pct is not None:
        assert found.lsi_pct.value == pytest.approx(ratio)
        assert found.lsi_pct.error > 0


def test_an_angle_around_zero_has_no_index() -> None:
    assert symmetry([fppa(0, 10, 4)], "fppa_deg", Side.LEFT)[0].lsi_pct is None


def test_pain_of_a_day_is_the_worst_answer_of_each_kind() -> None:
    sets = [
        summary(0, pain=PainReport(before=1, during=2)),
        summary(0.1, pain=PainReport(before=0, after=4, plus_60min=1)),
        summary(1),
    ]
    (only,) = pain_days(sets)
    assert (only.before, only.worst, only.plus_60min, only.next_morning) == (1, 4, 1, None)


def test_sets_shortly_after_one_another_are_one_session() -> None:
    hour = 1 / 24
    sessions = sessions_of([summary(hour), summary(0), summary(2.9 * hour), summary(9 * hour)])
    assert [len(each.sets) for each in sessions] == [3, 1]


@given(st.lists(st.floats(0, 60), max_size=30))
def test_every_set_is_in_one_session(days: list[float]) -> None:
    sets = [summary(day) for day in days]
    sessions = sessions_of(sets)
    assert sorted(each.done_at for session in sessions for each in session.sets) == sorted(s.done_at for s in sets)
    assert all(a.sets[-1].done_at < b.began_at for a, b in pairwise(sessions))


def test_pain_has_settled_when_it_is_at_most_one_above_before() -> None:
    (settled,) = sessions_of([summary(pain=PainReport(2, 2, 2, 3, 3))])
    (hour,) = sessions_of([summary(pain=PainReport(2, 2, 2, 4, 3))])
    (morning,) = sessions_of([summary(pain=PainReport(2, 2, 2, 3, 4))])
    (swollen,) = sessions_of([summary(pain=PainReport(2, 2, 2, 3, 3), swelling=True)])
    assert settled.unsettled == ()
    assert hour.unsettled == ("pain 4 an hour later",)
    assert morning.unsettled == ("pain 4 the next morning",)
    assert swollen.unsettled == ("swelling",)


def test_without_pain_before_only_what_no_pain_before_explains_is_unsettled() -> None:
    (unclear,) = sessions_of([summary(pain=PainReport(None, 2, 2, 5, 5))])
    (clear,) = sessions_of([summary(pain=PainReport(None, 2, 2, 6, 0))])
    assert unclear.unsettled == ()
    assert "pain before the session" in unclear.unanswered
    assert clear.unsettled == ("pain 6 an hour later",)


def planned(a_day: float | None, from_days: float = 0.0, until_days: float | None = None) -> PlannedPeriod:
    until = None if until_days is None else DAY + timedelta(days=until_days)
    return PlannedPeriod(DAY + timedelta(days=from_days), until, a_day)


def test_a_week_of_two_sessions_a_day_plans_fourteen() -> None:
    (week, today) = adherence([summary(day) for day in (0, 0.3, 1, 2)], [planned(2)], TODAY + timedelta(days=7))
    assert (week.monday, week.done, week.planned) == (TODAY, 4, 14)
    assert week.share == pytest.approx(4 / 14)
    assert (today.done, today.planned, today.share) == (0, 0, None)


def test_today_counts_as_far_as_it_is_done() -> None:
    (week,) = adherence([summary(0), summary(1)], [planned(2)], TODAY + timedelta(days=1))
    assert (week.done, week.planned) == (2, 3)


def test_a_changed_plan_counts_from_the_evening_of_its_day() -> None:
    periods = [planned(1, 0, 3), planned(2, 3)]
    (week, _) = adherence([], periods, TODAY + timedelta(days=7))
    assert week.planned == 3 * 1 + 4 * 2


def test_a_session_is_of_both_legs_so_the_leg_with_more_of_them_counts() -> None:
    (week, _) = adherence([], [planned(2), planned(1, 0.5), planned(None, 0.6)], TODAY + timedelta(days=7))
    assert week.planned == 14


def test_without_a_plan_sessions_are_counted_and_no_share_is_given() -> None:
    (first, second) = adherence([summary(0), summary(8)], [], TODAY + timedelta(days=8))
    assert (first.done, second.done) == (1, 1)
    assert first.planned is None
    assert first.share is None


def test_weeks_without_a_session_are_not_left_out() -> None:
    weeks = adherence([summary(0), summary(21)], [planned(0.5)], TODAY + timedelta(days=21))
    assert [week.done for week in weeks] == [1, 0, 0, 1]
    assert [week.planned for week in weeks[:3]] == [3.5] * 3


def test_nothing_done_and_nothing_planned_has_no_weeks() -> None:
    assert adherence([], [], date(2026, 3, 2)) == ()


def marks(sets: list[SetSummary]) -> list[Mark]:
    return [each.mark for each in milestones(sets)]


def mark(sets: list[SetSummary], wanted: Mark) -> Milestone:
    (found,) = [each for each in milestones(sets) if each.mark is wanted]
    return found


def test_the_first_set_is_a_milestone_once() -> None:
    assert marks([summary(0, reps=3), summary(1, reps=3)]) == [Mark.FIRST_SET]


def test_a_set_without_a_whole_rep_is_none() -> None:
    assert marks([summary(0, reps=0)]) == []


def test_a_set_without_an_answer_is_not_free_of_pain() -> None:
    sets = [summary(0, set_id="a"), summary(1, pain=PainReport(during=0, after=0), set_id="b")]
    assert mark(sets, Mark.PAIN_FREE).set_id == "b"


@pytest.mark.parametrize(
    "more", [{"before": 3}, {"plus_60min": 1}, {"next_morning": 5}, {"during": 0, "after": 1}, {"swelling": True}]
)
def test_a_set_is_free_of_pain_only_where_every_answer_is(more: dict[str, int]) -> None:
    swelling = bool(more.pop("swelling", False)) or None
    sets = [summary(0, pain=PainReport(**({"during": 0} | more)), swelling=swelling)]
    assert Mark.PAIN_FREE not in marks(sets)


def test_sessions_with_more_pain_before_or_after_are_not_calm() -> None:
    for pain in (PainReport(before=4, during=2), PainReport(before=2, during=2, next_morning=3)):
        assert Mark.CALM_SESSIONS not in marks([summary(i, pain=pain) for i in range(3)])


def test_three_calm_sessions_in_a_row_are_a_milestone_and_a_bad_one_between_starts_anew() -> None:
    pains = [calm(), calm(), calm(4), calm(), calm(), calm(2), calm()]
    sets = [summary(i, pain=pain, set_id=str(i)) for i, pain in enumerate(pains)]
    assert mark(sets, Mark.CALM_SESSIONS).set_id == "5"


def test_sessions_after_which_the_knee_did_not_settle_are_not_calm() -> None:
    worse = PainReport(before=1, during=1, plus_60min=1, next_morning=6)
    assert Mark.CALM_SESSIONS not in marks([summary(i, pain=worse) for i in range(3)])


def test_the_target_depth_is_reached_where_the_middle_rep_is_at_it() -> None:
    sets = [
        summary(i, values=each_leg("knee_flexion_max_deg", depth, None), set_id=str(i))
        for i, depth in enumerate([40.0, 44.9, 45.0, 50.0])
    ]
    found = mark(sets, Mark.TARGET_DEPTH)
    assert (found.set_id, found.leg, found.amount) == ("2", "left", 45.0)


def test_going_far_deeper_than_planned_is_not_reaching_the_planned_depth() -> None:
    sets = [
        summary(i, values=each_leg("knee_flexion_max_deg", depth, None), set_id=str(i))
        for i, depth in enumerate([117.0, 47.0])
    ]
    assert mark(sets, Mark.TARGET_DEPTH).set_id == "1"


def test_a_level_is_reached_where_it_was_done_as_planned() -> None:
    easy, hard = Plan(target_depth_deg=30.0, reps=10), Plan(target_depth_deg=60.0, reps=10)
    tried = {
        "few reps": summary(1, plan=hard, reps=4),
        "shallow": summary(2, plan=hard, values=each_leg("knee_flexion_max_deg", 30.0, None)),
        "painful": summary(3, plan=hard, pain=PainReport(during=7)),
    }
    done = summary(9, plan=hard, values=each_leg("knee_flexion_max_deg", 58.0, None), set_id="done")
    sets = [summary(0, plan=easy), *tried.values(), done]
    assert [each.set_id for each in milestones(sets) if each.mark is Mark.LEVEL] == ["done"]


def test_reps_left_out_in_review_are_not_missing_and_not_done() -> None:
    kept = summary(0, plan=Plan(reps=8), reps=2)
    reviewed = replace(kept, result=replace(kept.result, reps_left_out=6))
    (before,), (after,) = sessions_of([kept]), sessions_of([reviewed])
    assert (before.reps_done_as_planned, after.reps_done_as_planned) == (False, True)
    assert Mark.ALL_REPS not in marks([reviewed])
    nothing = replace(kept, result=replace(kept.result, reps_complete=0, reps_left_out=8))
    assert sessions_of([nothing])[0].reps_done_as_planned is None


def test_all_reps_is_when_the_planned_number_is_done() -> None:
    sets = [summary(i, reps=n, set_id=str(i)) for i, n in enumerate([8, 10, 12])]
    assert mark(sets, Mark.ALL_REPS).set_id == "1"


def test_the_first_change_past_the_limit_is_a_milestone() -> None:
    sets = [fppa(0, 24), fppa(7, 16), fppa(14, 14), fppa(21, 11)]
    found = mark(sets, Mark.BETTER)
    assert found.at == DAY + timedelta(days=14)
    assert found.amount == pytest.approx(-10)


def test_a_change_for_the_worse_is_no_milestone() -> None:
    assert Mark.BETTER not in marks([fppa(0, 4), fppa(7, 30)])


def test_a_harder_level_is_a_milestone_and_going_back_is_not() -> None:
    plans = [Plan(target_depth_deg=depth) for depth in (45.0, 30.0, 45.0, 60.0)]
    steps = Plan(target_depth_deg=45.0, step_height_cm=10.0)
    sets = [summary(i, plan=plan) for i, plan in enumerate(plans)]
    sets.append(summary(9, exercise="step-down", leg="left", plan=steps))
    levels = [each.level for each in milestones(sets) if each.mark is Mark.LEVEL]
    assert levels == ["W3", "S1"]


def test_milestones_are_in_order_of_time() -> None:
    sets = [fppa(0, 24), summary(3, pain=PainReport(during=0)), fppa(14, 5), summary(1, reps=10)]
    times = [each.at for each in milestones(sets)]
    assert times == sorted(times)
    assert times[0] == datetime(2026, 3, 2, 9, tzinfo=UTC)
