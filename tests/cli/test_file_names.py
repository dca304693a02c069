"""Layer: the real command line in processes of its own. Files whose names are no UTF-8, and other odd ones."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.pose.store import load_track

from ..clips import remake

pytestmark = pytest.mark.usefixtures("pose_model")

NAME = os.fsdecode(b"squat \xff\xfe bad\n\xe2\x80\xae.mp4")
SHOWN = "squat \ufffd\ufffd bad\ufffd\ufffd"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with somebody who stands for a moment, under a name that is no UTF-8."""
    folder = tmp_path_factory.mktemp("videos")
    remake("wall_squat_side", folder / "plain.mp4", 1.0).rename(folder / NAME)
    return folder


def formcheck(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "formcheck", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False)


def test_it_is_measured_and_written_under_a_clean_name(folder: Path, tmp_path: Path) -> None:
    done = formcheck("analyze", folder / NAME, "--exercise", "wall-squat", "--save-track", "--json", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.decode("ascii"))
    assert Path(told["video"]).name == f"{SHOWN}.mp4"
    endings = {".json", ".csv", ".mp4", ".html", ".track.parquet"}
    assert {path.name for path in tmp_path.iterdir()} == {f"{SHOWN}{ending}" for ending in endings}
    assert all(Path(path).is_file() for path in told["files"].values())
    document = json.loads((tmp_path / f"{SHOWN}.json").read_text(encoding="utf-8"))
    assert document["source"]["name"] == f"{SHOWN}.mp4"
    assert f"{SHOWN}.mp4" in (tmp_path / f"{SHOWN}.html").read_text(encoding="utf-8")
    assert load_track(tmp_path / f"{SHOWN}.track.parquet").source.name == f"{SHOWN}.mp4"


def test_a_folder_with_it_is_measured_and_kept(folder: Path, tmp_path: Path) -> None:
    command = ("batch", folder, "--exercise", "wall-squat", "--workers", "1", "--no-video", "--out", tmp_path / "out")
    done = formcheck(*command)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "summary.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["video"], row["outcome"], row["results"]) == (f"{SHOWN}.mp4", "assessed", SHOWN)
    assert (tmp_path / "out" / f"{SHOWN}.html").is_file()
    assert b"measured before" in formcheck(*command).stdout


def test_one_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("no video")
    done = formcheck("analyze", path, "--exercise", "wall-squat", "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert f'"{SHOWN}.mp4" is not a video file' in line


def test_a_validation_names_it(folder: Path, tmp_path: Path) -> None:
    clips = tmp_path / os.fsdecode(b"clips \xff")
    clips.mkdir()
    (clips / NAME).write_bytes((folder / NAME).read_bytes())
    rows = "".join(f"{t / 10},knee_flexion_deg,left,5\n" for t in range(8))
    (clips / NAME).with_suffix(".csv").write_text(f"t_s,measure,leg,value\n{rows}", encoding="utf-8")
    done = formcheck("validate", clips, "--exercise", "wall-squat", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert [clip["file"] for clip in document["clips"]] == [f"{SHOWN}.mp4"]
    assert "clips \ufffd" in (tmp_path / "out" / "validation.md").read_text(encoding="utf-8")
