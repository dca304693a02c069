"""Programmes of people: versions, what was done, and the plans that measured exercises are judged by.

The targets of a measured exercise have one home, the plan in force (`formcheck.records.plans`): a programme prescribes
it, and what is prescribed later takes its place in the programme too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.judge import BOTH
from formcheck.history.summary import ResultSummary, SetSummary
from formcheck.kinematics.phase_rule import ToldBy
from formcheck.pose.landmarks import Side
from formcheck.programme.course import Done, How, Version
from formcheck.programme.plan import EACH, EXERCISE_NAME, Item, Programme, known_exercises, programme_from_document
from formcheck.records.access import ConflictError, NotFoundError, RecordsError
from formcheck.records.people import get_person
from formcheck.records.plans import InForce, end_plan, plans_in_force, prescribe, prescribed, same_targets
from formcheck.records.records import Work
from formcheck.records.sets import PAIN_RANGE, say_pain, summary_of_row
from formcheck.records.tables import ExerciseSet, Person, StoredDone, StoredPlan, StoredProgramme

_LEGS: Final = ("left", "right", EACH)
_MOST_SETS: Final = 100


def put_programme(
    work: Work, person_id: str, programme: Programme, *, phase: int = 0, seen: int | None = None
) -> StoredProgramme:
    """Let a programme be a person's from now on, at one of its phases; the version before ends, and is kept.

    The measured exercises of the phase are prescribed; those of the version before that are not in it any more end.

    Parameters
    ----------
    work
        Who prescribes.
    person_id
        To whom.
    programme
        What.
    phase
        The one to begin with, from 0.
    seen
        Number of the version that it is a change of; None where there was none, or whatever there was.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    NotAllowedError
        If the actor is a client.
    ConflictError
        If there is a newer version than the one that was seen.
    RecordsError
        If there is no such phase, or a measured exercise of it cannot be prescribed.
    """
    get_person(work, person_id)
    work.actor.need_clinician("change programmes")
    if not 0 <= phase < len(programme.phases):
        raise RecordsError("The programme has no such phase.", "Choose one of its phases.")
    known = known_exercises()
    for item in (item for each in programme.phases for item in each.items):
        if item.exercise not in known:
            raise RecordsError(f"There is no exercise {item.exercise}.", "Take it out of the programme.")
    work.session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    before = _row_in_force(work, person_id)
    if seen is not None and (before is None or before.number != seen):
        raise ConflictError("programme")
    old = _items_of(before)
    if before is not None:
        before.until_at = work.now
        work.session.flush()  # there is one in force at any time
    stored = StoredProgramme(
        person_id=person_id,
        number=_last_number(work, person_id) + 1,
        body=programme.document(),
        phase=phase,
        from_at=work.now,
        made_by=work.actor.name,
    )
    work.session.add(stored)
    work.session.flush()
    _prescribe(work, person_id, old, programme.phases[phase].items)
    work.log(
        "programme.begun" if before is None else "programme.changed",
        subject=stored.id,
        person=person_id,
        details={"number": stored.number, "phase": phase, "template": programme.template},
    )
    return stored


def move_to_phase(work: Work, person_id: str, phase: int, seen: int) -> StoredProgramme:
    """Let a person go on to a phase, or back to one: a version with the same exercises.

    Parameters
    ----------
    work
        Who decides.
    person_id
        For whom.
    phase
        From 0.
    seen
        Number of the version in force.
    """
    version = programme_in_force(work, person_id)
    if version is None:
        raise NotFoundError("programme")
    return put_programme(work, person_id, version.programme, phase=phase, seen=seen)


def end_programme(work: Work, person_id: str) -> None:
    """End the programme of a person now, and the plans of its measured exercises; what was done is kept."""
    get_person(work, person_id)
    work.actor.need_clinician("change programmes")
    row = _row_in_force(work, person_id)
    if row is not None:
        old = _items_of(row)
        row.until_at = work.now
        _prescribe(work, person_id, old, ())
        work.log("programme.ended", subject=row.id, person=person_id, details={"number": row.number})


def programme_versions(work: Work, person_id: str) -> Sequence[Version]:
    """Return all versions that a person has and had, the newest first, as they were made."""
    get_person(work, person_id)
    query = select(StoredProgramme).where(StoredProgramme.person_id == person_id)
    rows = work.session.scalars(query.order_by(StoredProgramme.number.desc(), StoredProgramme.id))
    return [version_of_row(row) for row in rows]


def programme_in_force(work: Work, person_id: str) -> Version | None:
    """Return the version in force; the numbers of its measured exercises are those of the plans in force."""
    get_person(work, person_id)
    row = _row_in_force(work, person_id)
    return None if row is None else _with_plans(version_of_row(row), plans_in_force(work, person_id))


def version_of_row(row: StoredProgramme) -> Version:
    """Return a version as it was kept.

    Raises
    ------
    ProgrammeError
        If what was kept is none.
    """
    return Version(row.id, row.number, programme_from_document(row.body), row.phase, row.from_at, row.until_at)


def _with_plans(version: Version, plans: Sequence[StoredPlan]) -> Version:
    in_force = InForce(tuple(plans), None)

    def current(item: Item) -> Item:
        stored = in_force.stored(item.exercise, item.request.leg) if item.is_measured else None
        return item if stored is None else item.with_targets_of(prescribed(stored).plan)

    phase = version.phase.model_copy(update={"items": tuple(current(item) for item in version.phase.items)})
    phases = (
        *version.programme.phases[: version.phase_index],
        phase,
        *version.programme.phases[version.phase_index + 1 :],
    )
    programme = version.programme.model_copy(update={"phases": phases})
    return Version(version.id, version.number, programme, version.phase_index, version.from_at, version.until_at)


def _row_in_force(work: Work, person_id: str) -> StoredProgramme | None:
    query = select(StoredProgramme).where(StoredProgramme.person_id == person_id, StoredProgramme.until_at.is_(None))
    return work.session.scalars(query).first()


def _last_number(work: Work, person_id: str) -> int:
    query = select(func.max(StoredProgramme.number)).where(StoredProgramme.person_id == person_id)
    return work.session.scalar(query) or 0


def _items_of(row: StoredProgramme | None) -> tuple[Item, ...]:
    return () if row is None else version_of_row(row).phase.items


def _prescribe(work: Work, person_id: str, old: Sequence[Item], new: Sequence[Item]) -> None:
    """Prescribe the measured exercises of a phase, and end those of the phase before that are not in it."""
    wanted = {(item.exercise, item.request.leg): item for item in new if item.is_measured}
    gone = {(item.exercise, item.request.leg) for item in old if item.is_measured} - wanted.keys()
    for plan in plans_in_force(work, person_id):
        key = (plan.exercise, None if plan.leg is None else Side(plan.leg))
        item = wanted.get(key)
        if item is not None and _asks_the_same(plan, item):
            del wanted[key]
        elif key in gone:
            end_plan(work, plan.id)
    for item in wanted.values():
        prescribe(work, person_id, item.request, item.sessions_a_day)


def _asks_the_same(plan: StoredPlan, item: Item) -> bool:
    return same_targets(prescribed(plan).plan, item.request.plan) and plan.sessions_a_day == item.sessions_a_day


@dataclass(frozen=True)
class NewDone:
    """An exercise that was done, as it is told."""

    exercise: str
    leg: str | None
    sets: int
    how: How
    reps: tuple[int, ...] = ()
    pain_before: int | None = None
    pain_during: int | None = None
    pain_after: int | None = None
    id: str | None = None
    """Of a run that says the same more than once; None for a new one."""


def keep_done(work: Work, person_id: str, new: NewDone) -> StoredDone:
    """Keep that an exercise was done, under the version of the programme in force; one that is kept stays as it is.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    RecordsError
        If it cannot be.
    """
    get_person(work, person_id)
    if new.id is not None and (known := work.session.get(StoredDone, new.id)) is not None:
        work.actor.need_sight(known.person_id, "exercise")
        return known
    version = _row_in_force(work, person_id)
    row = StoredDone(
        person_id=person_id,
        programme_id=None if version is None else version.id,
        exercise=new.exercise,
        leg=new.leg,
        how=new.how.value,
        done_at=work.now,
        sets=new.sets,
        reps=list(new.reps),
        pain_before=new.pain_before,
        pain_during=new.pain_during,
        pain_after=new.pain_after,
        told_by=work.actor.name,
    )
    check_done(row)
    if new.id is not None:
        row.id = new.id
    work.session.add(row)
    work.session.flush()
    work.log("programme.done", subject=row.id, person=person_id, details={"exercise": row.exercise, "how": row.how})
    return row


def check_done(row: StoredDone) -> None:
    """Refuse what nobody can have done.

    Raises
    ------
    RecordsError
        If it is such.
    """
    low, high = PAIN_RANGE
    pains = (row.pain_before, row.pain_during, row.pain_after, row.pain_next_morning)
    if any(pain is not None and not low <= pain <= high for pain in pains):
        raise RecordsError("Pain is a number from 0 to 10.", "Choose one of them, or leave it open.")
    reps: Any = row.reps
    whole = isinstance(reps, list) and all(isinstance(each, int) and 0 <= each <= _MOST_SETS for each in reps)
    if not whole or len(reps) > _MOST_SETS or not 0 <= row.sets <= _MOST_SETS:
        raise RecordsError("So many sets or reps cannot have been done.", "Say how many it were.")
    named = re.fullmatch(EXERCISE_NAME, row.exercise) is not None
    if row.how not in (How.GUIDED, How.TOLD) or row.leg not in (None, *_LEGS) or not named:
        raise RecordsError("What was done is none of the exercises of a programme.", "Choose it on the page Today.")


def check_programme(row: StoredProgramme) -> None:
    """Refuse a version of a programme that was never made.

    Raises
    ------
    FormcheckError
        If it is such.
    """
    if row.number < 1 or not 0 <= row.phase < len(programme_from_document(row.body).phases):
        raise RecordsError("A programme in it is none.", "Leave it out.")


def take_back_done(work: Work, done_id: str) -> None:
    """Take back that something was done, as after a slip of the finger.

    Raises
    ------
    NotFoundError
        If there is no such exercise for the actor.
    """
    row = work.session.get(StoredDone, done_id)
    if row is None or not work.actor.may_see(row.person_id):
        raise NotFoundError("exercise")
    work.log("programme.taken_back", subject=row.id, person=row.person_id, details={"exercise": row.exercise})
    work.session.delete(row)
    work.session.flush()


def done_of(work: Work, person_id: str, since: datetime) -> list[Done]:
    """Return what a person did since a moment, measured or told, the oldest first."""
    get_person(work, person_id)
    return _done(work, since, person_id).get(person_id, [])


def _done(work: Work, since: datetime, person_id: str | None = None) -> dict[str, list[Done]]:
    """Return what was done since a moment by people, of all that the actor may see or of one."""
    told = select(StoredDone).where(StoredDone.done_at >= since)
    sets = select(ExerciseSet).where(ExerciseSet.done_at >= since, ExerciseSet.person_id.is_not(None))
    sets = sets.options(defer(ExerciseSet.automatic), defer(ExerciseSet.corrected))
    versions = select(StoredProgramme.person_id, StoredProgramme.id, StoredProgramme.from_at, StoredProgramme.until_at)
    only = person_id if work.actor.sees_everybody else work.actor.person_id
    if only is not None:
        told = told.where(StoredDone.person_id == only)
        sets = sets.where(ExerciseSet.person_id == only)
        versions = versions.where(StoredProgramme.person_id == only)
    in_force: dict[str, list[tuple[str, datetime, datetime | None]]] = {}
    for owner, version_id, from_at, until_at in work.session.execute(versions):
        in_force.setdefault(owner, []).append((version_id, from_at, until_at))
    found: dict[str, list[Done]] = {}
    for row in work.session.scalars(told):
        found.setdefault(row.person_id, []).append(_as_done(row))
    for each in work.session.scalars(sets):
        if each.person_id is not None:
            found.setdefault(each.person_id, []).append(_set_as_done(each, in_force.get(each.person_id, ())))
    return {owner: sorted(theirs, key=lambda one: one.at) for owner, theirs in found.items()}


def _as_done(row: StoredDone) -> Done:
    return Done(
        at=row.done_at,
        exercise=row.exercise,
        leg=row.leg,
        sets=row.sets,
        how=How(row.how),
        reps=tuple(row.reps),
        id=row.id,
        version=row.programme_id,
        pain_before=row.pain_before,
        pain_during=row.pain_during,
        pain_after=row.pain_after,
        pain_next_morning=row.pain_next_morning,
    )


def _set_as_done(row: ExerciseSet, versions: Sequence[tuple[str, datetime, datetime | None]]) -> Done:
    result = summary_of_row(row).result
    version = next(
        (key for key, from_at, until in versions if from_at <= row.done_at and (until is None or row.done_at < until)),
        None,
    )
    return Done(
        at=row.done_at,
        exercise=result.exercise,
        leg=_leg_at_work(result),
        sets=1,
        how=How.MEASURED,
        reps=(result.reps_complete,),
        id=row.id,
        version=version,
        pain_before=row.pain_before,
        pain_during=row.pain_during,
        pain_after=row.pain_after,
        pain_next_morning=row.pain_next_morning,
        safe_share=result.safe_share,
    )


def _leg_at_work(result: ResultSummary) -> str | None:
    """Return the leg that a measured set counts for; None for both."""
    if result.leg != BOTH:
        return result.leg
    exercise = exercises().get(result.exercise)
    if exercise is None or exercise.rubric.phases.told_by is not ToldBy.SHANK:
        return None
    # Both feet stay, and the leg nearest the camera is the one that is brought forward.
    legs = {leg for values in result.values.values() for leg in values if leg in set(Side)}
    return next(iter(legs)) if len(legs) == 1 else None


def say_pain_after(work: Work, done_ids: Sequence[str], pain: int) -> None:
    """Keep how it hurt after exercises that were not measured; measured ones have `formcheck.records.sets.say_pain`.

    Raises
    ------
    NotFoundError
        If there is no such exercise for the actor.
    RecordsError
        If it is no number from 0 to 10.
    """
    for done_id in done_ids:
        row = work.session.get(StoredDone, done_id)
        if row is None or not work.actor.may_see(row.person_id):
            raise NotFoundError("exercise")
        row.pain_after = pain
        check_done(row)
        work.log("programme.pain", subject=row.id, person=row.person_id, details={"answers": ["pain_after"]})


def say_morning(work: Work, person_id: str, from_at: datetime, until_at: datetime, pain: int) -> None:
    """Keep how the knee was on the morning after a day, with all that was done on it and has no such answer yet.

    Parameters
    ----------
    work
        Who answers.
    person_id
        Whose knee it is.
    from_at, until_at
        Beginning and end of the day.
    pain
        0 to 10.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    RecordsError
        If it is no number from 0 to 10.
    """
    get_person(work, person_id)
    told = select(StoredDone).where(
        StoredDone.person_id == person_id,
        StoredDone.done_at >= from_at,
        StoredDone.done_at < until_at,
        StoredDone.pain_next_morning.is_(None),
    )
    for row in work.session.scalars(told).all():
        row.pain_next_morning = pain
        check_done(row)
        work.log("programme.pain", subject=row.id, person=person_id, details={"answers": ["pain_next_morning"]})
    sets = select(ExerciseSet.id).where(
        ExerciseSet.person_id == person_id,
        ExerciseSet.done_at >= from_at,
        ExerciseSet.done_at < until_at,
        ExerciseSet.pain_next_morning.is_(None),
    )
    for set_id in work.session.scalars(sets).all():
        say_pain(work, set_id, {"pain_next_morning": pain})


@dataclass(frozen=True)
class InHand:
    """Somebody's programme, and what they did lately."""

    person: Person
    version: Version
    done: Sequence[Done] = field(default_factory=tuple)


def programmes_in_hand(work: Work, since: datetime) -> list[InHand]:
    """Return the programmes in force, by the person's name, each with what was done since a moment.

    Parameters
    ----------
    work
        Whose look it is: clients get their own.
    since
        What was done before is left out.
    """
    query = select(StoredProgramme, Person).join(Person, Person.id == StoredProgramme.person_id)
    query = query.where(StoredProgramme.until_at.is_(None)).order_by(Person.name, Person.id)
    plans = select(StoredPlan).where(StoredPlan.until_at.is_(None))
    if not work.actor.sees_everybody:
        query = query.where(StoredProgramme.person_id == work.actor.person_id)
        plans = plans.where(StoredPlan.person_id == work.actor.person_id)
    found = list(work.session.execute(query))
    if not found:
        return []
    of_person: dict[str, list[StoredPlan]] = {}
    for plan in work.session.scalars(plans.order_by(StoredPlan.from_at.desc(), StoredPlan.id)):
        of_person.setdefault(plan.person_id, []).append(plan)
    done = _done(work, since)
    return [
        InHand(person, _with_plans(version_of_row(row), of_person.get(person.id, ())), done.get(person.id, ()))
        for row, person in found
    ]


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
        PlanInHand(person, plan, [each for each in done.get(person.id, ()) if _counts_for(each, plan)])
        for plan, person in work.session.execute(plans)
    ]


def _counts_for(each: SetSummary, plan: StoredPlan) -> bool:
    is_leg = plan.leg is None or each.result.leg in (plan.leg, "both")
    return each.result.exercise == plan.exercise and is_leg
