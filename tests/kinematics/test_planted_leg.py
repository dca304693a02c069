"""Layer: pure functions on simulated tracks. A side-view leg of constant lengths on a still foot."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.kinematics.geometry import knee_flexion_deg
from formcheck.kinematics.planted_leg import PlantedLeg, fit_planted_leg, foot_stays

from ..skeleton import ANKLE, HIP, KNEE, LEFT, RIGHT, Camera, Exercise, Film, Move, Person, film
from .alterations import dragged, trembling
from .sets import at_bottom, measured

FAR = Camera(distance_m=300, field_of_view_deg=0.7)
"""So far away that there is no perspective: the picture is the sagittal plane itself."""
FOCAL_PX_PER_M = 1280 / 2 / np.tan(np.radians(0.35)) / 300


def side(exercise: Exercise = "step-down", leg: int = LEFT) -> Film:
    return film(Person(exercise, (Move(), Move(depth_deg=75)), leg, 90.0 if leg == LEFT else -90.0), FAR)


def fitted(made: Film, leg: int = LEFT) -> PlantedLeg:
    image = made.track.image_px
    found = fit_planted_leg(image[:, HIP[leg]], image[:, KNEE[leg]], image[:, ANKLE[leg]], -1 if leg == LEFT else 1)
    assert found is not None
    return found


@pytest.mark.parametrize("exercise", ["step-down", "squat", "wall-squat"])
@pytest.mark.parametrize("leg", [LEFT, RIGHT])
def test_without_noise_flexion_and_lengths_come_back_exactly(exercise: Exercise, leg: int) -> None:
    made = side(exercise, leg)
    found = fitted(made, leg)
    assert found.knee_flexion_deg == pytest.approx(made.knee_flexion_deg[:, leg], abs=0.1)
    assert found.thigh_px == pytest.approx(0.43 * FOCAL_PX_PER_M, rel=0.002)
    assert found.shank_px == pytest.approx(0.43 * FOCAL_PX_PER_M, rel=0.002)
    assert found.ankle_px == pytest.approx(made.track.image_px[0, ANKLE[leg]], abs=0.5)
    assert found.residual_px.max() < 0.3


def test_an_ankle_that_is_dragged_at_the_bottom_costs_less_than_half_of_what_it_costs_three_points() -> None:
    """As the estimator does in step-downs: it draws the standing ankle toward the free one as the knee bends."""
    made = side()
    flexion = made.knee_flexion_deg[:, LEFT]
    depth = (flexion - flexion.min()) / np.ptp(flexion)
    drawn = dragged(made, ANKLE[LEFT], depth[:, None] * [-14.0, -6.0])
    image = drawn.track.image_px
    plain = knee_flexion_deg(image[:, HIP[LEFT]], image[:, KNEE[LEFT]], image[:, ANKLE[LEFT]])
    bottom = depth > 0.8
    off_plain = np.abs(plain - flexion)[bottom].mean()
    off_planted = np.abs(fitted(drawn).knee_flexion_deg - flexion)[bottom].mean()
    assert off_plain > 2
    assert off_planted < 0.5 * off_plain


def test_tremble_of_the_landmarks_costs_less_than_it_costs_three_points() -> None:
    made = side()
    shaken = trembling(made, seed=8, px=3.0)
    image = shaken.track.image_px
    plain = knee_flexion_deg(image[:, HIP[LEFT]], image[:, KNEE[LEFT]], image[:, ANKLE[LEFT]])
    truth = made.knee_flexion_deg[:, LEFT]
    bent = truth > 20
    assert np.std((fitted(shaken).knee_flexion_deg - truth)[bent]) < np.std((plain - truth)[bent])


def test_tilts_are_forward_for_thigh_and_shank() -> None:
    found = fitted(side("squat"))
    bottom = int(np.argmax(found.knee_flexion_deg))
    assert found.thigh_tilt_deg[bottom] > 20
    assert found.shank_tilt_deg[bottom] > 20


def test_frames_with_a_missing_joint_are_not_measured() -> None:
    image = side().track.image_px.copy()
    image[30:40, KNEE[LEFT]] = np.nan
    found = fit_planted_leg(image[:, HIP[LEFT]], image[:, KNEE[LEFT]], image[:, ANKLE[LEFT]], -1)
    assert found is not None
    missing = np.isnan(found.knee_flexion_deg)
    assert missing[30:40].all()
    assert missing.sum() == 10


def test_four_frames_are_too_few_for_a_fit() -> None:
    image = side().track.image_px[:4]
    assert fit_planted_leg(image[:, HIP[LEFT]], image[:, KNEE[LEFT]], image[:, ANKLE[LEFT]], -1) is None


def test_the_standing_foot_stays_and_the_free_one_does_not() -> None:
    image = trembling(side("step-down", LEFT), seed=1, px=1.5).track.image_px
    leg_px = 0.86 * FOCAL_PX_PER_M
    assert foot_stays(image[:, ANKLE[LEFT]], leg_px)
    assert not foot_stays(image[:, ANKLE[RIGHT]], leg_px)
    assert not foot_stays(np.full((9, 2), np.nan), leg_px)


def test_a_long_rest_between_reps_does_not_change_the_depth() -> None:
    """With landmarks that err at rest and not in depth, as MediaPipe's ankles do, the share of rest must not decide."""
    depths = []
    for rest_s in (0.8, 8.0):
        made = film(Person(yaw_deg=90.0, moves=(Move(depth_deg=80.0, rest_s=rest_s),) * 3), FAR)
        true = made.knee_flexion_deg[:, LEFT]
        too_high = 0.05 * measured(made).standing.leg_px * np.clip(1 - true / 60, 0, 1)
        for mark in ANKLE:
            made.track.image_px[:, mark, 1] -= too_high
        deepest = measured(made).series.per_leg["knee_flexion_deg"][at_bottom(made), LEFT]
        depths.append(float(np.median(deepest)))
    assert depths[0] == pytest.approx(depths[1], abs=0.2)
    assert depths == pytest.approx([80.0, 80.0], abs=2.5)
