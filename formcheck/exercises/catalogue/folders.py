"""Where the folders of the exercises lie: beside this module, and where `FORMCHECK_EXERCISES` says.

A folder with a rubric is an exercise that a camera measures; one with an `exercise.toml` and no rubric is guided: the
clock and the person count it. The folder's name is what the exercise goes by in commands, links and records. What is
in such a folder is explained in `docs/exercises.md`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from formcheck.errors import RubricError

EXERCISES_VARIABLE: Final = "FORMCHECK_EXERCISES"
"""Environment variable: a folder with folders of exercises, which are laid into the catalogue."""
RUBRIC_FILE: Final = "rubric.toml"
EXERCISE_FILE: Final = "exercise.toml"
EXERCISE_SCHEMA: Final = "formcheck.exercise/1"
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def exercise_folders() -> Mapping[str, Traversable]:
    """Return the folders of the measured exercises by the names of the exercises.

    Raises
    ------
    RubricError
        If what `FORMCHECK_EXERCISES` names is no folder of exercises, or one of them has a name that is taken or
        cannot be written in links.
    """
    return _folders(laid_in(), measured=True)


def guided_folders() -> Mapping[str, Traversable]:
    """Return the folders of the guided exercises by the names of the exercises.

    Raises
    ------
    RubricError
        As `exercise_folders`.
    """
    return _folders(laid_in(), measured=False)


def laid_in() -> str:
    """Return the folder that `FORMCHECK_EXERCISES` names, empty where none is named."""
    return os.environ.get(EXERCISES_VARIABLE, "").strip()


def read_file(folder: Traversable, name: str) -> bytes:
    """Return what a file in the folder of an exercise holds.

    Raises
    ------
    RubricError
        If it cannot be read.
    """
    try:
        return folder.joinpath(name).read_bytes()
    except OSError as error:
        raise RubricError(
            f"{folder.name}/{name} cannot be read: {error.strerror or error}.",
            "See docs/exercises.md for what it holds.",
        ) from error


def is_measured(folder: Traversable) -> bool:
    """Return whether the folder is that of an exercise which a camera measures."""
    return folder.joinpath(RUBRIC_FILE).is_file()


@lru_cache(maxsize=16)
def _folders(more: str, *, measured: bool) -> Mapping[str, Traversable]:
    return MappingProxyType({name: each for name, each in _all_folders(more).items() if is_measured(each) is measured})


@lru_cache(maxsize=8)
def _all_folders(more: str) -> Mapping[str, Traversable]:
    found = {folder.name: folder for folder in _exercises_in(resources.files(__package__))}
    for folder in _exercises_in(_named(more)) if more else ():
        if not _NAME.fullmatch(folder.name):
            raise RubricError(
                f"“{folder.name}” cannot be the name of an exercise.",
                "Name its folder in small letters, digits and single hyphens, such as split-squat.",
            )
        if folder.name in found:
            raise RubricError(
                f"There is an exercise `{folder.name}` already.", f"Rename its folder in {EXERCISES_VARIABLE}."
            )
        found[folder.name] = folder
    return MappingProxyType(found)


def _named(more: str) -> Path:
    folder = Path(more)
    if not folder.is_dir():
        raise RubricError(f"{more} is no folder.", f"Let {EXERCISES_VARIABLE} name a folder with folders of exercises.")
    return folder


def _exercises_in(folder: Traversable) -> list[Traversable]:
    return sorted(
        (
            each
            for each in folder.iterdir()
            if each.is_dir() and any(each.joinpath(name).is_file() for name in (RUBRIC_FILE, EXERCISE_FILE))
        ),
        key=lambda each: each.name,
    )
