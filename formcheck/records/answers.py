"""What clinicians answer to suggestions, and the plan that comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from formcheck.records.people import get_person
from formcheck.records.plans import prescribe
from formcheck.records.records import Work
from formcheck.records.tables import Json, SuggestionAnswer
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
