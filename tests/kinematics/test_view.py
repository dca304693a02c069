"""Layer: pure functions on simulated tracks. From where the camera sees the person, and what that view is good for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.view import (
    ViewKind,
    ViewQuality,
    ViewVerdict,
    judge_view,
    turn_off_view_deg,
    turn_reading,
    view_as_told,
    yaw_series_deg,
)
from formcheck.pose.landmarks import Side

from ..skeleton import Camera, Film, Person, film
from .alterations import hidden, trembling

READS_LOW_DEG = 4.5
"""What the estimator takes off the turn of people who face the camera (measured on its own output)."""


def seen_from(yaw_deg: float, camera: Camera | None = None) -> Film:
    return film(Person(yaw_deg=yaw_deg), camera, reads_low_deg=READS_LOW_DEG)


def judged(made: Film) -> ViewVerdict:
    return judge_view(made.track, np.ones(len(made.track), dtype=np.bool_))


@pytest.mark.parametrize("yaw", [-170, -135, -105, -90, -75, -45, -20, -8, -3, 0, 3, 8, 20, 45, 75, 90, 105, 135, 180])
def test_the_turn_of_the_body_is_found_all_the_way_round(yaw: float) -> None:
    found = judged(trembling(seen_from(yaw), seed=4, px=1.0))
    off = (found.yaw_deg - yaw + 180) % 360 - 180
    assert abs(off) < 1.0
    assert abs(off) < found.yaw_error_deg


@pytest.mark.parametrize("roll", [-8.0, -4.0, 4.0, 8.0])
@pytest.mark.parametrize("yaw", [0.0, 20.0, 90.0])
def test_roll_of_the_camera_is_not_yaw(roll: float, yaw: float) -> None:
    assert judged(seen_from(yaw, Camera(roll_deg=roll))).yaw_deg == pytest.approx(yaw, abs=1.5)


@pytest.mark.parametrize("pitch", [-8.0, 8.0])
@pytest.mark.parametrize("yaw", [0.0, 20.0, 90.0])
def test_pitch_of_the_camera_is_not_yaw(pitch: float, yaw: float) -> None:
    assert judged(seen_from(yaw, Camera(pitch_deg=pitch))).yaw_deg == pytest.approx(yaw, abs=1.5)


@pytest.mark.parametrize(("yaw", "facing"), [(0.0, True), (2.0, True), (180.0, False), (-178.5, False)])
def test_front_and_back_views_carry_knee_alignment(yaw: float, facing: bool) -> None:
    found = judged(seen_from(yaw))
    assert (found.kind, found.verdict, found.near_leg) == (ViewKind.FRONT, ViewQuality.OK, None)
    assert found.facing_camera is facing


@pytest.mark.parametrize("yaw", [4.0, -4.0, 8.0, -8.0, 175.0])
def test_a_front_view_a_little_turned_is_of_low_confidence_and_says_by_how_much(yaw: float) -> None:
    found = judged(seen_from(yaw))
    assert (found.kind, found.verdict) == (ViewKind.FRONT, ViewQuality.LOW)
    assert f"{min(abs(yaw), 180 - abs(yaw)):.0f}°" in found.reason


@pytest.mark.parametrize(
    ("yaw", "near", "quality"),
    [
        (90, Side.LEFT, ViewQuality.OK),
        (-90, Side.RIGHT, ViewQuality.OK),
        (80, Side.LEFT, ViewQuality.OK),
        (-102, Side.RIGHT, ViewQuality.OK),
        (70, Side.LEFT, ViewQuality.LOW),
        (-110, Side.RIGHT, ViewQuality.LOW),
    ],
)
def test_a_side_view_names_the_near_leg(yaw: float, near: Side, quality: ViewQuality) -> None:
    found = judged(seen_from(yaw))
    assert (found.kind, found.near_leg, found.verdict) == (ViewKind.SIDE, near, quality)


@pytest.mark.parametrize("yaw", [15, -15, 30, 45, -60, 120, -150])
def test_between_front_and_side_no_angle_is_given(yaw: float) -> None:
    found = judged(seen_from(yaw))
    assert (found.kind, found.verdict) == (ViewKind.OBLIQUE, ViewQuality.REFUSED)
    assert found.near_leg is (Side.LEFT if yaw > 0 else Side.RIGHT)


def test_without_shoulders_or_hips_the_view_is_unknown() -> None:
    made = seen_from(0.0)
    world = made.track.world_m.copy()
    world[:, [11, 12, 23, 24]] = np.nan
    found = judged(Film(**{**vars(made), "track": type(made.track)(**{**vars(made.track), "world_m": world})}))
    assert (found.kind, found.verdict) == (ViewKind.UNKNOWN, ViewQuality.REFUSED)
    assert np.isnan(found.yaw_deg)


def test_a_few_wild_frames_do_not_move_the_view() -> None:
    made = seen_from(0.0)
    made.track.world_m[10:40, 11, 2] -= 0.5
    assert judged(made).yaw_deg == pytest.approx(0.0, abs=1.0)


def test_frames_that_were_not_asked_for_do_not_count() -> None:
    made = seen_from(0.0)
    half = np.arange(len(made.track)) < len(made.track) // 3
    made.track.world_m[~half, 11, 2] -= 0.5
    assert judge_view(made.track, half).yaw_deg == pytest.approx(0.0, abs=0.5)


def test_hidden_legs_do_not_change_the_view() -> None:
    made = seen_from(90.0)
    assert judged(hidden(made, [25, 26, 27, 28])).yaw_deg == pytest.approx(90.0, abs=1.0)


def test_the_turn_is_known_frame_by_frame() -> None:
    made = seen_from(20.0)
    assert yaw_series_deg(made.track) == pytest.approx(20.0, abs=1.0)


@pytest.mark.parametrize(("yaw", "off"), [(0, 0), (-6, 6), (176, 4), (90, 0), (78, 12), (-100, 10), (45, 0)])
def test_how_far_the_camera_is_off_its_view(yaw: float, off: float) -> None:
    assert turn_off_view_deg(judged(seen_from(yaw))) == pytest.approx(off, abs=1.0)


def test_a_view_that_was_named_is_believed_near_by_with_low_confidence() -> None:
    told = view_as_told(judged(seen_from(18.0)), ViewKind.FRONT)
    assert (told.kind, told.verdict, told.near_leg) == (ViewKind.FRONT, ViewQuality.LOW, None)
    told = view_as_told(judged(seen_from(62.0)), ViewKind.SIDE)
    assert (told.kind, told.verdict, told.near_leg) == (ViewKind.SIDE, ViewQuality.LOW, Side.LEFT)


@pytest.mark.parametrize(("yaw", "named"), [(90.0, ViewKind.FRONT), (45.0, ViewKind.FRONT), (0.0, ViewKind.SIDE)])
def test_a_view_that_was_named_wrongly_is_refused(yaw: float, named: ViewKind) -> None:
    assert view_as_told(judged(seen_from(yaw)), named).verdict is ViewQuality.REFUSED


def test_a_view_that_was_named_rightly_stays_as_it_was_found() -> None:
    found = judged(seen_from(0.0))
    assert view_as_told(found, ViewKind.FRONT) is found


def by_model(made: Film, pose_model: str) -> Film:
    return replace(made, track=replace(made.track, source=replace(made.track.source, pose_model=pose_model)))


@pytest.mark.parametrize("name", ["lite", "full", "heavy"])
@pytest.mark.parametrize("yaw", [0.0, 20.0, 175.0])
def test_what_each_model_reads_low_is_put_right(name: str, yaw: float) -> None:
    reading = turn_reading(f"pose_landmarker_{name}")
    made = film(Person(yaw_deg=yaw), reads_low_deg=reading.reads_low_deg)
    assert judged(by_model(made, f"pose_landmarker_{name}")).yaw_deg == pytest.approx(yaw, abs=1.0)


def test_a_model_that_nobody_measured_has_the_widest_error() -> None:
    made = seen_from(0.0)
    strange = judged(by_model(made, "somebodys_own"))
    assert strange.yaw_error_deg > max(
        judged(by_model(made, f"pose_landmarker_{name}")).yaw_error_deg for name in ("lite", "full", "heavy")
    )
    assert abs(strange.yaw_deg) < strange.yaw_error_deg
