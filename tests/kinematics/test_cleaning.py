"""Layer: pure functions on simulated tracks. Landmarks made fit to be measured, and the signal reps are found in."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.kinematics.cleaning import cleaned, without_hidden
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG, flexion_from_drop_deg, trunk_drop_px
from formcheck.kinematics.standing import stand_still

from ..skeleton import KNEE, LEFT, Camera, Person, film
from .alterations import hidden, trembling, without_person


def test_a_hidden_landmark_has_no_place() -> None:
    made = hidden(film(), [25], visibility=0.49)
    shown = without_hidden(made.track)
    assert np.isnan(shown.image_px[:, 25]).all()
    assert np.isfinite(shown.image_px[:, 26]).all()


def test_landmarks_just_visible_stay() -> None:
    made = hidden(film(), [25], visibility=0.5)
    assert np.isfinite(without_hidden(made.track).image_px[:, 25]).all()


def test_a_landmark_without_visibility_is_hidden() -> None:
    made = hidden(film(), [25], visibility=float("nan"))
    assert np.isnan(without_hidden(made.track).image_px[:, 25]).all()


def test_a_short_hiding_is_filled_and_counts_as_seen() -> None:
    made = film()
    gone = (made.track.t_s > 3.0) & (made.track.t_s < 3.15)
    clean = cleaned(hidden(made, [25], gone).track)
    assert clean.image_px[gone, 25] == pytest.approx(made.track.image_px[gone, 25], abs=1.0)
    assert (clean.visibility[gone, 25] > 0.9).all()


def test_a_long_hiding_stays_not_measured() -> None:
    made = film()
    gone = (made.track.t_s > 3.0) & (made.track.t_s < 3.6)
    clean = cleaned(hidden(made, [25], gone).track)
    assert np.isnan(clean.image_px[gone, 25]).all()
    assert (clean.visibility[gone, 25] == 0).all()
    assert np.isfinite(clean.image_px[~gone, 25]).all()


def test_frames_without_a_person_stay_without_one_when_they_are_many() -> None:
    made = film()
    gone = (made.track.t_s > 3.0) & (made.track.t_s < 4.0)
    clean = cleaned(without_person(made, gone).track)
    assert not clean.found[gone].any()
    assert clean.found[~gone].all()


def test_smoothing_takes_out_tremble_and_leaves_the_movement() -> None:
    made = film()
    clean = cleaned(trembling(made, seed=3, px=2.0).track)
    off = (clean.image_px - made.track.image_px)[15:-15]
    assert off.std() < 1.4
    assert np.abs(off[:, KNEE[LEFT]].mean(axis=0)).max() < 0.3


def test_a_film_without_tremble_is_not_changed() -> None:
    made = film()
    assert cleaned(made.track).image_px == pytest.approx(made.track.image_px, abs=0.2)


@pytest.mark.parametrize("angle", [5.0, 30.0, 60.0, 90.0, 120.0])
def test_the_drop_of_a_leg_of_two_equal_rods_gives_its_flexion(angle: float) -> None:
    leg_px = 300.0
    standing = leg_px * np.cos(np.radians(STANDING_FLEXION_DEG / 2))
    drop = standing - leg_px * np.cos(np.radians(angle / 2))
    got = flexion_from_drop_deg(drop, leg_px * np.cos(np.radians(STANDING_FLEXION_DEG / 2)))
    assert got == pytest.approx(angle, abs=1e-6)


def test_standing_taller_than_at_rest_is_not_less_than_straight() -> None:
    assert flexion_from_drop_deg(-20.0, 300.0) == 0.0
    assert np.isnan(flexion_from_drop_deg(np.nan, 300.0))


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, 180.0])
def test_the_trunk_comes_down_in_a_squat_whatever_the_view(yaw: float) -> None:
    made = film(Person("wall-squat", yaw_deg=yaw), Camera(distance_m=300, field_of_view_deg=0.7))
    standing = stand_still(made.track)
    assert standing is not None
    drop = trunk_drop_px(made.track, standing)
    assert drop[:20] == pytest.approx(0.0, abs=0.5)
    assert np.corrcoef(drop, made.knee_flexion_deg[:, LEFT])[0, 1] > 0.97
    assert drop.max() > 0.1 * standing.leg_px
