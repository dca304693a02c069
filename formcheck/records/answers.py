"""What clinicians answer to suggestions, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from formcheck.history.suggestion import PlanInForce, Rule, Suggestion
from formcheck.history.suggestions import ASKS_FOR_LESS, suggest
from formcheck.records.people import get_person
from formcheck.records.plans import plans_in_force, prescribe, prescribed
from formcheck.records.records import Work
from formcheck.records.sets import get_set, list_sets, summary_of_row
from formcheck.records.tables import Json, StoredPlan, SuggestionAnswer
from formcheck.session.request import SetRequest


def answer_suggestion(
    work: Work,
    person_id: str,
    suggestion: Json,
    *,
    accepted: bool,
    prescription: SetRequest | None = None,
    sessions_a_day: float | None = None,
) -> SuggestionAnswer:
    """Keep an answer; what is accepted with a prescription is the person's plan from now on, in the same transaction.

    Parameters
    ----------
    work
        Who answers.
    person_id
        Whom it is about.
    suggestion
        As it was shown, with its evidence.
    accepted
        Whether the clinician agrees.
    prescription
        What it changes the plan to; None where it changes none.
    sessions_a_day
        How often it is to be done, see `prescribe`.
    """
    get_person(work, person_id)
    work.actor.need_clinician("answer suggestions")
    plan = prescribe(work, person_id, prescription, sessions_a_day) if accepted and prescription is not None else None
    answer = SuggestionAnswer(
        person_id=person_id,
        suggestion=suggestion,
        accepted=accepted,
        plan_id=None if plan is None else plan.id,
        answered_by=work.actor.name,
        answered_at=work.now,
    )
    work.session.add(answer)
    work.session.flush()
    details: Json = {"suggestion": suggestion.get("id"), "accepted": accepted}
    work.log("suggestion.answered", subject=answer.id, person=person_id, details=details)
    return answer


def answers_about(work: Work, person_id: str) -> Sequence[SuggestionAnswer]:
    """Return the answers about a person, the newest first."""
    get_person(work, person_id)
    query = select(SuggestionAnswer).where(SuggestionAnswer.person_id == person_id)
    return work.session.scalars(query.order_by(SuggestionAnswer.answered_at.desc(), SuggestionAnswer.id)).all()


def plan_in_force(plan: StoredPlan) -> PlanInForce:
    """Return a stored plan as the rules take it."""
    return PlanInForce(plan.exercise, prescribed(plan).plan, plan.from_at, plan.leg)


def answered_at(answers: Sequence[SuggestionAnswer], plan: StoredPlan) -> dict[Rule, datetime]:
    """Return when each rule's suggestion about the exercise and leg of a plan was answered last."""
    found: dict[Rule, datetime] = {}
    for answer in answers:
        if _is_about(answer, plan) and answer.suggestion.get("id") in set(Rule):
            rule = Rule(answer.suggestion["id"])
            found[rule] = max(answer.answered_at, found.get(rule, answer.answered_at))
    return found


def _is_about(answer: SuggestionAnswer, plan: StoredPlan) -> bool:
    # Answers from when there was one plan of an exercise say no leg: they were about whichever there was.
    same_leg = answer.suggestion.get("leg", plan.leg) == plan.leg
    return same_leg and answer.suggestion.get("exercise") == plan.exercise


@dataclass(frozen=True)
class Undecided:
    """A plan in force that the last session speaks against, which nobody has decided about yet."""

    plan: StoredPlan
    suggestion: Suggestion


def undecided(work: Work, person_id: str) -> list[Undecided]:
    """Return the plans of a person that ask for more than the rules about pain allow, until a clinician decides."""
    plans = plans_in_force(work, person_id)
    if not plans:
        return []
    sets, answers = [summary_of_row(row) for row in list_sets(work, person_id)], answers_about(work, person_id)
    found = [(plan, suggest(sets, plan_in_force(plan), answered_at(answers, plan)).suggestion) for plan in plans]
    return [Undecided(plan, each) for plan, each in found if each is not None and each.rule in ASKS_FOR_LESS]


def decided_on(work: Work, person_id: str, set_id: str) -> SuggestionAnswer | None:
    """Return the last answer to a suggestion that asked for less because of a set; None where there is none."""
    get_set(work, set_id)
    for answer in answers_about(work, person_id):
        evidence = answer.suggestion.get("evidence", [])
        sets = [each for one in evidence if isinstance(one, dict) for each in one.get("set_ids", [])]
        if answer.suggestion.get("id") in ASKS_FOR_LESS and set_id in sets:
            return answer
    return None
