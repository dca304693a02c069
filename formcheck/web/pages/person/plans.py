"""The plan of a person: what is prescribed now, what was before, and a form to prescribe."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import ExerciseChoice
from formcheck.exercises.plan import Plan
from formcheck.history.suggestions import until_decided
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor
from formcheck.records.answers import Undecided, undecided
from formcheck.records.plans import end_plan, prescribe
from formcheck.records.prescribed_links import links_of, make_link, revoke_link
from formcheck.records.records import Records
from formcheck.records.tables import StoredPlan
from formcheck.session.request import SetRequest
from formcheck.web.access.origins import NO_PUBLIC_URL, address_for_others
from formcheck.web.shared.addresses import CHECK, LINK_QUERY, PROGRESS
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.plan_fields import ask_limited
from formcheck.web.shared.set_settings import EXERCISES, default_exercise
from formcheck.web.shared.stored_words import stored_plan_in_words

_LEGS: Final = {"either": "Either", "left": "Left", "right": "Right"}
_A_DAY: Final = {0.5: "Every other day", 1.0: "Once a day", 2.0: "Twice a day", 3.0: "Three times a day"}


def show_plans(records: Records, actor: Actor, person_id: str, plans: Sequence[StoredPlan]) -> None:
    """Show what is and was prescribed, and to clinicians a form to prescribe."""
    in_force = [plan for plan in plans if plan.until_at is None]
    with records.reading(actor) as work:
        waiting = undecided(work, person_id)
    for each in waiting:
        _show_open(actor, person_id, each)
    for plan in in_force:
        with st.container(border=True, key=f"plan-{plan.id}"):
            st.markdown(
                f"**{stored_plan_in_words(plan)}**  \n:small[since {day_of(plan.from_at)}, by {as_typed(plan.made_by)}]"
            )
            if actor.sees_everybody:
                with st.container(horizontal=True, key=f"plan-do-{plan.id}"):
                    _offer_to_change(records, actor, plan)
    if not in_force:
        st.caption("Nothing is prescribed. What is not prescribed is measured, but not judged.")
    past = [plan for plan in plans if plan.until_at is not None]
    if past:
        with st.expander(f"Earlier plans ({len(past)})"):
            for plan in past:
                st.markdown(f"- {stored_plan_in_words(plan)}, {day_of(plan.from_at)} to {_ended(plan)}")
    if actor.sees_everybody:
        with st.expander("Prescribe", icon=":material/edit_note:"):
            _ask(records, actor, person_id)


def _offer_to_change(records: Records, actor: Actor, plan: StoredPlan) -> None:
    _show_links(records, actor, plan)
    label = "End this plan"
    if st.button(label, key=f"plan-end-{plan.id}", type="tertiary", icon=":material/event_busy:"):
        with records.writing(actor) as work:
            end_plan(work, plan.id)
        st.rerun()


_DAYS: Final = {14: "2 weeks", 30: "30 days", 90: "90 days"}
_MADE: Final = "prescribed_link_made"
"""Id of the plan and the link that was made last: it is shown until another is made or the page is left."""


def _show_links(records: Records, actor: Actor, plan: StoredPlan) -> None:
    """Offer a link by which the person does what a plan prescribes, and show those there are, to be taken back."""
    address = address_for_others(st.context.url)
    with records.reading(actor) as work:
        links = [each for each in links_of(work, plan.person_id) if each.plan_id == plan.id]
    with st.popover("Send as a link", icon=":material/link:", type="tertiary"):
        if address is None:
            st.markdown(NO_PUBLIC_URL)
        else:
            _offer_link(records, actor, plan, address)
        for each in links:
            with st.container(horizontal=True, vertical_alignment="center", key=f"link-{each.id}"):
                st.caption(f"Made {day_of(each.made_at)}, holds until {day_of(each.valid_until)}", width="content")
                if st.button("Take back", key=f"link-revoke-{each.id}", icon=":material/link_off:", type="tertiary"):
                    with records.writing(actor) as work:
                        revoke_link(work, each.id)
                    st.session_state.pop(_MADE, None)
                    st.rerun()


def _offer_link(records: Records, actor: Actor, plan: StoredPlan, address: str) -> None:
    st.markdown(
        "Whoever it is sent to logs in, does exactly this set, and finds it in their records. Nobody else can use it."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"link-new-{plan.id}"):
        days = st.selectbox(
            "It holds for", list(_DAYS), index=1, format_func=_DAYS.__getitem__, key=f"link-days-{plan.id}", width=160
        )
        pressed = st.button("Make a link", key=f"link-make-{plan.id}", icon=":material/add_link:")
    if pressed:
        try:
            with records.writing(actor) as work:
                _, code = make_link(work, plan.id, days)
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
            return
        st.session_state[_MADE] = (plan.id, f"{address}/{CHECK}?{urlencode({LINK_QUERY: code})}")
        st.rerun()
    made: tuple[str, str] | None = st.session_state.get(_MADE)
    if made is not None and made[0] == plan.id:
        st.code(made[1], language=None, wrap_lines=True)
        st.caption("It is shown once: copy it now.")


def _show_open(actor: Actor, person_id: str, waiting: Undecided) -> None:
    """Say that pain speaks against a plan and nobody has decided yet: to clients with what to do until then."""
    if not actor.sees_everybody:
        st.warning(as_typed(until_decided(waiting.suggestion)), icon=":material/pending_actions:")
        return
    with st.container(border=True, key=f"undecided-{waiting.plan.id}"):
        st.markdown(
            f"**{as_typed(stored_plan_in_words(waiting.plan))}** waits for you. {as_typed(waiting.suggestion.title)}. "
            f":small[{as_typed(waiting.suggestion.sentence)} Until you decide, clients and documents are told to do "
            "less.]"
        )
        page_link(PROGRESS, "Decide", icon=":material/pending_actions:", person=person_id)


def _ended(plan: StoredPlan) -> str:
    return "now" if plan.until_at is None else day_of(plan.until_at)


def _ask(records: Records, actor: Actor, person_id: str) -> None:
    exercise = st.segmented_control(
        "Exercise",
        list(EXERCISES),
        default=default_exercise(),
        format_func=lambda name: EXERCISES[name].title,
        key=f"prescribe-exercise-{person_id}",
        required=True,
    )
    choice = EXERCISES[exercise or default_exercise()]
    with st.form(f"prescribe-{person_id}-{choice.name}", border=False):
        what, a_day = _fields(choice, f"prescribe-{person_id}-{choice.name}")
        one_leg = " for the same leg" if len(choice.legs) > 1 else ""
        st.caption(
            f"It takes the place of what is prescribed of this exercise{one_leg} now. A field left empty is not judged."
        )
        sent = st.form_submit_button("Prescribe", type="primary")
    if not sent:
        return
    try:
        with records.writing(actor) as work:
            prescribe(work, person_id, what, a_day)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    st.rerun()


def _fields(choice: ExerciseChoice, key: str) -> tuple[SetRequest, float | None]:
    """Ask for what is to be prescribed, and how often a day."""
    ask = partial(ask_limited, placeholder="not set")
    left, right = st.columns(2)
    reps = ask(left, "reps", "Reps", 1, choice.reps, f"{key}-reps")
    depth = hold = step = leg = None
    if choice.target_depth_deg is not None:
        label = "Target depth (° of knee bend)"
        depth = ask(right, "target_depth_deg", label, 5.0, choice.target_depth_deg, f"{key}-depth")
    if choice.takes_hold:
        hold = ask(left, "hold_s", "Hold (seconds)", 1.0, choice.hold_s or None, f"{key}-hold")
    if choice.step_height_cm is not None:
        step = ask(left, "step_height_cm", "Step height (cm)", 5.0, choice.step_height_cm, f"{key}-step")
    if len(choice.legs) > 1:
        chosen = right.segmented_control(
            "Standing leg", list(_LEGS), default="either", format_func=lambda each: _LEGS[each], key=f"{key}-leg"
        )
        leg = Side(chosen) if chosen in {"left", "right"} else None
    a_day = right.selectbox(
        "How often", list(_A_DAY), index=1, format_func=lambda each: _A_DAY[each], key=f"{key}-often"
    )
    ball = choice.takes_ball and st.checkbox("With a ball between the knees", key=f"{key}-ball")
    plan = Plan(depth, None if reps is None else int(reps), hold or None, step, ball)
    return SetRequest(choice.name, leg, plan=plan), a_day
