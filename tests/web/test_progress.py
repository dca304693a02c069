"""Layer: drawings and words as pure functions, then the page in Streamlit's simulated browser."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from formcheck.exercises.plan import Plan
from formcheck.history.ladder import PlanChange, Variable
from formcheck.history.milestones import Mark, Milestone, milestones
from formcheck.history.progress import pain_days, symmetry, trends
from formcheck.history.sessions import WeekAdherence
from formcheck.history.suggestion import Rule, Suggestion
from formcheck.history.suggestions import suggest
from formcheck.history.summary import PainReport
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor, ConflictError, NotAllowedError
from formcheck.records.answers import answered_at, answers_about, plan_in_force
from formcheck.records.audit import audit_log
from formcheck.records.people import PersonDetails, add_person, get_person
from formcheck.records.plans import end_plan, list_plans, prescribe
from formcheck.records.records import Records
from formcheck.records.sets import get_set, list_sets, say_pain, summary_of_row
from formcheck.records.tables import StoredPlan, SuggestionAnswer
from formcheck.report.sheet import Figure, Lines
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from formcheck.web.pages.progress.charts import (
    day_range,
    day_ticks,
    draw_pain,
    draw_trend,
    draw_weeks,
    pain_html,
    shown_weeks,
    symmetry_html,
    trend_html,
    weeks_html,
)
from formcheck.web.pages.progress.document import progress_sheet
from formcheck.web.pages.progress.page import in_words, milestones_html
from formcheck.web.pages.progress.suggestion_view import (
    Answering,
    after,
    change_in_words,
    keep_answer,
)
from formcheck.web.shared.plot_parts import NARROW, WIDE
from tests.history.made_up import DAY, calm, each_leg, summary, whole_body
from tests.records.kept import DONE_AT, OWNER, client_of, keep_set

_TIMEOUT_S = 240.0
SIZES = [WIDE, NARROW]


def text_of(html: Markup) -> str:
    return " ".join(html.striptags().split())


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 3000), st.integers(2, 8))
def test_dates_on_the_axis_are_few_in_order_and_inside(first: date, days: int, most: int) -> None:
    low, high = day_range([first, first + timedelta(days=days)])
    found = day_ticks(low, high, most)
    assert len(found) <= most + 1
    assert all(low <= each.toordinal() <= high for each in found)
    assert all(a < b for a, b in pairwise(found))


@given(st.integers(0, 2000), st.integers(2, 8))
def test_there_is_always_a_date_on_the_axis(days: int, most: int) -> None:
    low, high = day_range([date(2026, 3, 2), date(2026, 3, 2) + timedelta(days=days)])
    assert day_ticks(low, high, most)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_half_a_year_has_more_than_one_date_on_a_phone(first: date) -> None:
    assert len(day_ticks(*day_range([first, first + timedelta(weeks=26)]), most=3)) > 1


def fppa(*values: float) -> list[Markup]:
    sets = [summary(7 * i, values=each_leg("fppa_deg", value, None)) for i, value in enumerate(values)]
    return [trend_html(trend) for trend in trends(sets)]


def test_a_trend_says_its_verdict_and_what_counts() -> None:
    (html,) = fppa(24, 18, 9)
    assert "Changed: 15° less inward, nearer to what is good. Since the start: 24 ± 2°" in text_of(html)
    assert "Counts past 9°" in text_of(html)
    (html,) = fppa(12, 8)
    assert "No detectable change, as measuring again may give as large a change. Since the start" in text_of(html)


def test_one_day_is_a_sentence_and_no_chart() -> None:
    (html,) = fppa(24)
    assert "One day so far" in text_of(html)
    assert "24 ± 2° on 2 March 2026" in text_of(html)
    assert "<svg" not in html
    assert "<svg" not in symmetry_html("kmf_pct", symmetry([summary(values=each_leg("kmf_pct", 2.0, 1.0))], "kmf_pct"))
    assert "<svg" not in pain_html(pain_days([summary(pain=PainReport(1, 3, 2, 1, 0))]))
    assert "<svg" not in weeks_html([WeekAdherence(date(2026, 3, 2), 2, None)])
    assert "2 sessions in 1 week" in text_of(weeks_html([WeekAdherence(date(2026, 3, 2), 2, None)]))
    one_bar = [WeekAdherence(date(2026, 3, 2), 2, None), WeekAdherence(date(2026, 3, 9), 0, None)]
    assert "<svg" not in weeks_html(one_bar)
    assert "2 sessions in 2 weeks" in text_of(weeks_html(one_bar))


def test_paper_says_one_point_in_a_sentence_too() -> None:
    only = [summary(pain=PainReport(1, 3))]
    sheet = progress_sheet(only, (), person="Ann", who=(), now=DAY + timedelta(days=8), zone=UTC)
    (part,) = [each for each in sheet.sections if each.title == "Pain and sessions"]
    assert [line for each in part.parts if isinstance(each, Lines) for line in each.lines] == [
        "Pain, 0 to 10. Last answers, on 2 March 2026: 3 worst in the set, 1 before.",
        "Sessions a week: 1 session in 2 weeks.",
    ]
    assert not [each for each in part.parts if isinstance(each, Figure)]


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_drawn_below_what_can_be(size: tuple[int, int]) -> None:
    bare = [each for each in MEASURES.values() if not each.zero and each.followed is not None]
    assert "hold_s" in [each.name for each in bare]
    for measure in bare:
        of_legs = measure.per is Per.LEG
        values = each_leg(measure.name, 0.2, 0.3, 1.2) if of_legs else whole_body(measure.name, 0.2, 1.2)
        for trend in trends([summary(7 * i, values=values) for i in range(3)]):
            svg = ElementTree.fromstring(str(draw_trend(trend, size, "label")))
            ticks = [each.text or "" for each in svg.iter("text") if each.get("class") == "tick"]
            assert not [each for each in ticks if "−" in each]
            (zero,) = [float(each.get("y1", 0)) for each in svg.iter("line") if "zero" in (each.get("class") or "")]
            whiskers = [each for each in svg.iter("line") if each.get("class") == "whisker"]
            assert whiskers
            assert all(float(each.get("y2", 0)) <= zero for each in whiskers)


@pytest.mark.parametrize("size", SIZES)
def test_a_trend_shows_each_day_with_its_interval_and_the_band(size: tuple[int, int]) -> None:
    sets = [summary(7 * i, values=each_leg("fppa_deg", value, None)) for i, value in enumerate([24, 18, 9])]
    svg = ElementTree.fromstring(str(draw_trend(trends(sets)[0], size, "label")))
    assert len(list(svg.iter("circle"))) == 3
    assert sum(each.get("class") == "whisker" for each in svg.iter("line")) == 9
    assert sum(each.get("class") == "limit" for each in svg.iter("path")) == 1
    titles = [each.text for each in svg.iter("title")]
    assert titles[0] == "2 March 2026: 24 ± 2°"


def test_an_error_that_is_not_known_is_not_drawn() -> None:
    sets = [summary(i, values=each_leg("fppa_deg", 5.0, None, float("nan"))) for i in range(2)]
    svg = draw_trend(trends(sets)[0], WIDE, "label")
    assert "nan" not in svg
    assert "whisker" not in svg


def test_symmetry_says_whether_the_legs_can_be_told_apart() -> None:
    alike, unlike = (symmetry([summary(values=each_leg("kmf_pct", left, 1.0))], "kmf_pct") for left in (2.0, 12.0))
    assert "No detectable difference" in text_of(symmetry_html("kmf_pct", alike))
    assert "Different on" in text_of(symmetry_html("kmf_pct", unlike))


def test_symmetry_of_depth_has_the_index() -> None:
    days = symmetry([summary(values=each_leg("knee_flexion_max_deg", 40, 50))], "knee_flexion_max_deg", Side.LEFT)
    assert "Side with symptoms over the other: 80 ±" in text_of(symmetry_html("knee_flexion_max_deg", days))


@pytest.mark.parametrize("size", SIZES)
def test_pain_is_drawn_with_a_shape_for_each_kind(size: tuple[int, int]) -> None:
    days = pain_days([summary(pain=PainReport(1, 3, None, 2, 1)), summary(1, pain=PainReport(before=2))])
    svg = ElementTree.fromstring(str(draw_pain(days, size)))
    assert len(list(svg.iter("circle"))) == 3
    assert len(list(svg.iter("polygon"))) == 2
    assert "3 worst in the set" not in text_of(pain_html(days))
    # Nothing is written where an answer may be drawn: the limits are named on the axis and beside the chart.
    assert [each.text for each in svg.iter("text") if each.get("class") == "remark"] == []
    assert [each.text for each in svg.iter("text") if each.get("class") == "tick"][:4] == ["0", "2", "5", "10"]
    assert "Dotted lines: comfortable up to 2, stop above 5" in text_of(pain_html(days))
    assert "2 before" in text_of(pain_html(days))


@pytest.mark.parametrize("size", SIZES)
def test_weeks_show_what_was_done_and_planned(size: tuple[int, int]) -> None:
    weeks = [WeekAdherence(DAY.date(), 3, 7.0), WeekAdherence(DAY.date() + timedelta(days=7), 0, None)]
    svg = ElementTree.fromstring(str(draw_weeks(weeks, size)))
    assert [each.get("class") for each in svg.iter("rect")] == ["bar", "planned"]
    assert "3 of 7 planned were done (43 %)" in text_of(weeks_html(weeks))


def test_a_week_with_more_than_planned_does_not_make_up_for_another() -> None:
    weeks = [WeekAdherence(DAY.date(), 10, 4.0), WeekAdherence(DAY.date() + timedelta(days=7), 0, 4.0)]
    assert "4 of 8 planned were done (50 %)" in text_of(weeks_html(weeks))


def test_the_newest_weeks_are_shown() -> None:
    weeks = [WeekAdherence(DAY.date() + timedelta(weeks=i), 1, None) for i in range(40)]
    assert list(shown_weeks(weeks, 26)) == weeks[-26:]
    assert list(shown_weeks([], 26)) == []


@pytest.mark.parametrize("mark", Mark)
def test_each_milestone_has_a_sentence(mark: Mark) -> None:
    said = in_words(Milestone(mark, DAY, "", "wall-squat", "left", "fppa_deg", -10.0, "W2"))
    assert said.endswith(".")
    assert "None" not in said


def test_milestones_are_listed_the_newest_first() -> None:
    html = text_of(milestones_html(milestones([summary(0), summary(3, pain=PainReport(during=0))]), UTC))
    assert html.index("5 March 2026") < html.index("2 March 2026")


def test_a_change_of_plan_is_said_in_one_line() -> None:
    change = PlanChange(Variable.TARGET_DEPTH, 45.0, 60.0, "wall-squat", Plan(target_depth_deg=60.0), "W3")
    assert change_in_words(change) == "**target depth 45° → 60°.** Everything else in the plan stays."
    step = PlanChange(Variable.EXERCISE, "wall-squat", "step-down", "step-down", Plan(step_height_cm=10.0), "S1")
    assert change_in_words(step) == "**Wall squat → Step-down, 10 cm step.**"


def test_what_is_accepted_leaves_the_leg_as_it_was() -> None:
    before = SetRequest("step-down", Side.LEFT, plan=Plan(target_depth_deg=45.0, reps=10, step_height_cm=10.0))
    change = PlanChange(Variable.STEP_HEIGHT, 10.0, 15.0, "step-down", Plan(45.0, 10, None, 15.0), "S2")
    new = after(change, before)
    assert (new.leg, new.plan.step_height_cm, new.plan.reps) == (Side.LEFT, 15.0, 10)
    other = PlanChange(Variable.EXERCISE, "step-down", "wall-squat", "wall-squat", Plan(70.0, 10, 3.0), "W4")
    assert after(other, before).leg is None


# The page -------------------------------------------------------------------------------------------------------


def _page() -> None:
    from formcheck.web.pages.progress import page as progress

    progress.page()


def opened(**query: str) -> AppTest:
    test = AppTest.from_function(_page, default_timeout=_TIMEOUT_S)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    boxes = [*test.title, *test.header, *test.subheader, *test.markdown, *test.caption, *test.info, *test.error]
    return " ".join(Markup(" ".join(str(each.value) for each in boxes)).striptags().replace("\\", "").split())


@pytest.fixture
def records() -> Records:
    return records_service()


@pytest.fixture
def ann(records: Records) -> str:
    with records.writing(OWNER) as work:
        return add_person(work, PersonDetails("Ann Alder", symptom_side="left")).id


def planned(records: Records, person_id: str, depth_deg: float = 45.0) -> StoredPlan:
    """Prescribe wall squats since before the sets."""
    with records.writing(OWNER) as work:
        plan = prescribe(work, person_id, SetRequest("wall-squat", plan=Plan(target_depth_deg=depth_deg, reps=3)))
        plan.from_at = DONE_AT - timedelta(days=2)
        return plan


def painful(records: Records, person_id: str, worst: int, days: float = 0.0) -> None:
    row = keep_set(records, person_id, actor=OWNER, done_at=DONE_AT + timedelta(days=days))
    with records.writing(OWNER) as work:
        say_pain(work, row.id, {"pain_before": min(1, worst), "pain_during": worst, "pain_after": worst})


def test_without_sets_it_says_what_will_be_here(ann: str) -> None:
    assert "No sets are kept yet" in words(opened(person=ann))


def test_months_have_charts_pain_and_milestones(records: Records, ann: str) -> None:
    for days in (0.0, 20.0, 40.0):
        painful(records, ann, 0, days)
    test = opened(person=ann)
    shown = words(test)
    assert "Depth (knee flexion), left" in shown
    assert "No detectable change, as measuring again may give as large a change. Since the start" in shown
    assert "Pain, 0 to 10" in shown
    assert "Wall squat: the first set without any pain." in shown
    assert "Not measured yet: it takes a set that is filmed from the front." in shown
    assert any("<svg" in str(each.value) for each in test.markdown)


def test_each_exercise_has_its_own_charts(records: Records, ann: str) -> None:
    keep_set(records, ann, "step_down_front_valgus", actor=OWNER)
    keep_set(records, ann, "wall_squat_side", actor=OWNER, done_at=DONE_AT + timedelta(days=1))
    test = opened(person=ann)
    assert "Depth (knee flexion), left" in words(test)
    test.segmented_control(key="progress-exercise").set_value("step-down").run()
    assert not test.exception
    assert "Knee alignment (FPPA), left" in words(test)


def test_without_a_plan_nothing_is_suggested(records: Records, ann: str) -> None:
    painful(records, ann, 4)
    test = opened(person=ann)
    assert "Nothing is prescribed" in words(test)
    assert not test.button


def button(test: AppTest, label: str) -> str:
    (found,) = [each for each in test.button if each.label == label]
    return str(found.key)


def test_an_accepted_suggestion_changes_the_plan_and_is_in_the_log(records: Records, ann: str) -> None:
    before = planned(records, ann)
    painful(records, ann, 4)
    test = opened(person=ann)
    assert "Offer it easier: 30° deep" in words(test)
    assert "target depth 45° → 30°" in words(test)
    test.button(key=button(test, "Accept and change the plan")).click().run()
    assert not test.exception
    with records.reading(OWNER) as work:
        now, old = list_plans(work, ann)
        (answer,) = answers_about(work, ann)
        logged = [entry.action for entry in audit_log(work, person_id=ann)]
    assert (now.target_depth_deg, now.reps, now.until_at) == (30.0, 3, None)
    assert (old.id, old.until_at is None) == (before.id, False)
    assert (answer.accepted, answer.plan_id, answer.suggestion["id"]) == (True, now.id, "offer-easier")
    assert {"suggestion.answered", "plan.prescribed"} <= set(logged)
    assert "no session yet with the plan as it is now" in words(test)
    assert "**accepted** by Owner" in words(test)


def test_a_declined_suggestion_changes_nothing_and_is_not_made_again(records: Records, ann: str) -> None:
    before = planned(records, ann)
    painful(records, ann, 4)
    test = opened(person=ann)
    test.button(key=button(test, "Decline")).click().run()
    assert not test.exception
    with records.reading(OWNER) as work:
        (plan,) = list_plans(work, ann)
        (answer,) = answers_about(work, ann)
    assert (plan.id, plan.target_depth_deg) == (before.id, 45.0)
    assert not answer.accepted
    assert not test.button
    assert "**declined** by Owner" in words(test)


def suggestion_about(records: Records, person_id: str, plan: StoredPlan) -> Suggestion:
    with records.reading(OWNER) as work:
        sets = [summary_of_row(row) for row in list_sets(work, person_id)]
    found = suggest(sets, plan_in_force(plan)).suggestion
    assert found is not None
    return found


def test_a_plan_that_was_changed_meanwhile_is_not_changed_again(records: Records, ann: str) -> None:
    plan = planned(records, ann)
    painful(records, ann, 4)
    suggestion = suggestion_about(records, ann, plan)
    with records.writing(OWNER) as work:
        end_plan(work, plan.id)
    with pytest.raises(ConflictError):
        keep_answer(Answering(records, OWNER, ann), plan.id, suggestion, accepted=True)
    with records.reading(OWNER) as work:
        assert not answers_about(work, ann)
        assert len(list_plans(work, ann)) == 1


def test_a_level_of_another_exercise_ends_the_plan_of_this_one(records: Records, ann: str) -> None:
    plan = planned(records, ann, 70.0)
    found = suggest([summary(i, pain=calm(), plan=Plan(70.0, 10)) for i in range(2, 5)], plan_in_force(plan)).suggestion
    assert found is not None
    assert found.rule is Rule.PROGRESS
    keep_answer(Answering(records, OWNER, ann), plan.id, found, accepted=True)
    with records.reading(OWNER) as work:
        by_exercise = {each.exercise: each for each in list_plans(work, ann)}
    assert by_exercise["step-down"].step_height_cm == 10.0
    assert by_exercise["step-down"].until_at is None
    assert by_exercise["wall-squat"].until_at is not None


def test_an_answer_about_one_leg_is_none_about_the_other() -> None:
    left, right = (StoredPlan(exercise="step-down", leg=leg) for leg in ("left", "right"))
    about_left = SuggestionAnswer(
        suggestion={"id": "progress", "exercise": "step-down", "leg": "left"}, answered_at=DONE_AT
    )
    before_legs = SuggestionAnswer(suggestion={"id": "cut", "exercise": "step-down"}, answered_at=DONE_AT)
    answers = [about_left, before_legs]
    assert answered_at(answers, left) == {Rule.PROGRESS: DONE_AT, Rule.CUT: DONE_AT}
    assert answered_at(answers, right) == {Rule.CUT: DONE_AT}


def test_a_level_of_another_exercise_leaves_what_is_prescribed_of_that_one(records: Records, ann: str) -> None:
    easy = planned(records, ann, 30.0)
    with records.writing(OWNER) as work:
        step = prescribe(work, ann, SetRequest("step-down", plan=Plan(reps=3, step_height_cm=10.0)))
        step.from_at = DONE_AT - timedelta(days=2)
    row = keep_set(records, ann, "step_down_side", actor=OWNER)
    with records.writing(OWNER) as work:
        say_pain(work, row.id, {"pain_before": 1, "pain_during": 1, "pain_next_morning": 4})
    test = opened(person=ann)
    assert "One level down: wall squat to 60–75°" in words(test)
    assert "Step-down ends. Wall squat stays as it is prescribed now." in words(test).replace("**", "")
    test.button(key=button(test, "Accept and change the plan")).click().run()
    assert not test.exception
    with records.reading(OWNER) as work:
        (now,) = [each for each in list_plans(work, ann) if each.until_at is None]
    assert (now.id, now.target_depth_deg) == (easy.id, 30.0)


def as_client(records: Records, person_id: str, monkeypatch: pytest.MonkeyPatch) -> Actor:
    with records.reading(OWNER) as work:
        client = client_of(get_person(work, person_id))
    monkeypatch.setattr("formcheck.web.access.guard.who_sees_page", lambda: client)
    return client


def test_a_client_sees_their_plan_and_no_suggestion(
    records: Records, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(records, ann)
    painful(records, ann, 4)
    as_client(records, ann, monkeypatch)
    test = opened()
    shown = words(test)
    assert "Your plan" in shown
    assert "Pain, 0 to 10" in shown
    assert "Suggestions" not in shown
    assert not test.button


def test_a_client_who_names_somebody_else_sees_their_own(
    records: Records, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with records.writing(OWNER) as work:
        ben = add_person(work, PersonDetails("Ben Birch")).id
    painful(records, ben, 7)
    as_client(records, ann, monkeypatch)
    shown = words(opened(person=ben))
    assert "No sets are kept yet" in shown
    assert "Birch" not in shown


def test_a_client_cannot_answer_a_suggestion(records: Records, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(records, ann)
    painful(records, ann, 4)
    suggestion = suggestion_about(records, ann, plan)
    client = as_client(records, ann, monkeypatch)
    with pytest.raises(NotAllowedError):
        keep_answer(Answering(records, client, ann), plan.id, suggestion, accepted=True)


def test_a_kept_set_is_summed_up_with_its_pain(records: Records, ann: str) -> None:
    painful(records, ann, 6)
    with records.reading(OWNER) as work:
        (row,) = list_sets(work, ann)
        kept = summary_of_row(get_set(work, row.id))
    assert kept.pain == PainReport(before=1, during=6, after=6)
    assert kept.value("knee_flexion_max_deg", "left") is not None
