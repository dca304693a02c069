"""The ladder from easy to hard, one step at a time (measurement specification §7.6; for a clinician to edit)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from formcheck.exercises.plan import Plan

WALL_SQUAT: Final = "wall-squat"
STEP_DOWN: Final = "step-down"
_STEP_DOWN_DEPTH_DEG: Final = 45.0
"""Steps are chosen for about this much flexion (§3.5)."""
_HOLD_S: Final = 3.0
"""Of the guidance for wall squats (§3.5)."""


class Variable(StrEnum):
    """What of a plan is changed; only ever one at a time."""

    TARGET_DEPTH = "target depth"
    STEP_HEIGHT = "step height"
    EXERCISE = "exercise"


@dataclass(frozen=True)
class Level:
    """One rung."""

    id: str
    title: str
    exercise: str | None
    """None for the ball exercises before any squat."""
    target_depth_deg: float | None = None
    step_height_cm: float | None = None
    in_plans: bool = True
    """Whether a plan can say it: exercises without a squat and added resistance are not in plans."""


LADDER: Final = (
    Level("W0", "the ball exercises sitting and lying", None, in_plans=False),
    Level("W1", "wall squat to 30°", WALL_SQUAT, target_depth_deg=30.0),
    Level("W2", "wall squat to 45°", WALL_SQUAT, target_depth_deg=45.0),
    Level("W3", "wall squat to 60°", WALL_SQUAT, target_depth_deg=60.0),
    # From 10° below to 5° above the target is good (WS-S1), so this target is the rung of 60 to 75°.
    Level("W4", "wall squat to 60–75°", WALL_SQUAT, target_depth_deg=70.0),
    Level("S1", "step-down from 10 cm", STEP_DOWN, step_height_cm=10.0),
    Level("S2", "step-down from 15 cm", STEP_DOWN, step_height_cm=15.0),
    Level("S3", "step-down from 20 cm", STEP_DOWN, step_height_cm=20.0),
    Level("S4", "step-down against resistance, which is not scored", STEP_DOWN, step_height_cm=20.0, in_plans=False),
)
"""From easy to hard."""
HEELS_DOWN_FOR: Final = "W4"
"""This rung needs heels that stay down besides what every rung needs."""


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


def level_of(exercise: str, plan: Plan) -> Level | None:
    """Return the rung that a plan is on: the highest that it reaches.

    Returns
    -------
    Level or None
        None for an exercise off the ladder, below its lowest rung, or where the plan does not say what decides.
    """
    reached = [
        each for each in LADDER if each.in_plans and each.exercise == exercise and _load(each) <= _of(each, plan)
    ]
    return reached[-1] if reached else None


def next_level(exercise: str, plan: Plan) -> Level | None:
    """Return the next harder rung; None at the top, off the ladder, or where the plan does not say what decides."""
    own = _rungs(exercise)
    if not own or _of(own[0], plan) == -1:
        return None
    harder = [each for each in own if _load(each) > _of(each, plan)]
    if harder:
        return harder[0]
    after = LADDER.index(own[-1]) + 1
    return LADDER[after] if after < len(LADDER) else None


def previous_level(exercise: str, plan: Plan) -> Level | None:
    """Return the next easier rung; None off the ladder, or where the plan does not say what decides.

    A step lower than the lowest rung has none either: the deepest wall squat, on the rung below, is harder than it.
    """
    own = _rungs(exercise)
    if not own or _of(own[0], plan) == -1:
        return None
    easier = [each for each in own if _load(each) < _of(each, plan)]
    if easier:
        return easier[-1]
    below = LADDER[LADDER.index(own[0]) - 1]
    return None if below.in_plans and _of(own[0], plan) < _load(own[0]) else below


def change_to(level: Level, exercise: str, plan: Plan) -> PlanChange | None:
    """Return the plan that leads to a neighbouring rung; None for a rung that a plan cannot say."""
    if not level.in_plans or level.exercise is None:
        return None
    if level.exercise != exercise:
        new = Plan(
            target_depth_deg=level.target_depth_deg or _STEP_DOWN_DEPTH_DEG,
            reps=plan.reps,
            hold_s=_HOLD_S if level.exercise == WALL_SQUAT else None,
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


def _rungs(exercise: str) -> list[Level]:
    return [each for each in LADDER if each.in_plans and each.exercise == exercise]


def _load(level: Level) -> float:
    load = level.target_depth_deg if level.exercise == WALL_SQUAT else level.step_height_cm
    return load or 0.0


def _of(level: Level, plan: Plan) -> float:
    """Return what of a plan decides about its rung; -1 where the plan does not say."""
    load = plan.target_depth_deg if level.exercise == WALL_SQUAT else plan.step_height_cm
    return -1.0 if load is None else load
