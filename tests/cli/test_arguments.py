"""Layer: the command line in this process. Wrong arguments, examples and guessed exercises, in our own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from formcheck import cli
from formcheck.pose.store import save_track

from ..command_line import Run
from ..sample_tracks import sample_track

_LIBRARY_WORDS = re.compile(
    r"Input should|Value error|valid integer|parse string|Invalid value|in the range|Missing argument|No such|"
    r"is not one of|Got unexpected|requires an argument|Traceback|pydantic|click",
    re.IGNORECASE,
)


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command, the groups too."""
    group = typer.main.get_command(cli.app) if group is None else group
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_help_has_an_example_that_is_a_command(path: tuple[str, ...], run_here: Run) -> None:
    done = run_here(*path, "--help")
    assert done.returncode == 0
    shown = [line.strip() for line in done.stdout.splitlines()]
    after = shown[shown.index("Examples:") + 1 :]
    examples = [line for line in after if line.startswith("formcheck ")]
    assert examples
    known = {" ".join(each) for each in commands()}
    for example in examples:
        words = example.split()[1:]
        assert " ".join(words[:2]) in known or words[0] in known
        assert not path or example.startswith(f"formcheck {' '.join(path)}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analyze",), "VIDEO is missing."),
        (("analyze", "--reps", "0", "x.mp4"), "--reps must be a whole number from 1 to 100."),
        (("analyze", "--reps", "many", "x.mp4"), "--reps must be a whole number from 1 to 100."),
        (("analyze", "--hold", "-1", "x.mp4"), "--hold must be a number from 0 to 300."),
        (("analyze", "--leg", "third", "x.mp4"), "--leg must be one of left, right, auto."),
        (("analyze", "--reps"), "--reps needs a value after it."),
        (("analyze", "--region", "1,2", "x.mp4"), "--region: give left, top, right and bottom in percent"),
        (("analyze", "--exercise", "handstand", "x.mp4"), "handstand"),
        (("analyze", "--exercize", "squat", "x.mp4"), "Did you mean --exercise?"),
        (("app", "--port", "99999"), "--port must be a whole number from 1 to 65535."),
        (("app", "now"), "“now” is more than “formcheck app” takes."),
        (("measure",), "“measure” is no command of formcheck; there are "),
        (("records", "clinic", "--paper", "b5"), "--paper must be one of a4, letter."),
        (("records", "copy"), "“copy” is no command of formcheck records; there are backup"),
        (
            ("batch", "clips", "--workers", "2", "--scheduler", "tcp://h:1"),
            "--workers: a scheduler has its own workers.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_our_own_words(arguments: tuple[str, ...], said: str, run_here: Run) -> None:
    done = run_here(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert not _LIBRARY_WORDS.search(done.stderr)
    assert done.stderr.splitlines()[-1].startswith("More: formcheck")


def test_a_video_in_place_of_a_command_is_told_what_measures_it(tmp_path: Path, run_here: Run) -> None:
    (tmp_path / "my squat.mp4").touch()
    done = run_here(tmp_path / "my squat.mp4")
    assert done.returncode == 2
    assert f"formcheck analyze '{tmp_path / 'my squat.mp4'}'" in done.stderr


@pytest.mark.parametrize(
    ("sample", "name", "exercise", "why"),
    [
        ("step_down_front_valgus", "monday", "step-down", "goes down with the body"),
        ("wall_squat_front", "clip of a wall squat", "wall-squat", "The file is named so."),
    ],
)
def test_the_exercise_is_guessed_and_said(
    sample: str, name: str, exercise: str, why: str, tmp_path: Path, run_here: Run
) -> None:
    save_track(sample_track(sample), tmp_path / f"{name}.npz")
    done = run_here("analyze", tmp_path / f"{name}.npz", "--no-report", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "Taken for" in line]
    assert why in line
    assert "--exercise NAME" in line
    assert json.loads((tmp_path / "out" / f"{name}.json").read_text())["exercise"] == exercise
    again = run_here("analyze", tmp_path / f"{name}.npz", "--no-report", "--json", "--out", tmp_path / "out")
    assert json.loads(again.stdout)["guess"]["exercise"] == exercise


def test_an_exercise_that_is_not_clear_is_asked_for(tmp_path: Path, run_here: Run) -> None:
    track = sample_track("wall_squat_front")
    save_track(track.part(track.t_s < 1.2), tmp_path / "standing.npz")
    done = run_here("analyze", tmp_path / "standing.npz", "--no-report", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Say which it is: --exercise wall-squat|" in done.stderr or "--exercise " in done.stderr
    assert not (tmp_path / "out" / "standing.json").exists()
