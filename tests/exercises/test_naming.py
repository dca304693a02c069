"""Layer: pure functions. Which exercise the name of a video says."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from formcheck.exercises.catalogue.exercise import exercise_in_name


@pytest.mark.parametrize(
    ("name", "exercise"),
    [
        ("anna_wall-squat_2.mp4", "wall-squat"),
        ("Wall Squat.MOV", "wall-squat"),
        ("wallsit.mp4", "wall-squat"),
        ("step_down_left.mp4", "step-down"),
        ("StepDowns 3.mp4", "step-down"),
        ("squat01.mp4", "squat"),
        ("deep squats.mp4", "squat"),
        ("Anna Step-Downs 2.mov", "step-down"),
        ("stepdown.mp4", "step-down"),
        ("squat_deep.mp4", "squat"),
        ("down_the_step.mp4", None),
        ("wallpaper.mp4", None),
        ("IMG_0042.mp4", None),
        ("squatter.mp4", None),
        ("musquat.mp4", None),
    ],
)
def test_a_name_says_the_exercise(name: str, exercise: str | None) -> None:
    assert exercise_in_name(PurePosixPath(name)) == exercise


def test_a_name_that_says_two_exercises_says_none() -> None:
    assert exercise_in_name(PurePosixPath("step-downs/squat and step-down.mp4")) is None


def test_the_innermost_folder_that_says_one_counts() -> None:
    assert exercise_in_name(PurePosixPath("squats/anna/step downs/IMG_1.mp4")) == "step-down"


def test_the_name_goes_before_the_folder() -> None:
    assert exercise_in_name(PurePosixPath("step downs/wall_squat.mp4")) == "wall-squat"
