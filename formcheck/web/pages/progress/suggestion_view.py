"""Suggestions of the pain and progression rules, for a clinician to accept or decline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.history.ladder import PlanChange, Variable
from formcheck.history.suggestion import Suggestion
from formcheck.history.suggestions import suggest
from formcheck.history.summary import SetSummary
from formcheck.moments import time_text
from formcheck.records.access import Actor, ConflictError
from formcheck.records.answers import answer_suggestion, answered_at, plan_in_force
from formcheck.records.plans import end_plan, get_plan, plans_in_force, prescribed
from formcheck.records.records import Records, Work
from formcheck.records.tables import StoredPlan, SuggestionAnswer
from formcheck.session.request import SetRequest
from formcheck.web.shared.plain_text import as_typed


@dataclass(frozen=True)
class Answering:
    """Who answers about whom."""

    records: Records
    actor: Actor
    person_id: str


def show_suggestion(
    answering: Answering,
    plan: StoredPlan,
    sets: Sequence[SetSummary],
    answers: Sequence[SuggestionAnswer],
    zone: tzinfo,
) -> None:
    """Show what the rules suggest about one plan, or why they suggest nothing.

    Parameters
    ----------
    answering
        Who answers about whom.
    plan
        In force.
    sets
        Of the person.
    answers
        What was answered so far; those about other exercises are left out.
    zone
        For the days in the sentences.
    """
    found = suggest(sets, plan_in_force(plan), answered_at(answers, plan), zone)
    with st.container(border=True, key=f"suggestion-{plan.id}"):
        leg = "" if plan.leg is None else f", {plan.leg} leg"
        st.markdown(f"**{exercise_title(plan.exercise)}{leg}**")
        if found.suggestion is None:
            st.markdown("Nothing is suggested now.")
        else:
            _show(answering, plan, found.suggestion, zone)
        for sentence in found.not_yet:
            st.markdown(f"- {as_typed(sentence)}")


def _show(answering: Answering, plan: StoredPlan, suggestion: Suggestion, zone: tzinfo) -> None:
    st.subheader(suggestion.title, anchor=False)
    st.markdown(suggestion.sentence)
    if suggestion.change is not None:
        with answering.records.reading(answering.actor) as work:
            there = _there_already(work, answering.person_id, plan, suggestion.change)
        st.markdown(f"Plan: {change_in_words(suggestion.change) if there is None else _stays_in_words(plan, there)}")
    st.markdown(
        "\n".join(
            f"- {time_text(each.began_at.astimezone(zone))}: {as_typed(each.sentence)}" for each in suggestion.evidence
        )
    )
    st.caption(f"{suggestion.source}. You decide: nothing is changed until you accept.")
    key = f"{plan.id}-{suggestion.rule.value}-{suggestion.evidence[-1].began_at:%Y%m%d%H%M%S}"
    with st.container(horizontal=True, key=f"answer-{key}"):
        accept = "Accept and change the plan" if suggestion.change is not None else "Noted"
        accepted = st.button(accept, type="primary", key=f"accept-{key}")
        declined = st.button("Decline", key=f"decline-{key}")
    if accepted or declined:
        try:
            keep_answer(answering, plan.id, suggestion, accepted=accepted)
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
            return
        st.rerun()


def change_in_words(change: PlanChange) -> str:
    """Say a change of a plan: `target depth 45° → 60°`; everything else stays."""
    if change.variable is Variable.EXERCISE:
        new = change.plan
        load = (
            f"{new.step_height_cm:g} cm step" if new.step_height_cm is not None else f"{new.target_depth_deg:g}° deep"
        )
        return f"**{exercise_title(str(change.before))} → {exercise_title(str(change.after))}, {load}.**"
    unit = {Variable.TARGET_DEPTH: "°", Variable.STEP_HEIGHT: " cm"}.get(change.variable, "")
    before = "not set" if change.before is None else f"{change.before:g}{unit}"
    reps = "" if change.reps is None else f", reps {change.reps[0]} → {change.reps[1]}"
    return f"**{change.variable.value} {before} → {change.after:g}{unit}{reps}.** Everything else in the plan stays."


def _there_already(work: Work, person_id: str, plan: StoredPlan, change: PlanChange) -> StoredPlan | None:
    """Return the plan of the exercise that a change leads to where one is in force beside the plan to be changed.

    A clinician made it for this person, so no rule overwrites it: it may be far easier than the rung that is suggested.
    """
    if change.exercise == plan.exercise:
        return None
    return next(iter(plans_in_force(work, person_id, change.exercise)), None)


def _stays_in_words(plan: StoredPlan, there: StoredPlan) -> str:
    return f"**{exercise_title(plan.exercise)} ends.** {exercise_title(there.exercise)} stays as it is prescribed now."


def keep_answer(answering: Answering, plan_id: str, suggestion: Suggestion, *, accepted: bool) -> None:
    """Keep an answer; what is accepted changes the plan in the same transaction.

    A change to another exercise ends the plan of this one. The other exercise is prescribed as suggested, unless it is
    prescribed already: then that stays as it is.

    Raises
    ------
    ConflictError
        If the plan was changed since it was shown.
    NotAllowedError
        If the actor is a client.
    """
    with answering.records.writing(answering.actor) as work:
        plan = get_plan(work, plan_id)
        if plan.person_id != answering.person_id or plan.until_at is not None:
            raise ConflictError("plan")
        change = suggestion.change
        prescription = None
        if change is not None and _there_already(work, answering.person_id, plan, change) is None:
            prescription = after(change, prescribed(plan))
        document = {**suggestion.document(), "exercise": plan.exercise, "leg": plan.leg}
        answer_suggestion(
            work,
            answering.person_id,
            document,
            accepted=accepted,
            prescription=prescription if accepted else None,
            sessions_a_day=plan.sessions_a_day,
        )
        if accepted and change is not None and change.exercise != plan.exercise:
            end_plan(work, plan.id)


def after(change: PlanChange, before: SetRequest) -> SetRequest:
    """Return what is prescribed once a change is accepted; the leg stays as it was."""
    # The leg belongs to the exercise it was prescribed for: a wall squat has none.
    leg = None if change.variable is Variable.EXERCISE else before.leg
    return SetRequest(change.exercise, leg, plan=change.plan)
