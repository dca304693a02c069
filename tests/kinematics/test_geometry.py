"""Layer: pure functions. Angles of points in a picture, against the golden vectors of the measurement specification."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.kinematics.geometry import (
    FloatArray,
    distance_px,
    foreshortening_corrected_tilt_deg,
    fppa_deg,
    fppa_yaw_bias_deg,
    frontal_tilt_deg,
    included_angle_deg,
    knee_flexion_deg,
    knee_medial_displacement_px,
    medial_offset_px,
    sagittal_tilt_deg,
    separation_ratio,
)

Point = tuple[float, float]

coordinate = st.floats(-1000, 1000)
point = st.tuples(coordinate, coordinate)


@st.composite
def legs(draw: st.DrawFn) -> FloatArray:
    """Draw a leg that hangs down: hip, knee, ankle, each segment within 80 degrees of the vertical; px."""
    hip = np.array(draw(point))
    joints = [hip]
    for _ in range(2):
        tilt, length = np.radians(draw(st.floats(-80, 80))), draw(st.floats(50, 400))
        joints.append(joints[-1] + length * np.array([np.sin(tilt), np.cos(tilt)]))
    return np.array(joints)


def turned(points: FloatArray, by_deg: float) -> FloatArray:
    c, s = np.cos(np.radians(by_deg)), np.sin(np.radians(by_deg))
    return np.asarray(points @ np.array([[c, s], [-s, c]]))


def leg_fppa_deg(leg: FloatArray, medial: int) -> float:
    return float(fppa_deg(leg[0], leg[1], leg[2], medial))


def displacement_px(leg: FloatArray, medial: int) -> float:
    return float(knee_medial_displacement_px(leg[0], leg[1], leg[2], medial))


def seen_from(thigh_deg: float, shank_deg: float, yaw_deg: float) -> list[Point]:
    """Return hip, knee and ankle of a right leg bent straight ahead, seen from far away by a camera off its front."""
    a, b, turn = np.radians([thigh_deg, shank_deg, yaw_deg])
    ahead = 400 * np.array([0.0, np.sin(a), np.sin(a) - np.sin(b)])
    down = 400 * np.array([0.0, np.cos(a), np.cos(a) + np.cos(b)])
    return [(float(x), float(y)) for x, y in zip(ahead * np.sin(turn), down, strict=True)]


@pytest.mark.parametrize(
    ("hip", "knee", "ankle", "medial", "expected"),
    [
        pytest.param((300, 100), (300, 300), (300, 500), 1, 0.00, id="straight"),
        pytest.param((300, 100), (320, 300), (300, 500), 1, 11.42, id="valgus"),
        pytest.param((300, 100), (280, 300), (300, 500), 1, -11.42, id="varus"),
        pytest.param((500, 100), (480, 300), (500, 500), -1, 11.42, id="left leg"),
    ],
)
def test_fppa_golden_vectors(hip: Point, knee: Point, ankle: Point, medial: int, expected: float) -> None:
    assert fppa_deg(hip, knee, ankle, medial) == pytest.approx(expected, abs=0.005)


def test_fppa_in_pixels_is_not_what_normalised_coordinates_give() -> None:
    leg = np.array([(300.0, 100.0), (320.0, 300.0), (300.0, 500.0)])
    trap = leg_fppa_deg(leg / [1280, 720], 1)
    assert trap == pytest.approx(6.44, abs=0.005)
    assert leg_fppa_deg(leg, 1) == pytest.approx(11.42, abs=0.005)


def test_knee_flexion_golden_vector_of_a_right_angle() -> None:
    assert knee_flexion_deg((200, 300), (400, 300), (400, 500)) == pytest.approx(90.0)


@pytest.mark.parametrize(
    ("thigh", "shank", "yaw", "expected"), [(30, 30, 5, 5.76), (30, 30, 10, 11.45), (60, 30, 10, 22.46)]
)
def test_a_camera_off_the_front_makes_a_straight_knee_look_crooked(
    thigh: float, shank: float, yaw: float, expected: float
) -> None:
    assert abs(leg_fppa_deg(np.array(seen_from(thigh, shank, yaw)), 1)) == pytest.approx(expected, abs=0.006)
    assert fppa_yaw_bias_deg(thigh, shank, yaw) == pytest.approx(expected, abs=0.006)
    assert fppa_yaw_bias_deg(thigh, shank, -yaw) == pytest.approx(-expected, abs=0.006)


def test_a_knee_forty_millimetres_medial_at_sixty_degrees_reads_12_55() -> None:
    down = 420 * np.cos(np.radians(30))
    assert fppa_deg((0, 0), (40, down), (0, 2 * down), 1) == pytest.approx(12.55, abs=0.005)


@pytest.mark.parametrize(
    ("thigh", "shank", "turn", "expected"),
    [(30, 30, 15, 58.29), (30, 30, 20, 56.96), (30, 30, 30, 53.13), (60, 30, 30, 82.87)],
)
def test_a_camera_off_the_side_reads_knee_flexion_low_and_the_correction_brings_it_back(
    thigh: float, shank: float, turn: float, expected: float
) -> None:
    leg = seen_from(thigh, shank, 90 - turn)
    assert knee_flexion_deg(*leg) == pytest.approx(expected, abs=0.005)
    tilts = (sagittal_tilt_deg(leg[0], leg[1], "lower", 1), sagittal_tilt_deg(leg[1], leg[2], "upper", 1))
    back = [float(foreshortening_corrected_tilt_deg(tilt, turn)) for tilt in tilts]
    assert back == pytest.approx([thigh, shank], abs=1e-6)


def test_foreshortening_golden_vector() -> None:
    assert foreshortening_corrected_tilt_deg(26.565, 30) == pytest.approx(30.0, abs=0.001)


@given(legs(), st.floats(-5, 5), coordinate, coordinate)
def test_knee_flexion_and_fppa_do_not_change_when_the_picture_turns_or_moves(
    leg: FloatArray, roll: float, x: float, y: float
) -> None:
    moved = turned(leg, roll) + np.array([x, y])
    assert knee_flexion_deg(*moved) == pytest.approx(float(knee_flexion_deg(*leg)), abs=1e-6)
    assert leg_fppa_deg(moved, 1) == pytest.approx(float(leg_fppa_deg(leg, 1)), abs=1e-6)


@given(legs(), st.floats(-40, 40))
def test_the_tilt_of_a_segment_takes_the_whole_roll_of_the_picture(leg: FloatArray, roll: float) -> None:
    hip, knee, _ = leg
    rolled = turned(leg, roll)
    before = frontal_tilt_deg(hip, knee, 1)
    assert frontal_tilt_deg(rolled[0], rolled[1], 1) == pytest.approx(float(before) - roll, abs=1e-6)


@given(legs(), st.floats(0.1, 10))
def test_angles_do_not_depend_on_the_size_of_the_picture_and_lengths_do(leg: FloatArray, scale: float) -> None:
    larger = leg * scale
    assert leg_fppa_deg(larger, 1) == pytest.approx(float(leg_fppa_deg(leg, 1)), abs=1e-6)
    assert knee_flexion_deg(*larger) == pytest.approx(float(knee_flexion_deg(*leg)), abs=1e-6)
    assert distance_px(larger[0], larger[1]) == pytest.approx(scale * float(distance_px(leg[0], leg[1])))


@given(legs())
def test_a_mirrored_right_leg_is_a_left_leg_with_the_same_fppa(leg: FloatArray) -> None:
    mirrored = leg * [-1, 1]
    assert leg_fppa_deg(mirrored, -1) == pytest.approx(float(leg_fppa_deg(leg, 1)), abs=1e-9)
    assert leg_fppa_deg(mirrored, 1) == pytest.approx(-float(leg_fppa_deg(leg, 1)), abs=1e-9)
    assert displacement_px(mirrored, -1) == pytest.approx(float(displacement_px(leg, 1)), abs=1e-6)


@given(legs())
def test_valgus_and_varus_never_share_a_sign(leg: FloatArray) -> None:
    """A knee medial of the line from hip to ankle is valgus, one lateral of it is varus."""
    displacement = float(displacement_px(leg, 1))
    if abs(displacement) > 1e-3:
        assert np.sign(leg_fppa_deg(leg, 1)) == np.sign(displacement)


@given(point, point, point)
def test_an_included_angle_lies_between_0_and_180_and_is_the_same_both_ways(a: Point, b: Point, c: Point) -> None:
    angle = float(included_angle_deg(a, b, c))
    if np.isfinite(angle):
        assert 0 <= angle <= 180
        assert angle == pytest.approx(float(included_angle_deg(c, b, a)))


@pytest.mark.parametrize("angle", [1e-5, 180 - 1e-5])
def test_very_small_and_very_flat_angles_keep_their_digits(angle: float) -> None:
    end = (np.cos(np.radians(angle)), np.sin(np.radians(angle)))
    assert included_angle_deg((1, 0), (0, 0), end) == pytest.approx(angle, abs=1e-9)


def test_a_segment_without_length_has_no_angle() -> None:
    assert np.isnan(included_angle_deg((5, 5), (5, 5), (9, 5)))


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_an_angle_without_one_of_its_landmarks_is_not_measured(missing: int) -> None:
    leg = np.array([(300.0, 100.0), (320.0, 300.0), (300.0, 500.0)])
    leg[missing] = np.nan
    assert np.isnan(leg_fppa_deg(leg, 1))
    assert np.isnan(knee_flexion_deg(*leg))
    assert np.isnan(displacement_px(leg, 1))


def test_knee_displacement_is_taken_from_the_hip_ankle_line_at_the_height_of_the_knee() -> None:
    assert knee_medial_displacement_px((100, 0), (130, 100), (120, 200), 1) == pytest.approx(20)
    assert knee_medial_displacement_px((100, 0), (130, 100), (120, 200), -1) == pytest.approx(-20)
    assert np.isnan(knee_medial_displacement_px((100, 50), (130, 100), (120, 50), 1))


def test_a_point_nearer_the_midline_is_medial() -> None:
    assert medial_offset_px((320, 0), (300, 400), 1) == 20
    assert medial_offset_px((320, 0), (300, 400), -1) == -20


def test_knees_closer_together_than_ankles_have_a_ratio_under_one() -> None:
    assert separation_ratio((480, 1), (320, 2), (500, 3), (300, 4)) == pytest.approx(0.8)
    assert np.isnan(separation_ratio((480, 1), (320, 2), (300, 3), (300, 4)))


@pytest.mark.parametrize("facing", [1, -1])
def test_forward_is_positive_whichever_way_the_person_faces(facing: int) -> None:
    ahead = 100 * facing
    assert sagittal_tilt_deg((0, 0), (ahead, 100), "lower", facing) == pytest.approx(45)
    assert sagittal_tilt_deg((ahead, 0), (0, 100), "upper", facing) == pytest.approx(45)


def test_a_segment_has_an_upper_and_a_lower_end_only() -> None:
    with pytest.raises(ValueError, match="middle"):
        sagittal_tilt_deg((0, 0), (1, 1), "middle", 1)


def test_angles_work_on_whole_series_at_once() -> None:
    leg = np.random.default_rng(1).normal(0, 100, (3, 7, 2, 2))
    whole = knee_flexion_deg(*leg)
    assert whole.shape == (7, 2)
    assert whole[3, 1] == knee_flexion_deg(leg[0, 3, 1], leg[1, 3, 1], leg[2, 3, 1])
