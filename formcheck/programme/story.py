"""A person's story over months: pain, function, tests, depth and knee alignment, and what of it changed past error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import counted, estimate_text, label_of, sentence_case
from formcheck.history.change import Change, Threshold, Verdict, difference_in_words
from formcheck.history.progress import Trend, change_words, trends
from formcheck.history.summary import SetSummary
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Followed
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.moments import day_text
from formcheck.programme.questionnaires import Better, Questionnaire, Score, questionnaires
from formcheck.programme.tests_of_function import FunctionTest, TestResult, change_of_test, function_tests

_T = TypeVar("_T")
_KNEE_LINE: Final = "fppa_deg"
"""By which the verdict on the knee goes."""


class StoryTopic(StrEnum):
    """The chapters, in their order."""

    PAIN = "Pain"
    FUNCTION = "Function"
    DEPTH = "Depth"
    KNEE_LINE = "Knee alignment"
    ANKLE = "Ankle"


@dataclass(frozen=True)
class Answered:
    """Answers to a questionnaire as the story takes them."""

    questionnaire: str
    version: str
    at: datetime
    """With time zone."""
    scores: Mapping[str, float]
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the person called each item that they name."""

    def day(self, zone: tzinfo | None = None) -> date:
        """Return the day on which it was answered, where the person lives; None for the zone of `at`."""
        return _day(self.at, zone)


@dataclass(frozen=True)
class Point:
    """A value on a day."""

    day: date
    value: Estimate
    """With the half-width of its 95 % interval; NaN where that is not known."""
    words: str


@dataclass(frozen=True)
class StoryLine:
    """One thing that is followed."""

    topic: StoryTopic
    title: str
    points: tuple[Point, ...]
    """In order of time; at least one."""
    change: Change | None
    """From the first to the last; None with one day only, or where no source says how large a change has to be."""
    words: str
    """What became of it, in a sentence or two."""
    counts_from: str
    """How large a change has to be, and who says so; empty where nobody does."""
    measure: str = ""
    """Name of the measure; empty for the score of a questionnaire."""
    reach: tuple[float, float] | None = None
    """The least and the highest value of a score."""
    is_asked: bool = True
    """Whether it is of a questionnaire or a test; False for what every set is measured in."""

    @property
    def verdict(self) -> Verdict | None:
        """What became of it; None where nothing can be said."""
        return None if self.change is None else self.change.verdict


@dataclass(frozen=True)
class Story:
    """All that is followed of a person."""

    lines: tuple[StoryLine, ...]

    def of(self, *verdicts: Verdict) -> tuple[StoryLine, ...]:
        """Return what came to one of these."""
        return tuple(line for line in self.lines if line.verdict in verdicts)

    @property
    def better(self) -> tuple[StoryLine, ...]:
        """What changed for the better, beyond error."""
        return self.of(Verdict.CHANGED_BETTER)

    @property
    def worse(self) -> tuple[StoryLine, ...]:
        """What changed for the worse, beyond error."""
        return self.of(Verdict.CHANGED_WORSE)

    @property
    def unchanged(self) -> tuple[StoryLine, ...]:
        """What cannot be told from measuring or answering again."""
        return self.of(Verdict.NO_DETECTABLE_CHANGE)

    @property
    def once(self) -> tuple[StoryLine, ...]:
        """What there is one day of."""
        return tuple(line for line in self.lines if len(line.points) == 1)

    @property
    def untold(self) -> tuple[StoryLine, ...]:
        """What there is more than one day of, and nothing that can be said of its change."""
        found = (None, Verdict.NOT_COMPARABLE)
        return tuple(line for line in self.lines if len(line.points) > 1 and line.verdict in found)

    @property
    def headline(self) -> str:
        """What it comes to, in a sentence."""
        if not self.lines:
            return "Nothing was measured or answered yet."
        if len(self.once) == len(self.lines):
            return "One day so far: a second one shows what changes."
        better, worse = len(self.better), len(self.worse)
        if not better and not worse:
            return "Nothing has changed by more than measuring or answering again would give."
        parts = [
            f"{counted(better, 'thing')} better" if better else "",
            f"{counted(worse, 'thing')} worse" if worse else "",
        ]
        return f"Changed beyond error since the start: {', '.join(part for part in parts if part)}."


def tell(
    sets: Sequence[SetSummary],
    answered: Sequence[Answered],
    results: Sequence[TestResult],
    zone: tzinfo | None = None,
) -> Story:
    """Tell the story of a person.

    Parameters
    ----------
    sets
        Theirs, in any order.
    answered, results
        Theirs, the oldest first.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    lines = [*_scores(answered, zone), *_tests(results, zone), *_measures(sets, zone)]
    order = list(StoryTopic)
    return Story(tuple(sorted(lines, key=lambda line: order.index(line.topic))))


def _scores(answered: Sequence[Answered], zone: tzinfo | None) -> list[StoryLine]:
    found = []
    for questionnaire in questionnaires().values():
        own = [each for each in answered if each.questionnaire == questionnaire.key]
        for score in questionnaire.scores.values():
            scored = _newest_of_day([each for each in own if score.key in each.scores], lambda each: each.day(zone))
            if scored:
                found.append(_score_line(questionnaire, score, scored, zone))
    return found


def _score_line(
    questionnaire: Questionnaire, score: Score, scored: Sequence[Answered], zone: tzinfo | None
) -> StoryLine:
    points = tuple(
        Point(each.day(zone), Estimate(each.scores[score.key], math.nan), _number(each.scores[score.key]))
        for each in scored
    )
    first, last = scored[0], scored[-1]
    change = None if len(scored) == 1 or score.is_change else change_of_score(score, first, last)
    return StoryLine(
        topic=StoryTopic[score.topic.name],
        title=score.title,
        points=points,
        change=change,
        words=_since(points, _score_words(score, change, points)),
        counts_from="; ".join(f"{each.value:g} points: {each.source}" for each in score.asked_change),
        reach=score.limits(questionnaire.items),
    )


def change_of_score(score: Score, first: Answered, last: Answered) -> Change | None:
    """Return what became of a score, by the largest change that a source asks for; None where no source gives one.

    Answers to two versions, or about other activities, are not compared.
    """
    if first.version != last.version:
        return Change(Verdict.NOT_COMPARABLE, None, None, None, "the questions were not the same")
    if _named(first) != _named(last):
        return Change(Verdict.NOT_COMPARABLE, None, None, None, "the activities were not the same")
    limits = [Threshold(each.value, each.source) for each in score.asked_change]
    if not limits:
        return None
    limit = max(limits, key=lambda each: each.value)
    difference = last.scores[score.key] - first.scores[score.key]
    if abs(difference) < limit.value:
        return Change(Verdict.NO_DETECTABLE_CHANGE, difference, None, limit)
    better = (difference > 0) == (score.better is Better.HIGHER)
    return Change(Verdict.CHANGED_BETTER if better else Verdict.CHANGED_WORSE, difference, None, limit)


def _named(answered: Answered) -> set[str]:
    return {" ".join(name.casefold().split()) for name in answered.names.values()}


def _score_words(score: Score, change: Change | None, points: Sequence[Point]) -> str:
    if len(points) == 1:
        return ""
    if score.is_change:
        return "It says a change by itself."
    difference = points[-1].value.value - points[0].value.value
    size = f"{_number(abs(difference))} {'higher' if difference > 0 else 'lower'}" if difference else "the same"
    if change is None:
        return f"{sentence_case(size)}. No source says how large a change has to be."
    if change.verdict is Verdict.NOT_COMPARABLE:
        return f"Not comparable: {change.reason}."
    if change.verdict is Verdict.NO_DETECTABLE_CHANGE:
        return f"No change that counts: {size}."
    return f"Changed for the {'better' if change.verdict is Verdict.CHANGED_BETTER else 'worse'}: {size}."


def _tests(results: Sequence[TestResult], zone: tzinfo | None) -> list[StoryLine]:
    found = []
    for test in function_tests().values():
        own = [each for each in results if each.test == test.key]
        kinds = dict.fromkeys((each.leg, each.step_height_cm) for each in own)
        for leg, step in kinds:
            of_kind = [each for each in own if (each.leg, each.step_height_cm) == (leg, step)]
            of_days = _newest_of_day(of_kind, lambda each: _day(each.at, zone))
            found.append(_test_line(test, of_days, leg, step, zone))
    return found


def _test_line(
    test: FunctionTest, results: Sequence[TestResult], leg: str, step: float | None, zone: tzinfo | None
) -> StoryLine:
    points = tuple(
        Point(
            _day(each.at, zone),
            each.mean,
            f"mean {estimate_text(test.measure, each.mean)}, best {estimate_text(test.measure, each.best)}",
        )
        for each in results
    )
    change = change_of_test(test, results[0], results[-1]) if len(results) > 1 else None
    words = "" if change is None else _test_words(test, change, results)
    moved = [each for each in results if not (each.same_place and each.same_clothes)]
    if moved and len(results) > 1:
        words += f" Camera or clothes were not as before in {counted(len(moved), 'test')}: read it with care."
    return StoryLine(
        topic=StoryTopic[test.topic.name],
        title=f"Test: {test.title}{_leg(leg)}{_step(step)}",
        points=points,
        change=change,
        words=_since(points, words),
        counts_from=_counts_from(test.measure, change),
        measure=test.measure,
    )


def _test_words(test: FunctionTest, change: Change, results: Sequence[TestResult]) -> str:
    if change.verdict is Verdict.NOT_COMPARABLE:
        return f"Not comparable: {change.reason}."
    if not change.is_change:
        return "No detectable change, as measuring again may give as large a change."
    how = difference_in_words(test.measure, results[0].mean.value, results[-1].mean.value)
    direction = {Verdict.CHANGED_BETTER: " for the better", Verdict.CHANGED_WORSE: " for the worse"}
    return f"Changed{direction.get(change.verdict, '')}: {how}."


def _measures(sets: Sequence[SetSummary], zone: tzinfo | None) -> list[StoryLine]:
    chapters: dict[str, StoryTopic] = {_KNEE_LINE: StoryTopic.KNEE_LINE}
    chapters |= {each.name: StoryTopic.DEPTH for each in MEASURES.values() if each.followed is Followed.DEPTH}
    return [_measure_line(trend, chapters[trend.measure]) for trend in trends(sets, zone) if trend.measure in chapters]


def _measure_line(trend: Trend, topic: StoryTopic) -> StoryLine:
    points = tuple(
        Point(each.day, each.value.estimate, estimate_text(trend.measure, each.value.estimate)) for each in trend.days
    )
    what = f"{label_of(trend.measure)}{_leg(trend.leg)}{_step(trend.step_height_cm)}"
    return StoryLine(
        topic=topic,
        title=f"{exercise_title(trend.exercise)}: {what}",
        points=points,
        change=trend.change,
        words=_since(points, change_words(trend)),
        counts_from=_counts_from(trend.measure, trend.change),
        measure=trend.measure,
        is_asked=False,
    )


def _counts_from(measure: str, change: Change | None) -> str:
    if change is None or change.threshold is None or not math.isfinite(change.threshold.value):
        return ""
    return f"past {estimate_text(measure, Estimate(change.threshold.value, math.nan))}: {change.threshold.why}"


def _since(points: Sequence[Point], change: str) -> str:
    """Say the values at both ends, and what became of them; of one day the value alone."""
    first, last = points[0], points[-1]
    if len(points) == 1:
        return f"{sentence_case(first.words)} on {day_text(first.day)}. One day so far."
    values = f"{sentence_case(first.words)} on {day_text(first.day)}, {last.words} on {day_text(last.day)}."
    return f"{change} {values}" if change else values


def _newest_of_day(found: Sequence[_T], day: Callable[[_T], date]) -> list[_T]:
    """Return the last of each day, in order of time."""
    return list({day(each): each for each in found}.values())


def _day(at: datetime, zone: tzinfo | None) -> date:
    return (at if zone is None else at.astimezone(zone)).date()


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace("-", "−")


def _leg(leg: str) -> str:
    return f", {leg}" if leg in {"left", "right"} else ""


def _step(step: float | None) -> str:
    return "" if step is None else f", {step:g} cm step"
