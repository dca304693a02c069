"""Layer: the tests' own measuring stick. The made-up person is what it says it is, by plain trigonometry."""

from __future__ import annotations

import numpy as np
import pytest

from ..skeleton import (
    ANKLE,
    HIP,
    KNEE,
    LEFT,
    RIGHT,
    SHANK_M,
    THIGH_M,
    TOE,
    Camera,
    Exercise,
    Move,
    Person,
    film,
)

EXERCISES: tuple[Exercise, ...] = ("squat", "wall-squat", "step-down")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_knee_flexion_goes_from_stance_to_the_depth_asked_for(exercise: Exercise) -> None:
    made = film(Person(exercise, (Move(depth_deg=70),), yaw_deg=90))
    standing = made.knee_flexion_deg[:, LEFT]
    assert standing.min() == pytest.approx(5.0, abs=0.1)
    assert standing.max() == pytest.approx(70.0, abs=0.1)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_fppa_is_what_was_asked_for_on_each_leg_and_bones_keep_their_length(exercise: Exercise) -> None:
    made = film(Person(exercise, (Move(fppa_deg=(12.0, -7.0)),)))
    asked = [12.0, 0.0] if exercise == "step-down" else [12.0, -7.0]
    deepest = int(np.argmax(made.knee_flexion_deg[:, LEFT]))
    assert made.fppa_deg[deepest, : 1 if exercise == "step-down" else 2] == pytest.approx(
        asked[: 1 if exercise == "step-down" else 2], abs=1e-6
    )
    world = made.track.world_m
    for leg in (LEFT, RIGHT):
        assert np.linalg.norm(world[:, KNEE[leg]] - world[:, HIP[leg]], axis=1) == pytest.approx(THIGH_M)
        assert np.linalg.norm(world[:, ANKLE[leg]] - world[:, KNEE[leg]], axis=1) == pytest.approx(SHANK_M)


def test_a_far_camera_sees_the_true_fppa() -> None:
    made = film(Person(moves=(Move(fppa_deg=(12.0, -7.0)),)), Camera(distance_m=500, field_of_view_deg=0.5))
    at = int(np.argmax(made.knee_flexion_deg[:, LEFT]))
    for leg, medial in ((LEFT, -1.0), (RIGHT, 1.0)):
        h, k, a = (made.track.image_px[at, m[leg]] for m in (HIP, KNEE, ANKLE))
        seen = np.degrees(
            np.arctan2(medial * (k[0] - h[0]), k[1] - h[1]) - np.arctan2(medial * (a[0] - k[0]), a[1] - k[1])
        )
        assert seen == pytest.approx(made.fppa_deg[at, leg], abs=0.05)


def test_a_person_who_faces_the_camera_has_the_left_leg_on_the_right_of_the_picture_and_head_up() -> None:
    image = film().track.image_px[0]
    assert image[HIP[LEFT], 0] > image[HIP[RIGHT], 0]
    assert image[0, 1] < image[HIP[LEFT], 1] < image[TOE[LEFT], 1]


def test_a_person_turned_to_their_right_shows_the_left_leg_nearer_and_faces_the_left_edge() -> None:
    made = film(Person(yaw_deg=90)).track
    assert made.world_m[0, HIP[LEFT], 2] < made.world_m[0, HIP[RIGHT], 2]
    assert made.image_px[0, TOE[LEFT], 0] < made.image_px[0, ANKLE[LEFT], 0]


def test_a_camera_tilted_down_shows_the_head_larger_than_the_feet() -> None:
    def feet_to_shoulders(pitch_deg: float) -> float:
        image = film(camera=Camera(pitch_deg=pitch_deg)).track.image_px[0]
        return float((image[ANKLE[LEFT], 0] - image[ANKLE[RIGHT], 0]) / (image[11, 0] - image[12, 0]))

    assert feet_to_shoulders(10.0) < feet_to_shoulders(0.0) < feet_to_shoulders(-10.0)


def test_the_stance_foot_stays_and_the_free_foot_goes_down() -> None:
    image = film(Person("step-down", stance=RIGHT)).track.image_px
    assert np.ptp(image[:, ANKLE[RIGHT], 1]) == pytest.approx(0, abs=1e-9)
    assert np.ptp(image[:, ANKLE[LEFT], 1]) > 20


def test_hips_slide_down_the_wall() -> None:
    made = film(Person("wall-squat", yaw_deg=90), Camera(distance_m=500, field_of_view_deg=0.5))
    hips = made.track.image_px[:, HIP[LEFT]]
    assert np.ptp(hips[:, 0]) < 0.5
    assert np.ptp(hips[:, 1]) > 30


def test_reps_are_timed_where_flexion_crosses_ten_and_ninety_percent() -> None:
    made = film(camera=Camera(fps=240))
    flexion, t = made.knee_flexion_deg[:, LEFT], made.track.t_s
    for rep in made.reps:
        for when, share in ((rep.start_s, 0.1), (rep.bottom_start_s, 0.9), (rep.bottom_end_s, 0.9), (rep.end_s, 0.1)):
            assert np.interp(when, t, flexion) == pytest.approx(5 + share * 55, abs=0.2)
