"""Layer: pure functions on made-up poses, and the real model on one picture and its mirror image."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from formcheck.pose.balance import (
    AT_MOST_S,
    EVERY_FRAMES,
    LiveBalance,
    LookSchedule,
    correction,
    corrections_at,
    mirrored_back,
)
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.landmarks import MIRROR, Landmark
from formcheck.pose.models import PoseModel
from formcheck.pose.types import Pose

from ..sample_tracks import sample_track

Picture = NDArray[np.uint8]
PICTURE: Picture = np.asarray(Image.open(Path(__file__).parent / "data" / "rendered_person.jpg").convert("RGB"))
WIDTH = 640
KNEE = Landmark.LEFT_KNEE


def a_pose(seed: int = 0, t_s: float = 0.0) -> Pose:
    rng = np.random.default_rng(seed)
    standing = sample_track("wall_squat_front")[10]
    image, world = (np.nan_to_num(each, nan=1.0) for each in (standing.image_px, standing.world_m))
    return Pose(t_s, image + rng.normal(0, 1, (33, 2)), standing.visibility, world)


def looks_of(times: list[float]) -> list[float]:
    schedule = LookSchedule()
    return [t for t in times if schedule.is_due(t)]


def moved(pose: Pose, px: float, landmark: int = KNEE) -> Pose:
    image = pose.image_px.copy()
    image[landmark, 0] += px
    return replace(pose, image_px=image)


def test_the_first_frame_is_looked_at_and_then_one_in_twenty() -> None:
    times = [i / 30 for i in range(61)]
    assert looks_of(times) == [times[0], times[EVERY_FRAMES], times[2 * EVERY_FRAMES], times[3 * EVERY_FRAMES]]


def test_a_slow_recording_is_looked_at_once_a_second_and_at_no_more_than_one_frame_in_eight() -> None:
    assert np.diff(looks_of([i / 15 for i in range(60)])) == pytest.approx(AT_MOST_S)
    assert np.diff(looks_of([i / 5 for i in range(60)])) == pytest.approx(8 / 5)


def test_what_is_read_in_the_mirror_comes_back_with_sides_exchanged() -> None:
    pose = a_pose()
    mirror = Pose(
        pose.t_s,
        np.column_stack([WIDTH - pose.image_px[:, 0], pose.image_px[:, 1]])[list(MIRROR)],
        pose.visibility[list(MIRROR)],
        (pose.world_m * [-1, 1, 1])[list(MIRROR)],
    )
    back = mirrored_back(mirror, WIDTH)
    assert back.image_px == pytest.approx(pose.image_px)
    assert back.world_m == pytest.approx(pose.world_m)
    assert back.visibility == pytest.approx(pose.visibility)


def test_half_of_the_difference_is_what_lacks_to_the_mean() -> None:
    pose = a_pose()
    found = correction(pose, moved(pose, 6.0))
    assert found is not None
    assert found.image_px[KNEE] == pytest.approx([3.0, 0.0])
    assert np.delete(found.image_px, KNEE, axis=0) == pytest.approx(0.0)


def test_a_joint_that_is_another_one_in_the_mirror_is_not_taken_for_its_error() -> None:
    pose = a_pose()
    found = correction(pose, moved(pose, 200.0))
    assert found is not None
    assert np.isnan(found.image_px[KNEE]).all()
    assert np.isfinite(found.image_px[Landmark.RIGHT_KNEE]).all()


def test_nobody_in_the_mirror_says_nothing() -> None:
    pose = a_pose()
    nobody = Pose(0.0, np.full((33, 2), np.nan), np.zeros(33), np.full((33, 3), np.nan))
    assert correction(pose, nobody) is None
    assert correction(nobody, pose) is None


def test_between_two_looks_a_recording_is_corrected_by_a_straight_line() -> None:
    looks = [correction(a_pose(t_s=t), moved(a_pose(t_s=t), px)) for t, px in ((0.0, 4.0), (1.0, 8.0))]
    image, world = corrections_at(np.array([0.0, 0.25, 1.0, 1.5]), [look for look in looks if look is not None])
    assert image[:, KNEE, 0] == pytest.approx([2.0, 2.5, 4.0, 4.0])
    assert world == pytest.approx(0.0)


def test_a_joint_that_no_look_knows_is_left_as_it_was_drawn() -> None:
    look = correction(a_pose(), moved(a_pose(), 200.0))
    assert look is not None
    image, _ = corrections_at(np.array([0.0, 1.0]), [look])
    assert image[:, KNEE] == pytest.approx(0.0)


def test_a_track_says_that_it_is_balanced_and_its_poses_stay_as_they_were_added() -> None:
    source = sample_track("wall_squat_front").source
    plain, balanced = TrackBuilder(), TrackBuilder()
    for builder in (plain, balanced):
        for i in range(5):
            builder.add(a_pose(t_s=i / 10))
    balanced.add_look(correction(a_pose(t_s=0.4), moved(a_pose(t_s=0.4), 6.0)))
    assert not plain.build(source).source.balanced
    track = balanced.build(source)
    assert track.source.balanced
    assert track.image_px[:, KNEE, 0] - plain.build(source).image_px[:, KNEE, 0] == pytest.approx(3.0)


def test_a_live_set_moves_over_to_a_new_look_without_a_jump() -> None:
    balance, pose = LiveBalance(), a_pose()
    balance.look(correction(pose, moved(pose, 4.0)))
    assert balance.balanced(pose).image_px[KNEE, 0] - pose.image_px[KNEE, 0] == pytest.approx(2.0)
    balance.look(correction(pose, moved(pose, 12.0)))
    steps = [balance.balanced(pose).image_px[KNEE, 0] - pose.image_px[KNEE, 0] for _ in range(EVERY_FRAMES)]
    assert np.diff([2.0, *steps]) == pytest.approx(4.0 / EVERY_FRAMES)
    assert steps[-1] == pytest.approx(6.0)


def test_a_live_set_is_not_balanced_by_somebody_who_is_gone() -> None:
    balance, pose = LiveBalance(), a_pose()
    balance.look(correction(pose, moved(pose, 4.0)))
    balance.forget()
    assert balance.balanced(pose).image_px == pytest.approx(pose.image_px)


def test_a_picture_and_its_mirror_image_are_read_as_one_person(pose_model: PoseModel) -> None:
    """The favour for a side is gone: the mean is the same of the picture and of its mirror image."""
    height, width = PICTURE.shape[:2]

    def read(rgb: Picture, *, balanced: bool) -> Pose:
        with PoseEstimator(pose_model, balanced=balanced) as estimator:
            return estimator.estimate(rgb, 0.0, width_px=width, height_px=height)

    mirror = np.ascontiguousarray(PICTURE[:, ::-1])
    apart = {
        balanced: float(
            np.abs(
                read(PICTURE, balanced=balanced).image_px
                - mirrored_back(read(mirror, balanced=balanced), width).image_px
            ).max()
        )
        for balanced in (True, False)
    }
    assert apart[True] < 1e-3 < 0.1 < apart[False]
