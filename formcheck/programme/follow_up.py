"""What comes after weeks of exercise: when tests are due again, and what is looked at before the way back to sport.

The numbers are data with their sources (`follow_up.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import Field

from formcheck.doors import Strict
from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.toml_model import Said, Tables, Whole, Words, read_toml
from formcheck.exercises.words import counted, estimate_text
from formcheck.history.change import Apart, threshold_for
from formcheck.history.sessions import sessions_of
from formcheck.history.set_values import LEG_ORDER, SetValue
from formcheck.history.summary import SetSummary
from formcheck.kinematics.estimate import Estimate
from formcheck.moments import day_text
from formcheck.programme.questionnaires import questionnaires
from formcheck.programme.story import Answered
from formcheck.programme.tests_of_function import TestResult, function_tests
from formcheck.session.pain import COMFORT_LIMIT

_FILE: Final = "follow_up.toml"
_Weeks = Annotated[Whole, Field(ge=1, le=520)]


class _Reassess(Strict):
    first_weeks: _Weeks
    latest_weeks: _Weeks
    until_weeks: _Weeks
    later_weeks: _Weeks
    source: Said


class _Return(Strict):
    key: Said
    title: Said
    source: Said
    questionnaire: str = ""
    score: str = ""
    least: float | None = None
    most: float | None = None
    calm_sessions: Whole = 0
    exercises: Words = ()
    test: str = ""


class _FollowUpFile(Strict):
    form: Annotated[Literal["formcheck.follow-up/1"], Field(alias="schema")]
    reassess: _Reassess
    back: Annotated[list[_Return], Tables, Field(alias="return")]


@lru_cache(maxsize=1)
def _rules() -> _FollowUpFile:
    return read_toml(resources.files(__package__).joinpath(_FILE).read_bytes(), _FILE, _FollowUpFile)


def reassessment_source() -> str:
    """Return where the times between reassessments come from."""
    return _rules().reassess.source


@dataclass(frozen=True)
class Reassessment:
    """When tests and questionnaires are due again."""

    last: date | None
    """The last day on which anything was tested or answered; None for none yet."""
    from_day: date
    """From then on it is worth doing."""
    by_day: date
    """By then it should be done."""

    def is_due(self, today: date) -> bool:
        """Say whether it may be done today."""
        return today >= self.from_day

    def is_late(self, today: date) -> bool:
        """Say whether the day by which it should be done is over."""
        return today > self.by_day


def reassessment(days: Sequence[date], today: date) -> Reassessment:
    """Return when somebody is to be reassessed.

    Parameters
    ----------
    days
        On which they were tested or answered questionnaires, in any order.
    today
        The day where they live.

    Returns
    -------
    Reassessment
        Due at once where there was none yet.
    """
    rules = _rules().reassess
    if not days:
        return Reassessment(None, today, today)
    first, last = min(days), max(days)
    if last < first + timedelta(weeks=rules.until_weeks):
        return Reassessment(last, last + timedelta(weeks=rules.first_weeks), last + timedelta(weeks=rules.latest_weeks))
    later = last + timedelta(weeks=rules.later_weeks)
    return Reassessment(last, later, later + timedelta(weeks=rules.latest_weeks - rules.first_weeks))


class Met(StrEnum):
    """Whether a point of the list holds."""

    YES = "yes"
    NO = "not yet"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Criterion:
    """One point of the list before the way back to sport."""

    key: str
    title: str
    met: Met
    evidence: str
    """What it goes by, in one sentence."""
    source: str


def return_to_activity(
    sets: Sequence[SetSummary],
    answered: Sequence[Answered],
    results: Sequence[TestResult],
    zone: tzinfo | None = None,
) -> tuple[Criterion, ...]:
    """Return the list of what is looked at before somebody goes back to sport; a clinician decides.

    Parameters
    ----------
    sets
        Of one person, in any order.
    answered, results
        Of the same person, the oldest first.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    ordered = sorted(sets, key=lambda each: each.done_at)
    found = []
    for rule in _rules().back:
        if rule.test and rule.test not in function_tests():
            continue
        if rule.questionnaire:
            met, evidence = _by_score(rule, answered, zone)
        elif rule.calm_sessions:
            met, evidence = _by_sessions(rule.calm_sessions, ordered)
        elif rule.exercises:
            met, evidence = _by_form(rule.exercises, ordered, zone)
        else:
            met, evidence = _by_legs(rule.test, results, zone)
        found.append(Criterion(rule.key, rule.title, met, evidence, rule.source))
    return tuple(found)


def _by_score(rule: _Return, answered: Sequence[Answered], zone: tzinfo | None) -> tuple[Met, str]:
    own = [each for each in answered if each.questionnaire == rule.questionnaire and rule.score in each.scores]
    if not own:
        asked = questionnaires().get(rule.questionnaire)
        return Met.UNKNOWN, f"{rule.questionnaire if asked is None else asked.title}: not answered yet."
    value = own[-1].scores[rule.score]
    holds = (rule.most is None or value <= rule.most) and (rule.least is None or value >= rule.least)
    return (Met.YES if holds else Met.NO), f"{value:.3g} on {day_text(own[-1].day(zone))}."


def _by_sessions(asked: int, sets: Sequence[SetSummary]) -> tuple[Met, str]:
    last = [each for each in sessions_of(sets) if each.pain_worst is not None][-asked:]
    if len(last) < asked:
        return Met.UNKNOWN, f"Pain was answered in {counted(len(last), 'session')}."
    worst = max(max(each.answers) for each in last)
    unsettled = [words for each in last for words in each.unsettled]
    calm = worst <= COMFORT_LIMIT and not unsettled
    return (Met.YES if calm else Met.NO), f"Worst answer in the last {asked}: {worst}."


def _by_form(exercises: Sequence[str], sets: Sequence[SetSummary], zone: tzinfo | None) -> tuple[Met, str]:
    shares = []
    for exercise in exercises:
        own = [each for each in sets if each.result.exercise == exercise and each.result.safe_share is not None]
        if own:
            shares.append((exercise, own[-1].result.safe_share or 0.0, own[-1].day(zone)))
    if not shares:
        return Met.UNKNOWN, "None of them was judged yet."
    said = "; ".join(
        f"{exercise_title(name)}: {100 * share:.0f} % of reps on {day_text(day)}" for name, share, day in shares
    )
    return (Met.YES if all(share >= 1 for _, share, _ in shares) else Met.NO), f"{said}."


def _by_legs(key: str, results: Sequence[TestResult], zone: tzinfo | None) -> tuple[Met, str]:
    test = function_tests()[key]
    last = {
        leg: next((each for each in reversed(results) if each.test == key and each.leg == leg), None)
        for leg in LEG_ORDER
    }
    left, right = last[LEG_ORDER[0]], last[LEG_ORDER[1]]
    if left is None or right is None:
        return Met.UNKNOWN, "Not tested on both legs yet."
    one, other = (SetValue(each.mean, len(each.tries), float("nan")) for each in (left, right))
    limit = threshold_for(test.measure, one, other, Apart.LEGS)
    difference = Estimate(left.mean.value - right.mean.value, limit.value)
    alike = abs(difference.value) <= limit.value
    days = sorted({each.at.date() if zone is None else each.at.astimezone(zone).date() for each in (left, right)})
    said = f"Left minus right {estimate_text(test.measure, difference)}, {' and '.join(map(day_text, days))}."
    return (Met.YES if alike else Met.NO), said
