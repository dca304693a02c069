"""What a browser says of exercises that it led somebody through: by the clock and by the person, nothing measured."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final, Literal

from pydantic import Field

from formcheck.doors import Door, Listed, Published, Wrong
from formcheck.errors import FormcheckError
from formcheck.exercises.plan import LIMITS

PACE_S: Final = 4.0
"""Up and down in one rep, without the hold, where the exercise does not say: slow is guidance's, the seconds ours."""
READY_S: Final = 6.0
"""To get into place before a set."""
ANSWER_S: Final = 20.0
"""So long the question about pain waits for an answer; then it counts as not said."""


class GuidedError(FormcheckError):
    """A report of a guided run that cannot be."""


class GuidedSet(Published):
    """One set."""

    leg: Literal["left", "right"] | None
    """None for both at once."""
    reps: Annotated[int, Field(ge=0, le=100)]
    """That were begun and ended."""
    held_s: Annotated[float, Field(ge=0, le=100 * LIMITS["hold_s"].most)]
    """In all holds together."""
    whole: bool
    """Whether it went to its end."""


class GuidedItem(Published):
    """One exercise, once it is over."""

    index: Annotated[int, Field(ge=0, le=100)]
    """In the list that the browser was given."""
    sets: Annotated[tuple[GuidedSet, ...], Listed, Field(max_length=40)]
    pain: Annotated[int, Field(ge=0, le=10)] | None
    """The worst in it; None where nobody answered."""


class GuidedReport(Published):
    """All that was done of a run so far; each report repeats what the ones before said."""

    run: Annotated[str, Field(pattern="^[0-9a-f]{32}$", title="the id of a run")]
    items: Annotated[tuple[GuidedItem, ...], Listed, Field(max_length=100)]
    over: bool
    """Whether the run has ended."""


def _refused(wrong: tuple[Wrong, ...]) -> GuidedError:
    return GuidedError(f"What the browser said of the exercises cannot be: {wrong[0].clause}.", "Reload the page.")


DOOR: Final[Door[GuidedReport]] = Door(GuidedReport, _refused)


def whole_sets(sets: tuple[GuidedSet, ...]) -> int:
    """Return how many sets went to their end; where legs took turns, those that both did."""
    count = {leg: sum(1 for each in sets if each.whole and each.leg == leg) for leg in ("left", "right", None)}
    one_leg = {each.leg for each in sets} - {None}
    return count[None] + (min(count["left"], count["right"]) if len(one_leg) > 1 else count["left"] + count["right"])


def done_id(person_id: str, run: str, index: int) -> str:
    """Return the id under which an exercise of a run is kept, the same however often the browser says it."""
    return hashlib.sha256(f"{person_id} {run} {index}".encode()).hexdigest()[:32]
