"""The ladder from easy to hard, one step at a time (measurement specification §7.6; for a clinician to edit)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from formcheck.exercises.catalogue.exercise import Exercise, Rung, exercises
from formcheck.exercises.plan import Plan


class Variable(StrEnum):
    """What of a plan is changed; only ever one at a time, but for reps that are halved beside it."""

    TARGET_DEPTH = "target depth"
    STEP_HEIGHT = "step height"
    EXERCISE = "exercise"
    REPS = "reps"


@dataclass(frozen=True)
class PlanChange:
    """A plan with one variable changed."""

    variable: Variable
    before: float | str | None
    """Degrees, centimetres or the name of the exercise."""
    after: float | str | None
    exercise: str
    """Of the new plan."""
    plan: Plan
    """The whole new plan."""
    level: str | None
    """The rung it leads to; None where it is off the ladder."""
    reps: tuple[int, int] | None = None
    """How many before and after, where they change as well."""


def ladder() -> tuple[Rung, ...]:
    """Return the rungs of all exercises from easy to hard: those of an exercise after those of the easier one."""
    known = exercises()
    on_it = sorted((each for each in known.values() if each.levels), key=lambda each: len(_easier_ones(each)))
    return tuple(level for each in on_it for level in each.levels)


def _easier_ones(exercise: Exercise) -> list[str]:
    """Return the exercises below one on the ladder, the nearest first."""
    below: list[str] = []
    while exercise.easier is not None and exercise.easier not in below:
        below.append(exercise.easier)
        exercise = exercises()[exercise.easier]
    return below


def rung_of(exercise: str, plan: Plan) -> Rung | None:
    """Return the rung that a plan is on: the highest that it reaches.

    Returns
    -------
    Rung or None
        None for an exercise off the ladder, below its lowest rung, or where the plan does not say what decides.
    """
    reached = [each for each in _rungs(exercise) if _load(each) <= _of(each, plan)]
    return reached[-1] if reached else None


def next_rung(exercise: str, plan: Plan) -> Rung | None:
    """Return the next harder rung; None at the top, off the ladder, or where the plan does not say what decides."""
    own = _rungs(exercise)
    if not own or _of(own[0], plan) == -1:
        return None
    harder = [each for each in own if _load(each) > _of(each, plan)]
    if harder:
        return harder[0]
    levels = exercises()[exercise].levels
    after = (
        *levels[levels.index(own[-1]) + 1 :],
        *(each.levels[0] for each in exercises().values() if each.easier == exercise and each.levels),
    )
    return after[0] if after else None


def previous_rung(exercise: str, plan: Plan) -> Rung | None:
    """Return the next easier rung; None off the ladder, or where the plan does not say what decides.

    A load below the lowest rung has none either: the hardest rung of the exercise below is harder than it.
    """
    own = _rungs(exercise)
    if not own or _of(own[0], plan) == -1:
        return None
    easier = [each for each in own if _load(each) < _of(each, plan)]
    if easier:
        return easier[-1]
    known = exercises()[exercise]
    before = known.levels[: known.levels.index(own[0])]
    if before:
        return before[-1]
    below = _rungs(known.easier) if known.easier is not None else []
    return below[-1] if below and _of(own[0], plan) >= _load(own[0]) else None


def change_to(level: Rung, exercise: str, plan: Plan) -> PlanChange | None:
    """Return the plan that leads to a neighbouring rung; None for a rung that a plan cannot say."""
    if not level.in_plans:
        return None
    if level.exercise != exercise:
        usual = exercises()[level.exercise].choice
        new = Plan(
            target_depth_deg=level.target_depth_deg or usual.target_depth_deg,
            reps=plan.reps,
            hold_s=usual.hold_s or None,
            step_height_cm=level.step_height_cm,
            sex=plan.sex,
        )
        return PlanChange(Variable.EXERCISE, exercise, level.exercise, level.exercise, new, level.id)
    if level.step_height_cm is not None:
        return step_height_changed(exercise, plan, level.step_height_cm, level.id)
    return None if level.target_depth_deg is None else depth_changed(exercise, plan, level.target_depth_deg, level.id)


def depth_changed(exercise: str, plan: Plan, to_deg: float, level: str | None = None) -> PlanChange:
    """Return a plan with another target depth (deg)."""
    new = replace(plan, target_depth_deg=to_deg)
    return PlanChange(Variable.TARGET_DEPTH, plan.target_depth_deg, to_deg, exercise, new, level)


def step_height_changed(exercise: str, plan: Plan, to_cm: float, level: str | None = None) -> PlanChange:
    """Return a plan with another height of the step (cm)."""
    new = replace(plan, step_height_cm=to_cm)
    return PlanChange(Variable.STEP_HEIGHT, plan.step_height_cm, to_cm, exercise, new, level)


def with_half_the_reps(change: PlanChange | None, exercise: str, plan: Plan) -> PlanChange | None:
    """Return a change of a plan with half of its reps as well, or that alone; as it is where no number is planned."""
    if plan.reps is None or plan.reps == 1:
        return change
    half = plan.reps // 2
    if change is None:
        new = replace(plan, reps=half)
        return PlanChange(Variable.REPS, float(plan.reps), float(half), exercise, new, None)
    return replace(change, plan=replace(change.plan, reps=half), reps=(plan.reps, half))


def _rungs(exercise: str) -> list[Rung]:
    """Return the rungs of an exercise that a plan can say, from easy to hard."""
    known = exercises().get(exercise)
    return [] if known is None else [each for each in known.levels if each.in_plans]


def _load(level: Rung) -> float:
    """Return what a rung is of: a height of the step where it has one, else a depth."""
    return level.step_height_cm or level.target_depth_deg or 0.0


def _of(level: Rung, plan: Plan) -> float:
    """Return what of a plan decides about its rung; -1 where the plan does not say."""
    load = plan.target_depth_deg if level.step_height_cm is None else plan.step_height_cm
    return -1.0 if load is None else load
