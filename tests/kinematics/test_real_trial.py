"""Layer: a whole set, from a pose estimator's own landmarks to reps. A real person whose joints were known by markers.

Five squats of one person in a laboratory, seen at an angle of 34 degrees by a phone that stood 0.3 m higher than the
hips, with motion capture at 100 Hz in step with the picture (`tests/data/README.md`).
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.kinematics.view import ViewKind

from ..sample_tracks import REAL_TRIAL, sample_track
from .sets import RULES

Seconds = NDArray[np.float64]

BY_MARKERS_S = np.array(
    [
        (0.46, 1.10, 1.62, 2.16),
        (3.00, 3.64, 4.21, 4.70),
        (5.70, 6.37, 7.01, 7.48),
        (8.32, 8.98, 9.72, 10.22),
        (11.25, 11.87, 12.61, 13.08),
    ]
)
"""Start, bottom start, bottom end and end of each rep: 10 and 90 % of knee flexion, mean of both legs."""
TURN_BY_MARKERS_DEG = 34.3


@pytest.fixture(scope="module")
def measured() -> SetMeasurement:
    return measure_set(sample_track(REAL_TRIAL), RULES["squat"])


@pytest.fixture(scope="module")
def late_s(measured: SetMeasurement) -> Seconds:
    found = [(rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s) for rep in measured.reps]
    return np.asarray(np.array(found) - BY_MARKERS_S, dtype=np.float64)


def test_every_rep_is_counted(measured: SetMeasurement) -> None:
    assert [rep.complete for rep in measured.reps] == [True] * 5


def test_starts_and_ends_are_where_the_knees_bend(late_s: Seconds) -> None:
    start, end = late_s[:, 0], late_s[:, 3]
    assert np.abs(start).mean() < 0.05
    assert np.abs(end).mean() < 0.05
    assert max(np.abs(start).max(), np.abs(end).max()) < 0.1


def test_bottoms_are_on_time(late_s: Seconds) -> None:
    assert np.abs(late_s[:, 1:3]).max() < 0.05


def test_the_turn_is_seen_and_no_knee_angle_is_given(measured: SetMeasurement) -> None:
    assert measured.view.kind is ViewKind.OBLIQUE
    assert measured.view.yaw_deg == pytest.approx(TURN_BY_MARKERS_DEG, abs=3.0)
    assert not np.isfinite(measured.series.per_leg["knee_flexion_deg"]).any()
