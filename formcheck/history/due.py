"""What a plan asks for today, given what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from formcheck.history.sessions import sessions_of
from formcheck.history.summary import SetSummary


@dataclass(frozen=True)
class Due:
    """How a plan stands today."""

    done: int
    """Sessions that were begun today."""
    planned: int | None
    """Sessions for today; None where the plan does not say how often."""
    next_day: date | None = None
    """When the next session is due, where none is today."""

    @property
    def is_due(self) -> bool:
        """Whether there is something left to do today."""
        return self.planned is not None and self.done < self.planned


def due_today(sets: Iterable[SetSummary], sessions_a_day: float | None, today: date, zone: tzinfo | None = None) -> Due:
    """Return how a plan stands today.

    Parameters
    ----------
    sets
        Those that count for the plan: of its exercise and leg.
    sessions_a_day
        As it is prescribed; 0.5 for every other day, None where it was not said.
    today
        The day where the person lives.
    zone
        Where the person lives; None for the zones of the times themselves.
    """
    days = [session.day(zone) for session in sessions_of(sets)]
    done = days.count(today)
    if sessions_a_day is None:
        return Due(done, None)
    if sessions_a_day <= 0:
        return Due(done, 0)
    if sessions_a_day >= 1:
        return Due(done, round(sessions_a_day))
    earlier = [day for day in days if day < today]
    next_day = max(earlier) + timedelta(days=round(1 / sessions_a_day)) if earlier else today
    return Due(done, 1) if next_day <= today else Due(done, 0, next_day)
