"""Layer: the real command line, in processes of its own where these matter, and real workers. A folder of videos."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest
from distributed import LocalCluster

import formcheck

from ..clips import SAMPLES, remake
from ..command_line import Done, Run, in_a_process
from ..test_network_silence import WATCHERS, watch_with_strace

pytestmark = pytest.mark.usefixtures("pose_model")

FAST = ("--no-video", "--no-report")
MOMENT_S = 1.5
"""Of somebody who stands: for tests of what is done with videos, whatever they show."""


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "formcheck", "batch", *map(str, arguments)]


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(newline="", encoding="utf-8") as file:
        return {row["video"]: row for row in csv.DictReader(file)}


def lines(done: Done) -> dict[str, dict[str, object]]:
    return {line["video"]: line for line in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with one rep of each of two exercises, from standing to standing."""
    folder = tmp_path_factory.mktemp("clips")
    remake("wall_squat_side", folder / "wall_squat.mp4", 4.6, start_s=1.4)
    remake("step_down_side", folder / "step-down.mp4", 5.0, start_s=2.3)
    return folder


@pytest.fixture
def folder(clips: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(clips, tmp_path / "videos"))


@pytest.fixture
def moment(tmp_path: Path) -> Path:
    """Make a folder with one video that is soon measured."""
    folder = tmp_path / "videos"
    folder.mkdir()
    remake("wall_squat_side", folder / "wall_squat.mp4", MOMENT_S)
    return folder


def test_a_mixed_folder_gets_the_right_outcome_for_each_file(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "wall_squat.mp4", folder / "z copy of it.mp4")
    (folder / "cut squat.mp4").write_bytes((SAMPLES / "wall_squat_front.mp4").read_bytes()[:60_000])
    (folder / "empty squat.mp4").touch()
    (folder / "IMG_7.mov").write_text("no video")
    (folder / "wall_squat.mp4").rename(folder / "IMG_8.mp4")
    (folder / "notes.txt").write_text("seen on Monday")
    with (folder / "huge squat.mp4").open("wb") as huge:
        huge.truncate(2**28)
    out = tmp_path / "out"
    done = in_a_process("batch", folder, "--out", out, *FAST, "--workers", "2", "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 5, "a line for each file that is no video or cannot be measured"
    rows = table(out)
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "IMG_7.mov": "failed",
        "cut squat.mp4": "failed",
        "empty squat.mp4": "failed",
        "huge squat.mp4": "failed",
        "notes.txt": "left out",
        "step-down.mp4": "assessed",
        "IMG_8.mp4": "assessed",
        "z copy of it.mp4": "copy",
    }
    assert "is not a video" in rows["IMG_7.mov"]["reason"]
    known_from = [(rows[name]["exercise"], rows[name]["exercise_from"]) for name in ("IMG_8.mp4", "step-down.mp4")]
    assert known_from == [("wall-squat", "movement"), ("step-down", "file name")]
    assert "cut off" in rows["cut squat.mp4"]["reason"]
    assert "is empty" in rows["empty squat.mp4"]["reason"]
    assert rows["z copy of it.mp4"]["same_as"] == "IMG_8.mp4"
    made = {path.name for path in out.iterdir()}
    endings = ("json", "csv")
    assert made == {"summary.csv", "summary.parquet"} | {
        f"{stem}.{ending}" for stem in ("step-down", "IMG_8") for ending in endings
    }
    told = lines(done)
    assert told["IMG_8.mp4"]["reps_counted"] == 1
    assert told["z copy of it.mp4"]["same_as"] == "IMG_8.mp4"
    check_table(out)


def check_table(out: Path) -> None:
    """Hold the table against the JSON files, and its two forms against each other."""
    rows = table(out)
    for stem, leg in (("IMG_8", "left"), ("step-down", "left")):
        document = json.loads((out / f"{stem}.json").read_text(encoding="utf-8"))
        (rep,) = [each for each in document["reps"] if each["complete"]]
        depth = rep["measures"]["knee_flexion_max_deg"][leg]
        row = rows[f"{stem}.mp4"]
        assert row["sha256"] == document["source"]["sha256"]
        assert float(row[f"knee_flexion_max_{leg}_deg"]) == depth["value"]
        assert float(row[f"knee_flexion_max_{leg}_error_deg"]) == depth["error"]
        assert row["fppa_left_deg"] == "", "a side view gives none"
        assert row["formcheck"] == formcheck.__version__
        faults = [finding for finding in document["findings"] if finding["band"] == "fault"]
        assert int(row["faults"]) == len(faults)
    parquet = pyarrow.parquet.read_table(out / "summary.parquet").to_pylist()
    assert [row["video"] for row in parquet] == list(rows)
    for one in parquet:
        other = rows[one["video"]]
        assert {name: "" if cell is None else str(cell) for name, cell in one.items()} == other


def test_what_was_done_is_kept_and_again_measures_anew(moment: Path, tmp_path: Path, run_here: Run) -> None:
    out = tmp_path / "out"
    first = run_here("batch", moment, "--out", out, *FAST)
    assert first.returncode == 0, first.stderr
    results = out / "wall_squat.json"
    before, rows = results.stat().st_mtime_ns, table(out)
    second = run_here("batch", moment, "--out", out, *FAST)
    assert second.returncode == 0
    assert "kept" in second.stdout
    assert results.stat().st_mtime_ns == before
    assert table(out) == rows
    third = run_here("batch", moment, "--out", out, *FAST, "--again")
    assert third.returncode == 0
    assert results.stat().st_mtime_ns > before


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_leaves_what_is_done_and_nothing_half_written(tmp_path: Path) -> None:
    folder, out = tmp_path / "videos", tmp_path / "out"
    folder.mkdir()
    remake("wall_squat_side", folder / "wall_squat_long.mp4", 16)
    remake("wall_squat_side", folder / "wall_squat_short.mp4", 2)
    # A terminal sends Ctrl-C to the whole group: this process and its workers.
    running = subprocess.Popen(
        command(folder, "--out", out, "--workers", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    assert first.startswith("wall_squat_short.mp4"), first
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=240)
    assert running.returncode == 130
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("Stopped")
    assert {name: row["outcome"] for name, row in table(out).items()} == {
        "wall_squat_long.mp4": "unfinished",
        "wall_squat_short.mp4": "assessed",
    }
    made = sorted(path.name for path in out.iterdir())
    assert made == [
        "summary.csv",
        "summary.parquet",
        *(f"wall_squat_short.{e}" for e in ("csv", "html", "json", "mp4")),
    ]
    wait_until_gone(running.pid)


def wait_until_gone(group: int) -> None:
    """Wait until no process of a group is left."""
    for _ in range(1200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("workers outlive the command")


@pytest.mark.skipif(watch_with_strace not in WATCHERS, reason="strace may not be used here")
def test_workers_talk_on_loopback_only(moment: Path, tmp_path: Path) -> None:
    calls = watch_with_strace(command(moment, "--out", tmp_path / "out", *FAST), tmp_path)
    assert calls
    assert [call for call in calls if 'inet_addr("127.0.0.1")' not in call] == []


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a scheduler and a worker as somebody else would have; give the address."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", protocol="tcp://", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


def test_a_scheduler_that_is_there_does_the_work(moment: Path, tmp_path: Path, scheduler: str) -> None:
    out = tmp_path / "out"
    done = in_a_process("batch", moment, "--out", out, *FAST, "--scheduler", scheduler)
    assert done.returncode == 0, done.stderr
    assert {row["outcome"] for row in table(out).values()} == {"assessed"}
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scheduler", "tcp://127.0.0.1:9"], "No Dask scheduler answers"),
        (["--scheduler", "127.0.0.1:9"], "is not the address"),
    ],
)
def test_no_scheduler_is_one_sentence(
    arguments: list[str], said: str, moment: Path, tmp_path: Path, run_here: Run
) -> None:
    out = tmp_path / "out"
    done = run_here("batch", moment, "--out", out, *arguments)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments",
    [["--exercise", "handstand"], ["--workers", "0"], ["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"]],
)
def test_wrong_arguments_exit_with_two(arguments: list[str], tmp_path: Path, run_here: Run) -> None:
    done = run_here("batch", tmp_path, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_without_videos_is_one_sentence(tmp_path: Path, run_here: Run) -> None:
    done = run_here("batch", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "There are no videos" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
