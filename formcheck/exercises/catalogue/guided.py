"""Guided exercises: those that no camera can judge, counted by the clock and by the person.

Their `exercise.toml` has `kind = "guided"`; the format, `formcheck.exercise/1`, is explained in `docs/exercises.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from formcheck.doors import Listed, Strict, at_once, said, word_of
from formcheck.errors import RubricError
from formcheck.exercises.catalogue.basis import Origin, OriginTable
from formcheck.exercises.catalogue.folders import (
    EXERCISE_FILE,
    EXERCISE_SCHEMA,
    exercise_folders,
    guided_folders,
    laid_in,
    read_file,
)
from formcheck.exercises.toml_model import NotNegative, Said, Tables, Whole, Words, read_toml
from formcheck.exercises.words import often_a_day

NOT_MEASURED: Final = "Counted by the clock and by you. No camera judges it."
"""What is shown wherever a guided exercise could be taken for a measured one."""
_EVERY_DAY: Final = 7


class Group(StrEnum):
    """What a guided exercise is for; the headings under which they are listed."""

    THIGH = "Front of the thigh"
    HIP = "Hips and buttocks"
    LOOSEN = "Rolling and stretching"
    BALANCE = "Balance"


@dataclass(frozen=True)
class Dose:
    """How much of a guided exercise, where nobody says otherwise."""

    sets: int
    reps: int
    """In each set, of each leg where `per_leg`."""
    most_reps: int
    """As many as one may work up to; the same as `reps` where there is no range."""
    hold_s: float
    """0 where a rep has no hold."""
    most_hold_s: float
    move_s: float
    """From the start of a rep to its hold or turn and back together, not counting the hold (s)."""
    rest_s: float
    """Between two sets."""
    per_leg: bool
    """Whether it is done with one leg, then with the other."""
    times_a_day: int
    days_a_week: int
    origins: tuple[Origin, ...]

    @property
    def in_words(self) -> str:
        """For people: `10 to 20 reps, hold 3 to 5 s, twice a day`."""
        hold = f"{_range(self.hold_s, self.most_hold_s)} s"
        if self.reps == self.most_reps == 1:
            parts = [f"{self.sets} times {hold}" if self.sets > 1 else hold]
        else:
            reps = _range(self.reps, self.most_reps)
            parts = [f"{self.sets} sets of {reps}" if self.sets > 1 else f"{reps} reps"]
            parts += [f"hold {hold}"] if self.hold_s else []
        if self.per_leg:
            parts.append("each leg")
        parts.append(often_a_day(self.times_a_day))
        if self.days_a_week < _EVERY_DAY:
            parts.append(f"{self.days_a_week} days a week")
        return ", ".join(parts)


@dataclass(frozen=True)
class Spoken:
    """What is said while a rep goes on; a few words each."""

    begin: str
    hold: str
    back: str


@dataclass(frozen=True)
class GuidedExercise:
    """One guided exercise of the catalogue."""

    folder: Traversable
    place: float
    """Its place in lists: lower comes first, among the measured ones too."""
    title: str
    description: str
    """One sentence."""
    group: Group
    needs: tuple[str, ...]
    dose: Dose
    spoken: Spoken
    feel: tuple[str, ...]
    """What one should feel, and where; what one should not."""
    safety: tuple[str, ...]
    progression: tuple[str, ...]
    """From easier to harder, one change each."""
    after: str | None
    """The exercise, measured or guided, to be sure of before this one."""

    @property
    def name(self) -> str:
        """What it goes by in commands, links and records: `ball-squeeze`."""
        return self.folder.name


def guided_exercises() -> Mapping[str, GuidedExercise]:
    """Return the guided exercises of the catalogue by name, in the order of lists.

    Raises
    ------
    RubricError
        If a folder is no exercise; has every problem of its file with the line.
    """
    return _guided(laid_in())


@lru_cache(maxsize=8)
def _guided(_more: str) -> Mapping[str, GuidedExercise]:
    found = [read_guided(folder) for folder in guided_folders().values()]
    ordered = {each.name: each for each in sorted(found, key=lambda each: (each.place, each.name))}
    for each in ordered.values():
        if each.after is not None and each.after not in ordered and each.after not in exercise_folders():
            raise RubricError(f"{each.name}: `after` names `{each.after}`, which is no exercise.", "Name one, or none.")
    return MappingProxyType(ordered)


def read_guided(folder: Traversable) -> GuidedExercise:
    """Read the folder of a guided exercise, but for its guide.

    Raises
    ------
    RubricError
        If its file is missing or wrong; has every problem with its line.
    """
    kept = read_toml(read_file(folder, EXERCISE_FILE), f"{folder.name}/{EXERCISE_FILE}", GuidedFile)
    return GuidedExercise(
        folder=folder,
        place=kept.place,
        title=kept.name,
        description=kept.description,
        group=kept.group,
        needs=kept.needs,
        dose=kept.dose.dose(),
        spoken=Spoken(**dict(kept.say)),
        feel=kept.feel,
        safety=kept.safety,
        progression=kept.progression,
        after=kept.after,
    )


def _range(least: float, most: float) -> str:
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


_AtLeastOne = Annotated[Whole, Field(ge=1)]


class _DoseTable(Strict):
    sets: _AtLeastOne
    reps: _AtLeastOne
    most_reps: _AtLeastOne | None = None
    hold_s: NotNegative = 0.0
    most_hold_s: NotNegative | None = None
    move_s: Annotated[float, Field(gt=0)]
    rest_s: NotNegative
    per_leg: bool
    times_a_day: _AtLeastOne
    days_a_week: Annotated[Whole, Field(ge=1, le=_EVERY_DAY)] = _EVERY_DAY
    origin: Annotated[list[OriginTable], Tables]

    @model_validator(mode="after")
    def _ranges(self) -> _DoseTable:
        at_once(
            ((most,), f"`{most}` is less than `{least}`")
            for least, most in (("reps", "most_reps"), ("hold_s", "most_hold_s"))
            if getattr(self, most) is not None and getattr(self, most) < getattr(self, least)
        )
        return self

    def dose(self) -> Dose:
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "origin"}
        values["most_reps"] = self.most_reps or self.reps
        values["most_hold_s"] = self.most_hold_s or self.hold_s
        return Dose(**values, origins=tuple(each.origin() for each in self.origin))


class _SayTable(Strict):
    begin: Said
    hold: Said
    back: Said


def _guided_kind(kind: str) -> str:
    if kind != "guided":
        raise said("a folder without a rubric.toml is that of a guided exercise, so `kind` must be `guided`")
    return kind


class GuidedFile(Strict):
    """What `exercise.toml` of a guided exercise holds."""

    form: Annotated[str, word_of(lambda: (EXERCISE_SCHEMA,)), Field(alias="schema")]
    kind: Annotated[str, AfterValidator(_guided_kind), Field(validate_default=True)] = "measured"
    place: float
    name: Said
    description: Said
    group: Annotated[Group, Listed]
    needs: Words = ()
    feel: Words
    safety: Words
    progression: Words
    after: Said | None = None
    dose: _DoseTable
    say: _SayTable
