"""What the folder of a measured exercise says of it besides its rubric and its guide: `exercise.toml` as typed objects.

The format, `formcheck.exercise/1`, is explained in `docs/exercises.md`.

Which exercise a video shows, as far as its name and the folders it lies in say so.

What is said of a video goes before its name, and its name before what its movement looks like: somebody wrote the name
who knew the exercise, while a movement is only told from those of the few others that formcheck knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import PurePath
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from formcheck.doors import LONGEST_SHOWN, Listed, Strict, at_once, said, word_of
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.folders import (
    EXERCISE_FILE,
    EXERCISE_SCHEMA,
    RUBRIC_FILE,
    exercise_folders,
    laid_in,
    read_file,
)
from formcheck.exercises.catalogue.guided import guided_exercises
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import parse_rubric
from formcheck.exercises.toml_model import NotNegative, Said, Tables, Whole, Words, read_toml


def exercise_in_name(path: PurePath) -> str | None:
    """Return the exercise that a file's name says, else the innermost folder's that says one.

    Parameters
    ----------
    path
        Name of the video, with the folders that it lies in as far as somebody chose them.

    Returns
    -------
    str or None
        Its name in the catalogue; None where no name says it, or one says two.
    """
    for part in (path.stem, *reversed(path.parts[:-1])):
        left, said = part, []
        for phrase, exercise in phrases():
            left, times = _pattern(phrase).subn(" ", left)
            if times and exercise not in said:
                said.append(exercise)
        if said:
            return said[0] if len(said) == 1 else None
    return None


def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase in a name: its words with any signs between them or none, the last one in any number.

    A single word must stand alone: “squat” is no part of “squatter”, nor of “asquat”.
    """
    words = [re.escape(word) for word in phrase.split()]
    before = "" if len(words) > 1 else "(?<![a-z])"
    return re.compile(before + r"[\W_]*".join(words) + "s?(?![a-z])", re.IGNORECASE)


AUTO_LEG: Final = "auto"
BOTH_LEGS: Final = "both"


class Looks(StrEnum):
    """What a movement looks like that an exercise can be told by."""

    ALONG_WALL = "along a wall"
    """Both feet stay, in front of the hips; the trunk goes straight down."""
    FREE = "free"
    """Both feet stay and the trunk leans forward."""
    BESIDE_STEP = "beside a step"
    """One foot stays, the other goes down with the body, past it."""
    ON_ONE_LEG = "on one leg"
    """One foot stays, the other is held off the floor."""
    FROM_SEAT = "from a seat"
    """Both feet stay; the trunk leans forward on the way and is upright at the bottom."""
    FOOT_AHEAD = "one foot ahead"
    """Both feet stay, one in front of the other, and the hips hardly come down."""


@dataclass(frozen=True)
class ExerciseChoice:
    """An exercise as it can be chosen, with what a set of it is where nobody says otherwise."""

    name: str
    title: str
    legs: tuple[str, ...]
    """What `leg` may be; the first is the default."""
    reps: int
    hold_s: float
    """0 for none."""
    target_depth_deg: float | None
    """None where no depth can be prescribed: a seat or a wall says how far."""
    step_height_cm: float | None
    """None where there is no step."""
    takes_ball: bool
    takes_hold: bool


@dataclass(frozen=True)
class Rung:
    """One rung of the ladder from easy to hard."""

    id: str
    title: str
    exercise: str
    target_depth_deg: float | None = None
    step_height_cm: float | None = None
    in_plans: bool = True
    """Whether a plan can say it: exercises without a squat and added resistance are not in plans."""
    heels_down: bool = False
    """Whether it needs heels that stay down besides what every rung needs."""


@dataclass(frozen=True)
class Exercise:
    """One exercise of the catalogue."""

    folder: Traversable
    place: float
    """Its place in lists: lower comes first."""
    rubric: Rubric
    choice: ExerciseChoice
    said_as: tuple[str, ...]
    """What people call it in the names of files, each in small letters with single blanks between words."""
    also_called: tuple[str, ...]
    """Other names that records and truth files may have for it."""
    looks: Looks | None
    """None where the movement does not tell it."""
    safety: tuple[str, ...]
    """What to mind in this exercise besides what holds for all."""
    easier: str | None
    """The exercise that comes before it on the ladder."""
    comfortable_depth_deg: float | None
    """How deep the guidance begins with (deg of knee flexion). A depth that nobody prescribed is shown beside it, not
    judged by it; None where it does not say."""
    levels: tuple[Rung, ...]
    """Its rungs from easy to hard; empty for one that is not on the ladder."""

    @property
    def name(self) -> str:
        """What it goes by in commands, links and records: `wall-squat`."""
        return self.choice.name

    @property
    def title(self) -> str:
        """For people: `Wall squat`."""
        return self.choice.title


def exercises() -> Mapping[str, Exercise]:
    """Return the exercises of the catalogue by name, in the order of lists.

    Raises
    ------
    RubricError
        If a folder is no exercise; has every problem of its file with the line.
    """
    return _exercises(laid_in())


def exercise_title(name: str) -> str:
    """Return what people call an exercise, measured or guided.

    Its name where the catalogue has it no longer, as of an old record.
    """
    known = exercises().get(name) or guided_exercises().get(name)
    return name if known is None else known.title


def usual_name(name: str) -> str:
    """Return the name of the exercise that a file calls by another, such as `free-squat`; else the same."""
    return next((each.name for each in exercises().values() if name in each.also_called), name)


def phrases() -> tuple[tuple[str, str], ...]:
    """Return what people call exercises, with the exercise's name: those of more words before those of fewer.

    A wall squat is a squat in words too, so it is to be looked for first.
    """
    said = [(phrase, each.name) for each in exercises().values() for phrase in each.said_as]
    return tuple(sorted(said, key=lambda each: -len(each[0].split())))


def safety_notes(exercise: str | None = None) -> tuple[str, ...]:
    """Return what to mind in one exercise, or in all that are measured; nothing of one that is not in the catalogue."""
    if exercise is not None and (guided := guided_exercises().get(exercise)) is not None:
        return guided.safety
    chosen = [each for each in exercises().values() if exercise in (None, each.name)]
    return tuple(dict.fromkeys(note for each in chosen for note in each.safety))


@lru_cache(maxsize=8)
def _exercises(_more: str) -> Mapping[str, Exercise]:
    found = [read_exercise(folder) for folder in exercise_folders().values()]
    ordered = {each.name: each for each in sorted(found, key=lambda each: (each.place, each.name))}
    taken: dict[str, str] = {}
    for each in ordered.values():
        if each.easier is not None and each.easier not in ordered:
            raise RubricError(
                f"{each.name}: `easier` names `{each.easier}`, which is no exercise.", "Name one, or none."
            )
        for level in each.levels:
            if level.id in taken:
                raise RubricError(
                    f"{each.name}: the level `{level.id}` is one of {taken[level.id]} already.", "Give it another id."
                )
            taken[level.id] = each.name
    return MappingProxyType(ordered)


def read_exercise(folder: Traversable) -> Exercise:
    """Read the folder of an exercise, but for its guide.

    Raises
    ------
    RubricError
        If one of its files is missing or wrong; has every problem of the first such file with its line.
    """
    rubric = parse_rubric(read_file(folder, RUBRIC_FILE), f"{folder.name}/{RUBRIC_FILE}")
    if rubric.exercise != folder.name:
        raise RubricError(
            f"The rubric in the folder {folder.name} is for `{rubric.exercise}`.", "Give folder and rubric one name."
        )
    kept = read_toml(read_file(folder, EXERCISE_FILE), f"{folder.name}/{EXERCISE_FILE}", ExerciseFile)
    ladder = kept.ladder
    return Exercise(
        folder=folder,
        place=kept.place,
        rubric=rubric,
        choice=kept.set.choice(rubric),
        said_as=kept.said_as,
        also_called=kept.also_called,
        looks=kept.looks,
        safety=kept.safety,
        easier=None if ladder is None else ladder.easier,
        comfortable_depth_deg=kept.set.comfortable_depth_deg,
        levels=() if ladder is None else tuple(Rung(exercise=rubric.exercise, **dict(each)) for each in ladder.level),
    )


class _SetTable(Strict):
    reps: Annotated[Whole, Field(ge=1)]
    hold_s: NotNegative | None = None
    target_depth_deg: NotNegative | None = None
    comfortable_depth_deg: NotNegative | None = None
    step_height_cm: NotNegative | None = None
    ball: bool = False

    def choice(self, rubric: Rubric) -> ExerciseChoice:
        return ExerciseChoice(
            name=rubric.exercise,
            title=rubric.name,
            legs=(BOTH_LEGS,) if rubric.phases.bilateral else (AUTO_LEG, "left", "right"),
            reps=self.reps,
            hold_s=self.hold_s or 0.0,
            target_depth_deg=self.target_depth_deg,
            step_height_cm=self.step_height_cm,
            takes_ball=self.ball,
            takes_hold=self.hold_s is not None,
        )


class _LevelTable(Strict):
    id: Said
    title: Said
    target_depth_deg: NotNegative | None = None
    step_height_cm: NotNegative | None = None
    in_plans: bool = True
    heels_down: bool = False

    @model_validator(mode="after")
    def _of_one_kind(self) -> _LevelTable:
        if self.in_plans and (self.target_depth_deg is None) == (self.step_height_cm is None):
            at_once([(("id",), "a level is of a target depth or of a height of the step")])
        return self


class _LadderTable(Strict):
    easier: Said | None = None
    level: Annotated[list[_LevelTable], Tables]


def _as_said(phrases: tuple[str, ...]) -> tuple[str, ...]:
    for phrase in phrases:
        if not phrase or phrase != " ".join(phrase.lower().split()):
            raise said(f"“{phrase[:LONGEST_SHOWN]}” must be in small letters, with single blanks")
    return phrases


def _measured_kind(kind: str) -> str:
    if kind != "measured":
        raise said("a folder with a rubric.toml is that of a measured exercise, so `kind` must be `measured`")
    return kind


class ExerciseFile(Strict):
    """What `exercise.toml` holds."""

    form: Annotated[str, word_of(lambda: (EXERCISE_SCHEMA,)), Field(alias="schema")]
    kind: Annotated[str, AfterValidator(_measured_kind)] = "measured"
    place: float
    set: _SetTable
    said_as: Annotated[Words, AfterValidator(_as_said)] = ()
    also_called: Words = ()
    looks: Annotated[Looks, Listed] | None = None
    safety: Words = ()
    ladder: _LadderTable | None = None
