"""What is kept before anybody exercises: who read the safety texts, and answers to the red-flag screen with their date.

The safety texts are accepted once for each account, and again when they change. A screen is about a person, or about
whoever has the account where they are none of the people; on one with a flag a clinician may have a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from formcheck.programme.red_flags import checked_flags, screen_sha256
from formcheck.records.access import NotFoundError
from formcheck.records.people import get_person
from formcheck.records.records import Work
from formcheck.records.tables import Person, RedFlagScreen, SafetyAcceptance


def answer_red_flags(work: Work, person_id: str | None, flags: Iterable[str]) -> RedFlagScreen:
    """Keep answers to the screen as it is now.

    Parameters
    ----------
    work
        Who answers.
    person_id
        Whom it is about; None for whoever asks.
    flags
        Ids of what is answered with yes; none of them where all is well.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    RedFlagsError
        If a flag is none of the screen's.
    """
    if person_id is not None:
        get_person(work, person_id)
    row = RedFlagScreen(
        person_id=person_id if person_id is not None else work.actor.person_id,
        account_id=work.actor.id,
        flags=checked_flags(flags),
        text_sha256=screen_sha256(),
        answered_at=work.now,
        answered_by=work.actor.name,
    )
    work.session.add(row)
    work.session.flush()
    work.log("red_flags.answered", subject=row.id, person=row.person_id, details={"flags": row.flags})
    return row


def last_screen(work: Work, person_id: str | None) -> RedFlagScreen | None:
    """Return the last answers about a person, or about whoever asks; None where it was never asked, or other things."""
    query = select(RedFlagScreen).where(RedFlagScreen.text_sha256 == screen_sha256())
    about = person_id if person_id is not None else work.actor.person_id
    if about is not None:
        work.actor.need_sight(about, "person")
        query = query.where(RedFlagScreen.person_id == about)
    else:
        query = query.where(RedFlagScreen.person_id.is_(None), RedFlagScreen.account_id == work.actor.id)
    return work.session.scalars(query.order_by(RedFlagScreen.answered_at.desc(), RedFlagScreen.id)).first()


def may_exercise(screen: RedFlagScreen | None) -> bool:
    """Say whether the answers let somebody exercise: no flag, or a clinician said so all the same."""
    return screen is not None and (not screen.flags or screen.cleared_at is not None)


def clear_red_flags(work: Work, screen_id: str) -> RedFlagScreen:
    """Keep that a clinician saw the flags of a screen, and that there may be exercise all the same.

    Raises
    ------
    NotFoundError
        If there are no such answers for the actor.
    NotAllowedError
        If the actor is a client.
    """
    row = work.session.get(RedFlagScreen, screen_id)
    if row is None or not (work.actor.may_see(row.person_id) or row.account_id == work.actor.id):
        raise NotFoundError("answer")
    work.actor.need_clinician("say that somebody with a red flag may exercise")
    if row.cleared_at is None:
        row.cleared_at, row.cleared_by = work.now, work.actor.name
        work.log("red_flags.cleared", subject=row.id, person=row.person_id, details={"flags": row.flags})
    return row


@dataclass(frozen=True)
class Raised:
    """A person whose last answers have a flag on which no clinician has said anything."""

    person: Person
    screen: RedFlagScreen


def raised_flags(work: Work) -> Sequence[Raised]:
    """Return who of the people that the actor may see is not to exercise by their last answers, the newest first."""
    query = select(RedFlagScreen, Person).join(Person, Person.id == RedFlagScreen.person_id)
    if not work.actor.sees_everybody:
        query = query.where(RedFlagScreen.person_id == work.actor.person_id)
    last: dict[str, Raised] = {}
    for screen, person in work.session.execute(query.order_by(RedFlagScreen.answered_at.desc(), RedFlagScreen.id)):
        last.setdefault(person.id, Raised(person, screen))
    return [each for each in last.values() if not may_exercise(each.screen)]


def accept_safety(work: Work, text_sha256: str) -> datetime:
    """Keep that whoever asks accepts the safety texts now; what was accepted before stands.

    Parameters
    ----------
    work
        Who accepts.
    text_sha256
        Of the texts that were shown.

    Returns
    -------
    datetime
        When these texts were accepted for the first time.
    """
    before = safety_accepted_at(work, text_sha256)
    if before is not None:
        return before
    row = SafetyAcceptance(
        account_id=work.actor.id,
        person_id=work.actor.person_id,
        text_sha256=text_sha256,
        accepted_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.log("safety.accepted", subject=row.id, person=row.person_id, details={"text": text_sha256})
    return row.accepted_at


def safety_accepted_at(work: Work, text_sha256: str) -> datetime | None:
    """Return when whoever asks accepted these texts; None where they did not.

    Parameters
    ----------
    work
        Who asks.
    text_sha256
        Of the texts as they are now.
    """
    mine = SafetyAcceptance.account_id == work.actor.id, SafetyAcceptance.text_sha256 == text_sha256
    query = select(SafetyAcceptance.accepted_at).where(*mine).order_by(SafetyAcceptance.accepted_at)
    return work.session.scalars(query).first()
