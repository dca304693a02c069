"""Which values of a measure are good: what the exercise's rubric says, for the plan of the set."""

from __future__ import annotations

from functools import cache

from formcheck.errors import RubricError
from formcheck.exercises.finding import Bands
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.measures.record import Scope


def good_bands(exercise: str, measure: str, plan: Plan) -> Bands | None:
    """Return the bands of a measure in one rep.

    Parameters
    ----------
    exercise
        Its rubric is the one that formcheck comes with.
    measure
        Its name.
    plan
        What was prescribed: depth and hold are judged against it.

    Returns
    -------
    Bands or None
        None where there is no such rubric, it does not judge the measure, or judges it by something that was not
        prescribed.
    """
    rubric = _rubric(exercise)
    if rubric is None:
        return None
    for check in rubric.checks_of(measure):
        bands = check.bands_for(plan) if check.scope is Scope.REP else None
        if bands is not None:
            return bands
    return None


@cache
def _rubric(exercise: str) -> Rubric | None:
    """Read a rubric once: the files that formcheck comes with do not change while it runs."""
    try:
        return builtin_rubric(exercise)
    except RubricError:
        return None
