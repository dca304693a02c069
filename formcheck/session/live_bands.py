"""The bands of the values that a live set shows while somebody moves."""

from __future__ import annotations

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Bands, Rubric

_JUDGED_AS = {"knee_flexion_deg": "knee_flexion_max_deg"}


def shown_bands(rubric: Rubric, plan: Plan, measure: str) -> Bands | None:
    """Return the bands that a value of a frame is shown in; None where the rubric has none for it.

    Parameters
    ----------
    rubric, plan
        The exercise and what was prescribed.
    measure
        Of the frame, such as `fppa_deg`, `kmf_pct` or `knee_flexion_deg`.
    """
    for check in rubric.checks_of(_JUDGED_AS.get(measure, measure)):
        bands = check.bands_for(plan)
        if bands is not None:
            return bands
    return None
