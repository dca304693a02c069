"""Layer: the real pose model on a sample clip. A recording that is a mirror image, as selfie cameras make them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import read_track
from formcheck.video.keyframes import frames_at

from ..clips import remake

SAMPLE, LENGTH_S = "step_down_front_valgus", 1.5


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Write the start of a step-down twice: as it was, and as a selfie camera keeps it."""
    folder = tmp_path_factory.mktemp("recordings")
    paths = folder / "plain.mp4", folder / "selfie.mp4"
    remake(SAMPLE, paths[0], LENGTH_S)
    remake(SAMPLE, paths[1], LENGTH_S, change=lambda picture: picture[:, ::-1])
    return paths


@pytest.fixture(scope="module")
def put_right(recordings: tuple[Path, Path], pose_model: PoseModel) -> PoseTrack:
    return read_track(recordings[1], pose_model, mirrored=True)


def test_a_mirrored_recording_that_is_told_gives_the_persons_own_left_and_right(
    recordings: tuple[Path, Path], pose_model: PoseModel, put_right: PoseTrack
) -> None:
    plain = read_track(recordings[0], pose_model)
    leg_px = 200
    for side in Side:
        marks = [BODY[side].hip, BODY[side].knee, BODY[side].ankle]
        apart = np.linalg.norm(plain.image_px[:, marks] - put_right.image_px[:, marks], axis=2)
        assert np.median(apart) < 0.02 * leg_px
    assert (put_right.source.mirrored, plain.source.mirrored) == (True, False)


def test_one_that_is_not_told_exchanges_them(recordings: tuple[Path, Path], pose_model: PoseModel) -> None:
    """Why it has to be told: the picture of a mirrored person is that of a person."""
    untold = read_track(recordings[1], pose_model)
    left, right = (np.median(untold.image_px[:, BODY[side].hip, 0]) for side in (Side.LEFT, Side.RIGHT))
    assert left > right  # as of anybody who faces the camera, though this person's left is on the left now


def test_pictures_for_the_report_are_the_right_way_round(recordings: tuple[Path, Path]) -> None:
    plain = next(frames_at(recordings[0], [1.0])).rgb.astype(float)
    selfie = next(frames_at(recordings[1], [1.0], mirrored=True)).rgb.astype(float)
    assert np.abs(plain - selfie).mean() < 3.0
    assert np.abs(plain - selfie[:, ::-1]).mean() > 6.0


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
def test_a_saved_track_remembers_that_it_was_mirrored(put_right: PoseTrack, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"set.track{suffix}"
    save_track(put_right, path)
    assert load_track(path).source.mirrored
