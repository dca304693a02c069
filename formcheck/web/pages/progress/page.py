"""*Progress*: one person over months; clients see their own, clinicians also what the rules suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import label_of, value_text
from formcheck.history.ladder import ladder
from formcheck.history.milestones import Mark, Milestone, milestones
from formcheck.history.progress import Trend, pain_days, symmetry, trends
from formcheck.history.sessions import PlannedPeriod, adherence
from formcheck.history.summary import SetSummary
from formcheck.kinematics.measures.record import Followed
from formcheck.kinematics.measures.registry import MEASURES, key_measures
from formcheck.moments import day_text, time_text
from formcheck.pose.landmarks import Side
from formcheck.programme.follow_up import reassessment, return_to_activity
from formcheck.programme.story import Answered, Story, StoryTopic, tell
from formcheck.programme.tests_of_function import TestResult
from formcheck.records.access import Actor
from formcheck.records.answers import answers_about
from formcheck.records.outcomes import answered, list_answers, test_results
from formcheck.records.people import get_person
from formcheck.records.plans import list_plans
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.records.tables import Person, StoredPlan, SuggestionAnswer
from formcheck.report.safety import SMALL_CHANGES
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.downloads.links import progress_link
from formcheck.web.pages.progress.charts import pain_html, shown_weeks, symmetry_html, trend_html, weeks_html
from formcheck.web.pages.progress.story_view import show_chapter, show_return, show_story
from formcheck.web.pages.progress.suggestion_view import Answering, show_suggestion
from formcheck.web.shared.addresses import PERSON, TESTS, VIDEOS
from formcheck.web.shared.choose_person import ask_whose
from formcheck.web.shared.dates import viewer_zone
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.paper import ask_paper
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.plot_parts import show_plots
from formcheck.web.shared.stored_words import stored_plan_in_words


def show_measures(sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo) -> None:
    """Show every measure that was followed, in groups; a group without a value says what it needs.

    Parameters
    ----------
    sets
        Of one person and one exercise.
    symptoms
        The side with symptoms; None where it is not known or both are.
    zone
        For the days.
    """
    found = trends(sets, zone)
    for group in Followed:
        figures = _symmetry(sets, symptoms, zone) if group is Followed.SYMMETRY else _figures(found, group)
        if group is Followed.TEST and not figures:  # most exercises are none
            continue
        st.header(group.value, anchor=False)
        if figures:
            show_plots(Markup('<div class="fc-grid">{}</div>').format(Markup("").join(figures)))
        else:
            st.caption(_NEEDS[group])


_NEEDS: Final = MappingProxyType(
    {
        Followed.DEPTH: "Not measured yet: it takes a set that is filmed from the side.",
        Followed.ALIGNMENT: "Not measured yet: it takes a set that is filmed from the front.",
        Followed.SYMMETRY: "Not measured yet: it takes both legs on the same day.",
        Followed.TEMPO: "Not measured yet.",
    }
)


def _figures(found: Sequence[Trend], group: Followed) -> list[Markup]:
    return [trend_html(trend) for trend in found if MEASURES[trend.measure].followed is group]


def _symmetry(sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo) -> list[Markup]:
    days = {measure.name: symmetry(sets, measure.name, symptoms, zone) for measure in key_measures()}
    return [symmetry_html(measure, found) for measure, found in days.items() if found]


def milestones_html(found: Sequence[Milestone], zone: tzinfo) -> Markup:
    """Return milestones as a list, the newest first."""
    rows = Markup("").join(
        Markup('<li><time datetime="{}">{}</time><span>{}</span></li>').format(
            each.at.isoformat(), day_text(each.at.astimezone(zone)), in_words(each)
        )
        for each in reversed(found)
    )
    return Markup('<ul class="fc-milestones">{}</ul>').format(rows)


def in_words(milestone: Milestone) -> str:
    """Say a milestone in one sentence."""
    name = exercise_title(milestone.exercise)
    match milestone.mark:
        case Mark.FIRST_SET:
            return f"{name}: the first set."
        case Mark.PAIN_FREE:
            return f"{name}: the first set without any pain."
        case Mark.ALL_REPS:
            return f"{name}: all planned reps done for the first time."
        case Mark.CALM_SESSIONS:
            return f"{name}: three sessions in a row with pain of 2 or less."
        case Mark.TARGET_DEPTH:
            depth = value_text(milestone.measure, milestone.amount)
            return f"{name}: the planned depth reached, {depth} on the {milestone.leg}."
        case Mark.LEVEL:
            title = next(level.title for level in ladder() if level.id == milestone.level)
            return f"Level {milestone.level}: {title}."
        case Mark.BETTER:
            by = value_text(milestone.measure, abs(milestone.amount or 0.0))
            leg = f", {milestone.leg}" if milestone.leg in {"left", "right"} else ""
            what = label_of(milestone.measure)
            return f"{name}: {what}{leg} better by {by}, more than measuring again would give."


_WEEKS: Final = 26
"""Half a year of bars; more are too thin to be seen."""


@dataclass(frozen=True)
class _History:
    """What is kept of one person, as far as the actor may see it."""

    person: Person
    sets: Sequence[SetSummary]
    plans: Sequence[StoredPlan]
    answers: Sequence[SuggestionAnswer]
    answered: Sequence[Answered]
    """Questionnaires, the oldest first."""
    results: Sequence[TestResult]
    """Of tests, the oldest first."""


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    st.title("Progress" if actor.sees_everybody else "My progress", anchor=False)
    try:
        person_id = ask_whose(records, actor, "progress-person", Drawing.PROGRESS, "Whose progress?")
        if person_id is not None:
            _show(records, actor, _history(records, actor, person_id))
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _history(records: Records, actor: Actor, person_id: str) -> _History:
    with records.reading(actor) as work:
        return _History(
            person=get_person(work, person_id),
            sets=[summary_of_row(row) for row in list_sets(work, person_id)],
            plans=list_plans(work, person_id),
            answers=answers_about(work, person_id) if actor.sees_everybody else (),
            answered=[answered(row) for row in list_answers(work, person_id)],
            results=test_results(work, person_id),
        )


def _show(records: Records, actor: Actor, history: _History) -> None:
    zone = viewer_zone()
    if not (history.sets or history.answered):
        show_empty(
            Drawing.PROGRESS,
            "No sets are kept yet",
            "Each set that is kept shows up here.",
            VIDEOS,
            "Add a video",
            person=history.person.id,
        )
        page_link(TESTS, "Tests and questionnaires", icon=":material/fact_check:", person=history.person.id)
        return
    story = tell(history.sets, history.answered, history.results, zone)
    today = records.now().astimezone(zone).date()
    moments = [each.at for each in history.answered] + [each.at for each in history.results]
    asked = [at.astimezone(zone).date() for at in moments]
    show_story(story, reassessment(asked, today), today, history.person.id)
    now = [plan for plan in history.plans if plan.until_at is None]
    if actor.sees_everybody:
        _show_suggestions(records, actor, history, now, zone)
    elif now:
        st.markdown("**Your plan**  \n" + "  \n".join(as_typed(stored_plan_in_words(plan)) for plan in now))
    if history.sets:
        _show_sets(records, actor, history, story, zone)
    else:
        st.header("Pain", anchor=False)
        show_chapter(story, StoryTopic.PAIN)
        _show_function(story)
    show_return(return_to_activity(history.sets, history.answered, history.results, zone))


def _show_function(story: Story) -> None:
    if any(line.is_asked and line.topic is not StoryTopic.PAIN for line in story.lines):
        st.header("Function and tests", anchor=False)
        show_chapter(story, *(topic for topic in StoryTopic if topic is not StoryTopic.PAIN))


def _show_sets(records: Records, actor: Actor, history: _History, story: Story, zone: tzinfo) -> None:
    exercise = _chosen_exercise(history.sets)
    sets = [each for each in history.sets if each.result.exercise == exercise]
    _show_pain_and_weeks(sets, [plan for plan in history.plans if plan.exercise == exercise], records.now(), zone)
    show_chapter(story, StoryTopic.PAIN)
    _show_function(story)
    _show_milestones(history.sets, zone)
    paper = ask_paper(records, actor)
    address = progress_link(actor, history.person.id, exercise, paper.value)
    st.link_button("Progress (PDF)", address, icon=":material/download:")
    # What became of each stands above; the charts are many screens on a telephone.
    with st.expander("Every measure over time"):
        side = history.person.symptom_side
        show_measures(sets, Side(side) if side in set(Side) else None, zone)
        if len({each.day(zone) for each in sets}) == 1:
            st.caption(f"A second day makes a chart of each value. {SMALL_CHANGES}")
        else:
            st.caption(
                "Each point is the middle of the day's sets; the bar through it is its 95 % interval. In the grey band "
                f"around the first day's value a difference cannot be told from measuring again. {SMALL_CHANGES}"
            )


def _show_suggestions(
    records: Records, actor: Actor, history: _History, now: Sequence[StoredPlan], zone: tzinfo
) -> None:
    st.header("Suggestions", anchor=False)
    if not now:
        st.caption("Nothing is prescribed, so there is nothing to suggest. Prescribe a plan under *People*.")
        page_link(PERSON, "Plan of this person", icon=":material/person:", person=history.person.id)
    answering = Answering(records, actor, history.person.id)
    for plan in now:
        show_suggestion(answering, plan, history.sets, history.answers, zone)
    if history.answers:
        with st.expander(f"Answered suggestions ({len(history.answers)})"):
            for answer in history.answers:
                said = "accepted" if answer.accepted else "declined"
                title = as_typed(str(answer.suggestion.get("title", answer.suggestion.get("id", ""))))
                when = time_text(answer.answered_at.astimezone(zone))
                st.markdown(f"- {when}: {title}: **{said}** by {as_typed(answer.answered_by)}")


def _chosen_exercise(sets: Sequence[SetSummary]) -> str:
    newest = sorted(sets, key=lambda each: each.done_at, reverse=True)
    exercises = list(dict.fromkeys(each.result.exercise for each in newest))
    if len(exercises) == 1:
        return exercises[0]
    chosen = st.segmented_control(
        "Exercise",
        exercises,
        default=exercises[0],
        format_func=exercise_title,
        key="progress-exercise",
        required=True,
    )
    return chosen or exercises[0]


def _show_pain_and_weeks(sets: Sequence[SetSummary], plans: Sequence[StoredPlan], now: datetime, zone: tzinfo) -> None:
    st.header("Pain and sessions", anchor=False)
    periods = [PlannedPeriod(plan.from_at, plan.until_at, plan.sessions_a_day) for plan in plans]
    weeks = shown_weeks(adherence(sets, periods, now.astimezone(zone).date(), zone), _WEEKS)
    days = pain_days(sets, zone)
    figures = [pain_html(days)] if days else []
    figures += [weeks_html(weeks)] if weeks else []
    show_plots(Markup('<div class="fc-grid">{}</div>').format(Markup("").join(figures)))
    if not days:
        st.caption("Nobody said yet how a set hurt.")


def _show_milestones(sets: Sequence[SetSummary], zone: tzinfo) -> None:
    st.header("Milestones", anchor=False)
    found = milestones(sets, zone)
    if found:
        show_plots(milestones_html(found, zone))
    else:
        st.caption("None yet.")
