"""Plans in force with the sets that were done lately, of everybody whom somebody may see, in two queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import defer

from formcheck.history.summary import SetSummary
from formcheck.records.records import Work
from formcheck.records.sets import summary_of_row
from formcheck.records.tables import ExerciseSet, Person, StoredPlan


@dataclass(frozen=True)
class PlanInHand:
    """What somebody is prescribed, and what they have done of it lately."""

    person: Person
    plan: StoredPlan
    sets: Sequence[SetSummary]
    """Of the plan's exercise and leg, in no order."""


def plans_in_hand(work: Work, since: datetime) -> list[PlanInHand]:
    """Return the plans in force, by the person's name, each with the sets done since a moment.

    Parameters
    ----------
    work
        Whose look it is: clients get their own.
    since
        Sets before are left out.
    """
    plans = select(StoredPlan, Person).join(Person, Person.id == StoredPlan.person_id)
    plans = plans.where(StoredPlan.until_at.is_(None)).order_by(Person.name, Person.id, StoredPlan.from_at.desc())
    sets = select(ExerciseSet).where(ExerciseSet.done_at >= since, ExerciseSet.person_id.is_not(None))
    sets = sets.options(defer(ExerciseSet.automatic), defer(ExerciseSet.corrected))
    if not work.actor.sees_everybody:
        plans = plans.where(StoredPlan.person_id == work.actor.person_id)
        sets = sets.where(ExerciseSet.person_id == work.actor.person_id)
    done: dict[str | None, list[SetSummary]] = {}
    for row in work.session.scalars(sets):
        done.setdefault(row.person_id, []).append(summary_of_row(row))
    return [
        PlanInHand(person, plan, [each for each in done.get(person.id, ()) if _counts(each, plan)])
        for plan, person in work.session.execute(plans)
    ]


def _counts(each: SetSummary, plan: StoredPlan) -> bool:
    is_leg = plan.leg is None or each.result.leg in (plan.leg, "both")
    return each.result.exercise == plan.exercise and is_leg
