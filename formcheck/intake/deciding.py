"""What an upload is measured as: what was said, and for the rest what is guessed, each guess with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from formcheck.intake.guesses import guess_date, guess_person_by_plan
from formcheck.intake.wishes import Guess, Wishes, guess_of, wishes_of
from formcheck.pose.landmarks import Side
from formcheck.pose.types import PoseTrack
from formcheck.records.plans import current_plan, prescribed
from formcheck.records.records import Work
from formcheck.records.tables import Json, Upload
from formcheck.session.assessment import Assessment
from formcheck.session.guess import guess_exercise
from formcheck.session.request import SetRequest


@dataclass(frozen=True)
class Decision:
    """What a set is measured as, whose it is and when it was done."""

    measured_as: SetRequest
    person_id: str | None
    done_at: datetime
    guesses: Mapping[str, Guess] = field(default_factory=dict)
    """What of it was not said, by name."""
    recorded: datetime | None = None
    """When it was recorded, as the video says."""

    def with_view(self, assessment: Assessment) -> Json:
        """Return the guesses as they are kept, with leg and view as the measurement found them."""
        guesses: dict[str, Any] = {name: guess.document() for name, guess in self.guesses.items()}
        if self.measured_as.leg is None and assessment.leg is not None:
            guesses["leg"] = Guess(assessment.leg.value, "found in the movement").document()
        if self.measured_as.view is None:
            guesses["view"] = Guess(assessment.view.kind.value, "found in the pictures").document()
        return guesses


def decide(work: Work, row: Upload, track: PoseTrack, recorded: datetime | None) -> Decision:
    """Decide what a set is measured as.

    Parameters
    ----------
    work
        The records, with everybody in sight.
    row
        The upload.
    track
        Its landmarks.
    recorded
        When it was recorded, as the video says.

    Raises
    ------
    NotAssessableError
        If the landmarks show nobody, or no leg, and the exercise was not said.
    """
    said = wishes_of(row)
    exercise, guess = _exercise(row, said, track)
    return _decided(work, row, replace(said.request, exercise=exercise), guess, said.request.leg, recorded)


def decided_for_leg(work: Work, row: Upload, before: Decision, leg: Side) -> Decision:
    """Return what was decided, with person and plan by the leg that the measurement found.

    Parameters
    ----------
    work, row
        As for `decide`.
    before
        What was decided while the leg was not known.
    leg
        That the set was done on.
    """
    exercise = before.guesses.get("exercise")
    request = replace(before.measured_as, plan=wishes_of(row).request.plan)
    return _decided(work, row, request, exercise, leg, before.recorded)


def _decided(
    work: Work,
    row: Upload,
    request: SetRequest,
    exercise: Guess | None,
    leg: Side | None,
    recorded: datetime | None,
) -> Decision:
    said, name = wishes_of(row), request.rubric.exercise
    guesses = {} if exercise is None else {"exercise": exercise}
    person_id, guess = _person(work, row, said, name, leg)
    if guess is not None:
        guesses["person_id"] = guess
    stored = None if person_id is None else current_plan(work, person_id, name, leg)
    if not said.plan_said and stored is not None:
        request = replace(request, plan=prescribed(stored).plan)
        guesses["plan"] = Guess(stored.id, f"prescribed since {stored.from_at:%d %B %Y}".replace(" 0", " "))
    done_at = said.done_at
    if done_at is None:
        date = guess_date(recorded, said.last_modified, row.created_at)
        guesses["done_at"] = date
        done_at = datetime.fromisoformat(date.value)
    return Decision(request, person_id, done_at, guesses, recorded)


def _person(work: Work, row: Upload, said: Wishes, exercise: str, leg: Side | None) -> tuple[str | None, Guess | None]:
    if row.person_id is not None or said.person_said:
        return row.person_id, None if said.person_said else guess_of(row, "person_id")
    guess = guess_person_by_plan(work, exercise, leg)
    return (None, None) if guess is None else (str(guess.value), guess)


def _exercise(row: Upload, said: Wishes, track: PoseTrack) -> tuple[str, Guess | None]:
    """Return the exercise, and the guess that it rests on; None where it was said.

    The name of the file goes before the movement, see `formcheck.exercises.naming`.
    """
    if said.request.exercise is not None:
        return said.request.exercise, None
    named = guess_of(row, "exercise")
    if named is not None:
        return str(named.value), named
    shown = guess_exercise(track)
    return shown.exercise, Guess(shown.exercise, shown.why.rstrip("."))
