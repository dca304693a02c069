"""One suggestion: what it says, what it rests on, what it would change."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from formcheck.exercises.plan import Plan
from formcheck.history.ladder import PlanChange


class Rule(StrEnum):
    """Which rule speaks."""

    NO_SESSION = "no-session"
    CUT = "cut"
    DEMOTE = "demote"
    CONTACT = "contact-clinician"
    OFFER_EASIER = "offer-easier"
    PROGRESS = "progress"


@dataclass(frozen=True)
class PlanInForce:
    """What somebody does now."""

    exercise: str
    plan: Plan
    from_at: datetime
    """With time zone."""
    leg: str | None = None
    """`left` or `right`; None for both, or either."""


@dataclass(frozen=True)
class Evidence:
    """One session that a suggestion rests on."""

    began_at: datetime
    set_ids: tuple[str, ...]
    sentence: str
    """What it shows, such as `Pain 2 at worst, 10 of 10 reps`."""


@dataclass(frozen=True)
class Suggestion:
    """One thing to decide about."""

    rule: Rule
    title: str
    sentence: str
    evidence: tuple[Evidence, ...]
    """At least one session, in order of time."""
    change: PlanChange | None
    """What the plan would be changed to, in one variable; None where there is nothing to change in a plan."""
    source: str

    def document(self) -> dict[str, Any]:
        """Return what JSON can hold of it, for the records."""
        return {
            "id": self.rule.value,
            "title": self.title,
            "sentence": self.sentence,
            "evidence": [
                {"began_at": each.began_at.isoformat(), "set_ids": list(each.set_ids), "sentence": each.sentence}
                for each in self.evidence
            ],
            "change": None if self.change is None else asdict(self.change),
            "source": self.source,
        }


@dataclass(frozen=True)
class Suggested:
    """What the rules say now."""

    suggestion: Suggestion | None
    not_yet: tuple[str, ...] = ()
    """Why nothing is suggested: what was not answered, was not seen, or is still to come; a sentence each."""
