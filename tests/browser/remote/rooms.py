"""Rooms of remote sessions in the records of a server under test, as their clinician's page would make them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.records.access import owner
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.remote_sessions import SeatState, invite, keep_seat, plan_session
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import new_id

CLINICIAN: Final = "Robin"
CLIENT: Final = "Miriam"
PAGE_OF_NO_ONE: Final = "A" * 22
"""Instance of a seat whose page was never opened."""


@dataclass(frozen=True)
class Room:
    """A session that was planned for now, and its addresses behind that of the server."""

    session: str
    person: str
    clinician: str
    client: str

    def guest(self, home: Path, name: str) -> str:
        """Invite somebody else; return the address of their page."""
        records = Records(RecordsSettings(home=home, database_url=None, user_name=CLINICIAN))
        with records.writing(owner(CLINICIAN)) as work:
            code = invite(work, self.session, "guest", name)[1]
        records.close()
        return f"/join#{code}"


def new_room(home: Path, *, relay_only: bool = False) -> Room:
    """Plan a session, invite its client, and give the clinician their seat.

    Parameters
    ----------
    home
        Where the server has its records.
    relay_only
        Whether nobody is to learn another's address.
    """
    records = Records(RecordsSettings(home=home, database_url=None, user_name=CLINICIAN))
    robin = owner(CLINICIAN)
    with records.writing(robin) as work:
        person = add_person(work, PersonDetails(name=CLIENT)).id
        session = plan_session(work, person, relay_only=relay_only).id
        code = invite(work, session)[1]
        seat = SeatState(new_id(), "owner", CLINICIAN, PAGE_OF_NO_ONE, "admitted", account_id=robin.id)
        keep_seat(work, session, seat)
    records.close()
    return Room(session, person, f"/session/{session}", f"/join#{code}")
