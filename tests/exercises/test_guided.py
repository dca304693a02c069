"""Layer: data. Guided exercises: what their folders must hold, and that nothing takes them for measured ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.exercise import (
    exercise_title,
    exercises,
    read_exercise,
    safety_notes,
)
from formcheck.exercises.catalogue.folders import EXERCISES_VARIABLE, exercise_folders, guided_folders
from formcheck.exercises.catalogue.guided import GuidedExercise, guided_exercises
from formcheck.exercises.rubric_file import builtin_names
from formcheck.exercises.toml_model import InvalidRubricError
from formcheck.report.safety import safety_texts, texts_sha256

GUIDED = tuple(guided_exercises().values())
NAME = "towel-squeeze"


@pytest.fixture
def laid_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay a guided exercise of one's own into the catalogue."""
    folder = tmp_path / "exercises" / NAME
    shutil.copytree(str(guided_folders()["ball-squeeze"]), folder)
    monkeypatch.setenv(EXERCISES_VARIABLE, str(folder.parent))
    return folder


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "exercise.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_measured_and_guided_are_two_lists() -> None:
    assert set(builtin_names()) == set(exercises())
    assert not set(guided_exercises()) & set(exercises())
    assert not set(guided_folders()) & set(exercise_folders())


@pytest.mark.parametrize("exercise", GUIDED, ids=[*guided_exercises()])
def test_each_says_how_much_what_to_feel_what_to_mind_and_how_it_gets_harder(exercise: GuidedExercise) -> None:
    assert exercise.feel
    assert exercise.safety
    assert exercise.progression
    assert exercise.dose.origins
    assert all(origin.bases for origin in exercise.dose.origins)
    assert exercise.dose.most_reps >= exercise.dose.reps
    assert exercise.dose.most_hold_s >= exercise.dose.hold_s
    assert max(len(words.split()) for words in (exercise.spoken.begin, exercise.spoken.hold, exercise.spoken.back)) <= 4


def test_a_dose_in_words() -> None:
    doses = {each.name: each.dose.in_words for each in GUIDED}
    assert doses["ball-squeeze"] == "10 to 20 reps, hold 3 to 5 s, twice a day"
    assert doses["clamshell"] == "3 sets of 10 to 15, hold 2 s, each leg, once a day, 3 days a week"
    assert doses["outer-thigh-rolling"] == "2 times 45 to 90 s, each leg, once a day"


def test_the_ball_exercises_come_one_after_the_other() -> None:
    known = guided_exercises()
    assert known["ball-squeeze"].after is None
    assert known["ball-knee-straightening"].after == "ball-squeeze"
    assert known["resisted-step-down"].after in exercises()


def test_its_title_and_its_safety_are_found_as_those_of_a_measured_one() -> None:
    before = texts_sha256()
    exercise = guided_exercises()["calf-stretch"]
    assert exercise_title("calf-stretch") == exercise.title
    assert safety_notes("calf-stretch") == exercise.safety
    assert set(exercise.safety) <= set(safety_texts("calf-stretch"))
    assert not set(exercise.safety) & set(safety_texts())
    assert texts_sha256() == before


def test_one_of_ones_own_is_laid_in(laid_in: Path) -> None:
    assert NAME in guided_exercises()
    assert NAME not in exercises()
    assert laid_in.is_dir()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('kind = "guided"', 'kind = "measured"', "line 4: a folder without a rubric.toml is that of a guided exercise"),
        ('kind = "guided"\n', "", "a folder without a rubric.toml is that of a guided exercise"),
        ('group = "Front of the thigh"', 'group = "Ears"', "unknown group `Ears`"),
        ("most_reps = 20", "most_reps = 5", "`most_reps` is less than `reps`"),
        ("move_s = 3.0", "move_s = 0.0", "`move_s` must be"),
        ('bases = ["guidance"]', 'bases = ["hearsay"]', "must be one or more of guidance, study"),
        ("times_a_day = 2", "times_a_day = 2\nheld = true", "unknown key `held`"),
    ],
)
def test_what_is_wrong_is_said(laid_in: Path, old: str, new: str, problem: str) -> None:
    change(laid_in, old, new)
    with pytest.raises(InvalidRubricError) as caught:
        guided_exercises()
    assert problem in str(caught.value)


def test_what_comes_before_must_be_an_exercise(laid_in: Path) -> None:
    change(laid_in, 'group = "Front of the thigh"', 'group = "Front of the thigh"\nafter = "bal-squeeze"')
    with pytest.raises(RubricError, match="`after` names `bal-squeeze`, which is no exercise"):
        guided_exercises()


def test_a_measured_exercise_cannot_be_called_guided(tmp_path: Path) -> None:
    folder = tmp_path / "squat"
    shutil.copytree(str(exercise_folders()["squat"]), folder)
    change(folder, "place = 30", 'kind = "guided"\nplace = 30')
    with pytest.raises(InvalidRubricError, match=r"a folder with a rubric\.toml is that of a measured exercise"):
        read_exercise(folder)


def test_the_command_line_lists_shows_and_checks_both(laid_in: Path) -> None:
    run = CliRunner()
    listed = {line.split()[0]: line.split()[1] for line in run.invoke(app, ["exercises", "list"]).stdout.splitlines()}
    assert listed == dict.fromkeys(exercises(), "measured") | dict.fromkeys(guided_exercises(), "guided")
    shown = run.invoke(app, ["exercises", "show", "ball-squeeze"]).stdout
    assert "No camera judges it" in shown
    assert "dose: 10 to 20 reps, hold 3 to 5 s, twice a day" in shown
    change(laid_in, "reps = 10", 'reps = "ten"')
    wrong = run.invoke(app, ["exercises", "validate", str(laid_in)])
    assert wrong.exit_code == 1
    assert "towel-squeeze/exercise.toml, line" in wrong.output


@pytest.mark.parametrize("name", [*exercises(), *guided_exercises()])
def test_every_folder_of_the_catalogue_is_valid(name: str) -> None:
    folder = {**exercise_folders(), **guided_folders()}[name]
    done = CliRunner().invoke(app, ["exercises", "validate", str(folder)])
    assert done.exit_code == 0, done.output
