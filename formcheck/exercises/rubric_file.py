"""Rubric files: TOML in, a `Rubric` out, or every problem with its line.

The format, `formcheck.rubric/1`, is explained in `docs/rubrics.md`.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, model_validator

from formcheck.doors import Listed, Strict, at_once, word_of
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.folders import RUBRIC_FILE, exercise_folders
from formcheck.exercises.rubric import Rubric, ScoreCriterion, ScoreRule
from formcheck.exercises.rubric_check import CheckTable, problems_among
from formcheck.exercises.toml_model import NotNegative, Reading, Said, Tables, Whole, closest, read_toml
from formcheck.kinematics.measures.record import Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.phase_rule import Begins, Effort, PhaseRule, ToldBy

SCHEMA: Final = "formcheck.rubric/1"


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


def rubric_of(exercise: str | None, file: Path | None) -> Rubric | None:
    """Return the rubric of a file, else that of an exercise of the catalogue; None where neither is named.

    Raises
    ------
    RubricError
        If there is no such exercise, the file is no rubric, or the two disagree.
    """
    if file is None:
        return None if exercise is None else builtin_rubric(exercise)
    rubric = load_rubric(file)
    if exercise is not None and exercise != rubric.exercise:
        raise RubricError(f"{file.name} is for {rubric.exercise}, not {exercise}.")
    return rubric


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
    kept = read_toml(data, file_name, _RubricTable)
    texts = {name: getattr(kept, name) for name in ("exercise", "name", "version", "description", "notes")}
    return Rubric(
        **texts,
        phases=kept.phases.rule(),
        checks=tuple(each.check() for each in kept.check),
        score=None if kept.score is None else kept.score.rule(),
        file_name=file_name,
        sha256=hashlib.sha256(data).hexdigest(),
    )


class _Phases(Strict):
    kind: Literal["bilateral", "single-leg"]
    min_range_deg: NotNegative
    min_duration_s: NotNegative
    hold_min_s: NotNegative
    begins: Annotated[Begins, Listed] = Begins.STANDING
    effort: Annotated[Effort, Listed] = Effort.REPEATED
    told_by: Annotated[ToldBy, Listed] = ToldBy.BODY
    least_share: Annotated[NotNegative, Field(le=1.0)] = 0.3

    def rule(self) -> PhaseRule:
        return PhaseRule(bilateral=self.kind == "bilateral", **self.model_dump(exclude={"kind"}))


class _Criterion(Strict):
    item: Said
    measure: Annotated[Said, word_of(lambda: [name for name, spec in MEASURES.items() if Scope.REP in spec.scopes])]
    above: float
    share_of_reps: NotNegative
    points: Annotated[Whole, Field(ge=1)]


class _Score(Strict):
    measure: Annotated[Said, word_of(lambda: [name for name, spec in MEASURES.items() if spec.unit == "points"])]
    min_reps: Annotated[Whole, Field(ge=1)]
    source: Said
    criterion: Annotated[list[_Criterion], Tables]

    def rule(self) -> ScoreRule:
        criteria = tuple(ScoreCriterion(**dict(each)) for each in self.criterion)
        return ScoreRule(self.measure, self.min_reps, self.source, criteria)


class _RubricTable(Strict):
    form: Annotated[str, word_of(lambda: (SCHEMA,)), Field(alias="schema")]
    exercise: Said
    name: Said
    version: Said
    description: Said
    notes: Said
    phases: _Phases
    check: Annotated[list[CheckTable], Tables]
    score: _Score | None = None

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo[Reading]) -> _RubricTable:
        at_once(problems_among(self.check, info.context))
        return self
