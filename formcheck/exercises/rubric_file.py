"""Rubric files: TOML in, a `Rubric` out, or every problem with its line.

The format, `formcheck.rubric/1`, is explained in `docs/rubrics.md`.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from formcheck.errors import RubricError
from formcheck.exercises.catalogue.folders import RUBRIC_FILE, exercise_folders
from formcheck.exercises.rubric import Rubric, ScoreCriterion, ScoreRule
from formcheck.exercises.rubric_check import read_checks
from formcheck.exercises.toml_lines import KeyLines
from formcheck.exercises.toml_table import Problem, TomlTable, closest
from formcheck.kinematics.measures.record import Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.phase_rule import Begins, Effort, PhaseRule

SCHEMA: Final = "formcheck.rubric/1"

T = TypeVar("T")


class InvalidRubricError(RubricError):
    """A rubric file with problems.

    Parameters
    ----------
    file_name
        As people know the file.
    problems
        At least one; sorted by line here.
    """

    def __init__(self, file_name: str, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        self.lines = tuple(f"{file_name}, line {each.line}: {each.message}" for each in self.problems)
        """Every problem, one a line."""
        more = len(self.problems) - 1
        others = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        super().__init__(
            f"{self.lines[0]}{others}.", "Correct the file; `formcheck exercises validate FILE` lists every problem."
        )


def load_rubric(path: Path) -> Rubric:
    """Read a rubric file.

    Raises
    ------
    InvalidRubricError
        If the file is not a valid rubric; has every problem with its line.
    RubricError
        If the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RubricError(
            f"The rubric {path} cannot be read: {error.strerror or error}.", "Check the path and that you may read it."
        ) from error
    return parse_rubric(data, path.name)


def builtin_names() -> tuple[str, ...]:
    """Return the ids of the exercises of the catalogue, sorted."""
    return tuple(sorted(exercise_folders()))


def builtin_rubric(exercise: str) -> Rubric:
    """Read the rubric of an exercise of the catalogue.

    Raises
    ------
    RubricError
        If there is none of that name.
    """
    folders = exercise_folders()
    if exercise not in folders:
        names = builtin_names()
        raise RubricError(f"There is no exercise `{exercise}`{closest(exercise, names)}.", f"Use {', '.join(names)}.")
    return _parsed(folders[exercise].joinpath(RUBRIC_FILE).read_bytes(), f"{exercise}.toml")


@cache
def _parsed(data: bytes, file_name: str) -> Rubric:
    return parse_rubric(data, file_name)


def parse_rubric(data: bytes, file_name: str) -> Rubric:
    """Make a rubric of a file's bytes.

    Parameters
    ----------
    data
        UTF-8 TOML.
    file_name
        For problems and provenance.

    Raises
    ------
    InvalidRubricError
        If it is not a valid rubric.
    """
    return read_toml(data, file_name, lambda root: _rubric(root, file_name, hashlib.sha256(data).hexdigest()))


def read_toml(data: bytes, file_name: str, read: Callable[[TomlTable], T]) -> T:
    """Return what `read` makes of a TOML file of an exercise.

    Parameters
    ----------
    data
        UTF-8 TOML.
    file_name
        As people know the file, for problems.
    read
        Takes the root of the file; what it returns is used only where it recorded no problem.

    Raises
    ------
    InvalidRubricError
        If there is a problem with the file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRubricError(file_name, [Problem(line, "this is not UTF-8 text")]) from error
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRubricError(file_name, [_syntax_problem(str(error), text)]) from error
    problems: list[Problem] = []
    result = read(TomlTable(values, (), KeyLines(text.replace("\r\n", "\n")), problems))
    if problems:
        raise InvalidRubricError(file_name, problems)
    return result


def _syntax_problem(message: str, text: str) -> Problem:
    """Take the line out of the message of `tomllib`, which keeps it nowhere else before Python 3.14."""
    at = re.search(r" \(at line (\d+), column \d+\)| \(at end of document\)", message)
    line = int(at[1]) if at is not None and at[1] else text.count("\n") + 1
    what = message[: at.start()] if at is not None else message
    return Problem(line, f"this is not TOML: {what[:1].lower()}{what[1:]}")


def _rubric(root: TomlTable, file_name: str, sha256: str) -> Rubric:
    root.choice("schema", [SCHEMA])
    phases = root.table("phases")
    tables = root.tables("check")
    checks = read_checks(tables)
    score = root.table("score") if root.has("score") else None
    rubric = Rubric(
        exercise=root.text("exercise"),
        name=root.text("name"),
        version=root.text("version"),
        description=root.text("description"),
        notes=root.text("notes"),
        phases=_phase_rule(phases) if phases is not None else PhaseRule(True, 0.0, 0.0, 0.0),
        checks=checks,
        score=_score_rule(score) if score is not None else None,
        file_name=file_name,
        sha256=sha256,
    )
    root.done()
    return rubric


def _phase_rule(table: TomlTable) -> PhaseRule:
    rule = PhaseRule(
        bilateral=table.choice("kind", ["bilateral", "single-leg"]) == "bilateral",
        min_range_deg=table.number("min_range_deg", at_least=0.0),
        min_duration_s=table.number("min_duration_s", at_least=0.0),
        hold_min_s=table.number("hold_min_s", at_least=0.0),
        begins=Begins(table.choice("begins", list(Begins), Begins.STANDING)),
        effort=Effort(table.choice("effort", list(Effort), Effort.REPEATED)),
    )
    table.done()
    return rule


def _score_rule(table: TomlTable) -> ScoreRule:
    measure = table.choice("measure", [name for name, spec in MEASURES.items() if spec.unit == "points"])
    rule = ScoreRule(
        measure=measure,
        min_reps=table.whole_number("min_reps", at_least=1),
        source=table.text("source"),
        criteria=tuple(_criterion(each) for each in table.tables("criterion")),
    )
    table.done()
    return rule


def _criterion(table: TomlTable) -> ScoreCriterion:
    of_reps = [name for name, spec in MEASURES.items() if Scope.REP in spec.scopes]
    criterion = ScoreCriterion(
        item=table.text("item"),
        measure=table.choice("measure", of_reps),
        above=table.number("above"),
        share_of_reps=table.number("share_of_reps", at_least=0.0),
        points=table.whole_number("points", at_least=1),
    )
    table.done()
    return criterion
