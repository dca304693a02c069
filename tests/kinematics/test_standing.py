"""Layer: pure functions on simulated tracks. The quiet stance that everything is compared with."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.kinematics.cleaning import without_hidden
from formcheck.kinematics.standing import feet_in_place, legs_in_sight, rough_leg_px, stand_still
from formcheck.pose.landmarks import SIDES, Side

from ..skeleton import HIP, HIPS_APART_M, KNEE, LEFT, SHANK_M, THIGH_M, Camera, Move, Person, film
from .alterations import cut, hidden, trembling

CAMERA = Camera()
PX_PER_M = 0.75 * 1280 / 3.0
"""Of the default camera at the person's distance, within a percent."""


def test_lengths_are_those_of_the_standing_person() -> None:
    standing = stand_still(film().track)
    assert standing is not None
    assert standing.quiet
    assert standing.thigh_px == pytest.approx(THIGH_M * PX_PER_M, rel=0.02)
    assert standing.shank_px == pytest.approx(SHANK_M * PX_PER_M, rel=0.02)
    assert standing.leg_px == pytest.approx((THIGH_M + SHANK_M) * PX_PER_M, rel=0.02)
    assert standing.trunk_px == pytest.approx(0.52 * PX_PER_M, rel=0.02)


@pytest.mark.parametrize(("yaw", "medial"), [(0.0, [-1, 1]), (180.0, [1, -1])])
def test_medial_points_to_the_other_leg_from_the_front_and_from_behind(yaw: float, medial: list[int]) -> None:
    standing = stand_still(film(Person(yaw_deg=yaw)).track)
    assert standing is not None
    assert standing.medial.tolist() == medial


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_the_calibration_is_taken_where_the_person_stands(yaw: float) -> None:
    made = trembling(film(Person(yaw_deg=yaw)), seed=2, px=1.0)
    standing = stand_still(made.track)
    assert standing is not None
    assert made.knee_flexion_deg[standing.frames, LEFT].max() < 20
    assert np.ptp(made.track.t_s[standing.frames]) >= 0.8


def test_the_first_quiet_stance_is_taken_even_after_a_clip_that_starts_in_a_rep() -> None:
    made = cut(film(), 3.5, 99.0)
    standing = stand_still(made.track)
    assert standing is not None
    assert standing.quiet
    assert made.knee_flexion_deg[standing.frames, LEFT].max() < 20


def test_without_rest_the_tops_of_the_movement_serve() -> None:
    moves = tuple([Move(rest_s=0.0, hold_s=0.0, down_s=1.0, up_s=1.0)] * 5)
    made = film(Person(moves=moves, last_rest_s=0.0))
    standing = stand_still(made.track)
    assert standing is not None
    assert not standing.quiet
    assert made.knee_flexion_deg[standing.frames, LEFT].max() < 25


def test_a_landmark_that_was_never_seen_has_no_place() -> None:
    made = hidden(film(), [31])
    standing = stand_still(without_hidden(made.track))
    assert standing is not None
    assert np.isnan(standing.points_px[31]).all()
    assert np.isfinite(standing.points_px[32]).all()


def test_nobody_in_the_picture_has_no_stance() -> None:
    made = hidden(film(), range(33))
    assert stand_still(without_hidden(made.track)) is None


def test_only_frames_that_were_offered_are_used() -> None:
    made = film()
    offered = made.track.t_s > 6.0
    standing = stand_still(made.track, SIDES, offered)
    assert standing is not None
    assert not standing.frames[~offered].any()


def test_a_leg_in_the_picture_is_about_as_long_as_it_is() -> None:
    assert rough_leg_px(film().track) == pytest.approx(0.86 * PX_PER_M, rel=0.05)


def test_legs_in_sight_are_those_that_are_seen() -> None:
    made = film()
    assert legs_in_sight(made.track) == (Side.LEFT, Side.RIGHT)
    one_hidden = without_hidden(hidden(made, [KNEE[LEFT]]).track)
    assert legs_in_sight(one_hidden) == (Side.RIGHT,)


def test_walking_in_is_not_in_place() -> None:
    made = film()
    walking = made.track.t_s < 1.0
    made.track.image_px[walking, :, 0] += np.linspace(400, 150, walking.sum())[:, None]
    in_place = feet_in_place(made.track, rough_leg_px(made.track))
    assert not in_place[walking].any()
    assert in_place[~walking].all()


def test_stance_is_found_in_a_step_down_though_one_foot_hangs() -> None:
    made = film(Person("step-down", stance=LEFT))
    standing = stand_still(made.track)
    assert standing is not None
    hips = standing.points_px[HIP[0]] - standing.points_px[HIP[1]]
    assert abs(hips[0]) == pytest.approx(HIPS_APART_M * PX_PER_M, rel=0.03)
