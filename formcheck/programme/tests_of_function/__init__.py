"""Tests of function, a TOML file each: how one is done, what of it counts, which change measuring again would give.

A test is a set of an exercise that is done the same way each time, so its result stays with that set: a correction of
the set corrects the result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from statistics import fmean, median, stdev
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from formcheck.doors import Listed, Strict
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.judge import BOTH
from formcheck.exercises.plan import Plan
from formcheck.exercises.toml_model import Said, Tables, Whole, Words, read_toml
from formcheck.history.change import Apart, Change, Threshold, Verdict, change_of
from formcheck.history.good_values import good_bands
from formcheck.history.set_values import LEG_ORDER, SetValue
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.uncertainty import TWO_SIDED_95
from formcheck.kinematics.view import ViewKind
from formcheck.programme.questionnaires import Limit

_ENDING: Final = ".toml"
TRIES: Final = 3
SAME: Final = ("Is the camera where it stood the last time?", "Do you wear what you wore the last time?")
"""What is asked before every test."""


class Best(StrEnum):
    """Which of the tries is the best."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    NEAREST_ZERO = "nearest_zero"


class TestTopic(StrEnum):
    """Where in the story of a person a test stands."""

    __test__ = False  # pytest takes it for one of its own

    DEPTH = "depth"
    KNEE_LINE = "knee_line"
    FUNCTION = "function"
    ANKLE = "ankle"


class _TestFile(Strict):
    form: Annotated[Literal["formcheck.test/1"], Field(alias="schema")]
    place: float
    version: Said
    title: Said
    exercise: Said
    view: Annotated[ViewKind, Listed] | None = None
    each_leg: bool = False
    reps: Annotated[Whole, Field(ge=1)] = TRIES
    lasts_s: Annotated[float, Field(gt=0)] | None = None
    measure: Said
    best: Annotated[Best, Listed]
    topic: Annotated[TestTopic, Listed]
    protocol: Annotated[Words, Field(min_length=1)]
    source: Said
    detectable: Annotated[list[Limit], Tables] | None = None


@dataclass(frozen=True)
class FunctionTest:
    """How a test is done, and what of it counts."""

    key: str
    version: str
    """Of the protocol, kept with every result; results of two versions are not compared."""
    title: str
    exercise: str
    view: ViewKind | None
    """From where it is filmed; None for from anywhere."""
    each_leg: bool
    reps: int
    """Tries that count, the first ones."""
    lasts_s: float | None
    """Of a test against time: it goes on so long, with as many reps as there are; None for one of so many tries."""
    measure: str
    best: Best
    topic: TestTopic
    protocol: tuple[str, ...]
    """Sentences to be read aloud."""
    source: str
    detectable: tuple[Limit, ...]


@dataclass(frozen=True)
class TestResult:
    """What a test came to, of one leg or of the whole body."""

    __test__ = False

    test: str
    version: str
    at: datetime
    set_id: str
    leg: str
    """`left`, `right` or `both`."""
    tries: tuple[float, ...]
    """In the unit of the measure, in order of time."""
    best: Estimate
    """The best try with the half-width of its 95 % interval."""
    mean: Estimate
    same_place: bool
    """Whether the camera stood where it did the last time, as the person said."""
    same_clothes: bool
    step_height_cm: float | None = None
    """Of the set's plan; results from two heights are not compared."""


def function_tests() -> Mapping[str, FunctionTest]:
    """Return the tests whose exercise and measure there are, by their keys, in the order of lists."""
    return MappingProxyType(
        {key: each for key, each in _read().items() if each.exercise in exercises() and each.measure in MEASURES}
    )


@lru_cache(maxsize=1)
def _read() -> Mapping[str, FunctionTest]:
    found: list[tuple[float, FunctionTest]] = []
    for file in resources.files(__package__).iterdir():
        if file.name.endswith(_ENDING):
            kept = read_toml(file.read_bytes(), file.name, _TestFile)
            fields = kept.model_dump(exclude={"form", "place", "detectable"})
            key = file.name.removesuffix(_ENDING)
            found.append((kept.place, FunctionTest(key=key, detectable=tuple(kept.detectable or ()), **fields)))
    return MappingProxyType({test.key: test for _, test in sorted(found, key=lambda each: each[0])})


def results_in(
    test: FunctionTest,
    document: Mapping[str, Any],
    *,
    at: datetime,
    set_id: str,
    version: str | None = None,
    same_place: bool = True,
    same_clothes: bool = True,
) -> tuple[TestResult, ...]:
    """Return the results of a test from the assessment of its set, left before right.

    Parameters
    ----------
    test
        Which.
    document
        `formcheck.assessment/1` of the set as it counts.
    at, set_id
        When it was done, and which set it is.
    version
        Of the protocol that it was done by; None for today's.
    same_place, same_clothes
        What was answered to `SAME`.

    Returns
    -------
    tuple of TestResult
        Empty where nothing of it was measured. The first tries count, as many as the protocol asks for.
    """
    counted = [rep for rep in document["reps"] if rep.get("complete", True) and not rep.get("excluded", False)]
    step = document["plan"].get("step_height_cm")
    found = []
    for leg in LEG_ORDER:
        tries = _tries(test, document, counted, leg)
        if tries:
            found.append(
                TestResult(
                    test=test.key,
                    version=version or test.version,
                    at=at,
                    set_id=set_id,
                    leg=leg,
                    tries=tuple(each.value for each in tries),
                    best=_best(test, tries),
                    mean=_mean(tries),
                    same_place=same_place,
                    same_clothes=same_clothes,
                    step_height_cm=step,
                )
            )
    return tuple(found)


def _tries(
    test: FunctionTest, document: Mapping[str, Any], counted: Sequence[Mapping[str, Any]], leg: str
) -> list[Estimate]:
    """Return the tries of a leg; what is measured of the whole set is one try."""
    of_reps = [rep["measures"].get(test.measure, {}).get(leg) for rep in counted]
    own = [each for each in map(_estimate, of_reps) if each is not None]
    if own:
        return own[: test.reps]
    if len(counted) < test.reps:
        return []
    whole = [
        _estimate(each)
        for each in document["findings"]
        if each["rep"] is None and each["measure"] == test.measure and (each["leg"] or BOTH) == leg
    ]
    return [each for each in whole[:1] if each is not None]


def _estimate(value: Mapping[str, Any] | None) -> Estimate | None:
    if value is None or value["value"] is None:
        return None
    error = value["error"]
    return Estimate(float(value["value"]), math.nan if error is None else float(error))


def _best(test: FunctionTest, tries: Sequence[Estimate]) -> Estimate:
    match test.best:
        case Best.HIGHEST:
            return max(tries, key=lambda each: each.value)
        case Best.LOWEST:
            return min(tries, key=lambda each: each.value)
    return min(tries, key=lambda each: abs(each.value))


def _mean(tries: Sequence[Estimate]) -> Estimate:
    """Return the mean; a try's own error is the same in all of them, and how they scatter comes on top."""
    values = [each.value for each in tries]
    scatter = TWO_SIDED_95 * stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    errors = [each.error for each in tries]
    own = math.nan if any(map(math.isnan, errors)) else median(errors)
    return Estimate(fmean(values), math.hypot(own, scatter))


def change_of_test(test: FunctionTest, first: TestResult, last: TestResult) -> Change:
    """Return what became of the mean of the tries, by the largest limit that applies.

    Results of two versions of the protocol, or from steps of two heights, are not compared.
    """
    if first.version != last.version:
        return Change(Verdict.NOT_COMPARABLE, None, None, None, "it was done by another version of the protocol")
    if first.step_height_cm != last.step_height_cm:
        return Change(Verdict.NOT_COMPARABLE, None, None, None, "the steps are not of the same height")
    before, now = (SetValue(each.mean, len(each.tries), _spread(each.tries)) for each in (first, last))
    bands = good_bands(test.exercise, test.measure, Plan())
    change = change_of(test.measure, before, now, Apart.DAYS, first_bands=bands, second_bands=bands)
    if change.threshold is None or change.difference is None:
        return change
    published = [Threshold(each.value, each.source) for each in test.detectable]
    limit = max([change.threshold, *published], key=lambda each: each.value)
    verdict = change.verdict
    if not abs(change.difference) > limit.value:
        verdict = Verdict.NO_DETECTABLE_CHANGE
    elif verdict in (Verdict.CHANGED, Verdict.NO_DETECTABLE_CHANGE) and test.best is not Best.NEAREST_ZERO:
        better = (change.difference > 0) == (test.best is Best.HIGHEST)
        verdict = Verdict.CHANGED_BETTER if better else Verdict.CHANGED_WORSE
    return Change(verdict, change.difference, change.error, limit, change.reason)


def _spread(tries: Sequence[float]) -> float:
    return stdev(tries) if len(tries) >= TRIES else math.nan
