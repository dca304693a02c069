"""Layer: whole. formcheck as a library: what its documentation shows is run, and what it gives is the command's."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import formcheck
from formcheck import FormcheckError, Landmark, Plan, Pose, PoseOrigin, PoseTrack, RecordedPoses, analyze, find_poses
from formcheck.errors import PoseTrackError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.source import LooksAround
from formcheck.pose.store import save_track
from formcheck.report.document import assessment_document

from .command_line import Run
from .estimated import estimated_track
from .landmark_files import flat, write_trc
from .sample_tracks import sample_track
from .skeleton import Floats

ROOT = Path(__file__).resolve().parents[1]
CLIPS = ROOT / "sample_videos"
FRONT = "step_down_front_valgus"
COCO = {5: 11, 6: 12, 11: 23, 12: 24, 13: 25, 14: 26, 15: 27, 16: 28}


@pytest.fixture
def from_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def keypoints(track: PoseTrack) -> Iterator[Floats]:
    """Yield the keypoints of a COCO model for each frame of a track."""
    for pose in track:
        found = np.zeros((17, 3))
        for i, mark in COCO.items():
            found[i] = [*(pose.image_px[mark] / (track.source.width, track.source.height)), 0.9]
        yield found


@pytest.mark.usefixtures("kept_landmarks", "from_checkout", "pose_model")
def test_the_documented_example_gives_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```pycon\n(.*?)```", text, flags=re.DOTALL))
    model = keypoints(estimated_track(CLIPS / f"{FRONT}.mp4"))
    names: dict[str, Any] = {"folder": tmp_path, "my_model": lambda _rgb: next(model)}
    example = doctest.DocTestParser().get_doctest(blocks, names, "library.md", "docs/library.md", 0)
    said: list[str] = []
    done = doctest.DocTestRunner().run(example, out=said.append, clear_globs=False)
    assert done.attempted > 20
    assert not done.failed, "".join(said)
    assert [rep.measures for rep in example.globs["again"].reps] == [rep.measures for rep in example.globs["side"].reps]
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("kept_landmarks", "from_checkout", "pose_model")
def test_the_docstring_gives_what_it_says() -> None:
    (example,) = doctest.DocTestFinder(recurse=False).find(analyze, "analyze", globs={})
    assert doctest.DocTestRunner().run(example).failed == 0


def test_names_are_imported_when_they_are_asked_for() -> None:
    assert set(formcheck._HOMES) == set(formcheck.__all__)
    assert all(getattr(formcheck, name).__name__ == name for name in formcheck.__all__)
    assert set(formcheck.__all__) <= set(dir(formcheck))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        formcheck.nothing  # noqa: B018
    assert (Path(formcheck.__file__).parent / "py.typed").exists()


def test_it_gives_what_the_command_gives_and_leaves_nothing(
    tmp_path: Path, run_here: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    track = tmp_path / "set.npz"
    save_track(sample_track("wall_squat_side"), track)
    done = run_here("analyze", track, "--exercise", "wall-squat", "--target-depth", "60", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    there = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    found = analyze(track, exercise="wall-squat", plan=Plan(target_depth_deg=60))
    assert assessment_document(found) == json.loads((tmp_path / "out" / "set.json").read_text())
    assert capfd.readouterr() == ("", "")
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == there


def test_the_exercise_is_found_by_the_movement() -> None:
    assert analyze(sample_track("step_down_side")).exercise == "step-down"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"exercise": "handstand"}, "There is no exercise `handstand`"),
        ({"leg": "third"}, "“third” is no leg"),
        ({"view": "oblique"}, "“oblique” is no view"),
        ({"plan": Plan(target_depth_deg=500)}, "The target depth cannot be 500 degrees"),
        ({"mirrored": True}, "that is settled: mirrored"),
        ({"picture_px": (1, 1)}, "that is settled: picture_px"),
        ({"person": 1}, "that is settled: person"),
        ({"model": "lite"}, "that is settled: model"),
        ({"pose_source": lambda: Nobody()}, "that is settled: pose_source"),
        ({"pose_source": 5}, "5 opens no pose source"),
        ({"plan": {"reps": 3}}, "`plan` cannot be {'reps': 3}"),
        ({"plan": {}}, "`plan` cannot be {}"),
        ({"plan": Plan(reps="3")}, "The number of reps cannot be '3'"),  # type: ignore[arg-type]
        ({"plan": Plan(reps=2.5)}, "The number of reps cannot be 2.5"),  # type: ignore[arg-type]
        ({"plan": Plan(sex="m")}, "`sex` cannot be 'm'"),
        ({"plan": Plan(ball="no")}, "`ball` cannot be 'no'"),  # type: ignore[arg-type]
        ({"exercise": 5}, "`exercise` cannot be 5"),
        ({"exercise": ["squat"]}, "`exercise` cannot be ['squat']"),
        ({"rubric": 5}, "5 is no path of a file"),
        ({"mirrored": "no"}, "`mirrored` cannot be 'no'"),
        ({"person": "1"}, "`person` cannot be '1'"),
        ({"model": 5}, "`model` cannot be 5"),
        ({"capture_fps": "30"}, "`capture_fps` cannot be '30'"),
        ({"capture_fps": float("nan")}, "Nothing is filmed at nan"),
        ({"rubric": "nowhere.toml"}, "The rubric nowhere.toml cannot be read"),
        ({"rubric": None, "exercise": None, "view": "front"}, ""),
    ],
)
def test_what_cannot_be_done_is_said_with_a_remedy(wrong: dict[str, Any], said: str) -> None:
    track = sample_track("wall_squat_front")
    without_depth = replace(track, world_m=np.full_like(track.world_m, np.nan))
    with pytest.raises(FormcheckError) as refused:
        analyze(without_depth, **({"exercise": "wall-squat"} | wrong))
    assert said in refused.value.reason
    assert refused.value.remedy


@pytest.mark.parametrize("picture_px", ["1920x1080", ("1920", "1080"), (1920.5, 1080), (1920,), 5])
def test_a_size_that_is_no_size_is_said(picture_px: Any, tmp_path: Path) -> None:
    track = sample_track("wall_squat_front")
    path = write_trc(tmp_path / "set.trc", track.t_s, flat(track.image_px), "px")
    with pytest.raises(FormcheckError, match="`picture_px` cannot be") as refused:
        analyze(path, exercise="wall-squat", view="front", picture_px=picture_px)
    assert refused.value.remedy


@pytest.mark.parametrize("path", ["a\0.mp4", b"a.mp4", 5, None])
def test_what_is_no_path_is_said(path: Any) -> None:
    for call in (analyze, find_poses):
        with pytest.raises(FormcheckError, match="is no path of a file") as refused:
            call(path)
        assert refused.value.remedy


@pytest.mark.parametrize("said", [{"person": 1}, {"model": "full"}, {"pose_source": object}, {"mirrored": True}])
def test_what_is_said_of_pictures_is_refused_for_files_of_landmarks(said: dict[str, Any], tmp_path: Path) -> None:
    track = sample_track("wall_squat_front")
    path = write_trc(tmp_path / "set.trc", track.t_s, flat(track.image_px), "px")
    with pytest.raises(FormcheckError, match=f"set.trc holds landmarks, .* settled: {next(iter(said))}") as refused:
        analyze(path, exercise="wall-squat", view="front", **said)
    assert refused.value.remedy


def test_the_command_refuses_a_model_for_landmarks(tmp_path: Path, run_here: Run) -> None:
    track = sample_track("wall_squat_front")
    path = write_trc(tmp_path / "set.trc", track.t_s, flat(track.image_px), "px")
    arguments = ("analyze", path, "--exercise", "wall-squat", "--view", "front", "--out", tmp_path / "out")
    refused = run_here(*arguments, "--model", "lite")
    assert refused.returncode == 1
    assert "settled: model" in refused.stderr


def test_a_pose_source_that_gives_no_pose_is_said() -> None:
    class Nothing(Nobody):
        def estimate(self, rgb: Any, t_s: float, *, width_px: int, height_px: int) -> Any:  # noqa: ARG002
            return None

        def close(self) -> None:
            pass

    with pytest.raises(FormcheckError, match="gave None and no pose") as refused:
        analyze(CLIPS / "wall_squat_front.mp4", exercise="wall-squat", pose_source=Nothing)
    assert refused.value.remedy


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    for name in ("none.mp4", "none.trc", "none.npz", "none.csv"):
        with pytest.raises(FormcheckError) as refused:
            analyze(tmp_path / name, exercise="squat", pose_source=Nobody if name.endswith("mp4") else None)
        assert name in refused.value.reason


class Nobody:
    """A pose source that never finds anybody."""

    origin = PoseOrigin("nobody")
    opened = count()
    closed = 0

    def estimate(self, rgb: Any, t_s: float, *, width_px: int, height_px: int) -> Pose:  # noqa: ARG002
        return Pose.of(t_s, {})

    def close(self) -> None:
        Nobody.closed += 1


def test_a_source_of_ones_own_is_opened_and_closed_and_asked_for_nothing_else() -> None:
    with pytest.raises(FormcheckError, match="No person was found"):
        analyze(CLIPS / "squat_side_deep.mp4", exercise="squat", pose_source=Nobody)
    assert Nobody.closed == 1
    assert not isinstance(Nobody(), LooksAround)


def test_saved_poses_are_measured_beside_their_video() -> None:
    track = sample_track("wall_squat_side")
    other = replace(track, source=replace(track.source, pose_model="another model", mediapipe=""))
    found = analyze(CLIPS / "wall_squat_side.mp4", exercise="wall-squat", pose_source=lambda: RecordedPoses(other))
    assert (found.track.source.width, found.track.source.height) == (1280, 720)
    assert found.provenance.poses_by == "another model"
    assert len(found.complete_reps) == 3
    assert found.view.kind is ViewKind.SIDE


def test_balanced_poses_stay_balanced_beside_their_video() -> None:
    track = sample_track("wall_squat_front")
    track = replace(track, source=replace(track.source, balanced=True))
    alone = analyze(track, exercise="wall-squat")
    beside = analyze(CLIPS / "wall_squat_front.mp4", exercise="wall-squat", pose_source=lambda: RecordedPoses(track))
    assert beside.track.source.balanced
    assert beside.view.yaw_deg == pytest.approx(alone.view.yaw_deg, abs=0.1)
    for one, other in zip(alone.complete_reps, beside.complete_reps, strict=True):
        for leg, fppa in one.measures["fppa_deg"].items():
            assert fppa is not None
            again = other.measures["fppa_deg"][leg]
            assert again is not None
            assert again.value == pytest.approx(fppa.value, abs=0.2)


def test_a_saved_pose_is_that_of_its_time() -> None:
    track = sample_track("wall_squat_side").part(slice(0, 10))
    poses, rgb = RecordedPoses(track), np.zeros((4, 4, 3), dtype=np.uint8)
    late = float(track.t_s[3]) + 0.01
    near = poses.estimate(rgb, late, width_px=1280, height_px=720)
    assert near.t_s == late
    np.testing.assert_array_equal(near.image_px, track.image_px[3])
    assert not poses.estimate(rgb, float(track.t_s[-1]) + 1, width_px=1280, height_px=720).found
    half = poses.estimate(rgb, late, width_px=640, height_px=360)
    np.testing.assert_allclose(half.image_px, track.image_px[3] / 2)


@pytest.mark.parametrize("size", [(720, 1280), (1000, 1000), (1280, 960)])
def test_saved_poses_of_a_picture_of_another_shape_are_refused(size: tuple[int, int]) -> None:
    poses = RecordedPoses(sample_track("wall_squat_side").part(slice(0, 10)))
    with pytest.raises(PoseTrackError, match="1280 × 720 pixels") as refused:
        poses.estimate(np.zeros((4, 4, 3), dtype=np.uint8), 0.0, width_px=size[0], height_px=size[1])
    assert refused.value.remedy


def test_a_pose_is_made_of_named_points() -> None:
    pose = Pose.of(
        1.5, {Landmark.LEFT_HIP: (3.0, 4.0), Landmark.NOSE: (1.0, 2.0, 0.4), Landmark.LEFT_KNEE: (np.nan, 1)}
    )
    assert list(pose.image_px[Landmark.LEFT_HIP]) == [3.0, 4.0]
    assert [pose.visibility[i] for i in (Landmark.LEFT_HIP, Landmark.NOSE, Landmark.LEFT_KNEE)] == [1.0, 0.4, 0.0]
    assert np.isnan(pose.image_px[Landmark.RIGHT_HIP]).all()
    assert pose.t_s == 1.5
    with pytest.raises(ValueError, match="give x, y and visibility"):
        Pose.of(0.0, {33: (1.0, 2.0)})


def test_the_command_takes_landmarks_of_another_program(tmp_path: Path, run_here: Run) -> None:
    track = sample_track("step_down_front_valgus")
    path = write_trc(tmp_path / "set.trc", track.t_s, flat(track.image_px), "px")
    arguments = ("analyze", path, "--exercise", "step-down", "--out", tmp_path / "out")
    refused = run_here(*arguments)
    assert refused.returncode == 1
    assert "--view front|side" in refused.stderr
    done = run_here(*arguments, "--view", "front", "--picture", "1280x720")
    assert done.returncode == 0, done.stderr
    assert "No overlay" in done.stdout
    assert {each.name for each in (tmp_path / "out").iterdir()} == {"set.json", "set.csv", "set.html"}
    document = json.loads((tmp_path / "out" / "set.json").read_text())
    assert document["provenance"]["pose_model"] == "markers from a TRC file"
    assert document["view"]["yaw_deg"] is None
    assert [rep["leg"] for rep in document["reps"]] == ["left"] * 3
    assert "markers from a TRC file</dd>" in (tmp_path / "out" / "set.html").read_text()


@pytest.mark.parametrize("size", ["1280", "0x720", "axb", "-1x5"])
def test_a_size_that_is_none_is_a_wrong_argument(size: str, tmp_path: Path, run_here: Run) -> None:
    done = run_here("analyze", tmp_path / "a.trc", "--exercise", "squat", f"--picture={size}")
    assert done.returncode == 2
    assert "1920x1080" in done.stderr


def test_the_names_are_typed_for_who_uses_them(tmp_path: Path) -> None:
    """As a type checker sees the package from outside."""
    script = tmp_path / "uses.py"
    script.write_text("from formcheck import analyze\n\nreveal_type(analyze('a.mp4').complete_reps[0].start_s)\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r'Revealed type is "(builtins\.)?float"', done.stdout), done.stdout
