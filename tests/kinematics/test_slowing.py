"""Layer: a whole set, from a pose estimator's own landmarks to how descents end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.analysis import measure_set
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.rep_measures import BOTH, measure_rep
from formcheck.pose.types import PoseTrack

from ..sample_tracks import REAL_TRIAL, sample_track
from ..skeleton import Exercise
from .sets import RULES

RATIOS = ("contact_softness_ratio", "deceleration_ratio")
THIRD_PX = 1 / 3
OF_SMOOTH_REACH = {"contact_softness_ratio": 0.18, "deceleration_ratio": 0.56}
"""The people of the sample clips come down in a smooth reach (minimum jerk), which ends like this."""


def ratios(track: PoseTrack, exercise: Exercise) -> list[Estimate]:
    m = measure_set(track, RULES[exercise])
    found = [measure_rep(m, i, {}) for i, rep in enumerate(m.reps) if rep.complete]
    return [each for values in found for name in RATIOS if (each := values[name][BOTH]) is not None]


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("wall_squat_front", "wall-squat"),
        ("wall_squat_side", "wall-squat"),
        ("step_down_front_valgus", "step-down"),
        ("step_down_side", "step-down"),
        (REAL_TRIAL, "squat"),
    ],
)
def test_a_third_of_a_pixel_moves_them_by_less_than_their_error(name: str, exercise: Exercise) -> None:
    track = sample_track(name)
    still, within = ratios(track, exercise), []
    for seed in range(8):
        jitter = np.random.default_rng(seed).normal(0, THIRD_PX, track.image_px.shape)
        moved = ratios(replace(track, image_px=track.image_px + jitter), exercise)
        assert len(moved) == len(still)
        within += [abs(a.value - b.value) < b.error for a, b in zip(moved, still, strict=True)]
    assert np.mean(within) >= 0.95


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("wall_squat_front", "wall-squat"),
        ("wall_squat_side", "wall-squat"),
        ("step_down_front_valgus", "step-down"),
        ("step_down_side", "step-down"),
    ],
)
def test_a_smooth_descent_reads_as_one(name: str, exercise: Exercise) -> None:
    m = measure_set(sample_track(name), RULES[exercise])
    for i in range(len(m.reps)):
        values = measure_rep(m, i, {})
        for ratio, true in OF_SMOOTH_REACH.items():
            found = values[ratio][BOTH]
            assert found is not None
            assert found.value == pytest.approx(true, abs=found.error)
