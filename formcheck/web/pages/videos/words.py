"""An upload in words: how far it is, and what it is taken for, with the reason of each guess. No user interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from formcheck.exercises.catalogue.exercise import exercise_title, exercises
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import guess_of, guessed_moment, wishes_of
from formcheck.records.tables import Upload

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_TOO_EARLY_S: Final = 3.0
"""Before that nobody can say how long an analysis takes."""
_TOO_LITTLE: Final = 0.03
_VIEWS: Final = {"front": "from the front", "side": "from the side", "oblique": "from between front and side"}


@dataclass(frozen=True)
class UploadFact:
    """Something that an upload is taken for."""

    said: str
    """Plain text."""
    why: str = ""
    """Why formcheck thinks so; empty for what somebody said."""
    open: bool = False
    """Whether somebody should say it, since nothing tells."""


def facts(row: Upload, people: Mapping[str, str], day_of: Callable[[datetime], str]) -> list[UploadFact]:
    """Return what an upload is taken for: whose it is, exercise, leg, view, date.

    Parameters
    ----------
    row
        The upload.
    people
        Names by id.
    day_of
        Turns a moment into a day in words.
    """
    said = wishes_of(row)
    found = [_whose(row, people)]
    exercise = guess_of(row, "exercise")
    if said.request.exercise is not None:
        found.append(UploadFact(exercise_title(said.request.exercise)))
    elif exercise is not None and exercise.value in exercises():
        found.append(UploadFact(exercise_title(exercise.value), exercise.reason[:1].lower() + exercise.reason[1:]))
    for name, value, words in (
        ("leg", said.request.leg, {"left": "left leg", "right": "right leg"}),
        ("view", said.request.view, _VIEWS),
    ):
        guess = guess_of(row, name)
        if value is not None:
            found.append(UploadFact(words.get(value.value, value.value)))
        elif guess is not None and guess.value in words:
            found.append(UploadFact(words[guess.value], guess.reason))
    moment, date = said.done_at or guessed_moment(row), guess_of(row, "done_at")
    if moment is not None:
        found.append(UploadFact(day_of(moment), "" if said.done_at is not None or date is None else date.reason))
    if not said.keep_video:
        found.append(UploadFact("landmarks only"))
    return found


def _whose(row: Upload, people: Mapping[str, str]) -> UploadFact:
    guess = guess_of(row, "person_id")
    if row.person_id is None:
        return UploadFact("Nobody’s yet", open=not wishes_of(row).person_said)
    name = people.get(row.person_id, "somebody")
    return UploadFact(name, "" if guess is None or wishes_of(row).person_said else guess.reason)


def time_in_words(seconds: float) -> str:
    """Write a time as people say it: `5 s`, `about 3 min`, `about 2 h`."""
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR_S:
        return f"about {round(seconds / _MINUTE_S)} min"
    return f"about {round(seconds / _HOUR_S)} h"


def time_left_s(row: Upload, now: datetime) -> float | None:
    """Return how long an analysis takes yet by its pace so far (s), None while it is too early to say."""
    if row.state != UploadState.RUNNING or row.started_at is None or not row.share or row.share < _TOO_LITTLE:
        return None
    elapsed_s = (now - row.started_at).total_seconds()
    return elapsed_s * (1 - row.share) / row.share if elapsed_s > _TOO_EARLY_S else None


def progress_in_words(row: Upload, now: datetime) -> str:
    """Say what an analysis is at, and how long it takes yet."""
    left_s = time_left_s(row, now)
    stage = f"{row.stage} …" if row.stage else "Starting …"
    return stage if left_s is None else f"{stage} {time_in_words(left_s)} left"
