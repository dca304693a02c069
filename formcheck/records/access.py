"""Who may see and do what. Asked in every function that reads or changes the records, so that no page can forget it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from formcheck.errors import FormcheckError


class RecordsError(FormcheckError):
    """Records that cannot be read, written or changed."""


class UnreachableError(RecordsError):
    """The database is away, or others keep it locked: nothing is wrong with what was asked."""


class NotFoundError(RecordsError):
    """Nothing of that kind is there for whoever asks: it does not exist, or it is somebody else's.

    One error for both, so that ids of others cannot be told from ids that were never given.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.", "Go back to the list and choose again.")


class NotAllowedError(RecordsError):
    """Whoever asks may see this, or knows of it, but may not do that."""

    def __init__(self, what: str) -> None:
        super().__init__(f"You may not {what}.", "Ask your clinician.")


class ConflictError(RecordsError):
    """Somebody else changed the same thing meanwhile."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Somebody else changed this {what} meanwhile, so nothing was changed.",
            "Look at it as it is now, and change it again if it still needs it.",
        )


class Role(StrEnum):
    """What somebody is to the records."""

    OWNER = "owner"
    """The one user of an installation without accounts: may do everything."""
    CLINICIAN = "clinician"
    """May do everything with people and their sets."""
    CLIENT = "client"
    """Sees what is theirs; may add sets and say how it hurt."""
    SYSTEM = "system"
    """The workers and the command line of this computer."""


@dataclass(frozen=True)
class Actor:
    """Whoever asks."""

    id: str
    """Of the account; `owner` or `system` for those that have none."""
    name: str
    """As it is signed with."""
    role: Role
    person_id: str | None = None
    """Whom a client is; None for everybody else."""

    @property
    def sees_everybody(self) -> bool:
        """Whether all people's records are open."""
        return self.role is not Role.CLIENT

    def may_see(self, person_id: str | None) -> bool:
        """Return whether the records of this person are open; what belongs to nobody yet is not a client's."""
        return self.sees_everybody or (person_id is not None and person_id == self.person_id)

    def need_sight(self, person_id: str | None, what: str) -> None:
        """Refuse somebody else's records.

        Raises
        ------
        NotFoundError
            If the records of this person are not open.
        """
        if not self.may_see(person_id):
            raise NotFoundError(what)

    def need_clinician(self, to_do: str) -> None:
        """Refuse clients what is the clinician's.

        Parameters
        ----------
        to_do
            Goes on after "You may not".

        Raises
        ------
        NotAllowedError
            If the actor is a client.
        """
        if self.role is Role.CLIENT:
            raise NotAllowedError(to_do)


SYSTEM: Final = Actor("system", "formcheck", Role.SYSTEM)


OWNER_ID: Final = "owner"
"""Of the one user of an installation without accounts: whoever is let in there."""


def owner(name: str) -> Actor:
    """Return the one user of an installation without accounts."""
    return Actor(OWNER_ID, name, Role.OWNER)
