"""Layer: pure functions. Collecting poses into a track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.pose.builder import TrackBuilder
from formcheck.pose.types import PoseTrack, TrackSource


@pytest.mark.parametrize("expected_frames", [0, 3, 20, 1000])
def test_track_holds_every_pose_in_order(track: PoseTrack, source: TrackSource, expected_frames: int) -> None:
    builder = TrackBuilder(expected_frames)
    for pose in track:
        builder.add(pose)
    built = builder.build(source)
    assert len(builder) == len(built) == len(track)
    np.testing.assert_array_equal(built.t_s, track.t_s)
    np.testing.assert_array_equal(built.image_px, track.image_px)
    np.testing.assert_array_equal(built.visibility, track.visibility)
    np.testing.assert_array_equal(built.world_m, track.world_m)
    np.testing.assert_array_equal(built.found, np.arange(len(track)) != 4)


def test_no_poses_make_an_empty_track(source: TrackSource) -> None:
    assert len(TrackBuilder().build(source)) == 0


@pytest.mark.parametrize("step_s", [0.0, -0.01])
def test_time_that_does_not_increase_is_refused(track: PoseTrack, step_s: float) -> None:
    builder = TrackBuilder()
    builder.add(track[0])
    with pytest.raises(ValueError, match="strictly increase"):
        builder.add(replace(track[1], t_s=track[0].t_s + step_s))
    assert len(builder) == 1


def test_a_built_track_stays_as_it_is_when_more_poses_come(track: PoseTrack, source: TrackSource) -> None:
    builder = TrackBuilder(expected_frames=11)
    for i in range(10):
        builder.add(track[i])
    early = builder.build(source)
    for i in range(10, len(track)):
        builder.add(track[i])
    np.testing.assert_array_equal(early.image_px, track.image_px[:10])
    assert len(builder.build(source)) == len(track)


def test_a_container_that_claims_absurdly_many_frames_is_not_believed(track: PoseTrack, source: TrackSource) -> None:
    builder = TrackBuilder(expected_frames=10**15)
    builder.add(track[0])
    assert len(builder.build(source)) == 1
