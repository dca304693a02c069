"""Links by which somebody does what they are prescribed: each is for one person and one plan, and only for a while.

Of its code the hash alone is kept. A code opens nothing by itself: whoever comes with it is let in as on every page,
and it says whose set is done and what is prescribed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.people import get_person
from formcheck.records.plans import get_plan, prescribed
from formcheck.records.records import Work
from formcheck.records.tables import PrescribedLink
from formcheck.remote.invitation import hash_of, new_code
from formcheck.session.request import SetRequest

MOST_DAYS: Final = 365
_LONGEST_CODE: Final = 100
_NEW: Final = "Ask your clinician for a new one."


class LinkDoesNotHoldError(RecordsError):
    """A link that leads to no set: it is none of ours, of another person, too old, taken back, or its plan changed."""


@dataclass(frozen=True)
class Prescribed:
    """What a link leads to."""

    link_id: str
    person_id: str
    request: SetRequest
    """As it is prescribed."""
    made_by: str
    made_at: datetime


def make_link(work: Work, plan_id: str, days: int) -> tuple[PrescribedLink, str]:
    """Make a link to what a plan prescribes.

    Parameters
    ----------
    work
        Who makes it.
    plan_id
        Of the plan, which must be in force.
    days
        How long it holds.

    Returns
    -------
    tuple of PrescribedLink and str
        What is kept, and the code, which is not.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the plan has ended, nobody may be asked to do it, or the time is none.
    """
    work.actor.need_clinician("make links")
    plan = get_plan(work, plan_id)
    if plan.until_at is not None:
        raise RecordsError("This plan has ended.", "Make a link to the one that is in force.")
    for sentence in prescribed(plan).plan.cannot_be_done():
        raise RecordsError(sentence, "Prescribe it anew first.")
    if not 1 <= days <= MOST_DAYS:
        raise RecordsError(f"A link cannot hold for {days} days.", f"Choose 1 to {MOST_DAYS}.")
    code = new_code()
    made = PrescribedLink(
        person_id=plan.person_id,
        plan_id=plan.id,
        code_sha256=hash_of(code),
        valid_until=work.now + timedelta(days=days),
        made_by=work.actor.name,
        made_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    work.log("plan.link_made", subject=made.id, person=plan.person_id, details={"plan": plan.id})
    return made, code


def revoke_link(work: Work, link_id: str) -> PrescribedLink:
    """Take a link back: it leads nowhere any more.

    Raises
    ------
    NotFoundError
        If there is none for the actor.
    """
    work.actor.need_clinician("take links back")
    made = work.session.get(PrescribedLink, link_id)
    if made is None or not work.actor.may_see(made.person_id):
        raise NotFoundError("link")
    if made.revoked_at is None:
        made.revoked_at = work.now
        work.log("plan.link_revoked", subject=made.id, person=made.person_id, details={"plan": made.plan_id})
    return made


def links_of(work: Work, person_id: str) -> Sequence[PrescribedLink]:
    """Return the links of a person that still lead somewhere, the newest first."""
    get_person(work, person_id)
    work.actor.need_clinician("see links")
    query = select(PrescribedLink).where(
        PrescribedLink.person_id == person_id,
        PrescribedLink.revoked_at.is_(None),
        PrescribedLink.valid_until > work.now,
    )
    found = work.session.scalars(query.order_by(PrescribedLink.made_at.desc(), PrescribedLink.id)).all()
    return [each for each in found if get_plan(work, each.plan_id).until_at is None]


def follow_link(work: Work, code: str) -> Prescribed:
    """Return what a link leads to.

    Parameters
    ----------
    work
        Who comes with it: the person, or somebody who sees everybody.
    code
        As it stands in the link.

    Raises
    ------
    LinkDoesNotHoldError
        If it leads nowhere, in one sentence why.
    """
    query = select(PrescribedLink).where(PrescribedLink.code_sha256 == hash_of(code[:_LONGEST_CODE]))
    made = work.session.scalars(query).first()
    if made is None:
        raise LinkDoesNotHoldError("This link is not one of ours, or not whole.", f"Copy all of it. {_NEW}")
    if not work.actor.may_see(made.person_id):
        raise LinkDoesNotHoldError("This link was made for somebody else.", "Use the one that was sent to you.")
    if made.revoked_at is not None:
        raise LinkDoesNotHoldError("This link was taken back.", _NEW)
    if made.valid_until <= work.now:
        raise LinkDoesNotHoldError("This link is too old.", _NEW)
    plan = get_plan(work, made.plan_id)
    if plan.until_at is not None:
        raise LinkDoesNotHoldError("What this link prescribes was changed since.", _NEW)
    return Prescribed(made.id, made.person_id, prescribed(plan), made.made_by, made.made_at)
