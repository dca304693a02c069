"""Layer: the real model on single pictures: a rendered person whose joints are known, and pictures of nobody."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mediapipe
import numpy as np
import pytest
from mediapipe.tasks.python import vision
from numpy.typing import NDArray
from PIL import Image

from formcheck.errors import PoseModelError
from formcheck.pose.estimator import PoseEstimator, mediapipe_package
from formcheck.pose.landmarks import N_LANDMARKS, Landmark
from formcheck.pose.models import PoseModel, find_model
from formcheck.pose.types import Pose

RENDERED_PERSON = Path(__file__).parent / "data" / "rendered_person.jpg"
SOURCE = {"width_px": 1280, "height_px": 720}
"""Size of the rendered picture; the file holds it at half of that."""
JOINTS_PX = {
    Landmark.LEFT_HIP: (671.1, 335.0),
    Landmark.RIGHT_HIP: (609.1, 334.8),
    Landmark.LEFT_KNEE: (675.6, 480.5),
    Landmark.RIGHT_KNEE: (604.9, 480.6),
    Landmark.LEFT_ANKLE: (678.9, 640.5),
    Landmark.RIGHT_ANKLE: (601.1, 640.5),
    Landmark.LEFT_SHOULDER: (705.0, 178.4),
    Landmark.RIGHT_SHOULDER: (575.2, 178.5),
}
"""Joint centres of the rendered skeleton in the rendered picture, known exactly."""
STANCE_PX = 640.5 - 178.4
"""From shoulder to ankle."""

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def person() -> Picture:
    with Image.open(RENDERED_PERSON) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture
def nobody() -> Picture:
    return np.full((360, 640, 3), 128, dtype=np.uint8)


@pytest.fixture
def estimator(pose_model: PoseModel) -> Iterator[PoseEstimator]:
    with PoseEstimator(pose_model) as made:
        yield made


def distances_to_joints_px(pose: Pose) -> NDArray[np.float64]:
    joints = np.array(list(JOINTS_PX.values()))
    return np.asarray(np.linalg.norm(pose.image_px[list(JOINTS_PX)] - joints, axis=1))


def test_landmarks_lie_on_the_joints_in_source_pixels(estimator: PoseEstimator, person: Picture) -> None:
    pose = estimator.estimate(person, 0.5, **SOURCE)
    assert pose.found
    assert pose.t_s == 0.5
    assert distances_to_joints_px(pose).max() < 0.05 * STANCE_PX
    assert pose.visibility[list(JOINTS_PX)].min() > 0.9
    assert pose.visibility.shape == (N_LANDMARKS,)
    assert pose.visibility.max() <= 1.0


def test_world_landmarks_are_metres_around_the_hips(estimator: PoseEstimator, person: Picture) -> None:
    world_m = estimator.estimate(person, 0.0, **SOURCE).world_m
    hips = world_m[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]]
    np.testing.assert_allclose(hips.mean(axis=0), 0, atol=0.02)
    height_m = world_m[Landmark.LEFT_ANKLE, 1] - world_m[Landmark.LEFT_SHOULDER, 1]
    assert 0.9 < height_m < 1.7
    assert world_m[Landmark.LEFT_SHOULDER, 0] > world_m[Landmark.RIGHT_SHOULDER, 0]


def test_the_source_size_alone_scales_the_landmarks(
    estimator: PoseEstimator, person: Picture, pose_model: PoseModel
) -> None:
    at_half = estimator.estimate(person, 0.0, width_px=640, height_px=360)
    with PoseEstimator(pose_model) as another:
        at_full = another.estimate(person, 0.0, **SOURCE)
    np.testing.assert_allclose(at_full.image_px, 2 * at_half.image_px)


def test_nobody_is_not_measured(estimator: PoseEstimator, nobody: Picture) -> None:
    pose = estimator.estimate(nobody, 0.0, **SOURCE)
    assert not pose.found
    assert np.isnan(pose.image_px).all()
    assert np.isnan(pose.world_m).all()
    assert not pose.visibility.any()


def test_a_person_who_comes_and_goes_is_found_while_there(
    estimator: PoseEstimator, person: Picture, nobody: Picture
) -> None:
    frames = [nobody, person, person, nobody, nobody, person]
    found = [estimator.estimate(frame, i / 30, **SOURCE).found for i, frame in enumerate(frames)]
    assert found == [False, True, True, False, False, True]


def test_a_person_in_another_part_of_the_picture_is_found_there_within_two_frames(
    estimator: PoseEstimator, person: Picture
) -> None:
    aside_px = person.shape[1] // 5
    aside = np.roll(person, aside_px, axis=1)
    poses = [estimator.estimate(person, i / 30, **SOURCE) for i in range(5)]
    poses += [estimator.estimate(aside, i / 30, **SOURCE) for i in range(5, 10)]
    moved = np.median(poses[-1].image_px[:, 0] - poses[0].image_px[:, 0])
    assert [pose.found for pose in poses[7:]] == [True] * 3
    assert moved == pytest.approx(aside_px * SOURCE["width_px"] / person.shape[1], rel=0.05)


def test_what_is_hidden_or_shown_is_so_in_that_very_frame(estimator: PoseEstimator, person: Picture) -> None:
    """MediaPipe's own visibility takes 7 frames to fall below a half, and as long to return."""
    legs = [Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE, Landmark.LEFT_ANKLE, Landmark.RIGHT_ANKLE]
    without_legs = person.copy()
    without_legs[200:] = 128
    frames = [person] * 3 + [without_legs] * 5 + [person] * 5
    seen = [estimator.estimate(frame, i / 30, **SOURCE).visibility[legs] for i, frame in enumerate(frames)]
    assert np.min(seen[:3]) > 0.9
    assert np.max(seen[3:8]) < 0.5
    assert np.min(seen[9:]) > 0.9


def test_a_knee_behind_a_box_is_not_visible_however_sure_the_model_is(
    estimator: PoseEstimator, person: Picture
) -> None:
    boxed = person.copy()
    x, y = (round(c / 2) for c in JOINTS_PX[Landmark.LEFT_KNEE])
    boxed[y - 20 : y + 20, x - 14 : x + 20] = 128
    frames = [person] * 20 + [boxed] * 10 + [person] * 10
    seen = np.array([estimator.estimate(frame, i / 30, **SOURCE).visibility for i, frame in enumerate(frames)])
    assert seen[:20, Landmark.LEFT_KNEE].min() > 0.9
    assert not seen[20:30, Landmark.LEFT_KNEE].any()
    assert seen[33:, Landmark.LEFT_KNEE].min() > 0.9
    assert seen[:, Landmark.RIGHT_KNEE].min() > 0.9


def test_frames_within_one_millisecond_work(estimator: PoseEstimator, person: Picture) -> None:
    times = [0.0100, 0.0102, 0.0104, 0.0106, 0.0150]
    poses = [estimator.estimate(person, t_s, **SOURCE) for t_s in times]
    assert [pose.t_s for pose in poses] == times
    assert max(distances_to_joints_px(pose).max() for pose in poses) < 0.05 * STANCE_PX


def test_the_clock_time_of_a_live_camera_works(estimator: PoseEstimator, person: Picture) -> None:
    assert estimator.estimate(person, 1.8e9, **SOURCE).found


@pytest.mark.parametrize("t_s", [1.0, 0.999, -1.0, float("nan"), float("inf")])
def test_time_that_does_not_increase_is_refused(estimator: PoseEstimator, nobody: Picture, t_s: float) -> None:
    estimator.estimate(nobody, 1.0, **SOURCE)
    with pytest.raises(ValueError, match="t_s must"):
        estimator.estimate(nobody, t_s, **SOURCE)


def test_a_refused_frame_does_not_disturb_the_next(estimator: PoseEstimator, person: Picture) -> None:
    with pytest.raises(ValueError, match="rgb must have shape"):
        estimator.estimate(person[:, :, 0], 5.0, **SOURCE)
    assert estimator.estimate(person, 1.0, **SOURCE).found


@pytest.mark.parametrize(
    "rgb",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_no_picture_is_refused(estimator: PoseEstimator, rgb: Picture) -> None:
    with pytest.raises(ValueError, match="rgb must have shape"):
        estimator.estimate(rgb, 0.0, **SOURCE)
    with pytest.raises(ValueError, match="rgb must have shape"):
        estimator.people_in_view(rgb)


def test_a_mirrored_view_of_an_array_is_read_as_it_looks(estimator: PoseEstimator, person: Picture) -> None:
    pose = estimator.estimate(person[:, ::-1], 0.0, **SOURCE)
    hips = pose.image_px[[Landmark.RIGHT_HIP, Landmark.LEFT_HIP], 0]
    joints = 1280 - np.array([JOINTS_PX[Landmark.LEFT_HIP][0], JOINTS_PX[Landmark.RIGHT_HIP][0]])
    np.testing.assert_allclose(hips, joints, atol=0.05 * STANCE_PX)


def test_one_person_is_counted_once(estimator: PoseEstimator, person: Picture) -> None:
    (box,) = estimator.people_in_view(person)
    assert box.top < 90 < 320 < box.bottom
    assert box.left < 300 < 340 < box.right


def test_two_people_are_counted_as_two(estimator: PoseEstimator, person: Picture) -> None:
    middle = person[:, 220:420]
    assert len(estimator.people_in_view(np.hstack([middle, middle]))) == 2


def test_nobody_is_counted_as_none(estimator: PoseEstimator, nobody: Picture) -> None:
    assert estimator.people_in_view(nobody) == ()


def test_counting_people_does_not_disturb_the_poses(
    estimator: PoseEstimator, person: Picture, pose_model: PoseModel
) -> None:
    with PoseEstimator(pose_model) as undisturbed:
        for i in range(3):
            estimator.people_in_view(person)
            pose, wanted = (each.estimate(person, i / 30, **SOURCE) for each in (estimator, undisturbed))
            np.testing.assert_array_equal(pose.image_px, wanted.image_px)


def test_a_closed_estimator_says_so(pose_model: PoseModel, nobody: Picture) -> None:
    estimator = PoseEstimator(pose_model)
    estimator.close()
    estimator.close()
    with pytest.raises(ValueError, match="closed"):
        estimator.estimate(nobody, 0.0, **SOURCE)
    with pytest.raises(ValueError, match="closed"):
        estimator.people_in_view(nobody)


def test_a_bundle_of_other_networks_is_an_error(bundle_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(bundle_file))
    model = find_model()
    with pytest.raises(PoseModelError, match="MediaPipe cannot use the pose model"):
        PoseEstimator(model)


def test_a_model_that_vanished_or_changed_is_an_error(bundle_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(bundle_file))
    model = find_model()
    with zipfile.ZipFile(bundle_file, "a") as archive:
        archive.writestr("more.txt", "more")
    with pytest.raises(PoseModelError, match="changed while it was in use"):
        PoseEstimator(model)
    bundle_file.unlink()
    with pytest.raises(PoseModelError, match="cannot be read"):
        PoseEstimator(model)


def test_nothing_is_written_to_the_terminal(pose_model: PoseModel) -> None:
    program = f"""
import numpy as np
from pathlib import Path
from PIL import Image
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.models import PoseModel
model = PoseModel({pose_model.name!r}, Path({str(pose_model.path)!r}), {pose_model.sha256!r})
person = np.asarray(Image.open({str(RENDERED_PERSON)!r}))
for _ in range(2):
    with PoseEstimator(model) as estimator:
        for i in range(4):
            frame = person if i else np.zeros_like(person)
            assert estimator.estimate(frame, i / 30, width_px=640, height_px=360).found == (i > 0)
        assert len(estimator.people_in_view(person)) == 1
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("kind", [mediapipe.Image, vision.PoseLandmarker])
def test_what_ctrl_c_left_half_made_goes_without_a_word(kind: Any) -> None:
    mediapipe_package()
    half = kind.__new__(kind)
    half.__del__()
