"""Layer: the command line in this process. A folder of clips against their truths.

Landmarks may be some that were found before.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from ..clips import SAMPLES, remake
from ..command_line import Run

pytestmark = pytest.mark.usefixtures("pose_model")

SECONDS = 7.0
"""Of the clip that is measured: one rep, from standing to standing."""
NAMES = {"validation.html", "validation.json", "validation.csv", "validation.md"}


def one_rep(folder: Path) -> Path:
    """Put the beginning of a sample clip into a folder, with its truth as points marked by hand in six frames."""
    folder.mkdir()
    remake("wall_squat_side", folder / "set.mp4", SECONDS)
    with (SAMPLES / "wall_squat_side.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if float(row["t_s"]) < SECONDS]
    bottom = [row for row in rows if row["phase"] == "hold"]
    marked = [rows[10], rows[20], *bottom[:: max(1, len(bottom) // 4)][:4]]
    with (folder / "set.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["t_s", "point", "x_px", "y_px"])
        for row in marked:
            for joint in ("hip", "knee", "ankle"):
                place = [row[f"{joint}_L_u"], row[f"{joint}_L_v"]]
                writer.writerow([row["t_s"], f"left_{joint}", *(cell.replace(".", ",") for cell in place)])
    return folder


def test_a_clip_with_marked_joints_is_compared_and_a_bad_one_named(tmp_path: Path, run_here: Run) -> None:
    folder, out = one_rep(tmp_path / "room"), tmp_path / "out"
    shutil.copy(folder / "set.mp4", folder / "bad.mp4")
    (folder / "bad.csv").write_text("t_s,measure,leg,value\n1,knee_angle,left,10\n")
    shutil.copy(folder / "set.mp4", folder / "late.mp4")
    (folder / "late.csv").write_text("t_s,measure,leg,value\n90,knee_flexion_deg,left,10\n")
    (folder / "clips.csv").write_text("file,view,reps,person\nset.mp4,side,1,A\n")
    copy = tmp_path / "docs" / "room.md"
    (tmp_path / "notes.md").write_text("## What was tried\n\nNothing.\n")
    options: list[str | Path] = [
        "--exercise",
        "wall-squat",
        "--out",
        out,
        "--markdown",
        copy,
        "--notes",
        tmp_path / "notes.md",
    ]
    done = run_here("validate", folder, *options)
    assert done.returncode == 1, done.stderr
    assert "bad.csv, line 2: there is no measure “knee_angle”" in done.stderr
    assert "late.csv speaks of 90 s" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 2
    assert {path.name for path in out.iterdir()} == NAMES
    document = json.loads((out / "validation.json").read_text())
    assert {clip["name"]: clip["error"] is None for clip in document["clips"]} == {
        "set": True,
        "bad": False,
        "late": False,
    }
    result = next(clip for clip in document["clips"] if clip["name"] == "set")["result"]
    assert (result["reps_true"], result["reps_counted"], result["view_found"]) == (1, 1, "side")
    (depth,) = (group for group in document["overall"] if group["measure"] == "knee_flexion_max_deg")
    assert (depth["n"], depth["people"]) == (1, 1)
    assert depth["mae"] < 5
    assert copy.read_text().endswith("## What was tried\n\nNothing.\n")
    assert str(tmp_path) not in copy.read_text()


def test_rendered_truth_is_called_what_it_is_and_landmarks_can_be_kept(tmp_path: Path, run_here: Run) -> None:
    folder = tmp_path / "room"
    folder.mkdir()
    for ending in ("mp4", "csv", "json"):
        shutil.copy(SAMPLES / f"wall_squat_oblique.{ending}", folder)
    first = run_here("validate", folder, "--out", tmp_path / "out", "--quiet")
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    (clip,) = json.loads((tmp_path / "out" / "validation.json").read_text())["clips"]
    assert clip["truth"]["kind"] == "rendered"
    assert clip["result"]["angles_refused"]
    assert (clip["result"]["reps_true"], clip["result"]["reps_counted"]) == (2, 2)
    assert abs(clip["result"]["yaw_off_deg"]) < 5
    assert "prove no clinical validity" in (tmp_path / "out" / "validation.md").read_text()
    # Landmarks that were saved from another video are not taken for this one's.
    other = remake("wall_squat_side", tmp_path / "other.mp4", 3)
    keep = ["analyze", other, "--exercise", "wall-squat", "--no-video", "--no-report"]
    assert run_here(*keep, "--save-track", "--out", tmp_path / "kept").returncode == 0
    shutil.copy(tmp_path / "kept" / "other.track.parquet", folder / "wall_squat_oblique.track.parquet")
    second = run_here("validate", folder, "--out", tmp_path / "again")
    assert second.returncode == 1
    assert "was not saved from the wall_squat_oblique.mp4" in second.stderr
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("make", "said"),
    [(False, "There is no folder"), (True, "has a truth beside it")],
)
def test_a_folder_with_nothing_to_compare_is_refused_in_one_line(
    make: bool, said: str, tmp_path: Path, run_here: Run
) -> None:
    folder = tmp_path / "room"
    if make:
        folder.mkdir()
        (folder / "set.mp4").touch()
    done = run_here("validate", folder, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_an_exercise_that_does_not_exist_is_a_wrong_argument(tmp_path: Path, run_here: Run) -> None:
    assert run_here("validate", tmp_path, "--exercise", "handstand").returncode == 2


def test_the_results_of_an_analysis_are_no_proof_of_themselves(tmp_path: Path, run_here: Run) -> None:
    video, kept = remake("wall_squat_side", tmp_path / "set.mp4", SECONDS), tmp_path / "kept"
    options = ["--exercise", "wall-squat", "--no-video", "--no-report", "--save-track", "--out", kept]
    assert run_here("analyze", video, *options).returncode == 0
    done = run_here("validate", kept, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (clip,) = json.loads((tmp_path / "out" / "validation.json").read_text())["clips"]
    assert any("this proves nothing" in note for note in clip["notes"])
    assert any("set.json is formcheck's own result" in note for note in clip["notes"])
    # The landmarks are the same, so points elsewhere are told without the video being read.
    (kept / "set.csv").write_text("t_s,point,x_px,y_px\n1,left_hip,9,9\n1,left_knee,9,99\n1,left_ankle,9,9999\n")
    outside = run_here("validate", kept, "--out", tmp_path / "again")
    assert outside.returncode == 1
    assert "set.csv: left_ankle at 1 s is at 9, 9999, outside of the picture" in outside.stderr
