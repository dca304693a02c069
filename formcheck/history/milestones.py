"""What somebody reached for the first time: marks on the way, each with the day and the set that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from formcheck.exercises.finding import Direction
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.history.change import Change, Verdict
from formcheck.history.ladder import ladder, rung_of
from formcheck.history.progress import change_since, trends
from formcheck.history.sessions import Session, sessions_of
from formcheck.history.summary import SetSummary
from formcheck.kinematics.measures.registry import DEPTH
from formcheck.session.pain import COMFORT_LIMIT, STOP_ABOVE

_IN_A_ROW: Final = 3


class Mark(StrEnum):
    """What was reached."""

    FIRST_SET = "first set"
    PAIN_FREE = "first set without pain"
    TARGET_DEPTH = "target depth reached"
    ALL_REPS = "all planned reps done"
    CALM_SESSIONS = "three sessions in a row with little pain"
    BETTER = "first change past what measuring again would give"
    LEVEL = "new level"


@dataclass(frozen=True)
class Milestone:
    """Something reached for the first time."""

    mark: Mark
    at: datetime
    set_id: str
    """Of the set that shows it."""
    exercise: str
    leg: str = ""
    """`left` or `right` where it is of one leg."""
    measure: str = ""
    """The measure that it is about, if it is about one."""
    amount: float | None = None
    """Its value then (depth, deg), or for a change its difference; None where there is nothing to say."""
    level: str = ""
    """The rung of the ladder that was reached, if it is one."""


def milestones(sets: Iterable[SetSummary], zone: tzinfo | None = None) -> tuple[Milestone, ...]:
    """Return what was reached, in order of time; per exercise each mark once, levels once each.

    Parameters
    ----------
    sets
        Of one person, in any order.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    ordered = sorted(sets, key=lambda each: each.done_at)
    found = list(_levels(ordered))
    for exercise in dict.fromkeys(each.result.exercise for each in ordered):
        own = [each for each in ordered if each.result.exercise == exercise]
        found += [each for each in _firsts(own) if each is not None]
        calm = _calm(sessions_of(own))
        found += [calm] if calm is not None else []
        found += _changes(own, zone)
    return tuple(sorted(found, key=lambda each: each.at))


def _firsts(sets: Sequence[SetSummary]) -> Iterator[Milestone | None]:
    yield _first(sets, Mark.FIRST_SET, lambda each: each.result.reps_complete > 0)
    yield _first(sets, Mark.PAIN_FREE, _is_free_of_pain)
    yield _first(
        sets,
        Mark.ALL_REPS,
        lambda each: each.result.plan.reps is not None and each.result.reps_complete >= each.result.plan.reps,
    )
    for each in sets:
        target = each.result.plan.target_depth_deg
        depths = each.result.values.get(DEPTH, {})
        reached = {
            leg: value
            for leg, value in depths.items()
            if target is not None and value.estimate.value >= target and not _too_deep(each, value.estimate.value)
        }
        if reached:
            leg, value = next(iter(reached.items()))
            yield Milestone(
                Mark.TARGET_DEPTH,
                each.done_at,
                each.set_id,
                each.result.exercise,
                leg,
                DEPTH,
                value.estimate.value,
            )
            return


def _is_free_of_pain(each: SetSummary) -> bool:
    """Say whether somebody answered about pain in the set, and every answer about the set is none."""
    pain = each.pain
    answers = (pain.before, pain.worst, pain.plus_60min, pain.next_morning)
    hurt = any(answer for answer in answers) or bool(each.swelling)
    return pain.worst is not None and not hurt and each.result.reps_complete > 0


def _too_deep(each: SetSummary, depth_deg: float) -> bool:
    return _side_of_plan(each, depth_deg) == "high"


def _too_shallow(each: SetSummary) -> bool:
    """Say whether a leg was seen to stay above the depth that was planned."""
    return any(
        _side_of_plan(each, value.estimate.value) == "low" for value in each.result.values.get(DEPTH, {}).values()
    )


def _side_of_plan(each: SetSummary, depth_deg: float) -> Direction | None:
    """Return on which side of the good values around the planned depth one lies; None for among them."""
    for check in builtin_rubric(each.result.exercise).checks:
        if check.measure == DEPTH and check.relative_to == "target_depth_deg":
            bands = check.bands_for(each.result.plan)
            if bands is not None:
                return bands.direction(depth_deg)
    return None


def _did_the_level(each: SetSummary) -> bool:
    """Say whether a set was done as its plan asks, as far as that was seen, and did not hurt too much."""
    result, worst = each.result, each.pain.worst
    whole = result.reps_complete > 0 and result.all_reps_done is not False
    return whole and not _too_shallow(each) and not (worst is not None and worst > STOP_ABOVE)


def _first(sets: Sequence[SetSummary], mark: Mark, holds: Callable[[SetSummary], bool]) -> Milestone | None:
    first = next((each for each in sets if holds(each)), None)
    return None if first is None else Milestone(mark, first.done_at, first.set_id, first.result.exercise)


def _levels(sets: Sequence[SetSummary]) -> Iterator[Milestone]:
    """Yield each rung when it was done as planned for the first time, after the first and harder than all before."""
    order = [level.id for level in ladder()]
    highest: int | None = None
    for each in sets:
        level = rung_of(each.result.exercise, each.result.plan) if _did_the_level(each) else None
        if level is None:
            continue
        rung = order.index(level.id)
        if highest is not None and rung > highest:
            yield Milestone(Mark.LEVEL, each.done_at, each.set_id, each.result.exercise, level=level.id)
        highest = rung if highest is None else max(highest, rung)


def _calm(sessions: Sequence[Session]) -> Milestone | None:
    row = 0
    for session in sessions:
        answered = session.pain_worst is not None
        calm = answered and max(session.answers) <= COMFORT_LIMIT and not session.unsettled
        row = row + 1 if calm else 0
        if row == _IN_A_ROW:
            last = session.sets[-1]
            return Milestone(Mark.CALM_SESSIONS, last.done_at, last.set_id, last.result.exercise)
    return None


def _changes(sets: Sequence[SetSummary], zone: tzinfo | None) -> Iterator[Milestone]:
    """Yield for each measure and leg the first day that was better than the first by more than measuring again."""
    for trend in trends(sets, zone):
        for n in range(2, len(trend.days) + 1):
            change: Change | None = change_since(trend.days[:n], trend.measure)
            if change is not None and change.verdict is Verdict.CHANGED_BETTER:
                last = trend.days[n - 1].sets[-1]
                yield Milestone(
                    Mark.BETTER,
                    last.done_at,
                    last.set_id,
                    trend.exercise,
                    trend.leg,
                    trend.measure,
                    change.difference,
                )
                break
