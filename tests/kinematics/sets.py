"""The exercises' phase rules, and a short way from a made-up person to what is measured of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.kinematics.phase_rule import PhaseRule
from formcheck.kinematics.view import EXACT

from ..skeleton import HIPS_APART_M, Camera, Exercise, Film, Person, film

READS_LOW_DEG = 4.5
"""What the estimator takes off the turn of people who face the camera (measured on its own output)."""

ONE_LEGGED: tuple[Exercise, ...] = ("step-down", "single-leg-squat")
RULES: dict[Exercise, PhaseRule] = {
    exercise: PhaseRule(
        bilateral=exercise not in ONE_LEGGED,
        min_range_deg=20 if exercise in ONE_LEGGED else 15,
        min_duration_s=0.8,
        hold_min_s=0.3,
    )
    for exercise in ("squat", "wall-squat", *ONE_LEGGED)
}


def filmed(
    person: Person | None = None, camera: Camera | None = None, *, hips_drawn_apart_m: float | None = None
) -> Film:
    """Let a camera see a person, and find every landmark where it is."""
    apart_m = HIPS_APART_M if hips_drawn_apart_m is None else hips_drawn_apart_m
    return film(person, camera, hips_drawn_apart_m=apart_m, pose_model=EXACT)


def measured(made: Film, exercise: Exercise = "squat") -> SetMeasurement:
    """Measure a film with nothing told but the exercise."""
    return measure_set(made.track, RULES[exercise])


def at_bottom(made: Film) -> NDArray[np.bool_]:
    """Return the frames within 3 deg of the deepest knee flexion, by the truth; shape (n,)."""
    flexion = made.knee_flexion_deg.max(axis=1)
    return np.asarray(flexion > flexion.max() - 3)


def bent(made: Film, leg: int, least_deg: float = 20.0) -> NDArray[np.bool_]:
    """Return the frames in which a knee is bent at least so far, by the truth; shape (n,)."""
    return np.asarray(made.knee_flexion_deg[:, leg] > least_deg)


def count(m: SetMeasurement) -> int:
    """Return the number of reps that count."""
    return sum(rep.complete for rep in m.reps)
