"""Half a year of somebody's records, made up: sets twice a week, tests and questionnaires every five weeks.

The left knee line gets better and the pain less; the right knee and the depth of the tests stay as they are.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from formcheck.pose.landmarks import Side
from formcheck.programme.questionnaires import questionnaires
from formcheck.records.access import Actor
from formcheck.records.outcomes import answer, count_as_test
from formcheck.records.records import Records, Work
from formcheck.records.sets import say_pain
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet, new_id

from .kept import OWNER, add_somebody, keep_set

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEEKS = 26
_EVERY_WEEKS = 5
_CLIPS = ("wall_squat_front", "wall_squat_side")


class MovingClock:
    """A clock that is set by whoever makes records of the past."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        """Return the moment that it was set to."""
        return self.now


def half_a_year(home: Path, actor: Actor = OWNER) -> tuple[Records, str]:
    """Make records with one person in them; return them and the person's id."""
    clock = MovingClock()
    records = Records(RecordsSettings(home=home), clock)
    person = add_somebody(records, "Ann", actor)
    kept = [keep_set(records, person.id, clip, actor=actor, done_at=BEGAN) for clip in _CLIPS]
    for week in range(WEEKS):
        for day in (0, 3):
            clock.now = BEGAN + timedelta(weeks=week, days=day)
            with records.writing(actor) as work:
                front, side = (_again(work, each, clock.now) for each in kept)
                _let_it_be(front, {Side.LEFT: 20.0 - 0.6 * week, Side.RIGHT: 6.0 + week % 3})
                for row in (front, side):
                    say_pain(work, row.id, {"pain_before": 1, "pain_during": max(0, 4 - week // 5)})
        if week % _EVERY_WEEKS == 0:
            _ask(records, actor, person.id, side.id, week // _EVERY_WEEKS)
    return records, person.id


def _again(work: Work, row: ExerciseSet, done_at: datetime) -> ExerciseSet:
    """Keep a set once more, of another day; the first day has it already."""
    if done_at == row.done_at:
        return work.session.get_one(ExerciseSet, row.id)
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    copy = ExerciseSet(**values | {"id": new_id(), "done_at": done_at, "created_at": done_at, "version": 1})
    work.session.add(copy)
    work.session.flush()
    return copy


def _let_it_be(row: ExerciseSet, fppa_deg: dict[Side, float]) -> None:
    """Change the knee line in the summary of a set, which is all that progress takes of it."""
    summary = deepcopy(row.summary)
    for leg, value in fppa_deg.items():
        summary["values"]["fppa_deg"][leg.value] |= {"value": value, "error": 3.0}
    row.summary = summary


def _ask(records: Records, actor: Actor, person_id: str, set_id: str, n: int) -> None:
    with records.writing(actor) as work:
        answer(work, person_id, "pain", {"usual": 5 - n, "worst": 6 - n // 5})
        names = {f"activity-{k}": name for k, name in ((1, "Stairs"), (2, "Running"), (3, "Kneeling"))}
        answer(work, person_id, "patient-specific-function", dict.fromkeys(names, 3 + n), names)
        answer(work, person_id, "five-symptoms", dict.fromkeys(questionnaires()["five-symptoms"].items, n % 2))
        count_as_test(work, set_id, "wall-squat-depth", same_place=True, same_clothes=True)
