"""Plans: what a person was prescribed, and since when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.people import get_person
from formcheck.records.records import Work
from formcheck.records.tables import Json, Person, StoredPlan

_RANGES: Final = {
    "target_depth_deg": (5.0, 160.0),
    "reps": (1, 200),
    "hold_s": (0.0, 600.0),
    "step_height_cm": (1.0, 100.0),
    "sessions_a_day": (0.0, 24.0),
}
_SAID: Final = {
    "target_depth_deg": "The target depth in degrees",
    "reps": "The number of reps",
    "hold_s": "The hold in seconds",
    "step_height_cm": "The step height in centimetres",
    "sessions_a_day": "The number of sessions a day",
}


@dataclass(frozen=True)
class Prescription:
    """What is prescribed. What is None is not."""

    exercise: str
    leg: Side | None = None
    """None for both, or either."""
    target_depth_deg: float | None = None
    """Knee flexion (deg)."""
    reps: int | None = None
    hold_s: float | None = None
    step_height_cm: float | None = None
    ball: bool = False
    sessions_a_day: float | None = None

    def plan(self) -> Plan:
        """Return the part that a set is judged by."""
        return Plan(
            target_depth_deg=self.target_depth_deg,
            reps=self.reps,
            hold_s=self.hold_s,
            step_height_cm=self.step_height_cm,
            ball=self.ball,
        )


def prescribe(work: Work, person_id: str, what: Prescription) -> StoredPlan:
    """Prescribe an exercise; what was prescribed of it before ends now.

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
    check_prescription(what)
    # Of two that prescribe at once, the second ends the plan of the first; SQLite has one writer anyway.
    work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    before = current_plan(work, person_id, what.exercise)
    if before is not None:
        before.until_at = work.now
    plan = StoredPlan(
        person_id=person_id,
        exercise=what.exercise,
        leg=None if what.leg is None else what.leg.value,
        target_depth_deg=what.target_depth_deg,
        reps=what.reps,
        hold_s=what.hold_s,
        step_height_cm=what.step_height_cm,
        ball=what.ball,
        sessions_a_day=what.sessions_a_day,
        from_at=work.now,
        made_by=work.actor.name,
    )
    work.session.add(plan)
    work.session.flush()
    details: Json = {"exercise": what.exercise, "instead_of": None if before is None else before.id}
    work.log("plan.prescribed", subject=plan.id, person=person_id, details=details)
    return plan


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


def current_plan(work: Work, person_id: str, exercise: str) -> StoredPlan | None:
    """Return what a person is prescribed of an exercise now, None for nothing."""
    work.actor.need_sight(person_id, "person")
    query = select(StoredPlan).where(
        StoredPlan.person_id == person_id, StoredPlan.exercise == exercise, StoredPlan.until_at.is_(None)
    )
    return work.session.scalars(query.order_by(StoredPlan.from_at.desc())).first()


def prescription_of(plan: StoredPlan) -> Prescription:
    """Return what a plan prescribes."""
    return Prescription(
        exercise=plan.exercise,
        leg=None if plan.leg is None else Side(plan.leg),
        target_depth_deg=plan.target_depth_deg,
        reps=plan.reps,
        hold_s=plan.hold_s,
        step_height_cm=plan.step_height_cm,
        ball=plan.ball,
        sessions_a_day=plan.sessions_a_day,
    )


def check_prescription(what: Prescription) -> None:
    """Refuse what cannot be prescribed.

    Raises
    ------
    RecordsError
        If the exercise is not known, or a number is out of its range.
    """
    if what.exercise not in builtin_names():
        raise RecordsError("This exercise is not known.", f"Choose one of {', '.join(builtin_names())}.")
    for name, (low, high) in _RANGES.items():
        value = getattr(what, name)
        if value is not None and not (math.isfinite(value) and low <= value <= high):
            raise RecordsError(f"{_SAID[name]} cannot be {value:g}.", f"Give {low:g} to {high:g}.")
