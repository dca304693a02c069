"""Layer: the real command line, in processes of its own where these matter. What it says to files that hold no set."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from formcheck.pose.models import PoseModel

from ..clips import SAMPLES, empty_wall, remake
from ..command_line import Run, in_a_process

pytestmark = pytest.mark.usefixtures("pose_model")


ANALYZE = ("analyze", "--exercise", "wall-squat", "--no-video", "--no-report")


def make_text(folder: Path) -> Path:
    path = folder / "notes.mp4"
    path.write_text("not a video")
    return path


def make_empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def make_cut(folder: Path) -> Path:
    path = folder / "cut.mp4"
    path.write_bytes((SAMPLES / "wall_squat_front.mp4").read_bytes()[:60_000])
    return path


def make_wall(folder: Path) -> Path:
    return empty_wall(folder / "wall.mp4", 10)


def make_two_people(folder: Path) -> Path:
    def beside(picture: np.ndarray) -> np.ndarray:
        half = picture[:, 320:960]
        return np.hstack([half, half])

    return remake("wall_squat_front", folder / "two.mp4", 3.5, beside)


def make_upper_half(folder: Path) -> Path:
    return remake("wall_squat_front", folder / "upper.mp4", 3, lambda picture: picture[:370])


def make_rolled(folder: Path) -> Path:
    return remake("wall_squat_front", folder / "rolled.mp4", 3, lambda picture: picture.transpose(1, 0, 2)[:, ::-1])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_text, "is not a video file"),
        (make_empty, "is empty"),
        (make_cut, "was cut off"),
        (make_wall, "No person was found"),
        (make_two_people, "Two people are in view"),
        (make_upper_half, "The feet are out of view"),
        (make_rolled, "lies on the side"),
        (lambda folder: folder / "nothing.mp4", "There is no file"),
        (lambda folder: folder, "formcheck batch"),
        (lambda _: Path("https://video.example/squat.mp4"), "https://video.example/squat.mp4: This is an address"),
    ],
)
def test_a_file_without_a_set_gets_its_reason_in_one_line(
    make: Callable[[Path], Path], said: str, tmp_path: Path, run_here: Run
) -> None:
    source, out = make(tmp_path), tmp_path / "out"
    done = run_here(*ANALYZE, source, "--out", out)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists() or not list(out.iterdir())


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    good = remake("wall_squat_side", tmp_path / "good.mp4", 4.6, start_s=1.4)
    done = in_a_process(*ANALYZE, make_text(tmp_path), good, "--out", tmp_path / "out", "--json")
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"good.json", "good.csv"}


def test_files_of_one_name_get_results_of_their_own(tmp_path: Path, run_here: Run) -> None:
    first = remake("wall_squat_side", tmp_path / "set.mp4", 3)
    (tmp_path / "other").mkdir()
    second = remake("wall_squat_side", tmp_path / "other" / "set.mp4", 3)
    done = run_here(*ANALYZE, first, second, "--out", tmp_path / "out", "--quiet")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("*.json"))) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["--exercise", "handstand"],
        ["--exercise", "squat", "--leg", "third"],
        ["--exercise", "squat", "--target-depth", "nan"],
        ["--exercise", "squat", "--person", "0"],
        ["--exercise", "squat", "--region", "0,0,50"],
        ["--exercise", "squat", "--region", "50,0,10,100"],
        ["--exercise", "squat", "--region", "nan,0,50,100"],
        ["--exercise", "squat", "--person", "1", "--region", "0,0,50,100"],
    ],
)
def test_wrong_arguments_exit_with_two(arguments: list[str], run_here: Run) -> None:
    done = run_here("analyze", str(SAMPLES / "wall_squat_side.mp4"), *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, run_here: Run) -> None:
    (tmp_path / "file").touch()
    clip = remake("wall_squat_side", tmp_path / "set.mp4", 3)
    done = run_here(*ANALYZE, clip, "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file size, as a full disk is one")
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, pose_model: PoseModel) -> None:
    clip = remake("wall_squat_side", tmp_path / "set.mp4", 3)
    code = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); sys.argv[0] = 'formcheck'; "
        "runpy.run_module('formcheck', run_name='__main__')"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "analyze",
        str(clip),
        "--exercise",
        "wall-squat",
        "--out",
        str(tmp_path / "o"),
    ]
    environment = os.environ | {"FORMCHECK_POSE_MODEL": str(pose_model.path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists() or not list((tmp_path / "o").iterdir())


def test_the_overlay_of_one_video_is_not_written_over_another(tmp_path: Path, run_here: Run) -> None:
    other = remake("wall_squat_side", tmp_path / "set.mp4", 3)
    before = other.read_bytes()
    remake("wall_squat_front", tmp_path / "set.mp4.mp4", 3).rename(tmp_path / "set.mov")
    done = run_here(
        "analyze", "--exercise", "wall-squat", "--no-report", tmp_path / "set.mov", other, "--out", tmp_path
    )
    assert done.returncode == 1
    assert 'would be written over the video "set.mp4" itself' in done.stderr
    assert other.read_bytes() == before


def _until_it_reads(pid: int, name: str) -> None:
    """Wait until a process has a file open and worked on it for a second; when that is is up to the machine."""
    process, until = psutil.Process(pid), time.monotonic() + 120
    while not any(Path(file.path).name == name for file in process.open_files()):
        assert time.monotonic() < until, f"{name} was never read"
        time.sleep(0.1)
    begun_s = process.cpu_times().user
    while process.cpu_times().user < begun_s + 1:
        assert time.monotonic() < until, "it does nothing"
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_half_way_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-m", "formcheck", "analyze", str(SAMPLES / "wall_squat_front.mp4")]
    running = subprocess.Popen(
        [*command, "--exercise", "wall-squat", "--out", str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    _until_it_reads(running.pid, "wall_squat_front.mp4")
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=240)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert not out.exists() or not list(out.iterdir())
