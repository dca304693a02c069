"""Layer: the simulated camera itself, that the tests of people anywhere in the picture rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ..camera import Viewpoint, cropped, filmed_from, turned_about_centre
from ..skeleton import HIP, Camera, Move, Person, film

CAVES = Person(moves=(Move(fppa_deg=(12.0, -5.0)),), yaw_deg=3.0)


def test_a_camera_that_points_at_the_person_sees_what_the_other_made_up_camera_sees() -> None:
    view = Viewpoint(distance_m=2.5, height_m=1.0, lens_mm=27.0)
    wide_deg = float(np.degrees(2 * np.arctan(0.5 / 0.75)))
    other = film(CAVES, Camera(distance_m=2.5, aim_m=1.0, field_of_view_deg=wide_deg, fps=view.fps))
    assert filmed_from(view, CAVES).track.image_px == pytest.approx(other.track.image_px, abs=1e-6)


def test_a_camera_that_pans_sees_what_the_homography_of_its_turn_gives() -> None:
    straight = Viewpoint(lens_mm=30.0)
    panned = filmed_from(replace(straight, pan_deg=8.0), CAVES).track.image_px
    turned = turned_about_centre(filmed_from(straight, CAVES).track, straight.focal_px, 8.0).image_px
    assert panned == pytest.approx(turned, abs=1e-6)
    assert panned[..., 0].mean() > straight.width / 2


def test_a_cropped_picture_shows_the_same_landmarks_from_its_own_edge() -> None:
    whole = Viewpoint(width=1920, height=1080, pan_deg=5.0)
    cut = filmed_from(replace(whole, cut_left_px=500, cut_right_px=100), CAVES).track
    assert (cut.source.width, cut.source.height) == (1320, 1080)
    assert cut.image_px == pytest.approx(cropped(filmed_from(whole, CAVES).track, 500, 1320).image_px)


@pytest.mark.parametrize("pan", [-15.0, 0.0, 15.0])
@pytest.mark.parametrize("pitch", [-8.0, 8.0])
def test_the_world_is_along_the_line_of_sight_wherever_the_camera_points(pan: float, pitch: float) -> None:
    """What an estimator sees of a person does not tell where in the picture they are."""
    level = filmed_from(Viewpoint(), CAVES).track.world_m
    pointed = filmed_from(Viewpoint(pan_deg=pan, pitch_deg=pitch), CAVES).track.world_m
    across = [np.median(world[:, HIP[0]] - world[:, HIP[1]], axis=0) for world in (level, pointed)]
    turns = [np.degrees(np.arctan2(-each[2], each[0])) for each in across]
    assert turns == pytest.approx([3.0, 3.0], abs=0.1)


def test_what_is_outside_of_the_picture_is_not_visible() -> None:
    track = filmed_from(Viewpoint(cut_left_px=640), CAVES).track
    outside = track.image_px[..., 0] < 0
    assert outside.any()
    assert (track.visibility[outside] < 0.1).all()
    assert (track.visibility[~outside] > 0.9).all()


@pytest.mark.parametrize("toe_out", [0.0, 12.0])
def test_straight_legs_on_turned_out_feet_are_medial_of_the_toes(toe_out: float) -> None:
    made = filmed_from(Viewpoint(), Person(toe_out_deg=toe_out))
    assert made.fppa_deg == pytest.approx(0.0, abs=1e-6)
    assert made.kmf_pct == pytest.approx(100 * 0.15 * np.sin(np.radians(toe_out)) / 0.86, abs=1e-6)


def test_a_person_may_stand_with_knock_knees_and_sit_back() -> None:
    made = filmed_from(Viewpoint(), Person(stance_fppa_deg=(3.0, 2.0), thigh_share=0.6))
    assert made.fppa_deg[0] == pytest.approx([3.0, 2.0])
    deepest = int(np.argmax(made.knee_flexion_deg[:, 0]))
    assert made.fppa_deg[deepest] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert made.knee_flexion_deg[deepest] == pytest.approx([60.0, 60.0])
