"""Layer: pure functions. What a live frame is measured by in plain numbers has the bits of what arrays give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.kinematics import geometry, hidden, plain, sides
from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_front import FrontNow
from formcheck.kinematics.live_side import SideNow
from formcheck.kinematics.planted_leg import _TILT_STEPS, _better_tilts, fit_planted_leg, tilts_on
from formcheck.kinematics.rep_signal import (
    drop_of_frame_px,
    flexion_from_drop_deg,
    flexion_of_drop_deg,
    trunk_drop_px,
)
from formcheck.kinematics.sagittal import (
    flexion_error_in_stance_deg,
    upright_flexion_deg,
    without_stance_error_deg,
)
from formcheck.kinematics.sides import SideKeeper
from formcheck.kinematics.standing import Standing, calibrated, leg_of_frame_px, rough_leg_px
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import Pose, PoseTrack, track_of

from ..sample_tracks import SAMPLE_TRACKS, sample_track
from .on_arrays import FrontOnArrays, KeeperOnArrays, SideOnArrays

_MARKS = sorted({int(mark) for body in BODY.values() for mark in body})
_NUMBER = st.floats(-2000, 3000, allow_nan=False)
_POINT = st.tuples(_NUMBER, _NUMBER)
_ANY = st.one_of(_NUMBER, st.just(float("nan")))


def same(one: object, other: object) -> bool:
    """Whether two numbers, or arrays of them, are the same to the bit; NaN is NaN, and 0 may have either sign."""
    return np.array_equal(np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64), equal_nan=True)


def stance_of(track: PoseTrack) -> Standing:
    """Return the stance of a sample clip, of its first second."""
    return calibrated(track, track.t_s < 1.0, quiet=True)


def poses_like(track: PoseTrack) -> st.SearchStrategy[Pose]:
    """Poses of a clip with joints moved anywhere, hidden or lost: what no recording happens to show."""

    def altered(i: int, moved: dict[int, tuple[float, float]], lost: set[int], seen: dict[int, float]) -> Pose:
        pose = track[i]
        image, visibility = pose.image_px.copy(), pose.visibility.copy()
        for mark, place in moved.items():
            image[mark] = place
        for mark, belief in seen.items():
            visibility[mark] = belief
        image[list(lost)], visibility[list(lost)] = np.nan, 0.0
        return Pose(pose.t_s, image, visibility, pose.world_m)

    marks = st.sampled_from(_MARKS)
    return st.builds(
        altered,
        st.integers(0, len(track) - 1),
        st.dictionaries(marks, _POINT, max_size=4),
        st.sets(marks, max_size=2),
        st.dictionaries(marks, st.sampled_from([0.0, 0.65, 0.69, 0.7, 1.0]), max_size=3),
    )


def check_front(
    track: PoseTrack, standing: Standing, pose: Pose, stands: Side | None, turn_deg: float, *, facing: bool = True
) -> None:
    frame = LiveFrame(pose, track.source)
    asked = {"bilateral": stands is None, "stands": stands, "facing_camera": facing, "turn_deg": turn_deg}
    drop_px = drop_of_frame_px(frame.y, standing.points_px[:, 1].tolist())
    now, expected = (
        made(standing, track.source, **asked)(frame, drop_px)  # type: ignore[arg-type]
        for made in (FrontNow, FrontOnArrays)
    )
    assert {"fppa_deg", "kmf_change_pct", "hip_adduction_deg"} <= now.per_leg.keys()
    for name, values in now.per_leg.items():
        for side in SIDES if stands is None else (stands,):
            assert same(values[side.leg_index], expected.per_leg[name][side.leg_index]), name
    assert "trunk_lean_deg" in now.whole_body
    for name, value in now.whole_body.items():
        assert same(value, expected.whole_body[name]), name


def check_side(track: PoseTrack, standing: Standing, pose: Pose, near: Side, turn_deg: float) -> None:
    frame = LiveFrame(pose, track.source)
    values, expected = (made(standing, track.source, near, turn_deg)(frame) for made in (SideNow, SideOnArrays))
    assert {"knee_flexion_deg", "trunk_flexion_deg", "heel_lift_pct"} <= values.keys()
    for name, value in values.items():
        assert same(value, expected[name]), name


@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_every_frame_of_a_clip_reads_the_same_as_by_arrays(clip: str) -> None:
    track = sample_track(clip)
    standing = stance_of(track)
    for pose in list(track)[::4]:
        if "front" in clip:
            check_front(track, standing, pose, Side.LEFT if "step" in clip else None, 1.7)
        else:
            check_side(track, standing, pose, Side.LEFT, 6.0)


@given(st.data(), st.sampled_from([None, *SIDES]), st.floats(-9, 9), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_frame_from_the_front_reads_the_same_as_by_arrays(
    data: st.DataObject, stands: Side | None, turn_deg: float, facing: bool
) -> None:
    track = sample_track("wall_squat_front")
    pose = data.draw(poses_like(track))
    check_front(track, stance_of(track), pose, stands, turn_deg, facing=facing)


@given(st.data(), st.sampled_from(SIDES), st.one_of(st.just(0.0), st.floats(0.1, 25)))
@settings(max_examples=60, deadline=None)
def test_any_frame_from_the_side_reads_the_same_as_by_arrays(data: st.DataObject, near: Side, turn_deg: float) -> None:
    track = sample_track("step_down_side")
    check_side(track, stance_of(track), data.draw(poses_like(track)), near, turn_deg)


def test_a_leg_that_does_not_stand_has_no_value() -> None:
    track = sample_track("step_down_front_valgus")
    standing, frame = stance_of(track), LiveFrame(track[200], track.source)
    now = FrontNow(standing, track.source, bilateral=False, stands=None, facing_camera=True, turn_deg=0.0)(frame, 30.0)
    assert np.isnan([value for pair in now.per_leg.values() for value in pair]).all()
    assert np.isnan(now.whole_body["trunk_lean_deg"])


@given(_POINT, _POINT, _POINT, st.sampled_from([-1.0, 1.0]), st.floats(0, 30))
def test_angles_of_points_are_those_of_arrays(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], way: float, turn_deg: float
) -> None:
    hip, knee, ankle = (np.array([point]) for point in (a, b, c))
    assert same(plain.tilt_deg(way * (b[0] - a[0]), b[1] - a[1]), geometry.frontal_tilt_deg(hip, knee, way)[0])
    assert same(
        plain.tilt_deg(way * -(c[0] - b[0]), c[1] - b[1]), geometry.sagittal_tilt_deg(knee, ankle, "upper", way)[0]
    )
    assert same(plain.distance_px(*a, *b), geometry.distance_px(hip, knee)[0])
    assert same(plain.knee_flexion_deg(a, b, c), geometry.knee_flexion_deg(hip, knee, ankle)[0])
    tilt = float(geometry.frontal_tilt_deg(hip, knee, way)[0])
    turned = plain.foreshortening_corrected_tilt_deg(tilt, float(np.cos(np.radians(turn_deg))))
    assert same(turned, geometry.foreshortening_corrected_tilt_deg(np.array([tilt]), turn_deg)[0])


@given(st.lists(_ANY, max_size=12))
def test_medians_are_those_of_numpy(values: list[float]) -> None:
    assert same(plain.median(values), np.median(values) if values else np.nan)
    known = [value for value in values if np.isfinite(value)]
    expected = np.median(known) if known else np.nan
    assert same(plain.known_median(values), expected)
    assert same(known_median(np.array(values, dtype=np.float64)), expected)


@given(_ANY, st.floats(1, 900))
def test_the_stand_in_for_flexion_is_that_of_arrays(drop_px: float, leg_px: float) -> None:
    assert same(flexion_of_drop_deg(drop_px, leg_px), flexion_from_drop_deg(np.array([drop_px]), leg_px)[0])


@given(st.floats(-40, 190), _ANY)
def test_flexion_without_its_error_in_stance_is_that_of_arrays(flexion_deg: float, at_rest_deg: float) -> None:
    one = upright_flexion_deg(flexion_deg, flexion_error_in_stance_deg(at_rest_deg))
    assert same(one, without_stance_error_deg(np.array([flexion_deg]), at_rest_deg)[0])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_trunk_and_leg_of_any_frame_are_those_of_arrays(data: st.DataObject) -> None:
    track = sample_track("wall_squat_front")
    standing, pose = stance_of(track), data.draw(poses_like(track))
    frame, alone = LiveFrame(pose, track.source), track_of([pose], track.source)
    assert same(drop_of_frame_px(frame.y, standing.points_px[:, 1].tolist()), trunk_drop_px(alone, standing)[0])
    assert same(leg_of_frame_px(frame.x, frame.y), rough_leg_px(alone))
    assert frame.found == alone.found[0]


_SIZE = st.one_of(st.sampled_from([0.0, float("nan")]), st.floats(0.5, 500))


@given(st.floats(1e-3, 3), st.floats(0, 9), _SIZE, _SIZE)
def test_one_step_of_a_body_is_judged_as_by_arrays(passed_s: float, moved: float, before: float, after: float) -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = hidden.is_jump(*(np.array([each]) for each in (passed_s, moved, before, after)))[0]
    assert hidden.is_jump_of(passed_s, moved, before, after) == expected


@given(st.data(), st.sampled_from([-1.0, 1.0]))
@settings(max_examples=40, deadline=None)
def test_the_tilts_of_a_frame_on_a_fitted_leg_are_those_of_arrays(data: st.DataObject, facing: float) -> None:
    track = sample_track("wall_squat_side")
    body = BODY[Side.LEFT]
    drawn = track.image_px
    leg = fit_planted_leg(drawn[:, body.hip], drawn[:, body.knee], drawn[:, body.ankle], facing)
    assert leg is not None
    pose = data.draw(poses_like(track))
    hip, knee, foot = pose.image_px[body.hip], pose.image_px[body.knee], leg.ankle_px
    tilts = (
        np.arctan2([facing * (knee - hip)[0]], [(knee - hip)[1]]),
        np.arctan2([facing * (knee - foot)[0]], [(foot - knee)[1]]),
    )
    joints = tuple(hip[:, None]), tuple(knee[:, None])
    for _ in range(_TILT_STEPS):
        tilts = _better_tilts(
            *joints, foot.tolist(), leg.thigh_px, leg.shank_px, facing, *tilts, sin=np.sin, cos=np.cos
        )
    assert same(tilts_on(leg, hip.tolist(), knee.tolist(), facing), np.degrees(tilts)[:, 0])


@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_exchanged_legs_are_found_as_by_arrays(clip: str) -> None:
    whole = sample_track(clip)
    frames = np.arange(len(whole)) % 90 < 12
    track = whole.with_sides_exchanged(frames, [int(mark) for mark in sides._LOWER_LEGS])
    keeper, on_arrays, leg_px = SideKeeper(), KeeperOnArrays(), rough_leg_px(whole)
    exchanges = 0
    for pose in track:
        hips, lower = on_arrays(track_of([pose], track.source), leg_px)
        kept = keeper(pose, leg_px, track.source)
        for part, is_exchanged in ((sides._HIPS, hips), (sides._LOWER_LEGS, lower)):
            of_other_side = [int(mark) for mark in part]
            now, before = kept.image_px[of_other_side], pose.image_px[of_other_side]
            assert same(now, before) != is_exchanged
        assert np.allclose(keeper._cost, on_arrays.cost, rtol=0, atol=1e-12)
        exchanges += hips or lower
    assert exchanges > 30
