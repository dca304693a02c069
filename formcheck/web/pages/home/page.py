"""*Home*: who you are, what is due today, and the three ways in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.design.components import badge, empty_state, person
from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.words import counted
from formcheck.history.suggestions import until_decided
from formcheck.moments import day_text
from formcheck.programme.course import ItemDue, PlanDue, due_today, plan_due_today
from formcheck.records.access import Actor, Role
from formcheck.records.answers import Undecided, undecided
from formcheck.records.people import labels_of, list_people
from formcheck.records.programmes import InHand, PlanInHand, plans_in_hand, programmes_in_hand
from formcheck.records.records import Records
from formcheck.records.red_flags import raised_flags
from formcheck.web.access.guard import require_actor
from formcheck.web.access.red_flags import flags_list, offer_to_clear
from formcheck.web.access.safety import ask_to_accept, is_accepted, show_accepted
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import CHECK, PEOPLE, PERSON, PROGRESS, TODAY, VIDEOS
from formcheck.web.shared.choose_person import note_person, prescribed_key
from formcheck.web.shared.dates import day_of, today, viewer_zone
from formcheck.web.shared.design import show
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import stored_plan_in_words

_LOOKED_BACK: Final = timedelta(days=32)
"""Nothing is prescribed less often than once a month."""
_SHOWN: Final = 6
"""People with something due; the rest are a press away."""
_CLOSED: Final = badge("fault", "Not now: a clinician first")


@dataclass(frozen=True)
class _Task:
    """What somebody is prescribed, and how it stands today."""

    whose: str
    """As nobody else is called."""
    in_hand: PlanInHand
    due: PlanDue
    is_closed: bool
    """Whether red flags bar the person from exercising."""


@dataclass(frozen=True)
class _Session:
    """Somebody's programme, and how it stands today."""

    whose: str
    in_hand: InHand
    due: Sequence[ItemDue]
    is_closed: bool
    """Whether red flags bar the person from exercising."""

    @property
    def left(self) -> list[ItemDue]:
        """What is left to do."""
        return [each for each in self.due if each.is_due]

    @property
    def done(self) -> list[ItemDue]:
        """What was done, or begun."""
        return [each for each in self.due if each.done_sets]


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    _greet(actor)
    accepted = is_accepted()
    if not accepted:
        ask_to_accept()
    try:
        if actor.sees_everybody:
            _show_flags(records, actor)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
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
        programmes = programmes_in_hand(work, records.now() - _LOOKED_BACK)
        closed = {each.person.id for each in raised_flags(work)}
    labels, day, zone = labels_of(people), today(records.now()), viewer_zone()
    sessions = [
        _Session(labels[each.person.id], each, _due_of(each, day, zone), each.person.id in closed)
        for each in programmes
    ]
    within = {(each.person.id, *key) for each in programmes for key in _measured_of(each)}
    in_hand = [each for each in in_hand if (each.person.id, each.plan.exercise, each.plan.leg) not in within]
    tasks = [
        _Task(
            labels[each.person.id],
            each,
            plan_due_today(each.sets, each.plan.sessions_a_day, day, zone),
            each.person.id in closed,
        )
        for each in in_hand
    ]
    if actor.sees_everybody:  # a client is told when the next one is; here it would stand before what is due
        tasks = [each for each in tasks if each.due.planned != 0 or each.due.done]
    if actor.sees_everybody:
        sessions = [each for each in sessions if each.left or each.done]
    if sessions or tasks:
        st.header("Today", anchor=False)
    for each in sorted(sessions, key=lambda one: not one.left)[:_SHOWN]:
        _show_session(each, actor)
    if len(sessions) > _SHOWN:
        page_link(PEOPLE, f"{len(sessions) - _SHOWN} more with a programme", icon=":material/group:")
    if tasks:
        # What is left to do stands first; beside it the order is that of the names.
        _show_tasks(records, actor, sorted(tasks, key=lambda each: not each.due.is_due))
    elif sessions:
        return
    elif not actor.sees_everybody:
        show(
            empty_state(
                Drawing.PLAN,
                "Nothing is prescribed yet",
                "Your clinician’s plan will stand here. You can check your form without one.",
            )
        )
    elif people:
        nothing = "Nothing is due today." if in_hand or programmes else "Nobody has a plan yet."
        st.caption(f"{nothing} A plan stands here on the days on which it is due.")


def _due_of(in_hand: InHand, day: date, zone: tzinfo) -> Sequence[ItemDue]:
    return due_today(in_hand.version.phase, in_hand.done, day, zone)


def _measured_of(in_hand: InHand) -> list[tuple[str, str | None]]:
    """Return exercise and leg of the plans that a programme prescribes: they stand on Today."""
    items = [item for item in in_hand.version.phase.items if item.is_measured]
    return [(item.exercise, None if item.request.leg is None else item.request.leg.value) for item in items]


def _show_session(session: _Session, actor: Actor) -> None:
    person_id = session.in_hand.person.id
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"due-programme-{person_id}"):
        with st.container(width="stretch"):
            if actor.sees_everybody:
                page_link(PERSON, as_typed(session.whose), icon=":material/person:", person=person_id)
            names = " · ".join(each.item.title for each in session.left or session.done)
            title = as_typed(session.in_hand.version.phase.title)
            st.markdown(f"**{title}**: {as_typed(names)}" if names else f"**{title}**")
            show(_standing_of(session))
        may_begin = session.left and not session.is_closed
        if may_begin and st.button("Begin", key=f"begin-{person_id}", type="primary", icon=":material/play_arrow:"):
            note_person(person_id)
            go_to(TODAY)


def _standing_of(session: _Session) -> Markup:
    if session.is_closed:
        return _CLOSED
    if session.left:
        more = f", {len(session.done)} begun or done" if session.done else ""
        return badge("not_judged", f"{counted(len(session.left), 'exercise')} due today{more}")
    return badge("good", "Done for today") if session.done else badge("not_measured", "Free today")


def _show_flags(records: Records, actor: Actor) -> None:
    """Show clinicians who has a red flag, before anything else."""
    with records.reading(actor) as work:
        raised = raised_flags(work)
        labels = labels_of(list_people(work))
    for each in raised:
        with st.container(border=True, key=f"flag-{each.person.id}"):
            page_link(PERSON, as_typed(labels[each.person.id]), icon=":material/flag:", person=each.person.id)
            st.markdown(f"Red flags, answered on {day_of(each.screen.answered_at)}:\n\n{flags_list(each.screen)}")
            offer_to_clear(records, actor, each.screen)


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
            show(_CLOSED if task.is_closed else _standing(task.due))
            if waiting is not None and actor.sees_everybody:
                page_link(PROGRESS, f"Decide: {as_typed(waiting.suggestion.title)}", person=person_id)
            elif waiting is not None:
                st.markdown(as_typed(until_decided(waiting.suggestion)))
        may_start = not task.is_closed and (task.due.is_due or task.due.planned is None)
        if may_start and st.button("Start", key=f"start-{plan.id}", type="primary", icon=":material/play_arrow:"):
            note_person(person_id)
            st.session_state[prescribed_key(person_id)] = plan.id
            go_to(CHECK)


def _standing(due: PlanDue) -> Markup:
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
