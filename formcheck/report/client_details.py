"""What a document says of the person and the day, beside what was measured."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from typing import Final

from formcheck.report.plain_text import plain
from formcheck.session.assessment import Plan
from formcheck.session.pain import HIGHEST, LOWEST

_TALLEST_CM: Final = 280.0
_SHORTEST_CM: Final = 40.0


@dataclass(frozen=True)
class ClientDetails:
    """The person, the day, what the person felt and what a clinician says. What is empty or None is left out.

    Control characters are taken out of every text when it is made.

    Raises
    ------
    ValueError
        If a pain is not from 0 to 10, or the body height not one of a person.
    """

    name: str = ""
    """Name or pseudonym."""
    birth_year: int | None = None
    symptoms: str = ""
    """The side of the symptoms: `left`, `right`, `both`, or in words."""
    recorded_on: datetime.date | None = None
    """Day of the set."""
    clinician: str = ""
    note: str = ""
    """What the clinician writes, in as many paragraphs as they like."""
    pain_before: int | None = None
    """0, none, to 10, the worst there is; None where nobody answered. So are the four below."""
    pain_during: int | None = None
    pain_after: int | None = None
    pain_after_hour: int | None = None
    pain_next_morning: int | None = None
    swelling: bool | None = None
    """Whether the knee swelled afterwards; None where nobody answered."""
    plan: Plan | None = None
    """What is to be done from now on; what was prescribed for the set itself is in its assessment."""
    sessions_a_day: float | None = None
    next_steps: str = ""
    """What is to be done from now on, in the clinician's words."""
    height_cm: float | None = None
    """Body height, by which a pose is put into metres."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, plain(value).strip())
        pains = (self.pain_before, self.pain_during, self.pain_after, self.pain_after_hour, self.pain_next_morning)
        for pain in pains:
            if pain is not None and not LOWEST <= pain <= HIGHEST:
                raise ValueError(f"pain must be from {LOWEST} to {HIGHEST}, but is {pain}")
        if self.height_cm is not None and not _SHORTEST_CM <= self.height_cm <= _TALLEST_CM:
            raise ValueError(f"body height must be {_SHORTEST_CM:g} to {_TALLEST_CM:g} cm, but is {self.height_cm}")
