"""*Home*: who you are, what is due today, and the three ways in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.design.components import badge, empty_state, person
from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.history.due import Due, due_today
from formcheck.history.suggestions import until_decided
from formcheck.moments import day_text
from formcheck.records.access import Actor, Role
from formcheck.records.answers import Undecided, undecided
from formcheck.records.due import PlanInHand, plans_in_hand
from formcheck.records.people import labels_of, list_people
from formcheck.records.records import Records
from formcheck.web.access.guard import require_actor
from formcheck.web.access.safety import ask_to_accept, is_accepted, show_accepted
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import CHECK, PEOPLE, PERSON, PROGRESS, VIDEOS
from formcheck.web.shared.choose_person import note_person, prescribed_key
from formcheck.web.shared.dates import today, viewer_zone
from formcheck.web.shared.design import show
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import stored_plan_in_words

_LOOKED_BACK: Final = timedelta(days=32)
"""Nothing is prescribed less often than once a month."""
_SHOWN: Final = 6
"""People with something due; the rest are a press away."""


@dataclass(frozen=True)
class _Task:
    """What somebody is prescribed, and how it stands today."""

    whose: str
    """As nobody else is called."""
    in_hand: PlanInHand
    due: Due


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    _greet(actor)
    accepted = is_accepted()
    if not accepted:
        ask_to_accept()
    # A client has one or two things to do today; a clinic's list may be long.
    if actor.sees_everybody:
        _show_ways(actor)
    try:
        _show_due(records, actor)
    except FormcheckError as error:  # the ways in stay open
        st.error(f"{error.reason} {error.remedy}")
    if not actor.sees_everybody:
        _show_ways(actor)
    if accepted:
        show_accepted()


def _greet(actor: Actor) -> None:
    if actor.role is Role.OWNER:
        st.title("formcheck", anchor=False)
        st.markdown("See your squat as a clinician does. Nothing leaves this computer.")
        return
    st.title("Home", anchor=False)
    show(person(actor.name, detail="clinician" if actor.role is Role.CLINICIAN else ""))


def _show_due(records: Records, actor: Actor) -> None:
    with records.reading(actor) as work:
        in_hand = plans_in_hand(work, records.now() - _LOOKED_BACK)
        people = list_people(work)
    labels, day, zone = labels_of(people), today(records.now()), viewer_zone()
    tasks = [
        _Task(labels[each.person.id], each, due_today(each.sets, each.plan.sessions_a_day, day, zone))
        for each in in_hand
    ]
    if actor.sees_everybody:  # a client is told when the next one is; here it would stand before what is due
        tasks = [each for each in tasks if each.due.planned != 0 or each.due.done]
    if tasks:
        st.header("Today", anchor=False)
        # What is left to do stands first; beside it the order is that of the names.
        _show_tasks(records, actor, sorted(tasks, key=lambda each: not each.due.is_due))
    elif not actor.sees_everybody:
        show(
            empty_state(
                Drawing.PLAN,
                "Nothing is prescribed yet",
                "Your clinician’s plan will stand here. You can check your form without one.",
            )
        )
    elif people:
        nothing = "Nothing is due today." if in_hand else "Nobody has a plan yet."
        st.caption(f"{nothing} A plan stands here on the days on which it is due.")


def _show_tasks(records: Records, actor: Actor, tasks: Sequence[_Task]) -> None:
    shown = tasks[:_SHOWN]
    with records.reading(actor) as work:
        people = dict.fromkeys(task.in_hand.plan.person_id for task in shown)
        waiting = {each.plan.id: each for person_id in people for each in undecided(work, person_id)}
    for task in shown:
        _show_task(task, actor, waiting.get(task.in_hand.plan.id))
    if len(tasks) > _SHOWN:
        page_link(PEOPLE, f"{len(tasks) - _SHOWN} more", icon=":material/group:")


def _show_task(task: _Task, actor: Actor, waiting: Undecided | None) -> None:
    plan, person_id = task.in_hand.plan, task.in_hand.plan.person_id
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"due-{plan.id}"):
        with st.container(width="stretch"):
            if actor.sees_everybody:
                page_link(PERSON, as_typed(task.whose), icon=":material/person:", person=person_id)
            st.markdown(as_typed(stored_plan_in_words(plan)))
            show(_standing(task.due))
            if waiting is not None and actor.sees_everybody:
                page_link(PROGRESS, f"Decide: {as_typed(waiting.suggestion.title)}", person=person_id)
            elif waiting is not None:
                st.markdown(as_typed(until_decided(waiting.suggestion)))
        may_start = task.due.is_due or task.due.planned is None
        if may_start and st.button("Start", key=f"start-{plan.id}", type="primary", icon=":material/play_arrow:"):
            note_person(person_id)
            st.session_state[prescribed_key(person_id)] = plan.id
            go_to(CHECK)


def _standing(due: Due) -> Markup:
    """Say how a plan stands today."""
    if due.planned is None:
        return badge("good", "Done today") if due.done else badge("not_judged", "As it suits")
    if due.is_due:
        return badge("not_judged", f"{due.done} of {due.planned} done today" if due.done else "Due today")
    if due.done:
        return badge("good", "Done for today")
    if due.next_day is not None:
        return badge("not_measured", f"Next on {day_text(due.next_day)}")
    return badge("not_measured", "Not today")


def _show_ways(actor: Actor) -> None:
    ways = [
        (CHECK, "Check my form", "Live, before this device’s camera.", ":material/videocam:"),
        (VIDEOS, "A video", "Measure one that you have.", ":material/movie:"),
        (PEOPLE, "People", "Plans, sets and progress of each.", ":material/group:")
        if actor.sees_everybody
        else (PROGRESS, "My progress", "How it went over the weeks.", ":material/show_chart:"),
    ]
    with st.container(key="ways"):
        for column, (address, name, sentence, icon) in zip(st.columns(3), ways, strict=True):
            with column:
                page_link(address, f"**{name}**  \n{sentence}", icon=icon, wide=True)
