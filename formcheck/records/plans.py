"""Plans: what a person was prescribed, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select

from formcheck.exercises.plan import LIMITS, Plan, is_kept_number
from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.people import get_person
from formcheck.records.records import Work
from formcheck.records.tables import Json, Person, StoredPlan
from formcheck.session.request import SetRequest

MOST_SESSIONS_A_DAY: Final = 24.0
"""0.5 is every other day."""


def prescribe(work: Work, person_id: str, what: SetRequest, sessions_a_day: float | None = None) -> StoredPlan:
    """Prescribe an exercise; what was prescribed of it for the same leg before ends now.

    What is prescribed for both legs, or either, takes the place of what is prescribed for one. What is prescribed for
    one leg leaves the rest: a plan for either leg is then the other's.

    Parameters
    ----------
    work
        Who prescribes.
    person_id
        To whom.
    what
        Exercise, leg (None for both, or either) and plan; the rest of a request is not prescribed.
    sessions_a_day
        How often; None to leave it open.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the prescription cannot be.
    """
    get_person(work, person_id)
    work.actor.need_clinician("change plans")
    exercise, plan = _checked(what, sessions_a_day)
    # Of two that prescribe at once, the second ends the plan of the first; SQLite has one writer anyway.
    work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    before = [each for each in plans_in_force(work, person_id, exercise) if what.leg in (None, _leg(each))]
    for each in before:
        each.until_at = work.now
    work.session.flush()  # there is one in force for a leg at any time
    stored = StoredPlan(
        person_id=person_id,
        exercise=exercise,
        leg=None if what.leg is None else what.leg.value,
        target_depth_deg=plan.target_depth_deg,
        reps=plan.reps,
        hold_s=plan.hold_s,
        step_height_cm=plan.step_height_cm,
        ball=plan.ball,
        sessions_a_day=sessions_a_day,
        from_at=work.now,
        made_by=work.actor.name,
    )
    work.session.add(stored)
    work.session.flush()
    details: Json = {"exercise": exercise, "leg": stored.leg, "instead_of": [each.id for each in before]}
    work.log("plan.prescribed", subject=stored.id, person=person_id, details=details)
    return stored


def end_plan(work: Work, plan_id: str) -> None:
    """End a plan now."""
    plan = get_plan(work, plan_id)
    work.actor.need_clinician("change plans")
    if plan.until_at is None:
        plan.until_at = work.now
        work.log("plan.ended", subject=plan.id, person=plan.person_id)


def get_plan(work: Work, plan_id: str) -> StoredPlan:
    """Return a plan.

    Raises
    ------
    NotFoundError
        If there is no such plan for the actor.
    """
    plan = work.session.get(StoredPlan, plan_id)
    if plan is None or not work.actor.may_see(plan.person_id):
        raise NotFoundError("plan")
    return plan


def list_plans(work: Work, person_id: str) -> Sequence[StoredPlan]:
    """Return all plans that a person has and had, the newest first."""
    get_person(work, person_id)
    query = select(StoredPlan).where(StoredPlan.person_id == person_id)
    return work.session.scalars(query.order_by(StoredPlan.from_at.desc(), StoredPlan.id)).all()


def plans_in_force(work: Work, person_id: str, exercise: str | None = None) -> Sequence[StoredPlan]:
    """Return what a person is prescribed now, the newest first; of one exercise, or of all."""
    work.actor.need_sight(person_id, "person")
    query = select(StoredPlan).where(StoredPlan.person_id == person_id, StoredPlan.until_at.is_(None))
    if exercise is not None:
        query = query.where(StoredPlan.exercise == exercise)
    return work.session.scalars(query.order_by(StoredPlan.from_at.desc(), StoredPlan.id)).all()


def current_plan(work: Work, person_id: str, exercise: str, leg: Side | None) -> StoredPlan | None:
    """Return what a person is prescribed of an exercise now.

    Parameters
    ----------
    work
        Whose look it is.
    person_id
        Of the person.
    exercise
        Of the set.
    leg
        The one that does it; None where both do, or take turns, or it is not known.

    Returns
    -------
    StoredPlan or None
        The plan for that leg, else the one for either; None where there is neither.
    """
    return InForce(tuple(plans_in_force(work, person_id, exercise)), None).stored(exercise, leg)


def plans_at(work: Work, person_id: str, at: datetime) -> Sequence[StoredPlan]:
    """Return what a person was prescribed at a moment, the newest first."""
    work.actor.need_sight(person_id, "person")
    query = select(StoredPlan).where(
        StoredPlan.person_id == person_id,
        StoredPlan.from_at <= at,
        or_(StoredPlan.until_at.is_(None), StoredPlan.until_at > at),
    )
    return work.session.scalars(query.order_by(StoredPlan.from_at.desc(), StoredPlan.id)).all()


@dataclass(frozen=True)
class InForce:
    """What a set is judged by that was done by somebody at some moment."""

    plans: tuple[StoredPlan, ...]
    """In force at that moment, the newest first."""
    sex: str | None
    """Of the person, for checks whose bands differ."""

    def stored(self, exercise: str, leg: Side | None) -> StoredPlan | None:
        """Return the plan of an exercise for a leg, else the one for either; None where there was neither."""
        of_leg = {_leg(each): each for each in reversed(self.plans) if each.exercise == exercise}
        return of_leg.get(leg) or of_leg.get(None)

    def plan(self, exercise: str, leg: Side | None) -> Plan:
        """Return the targets of an exercise on a leg; without any where nothing was prescribed."""
        stored = self.stored(exercise, leg)
        return replace(Plan() if stored is None else prescribed(stored).plan, sex=self.sex)

    def every_plan(self) -> dict[tuple[str, Side | None], Plan]:
        """Return the targets of all exercises of which there are some, by exercise and leg."""
        exercises = dict.fromkeys(each.exercise for each in self.plans)
        return {(name, leg): self.plan(name, leg) for name in exercises for leg in (None, *Side)}


def in_force(work: Work, person_id: str | None, at: datetime) -> InForce:
    """Return what a set of a person is judged by that was done at a moment: plans of before and after say nothing."""
    if person_id is None:
        return InForce((), None)
    return InForce(tuple(plans_at(work, person_id, at)), get_person(work, person_id).sex)


def same_targets(one: Plan, other: Plan) -> bool:
    """Say whether two plans ask for the same, whoever is to do it."""
    return replace(one, sex=None) == replace(other, sex=None)


def is_of_a_plan(work: Work, person_id: str | None, exercise: str, targets: Plan) -> bool:
    """Say whether targets are none, or those of a plan that the person has or had: nobody said others."""
    work.actor.need_sight(person_id, "person")
    if same_targets(targets, Plan()):
        return True
    if person_id is None:
        return False
    query = select(StoredPlan).where(StoredPlan.person_id == person_id, StoredPlan.exercise == exercise)
    return any(same_targets(prescribed(each).plan, targets) for each in work.session.scalars(query))


def _leg(stored: StoredPlan) -> Side | None:
    return None if stored.leg is None else Side(stored.leg)


def prescribed(stored: StoredPlan) -> SetRequest:
    """Return what a plan prescribes, as what a set is measured as."""
    return SetRequest(
        exercise=stored.exercise,
        leg=_leg(stored),
        plan=Plan(
            target_depth_deg=stored.target_depth_deg,
            reps=stored.reps,
            hold_s=stored.hold_s,
            step_height_cm=stored.step_height_cm,
            ball=stored.ball,
        ),
    )


def check_kept(stored: StoredPlan) -> None:
    """Refuse a plan that was never prescribed; one whose numbers nobody may be asked for any more is taken.

    Raises
    ------
    RecordsError
        If its exercise is not known, or a number of it is none.
    """
    _known(stored.exercise)
    numbers = (*(getattr(stored, name) for name in LIMITS), stored.sessions_a_day)
    if not all(value is None or is_kept_number(value) for value in numbers) or stored.leg not in (None, *Side):
        raise RecordsError("A plan in it is none.", "Leave it out.")


def _checked(what: SetRequest, sessions_a_day: float | None) -> tuple[str, Plan]:
    """Return exercise and plan of what is to be prescribed.

    Raises
    ------
    RecordsError
        If the exercise is not known, or a number out of its limits.
    """
    exercise = _known(what.exercise)
    for sentence in what.plan.cannot_be_done():
        raise RecordsError(sentence, "Choose a number within these limits.")
    if sessions_a_day is not None and not 0 <= sessions_a_day <= MOST_SESSIONS_A_DAY:  # NaN neither
        raise RecordsError(
            f"The number of sessions a day cannot be {sessions_a_day:g}.", f"Give 0 to {MOST_SESSIONS_A_DAY:g}."
        )
    return exercise, what.plan


def _known(exercise: str | None) -> str:
    if exercise is None or exercise not in builtin_names():
        raise RecordsError("This exercise is not known.", f"Choose one of {', '.join(builtin_names())}.")
    return exercise
