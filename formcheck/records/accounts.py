"""Accounts: who may log in, and as whom. Only needed where a clinic has set up a login."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from formcheck.records.access import Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.people import get_person
from formcheck.records.records import Work
from formcheck.records.tables import Account, Person

_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
_LONGEST_EMAIL: Final = 320
"""Characters: 64 before the @ and 255 behind it (RFC 5321, 4.5.3.1)."""
_LONGEST_NAME: Final = 200
_ROLES: Final = (Role.CLINICIAN, Role.CLIENT)
"""What an account can be; the owner and the system have none."""


def normal_email(email: str) -> str:
    """Return an e-mail address in the one form in which it is kept and compared: NFC, lower case, no spaces around."""
    return unicodedata.normalize("NFC", email).strip().lower()


def add_account(work: Work, email: str, role: Role, *, name: str = "", person_id: str | None = None) -> Account:
    """Let somebody log in. Whoever was removed before is let in again, with what is said now.

    Parameters
    ----------
    work
        Whose work it is. Clinicians let clients in; clinicians are let in by who runs the server.
    email
        As the login provider gives it.
    role
        Clinician or client.
    name
        As it is signed with; empty for the person's name, or the address.
    person_id
        Whom a client is; None for a clinician.

    Raises
    ------
    NotAllowedError
        If the actor may not let that role in.
    NotFoundError
        If there is no such person.
    RecordsError
        If the address is none, has access already, or role and person do not go together.
    """
    _need_right_over(work.actor, role)
    address = _checked_email(email)
    person = _checked_person(work, role, person_id)
    signed = _signed_name(name, person, address)
    account = _by_email(work, address)
    if account is None:
        account, action = Account(email=address, created_at=work.now), "account.added"
    elif account.active:
        raise RecordsError(f"{address} has access already.", "Remove it first, to give it another role or person.")
    else:
        # Whom somebody of more rights let in, only such let in again.
        _need_right_over(work.actor, Role(account.role))
        action = "account.restored"
    account.name, account.role, account.active = signed, role.value, True
    account.person_id = None if person is None else person.id
    work.session.add(account)
    work.session.flush()
    work.log(action, subject=account.id, person=account.person_id, details={"role": role.value})
    return account


def list_accounts(work: Work, *, removed_too: bool = False) -> Sequence[Account]:
    """Return the accounts by address; those that were removed only if asked for.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    """
    work.actor.need_clinician("see who has access")
    query = select(Account).order_by(Account.email)
    if not removed_too:
        query = query.where(Account.active)
    return work.session.scalars(query).all()


def find_account(work: Work, email: str) -> Account | None:
    """Return the account of an address, active or not; None where there is none.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    """
    work.actor.need_clinician("see who has access")
    return _by_email(work, normal_email(email))


def get_account(work: Work, account_id: str) -> Account:
    """Return an account.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    NotFoundError
        If there is none.
    """
    work.actor.need_clinician("see who has access")
    account = work.session.get(Account, account_id)
    if account is None:
        raise NotFoundError("account")
    return account


def deactivate_account(work: Work, account_id: str) -> Account:
    """Take somebody's access away. The account stays, as what they did is signed by it; links and sockets end at once.

    Raises
    ------
    NotAllowedError
        If the actor may not take that role's access away.
    NotFoundError
        If there is no such account.
    """
    account = get_account(work, account_id)
    _need_right_over(work.actor, Role(account.role))
    if account.active:
        account.active = False
        details = {"role": account.role}
        work.log("account.removed", subject=account.id, person=account.person_id, details=details)
    return account


def actor_of(account: Account) -> Actor:
    """Return who an account is to the records."""
    return Actor(account.id, account.name, Role(account.role), account.person_id)


def _need_right_over(actor: Actor, role: Role) -> None:
    actor.need_clinician("decide who has access")
    if role is not Role.CLIENT and actor.role is Role.CLINICIAN:
        raise NotAllowedError("decide which clinicians have access")


def _by_email(work: Work, address: str) -> Account | None:
    return work.session.scalars(select(Account).where(Account.email == address)).one_or_none()


def _checked_email(email: str) -> str:
    address = normal_email(email)
    if len(address) > _LONGEST_EMAIL or _EMAIL.fullmatch(address) is None:
        raise RecordsError("This is no e-mail address.", "Give the address that the person logs in with.")
    return address


def _checked_person(work: Work, role: Role, person_id: str | None) -> Person | None:
    if role not in _ROLES:
        raise RecordsError("An account is a clinician's or a client's.", "Choose one of the two roles.")
    if role is Role.CLIENT:
        if person_id is None:
            raise RecordsError("A client's account needs the person whose records it opens.", "Say who it is.")
        return get_person(work, person_id)
    if person_id is not None:
        raise RecordsError("A clinician's account is not bound to a person.", "Leave the person out.")
    return None


def _signed_name(name: str, person: Person | None, address: str) -> str:
    signed = " ".join(name.split()) or (address if person is None else person.name)
    if len(signed) > _LONGEST_NAME:
        raise RecordsError("The name is too long.", f"Give at most {_LONGEST_NAME} characters.")
    return signed
