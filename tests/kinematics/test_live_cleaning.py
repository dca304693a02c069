"""Layer: pure functions, frame by frame, on simulated and saved tracks. What is not seen now has no place now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.cleaning import cleaned
from formcheck.kinematics.live_frame import LiveCleaner
from formcheck.pose.landmarks import BODY, Landmark, Side
from formcheck.pose.types import PoseTrack, track_of

from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import HIP, LEGS, Film, Move, Person, film
from .alterations import exchanged, trembling

_KNEES = [BODY[Side.LEFT].knee, BODY[Side.RIGHT].knee]


def frame_by_frame(track: PoseTrack) -> PoseTrack:
    clean = LiveCleaner(track.source)
    return track_of([clean(pose).pose for pose in track], track.source)


def seen_from(yaw_deg: float) -> Film:
    return trembling(film(Person("squat", (Move(), Move()), 0, yaw_deg)), seed=5, px=1.0, m=0.006)


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_landmarks_are_where_the_zero_phase_filter_puts_them_or_a_moment_behind(name: str) -> None:
    track = sample_track(name)
    live, recorded = frame_by_frame(track).image_px, cleaned(track).image_px
    off = np.linalg.norm(live - recorded, axis=2)[:, _KNEES]
    known = off[np.isfinite(off)]
    leg = 0.37 * track.source.height
    assert np.median(known) < 0.005 * leg
    assert np.percentile(known, 99) < 0.05 * leg


@pytest.mark.parametrize("yaw", [0.0, 35.0, 90.0, -90.0])
@pytest.mark.parametrize("parts", [LEGS, HIP], ids=["both legs", "hips"])
@pytest.mark.parametrize("length", [1, 5, 20])
def test_exchanged_legs_are_put_right_as_they_come(yaw: float, parts: list[int], length: int) -> None:
    made = seen_from(yaw)
    frames = np.zeros(len(made.track), dtype=np.bool_)
    frames[70 : 70 + length] = True
    wrong = exchanged(made, frames, parts)
    whole, repaired = frame_by_frame(made.track).image_px, frame_by_frame(wrong.track).image_px
    apart = np.linalg.norm(whole - repaired, axis=2)[frames][:, parts]
    assert np.nanmax(apart) < 3.0


def test_a_clean_track_is_left_as_it_is() -> None:
    for yaw in (0.0, 90.0):
        made = seen_from(yaw)
        apart = np.linalg.norm(frame_by_frame(made.track).image_px - made.track.image_px, axis=2)
        assert np.nanmedian(apart) < 2.0


def test_a_landmark_below_the_least_visibility_is_gone_in_that_frame() -> None:
    track = sample_track("wall_squat_front")
    visibility = track.visibility.copy()
    visibility[100:130, Landmark.LEFT_KNEE] = 0.4
    live = frame_by_frame(replace(track, visibility=visibility))
    assert np.isnan(live.image_px[100:130, Landmark.LEFT_KNEE]).all()
    assert (live.visibility[100:130, Landmark.LEFT_KNEE] == 0).all()
    assert np.isfinite(live.image_px[[99, 130], Landmark.LEFT_KNEE]).all()


def test_a_landmark_outside_of_the_picture_is_gone() -> None:
    track = sample_track("wall_squat_front")
    image = track.image_px.copy()
    image[100:130, Landmark.LEFT_ANKLE, 1] = track.source.height + 5
    live = frame_by_frame(replace(track, image_px=image))
    assert np.isnan(live.image_px[100:130, Landmark.LEFT_ANKLE]).all()


def test_somebody_who_crosses_in_front_is_not_taken_for_the_person() -> None:
    track = sample_track("wall_squat_front")
    image = track.image_px.copy()
    image[100:130] += [400.0, 20.0]
    live = frame_by_frame(replace(track, image_px=image))
    assert not live.found[100:130].any()
    assert live.found[131:].all()


def test_whoever_stays_is_taken_for_the_person_at_last() -> None:
    track = sample_track("wall_squat_front")
    image = track.image_px.copy()
    image[100:] += [400.0, 20.0]
    live = frame_by_frame(replace(track, image_px=image))
    assert not live.found[100:150].any()
    assert live.found[200:].all()
