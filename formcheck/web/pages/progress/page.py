"""*Progress*: one person over months; clients see their own, clinicians also what the rules suggest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.history.milestones import milestones
from formcheck.history.progress import pain_days
from formcheck.history.sessions import PlannedPeriod, adherence
from formcheck.history.summary import SetSummary
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor
from formcheck.records.answers import answers_about
from formcheck.records.people import get_person, list_people
from formcheck.records.plans import list_plans
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.records.tables import Person, StoredPlan, SuggestionAnswer
from formcheck.report.safety import SMALL_CHANGES
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.pages.progress.measures import show_measures
from formcheck.web.pages.progress.milestones import milestones_html
from formcheck.web.pages.progress.pain_and_weeks import pain_html, shown_weeks, weeks_html
from formcheck.web.pages.progress.suggestion_view import Answering, show_suggestion
from formcheck.web.shared.addresses import PEOPLE, PERSON, VIDEOS
from formcheck.web.shared.moments import viewer_zone
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.plot_parts import show_plots
from formcheck.web.shared.stored_words import stored_plan_in_words

_WEEKS: Final = 26
"""Half a year of bars; more are too thin to be seen."""


@dataclass(frozen=True)
class _History:
    """What is kept of one person, as far as the actor may see it."""

    person: Person
    sets: Sequence[SetSummary]
    plans: Sequence[StoredPlan]
    answers: Sequence[SuggestionAnswer]


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    st.title("Progress" if actor.sees_everybody else "My progress", anchor=False)
    try:
        person_id = _chosen_person(records, actor) if actor.sees_everybody else actor.person_id
        if person_id is not None:
            _show(records, actor, _history(records, actor, person_id))
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _chosen_person(records: Records, actor: Actor) -> str | None:
    with records.reading(actor) as work:
        people = {person.id: person.name for person in list_people(work)}
    if not people:
        st.info("Nobody is here yet. Add a person under *People*.", icon=":material/person_add:")
        page_link(PEOPLE, "People", icon=":material/group:")
        return None
    asked = st.query_params.get("person", "")
    chosen = st.selectbox(
        "Person",
        list(people),
        index=list(people).index(asked) if asked in people else None,
        format_func=lambda each: people[each],
        placeholder="Choose a person",
        key="progress-person",
    )
    if chosen is not None:
        st.query_params["person"] = chosen
    return chosen


def _history(records: Records, actor: Actor, person_id: str) -> _History:
    with records.reading(actor) as work:
        return _History(
            person=get_person(work, person_id),
            sets=[summary_of_row(row) for row in list_sets(work, person_id)],
            plans=list_plans(work, person_id),
            answers=answers_about(work, person_id) if actor.sees_everybody else (),
        )


def _show(records: Records, actor: Actor, history: _History) -> None:
    zone = viewer_zone()
    if not history.sets:
        st.info("No sets are kept yet. Each set that is kept shows up here.", icon=":material/show_chart:")
        page_link(VIDEOS, "Videos", icon=":material/upload:", person=history.person.id)
        return
    now = [plan for plan in history.plans if plan.until_at is None]
    if actor.sees_everybody:
        _show_suggestions(records, actor, history, now, zone)
    elif now:
        st.markdown("**Your plan**  \n" + "  \n".join(as_typed(stored_plan_in_words(plan)) for plan in now))
    exercise = _chosen_exercise(history.sets)
    sets = [each for each in history.sets if each.result.exercise == exercise]
    _show_pain_and_weeks(sets, [plan for plan in history.plans if plan.exercise == exercise], records.now(), zone)
    side = history.person.symptom_side
    show_measures(sets, Side(side) if side in set(Side) else None, zone)
    st.caption(
        "Each point is the middle of the day's sets; the bar through it is its 95 % interval. In the grey band around "
        f"the first day's value a difference cannot be told from measuring again. {SMALL_CHANGES}"
    )
    _show_milestones(history.sets, zone)


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
                when = f"{answer.answered_at.astimezone(zone):%d %B %Y, %H:%M}"
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
