"""Whether a person refuses that something of theirs is kept: what they answered last, asked where it would be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from formcheck.records.access import RecordsError
from formcheck.records.records import Work
from formcheck.records.tables import StoredConsent

RECORDS: Final = "records"
VIDEO: Final = "video"
_KEPT: Final[Mapping[str, str]] = {RECORDS: "what is measured", VIDEO: "videos"}
"""What is kept, by the item of `consents.OWN_TEXTS` that allows it."""
_ASK_AGAIN: Final = "A new answer can be given under Consent on the person’s page."


class ConsentError(RecordsError):
    """Something is not kept, since whose it is refuses that."""


@dataclass(frozen=True)
class Refusal:
    """A no that stands, or a yes that was taken back, to one item."""

    item: str
    answer: str
    """`no` or `withdrawn`."""

    @property
    def clause(self) -> str:
        """What happened, to go on from a colon or a comma."""
        if self.answer == "withdrawn":
            return f"consent to keeping {_KEPT[self.item]} was taken back"
        return f"consent to keeping {_KEPT[self.item]} was refused"

    @property
    def remark(self) -> str:
        """The sentence that a set bears whose video was let go for it."""
        return f"The video was not kept: {self.clause}."

    def error(self, so: str, remedy: str = _ASK_AGAIN) -> ConsentError:
        """Return the refusal of something that would keep it.

        Parameters
        ----------
        so
            What does not happen, such as `no new set can be kept`.
        remedy
            What can be done.
        """
        return ConsentError(f"{self.clause[:1].upper()}{self.clause[1:]}, so {so}.", remedy)


def refusal(work: Work, person_id: str | None, item: str) -> Refusal | None:
    """Return a person's refusal of an item; None where the last answer was yes, and where nobody was asked."""
    return refusals(work, item, person_id).get(person_id) if person_id is not None else None


def refusals(work: Work, item: str, person_id: str | None = None) -> dict[str, Refusal]:
    """Return by the id of a person who refuses an item.

    Parameters
    ----------
    work
        Whose look it is.
    item
        `RECORDS` or `VIDEO`.
    person_id
        Who alone is asked for; None for everybody whom the actor may see.
    """
    query = select(StoredConsent.person_id, StoredConsent.answer).where(StoredConsent.item == item)
    if person_id is not None:
        query = query.where(StoredConsent.person_id == person_id)
    last: dict[str, str] = {}
    for whose, answer in work.session.execute(query.order_by(StoredConsent.at.desc(), StoredConsent.id)):
        if work.actor.may_see(whose):
            last.setdefault(whose, answer)
    return {whose: Refusal(item, answer) for whose, answer in last.items() if answer != "yes"}


def need_kept_sets(work: Work, person_id: str | None) -> None:
    """Refuse a new set of somebody who refuses that what is measured of them is kept.

    Raises
    ------
    ConsentError
        If they do.
    """
    refused = refusal(work, person_id, RECORDS)
    if refused is not None:
        raise refused.error("no new set can be kept")
