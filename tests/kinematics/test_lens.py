"""Layer: pure functions. What is known of a lens, and a camera that is turned in thought."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.camera import (
    CUT_FOCAL_SPREAD,
    FOCAL_SPREAD,
    TOLD_FOCAL_SPREAD,
    focal_px,
    lens_of,
    off_axis_deg,
    rolled_px,
    turn_to,
    turned_px,
)
from formcheck.pose.types import TrackSource

from ..camera import homography_of_turn
from ..sample_tracks import sample_track


def source(width: int, height: int, **told: float) -> TrackSource:
    return replace(sample_track("wall_squat_front").source, width=width, height=height, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280), (640, 480), (1080, 2340)])
def test_a_picture_of_a_usual_shape_is_whole_and_its_lens_assumed(width: int, height: int) -> None:
    lens = lens_of(source(width, height))
    assert lens.whole
    assert lens.focal_px == 0.75 * max(width, height)
    assert lens.focal_spread == FOCAL_SPREAD
    assert lens.centre_px == (width / 2, height / 2)


@pytest.mark.parametrize(("width", "height"), [(780, 720), (720, 720), (768, 720)])
def test_a_picture_of_an_unusual_shape_was_cut_out_of_a_longer_one(width: int, height: int) -> None:
    lens = lens_of(source(width, height))
    assert not lens.whole
    assert lens.focal_px == pytest.approx(0.75 * 720 * 16 / 9)
    assert lens.focal_spread == CUT_FOCAL_SPREAD


def test_a_lens_that_is_told_is_believed() -> None:
    lens = lens_of(source(1280, 720, focal_px=focal_px(26.0, 1280, 720)))
    assert lens.focal_px == pytest.approx(26 / 36 * 1280)
    assert lens.focal_spread == TOLD_FOCAL_SPREAD
    assert np.isnan(focal_px(float("nan"), 1280, 720))


def test_where_the_middle_was_is_told_for_a_picture_that_was_cut() -> None:
    lens = lens_of(source(780, 720, principal_x_px=140.0, principal_y_px=360.0))
    assert lens.whole
    assert lens.centre_px == (140.0, 360.0)


@pytest.mark.parametrize("pan", [-15.0, 4.0, 15.0])
def test_a_camera_that_is_turned_sideways_moves_the_picture_by_the_homography(pan: float) -> None:
    lens = lens_of(source(1280, 720))
    points = np.random.default_rng(1).uniform([200, 100], [1080, 620], (20, 2))
    matrix = homography_of_turn(1280, 720, lens.focal_px, -pan)
    by_hand = np.column_stack([points, np.ones(20)]) @ matrix.T
    to = np.array([640 + lens.focal_px * np.tan(np.radians(pan)), 360.0])
    assert turned_px(points, lens, turn_to(lens, to)) == pytest.approx(by_hand[:, :2] / by_hand[:, 2:])
    assert off_axis_deg(lens, float(to[0])) == pytest.approx(pan)


def test_what_is_unseen_stays_unseen_and_what_is_behind_becomes_so() -> None:
    lens = lens_of(source(1280, 720))
    points = np.array([[np.nan, np.nan], [640.0, 360.0], [-20_000.0, 360.0]])
    seen = turned_px(points, lens, turn_to(lens, np.array([1280.0, 360.0])))
    assert np.isfinite(seen).all(axis=1).tolist() == [False, True, False]


@pytest.mark.parametrize("roll", [-7.0, 3.0])
def test_a_line_that_falls_to_the_right_is_level_when_the_tilt_is_gone(roll: float) -> None:
    lens = lens_of(source(1280, 720))
    line = np.array([[600.0, 300.0], [700.0, 300.0 + 100 * np.tan(np.radians(roll))]])
    level = rolled_px(line, lens, roll)
    assert level[0, 1] == pytest.approx(level[1, 1])
    assert level[1, 0] > level[0, 0]
