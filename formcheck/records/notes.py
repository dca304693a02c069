"""Notes about people and sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.people import get_person, need_storable
from formcheck.records.records import Work
from formcheck.records.sets import get_set
from formcheck.records.tables import Note

LONGEST_NOTE: Final = 20_000


def write_note(
    work: Work, text: str, *, person_id: str | None = None, set_id: str | None = None, for_client: bool
) -> Note:
    """Write a note about a person, or about a set.

    Parameters
    ----------
    work
        Who writes.
    text
        Of the note.
    person_id
        Whom it is about; may be None for a note about a set, whose person is taken then.
    set_id
        Which set it is about; None for the person as such.
    for_client
        Whether the client may read it.

    Raises
    ------
    RecordsError
        If the note is empty or too long, or cannot be kept as it is.
    """
    work.actor.need_clinician("write notes")
    said = text.strip()
    if not said or len(said) > LONGEST_NOTE:
        raise RecordsError("The note is empty or too long.", f"Write 1 to {LONGEST_NOTE:,} characters.")
    need_storable(said)
    if set_id is not None:
        person_id = get_set(work, set_id).person_id
    elif person_id is None:
        raise RecordsError("A note is about a person or a set.", "Choose one.")
    else:
        get_person(work, person_id)
    note = Note(
        person_id=person_id,
        set_id=set_id,
        text=said,
        for_client=for_client,
        author=work.actor.name,
        written_at=work.now,
    )
    work.session.add(note)
    work.session.flush()
    work.log("note.written", subject=note.id, person=person_id, details={"set": set_id, "for_client": for_client})
    return note


def notes_of_person(work: Work, person_id: str) -> Sequence[Note]:
    """Return the notes about a person and their sets, the newest first; a client sees those meant for them."""
    get_person(work, person_id)
    query = select(Note).where(Note.person_id == person_id)
    if not work.actor.sees_everybody:
        query = query.where(Note.for_client)
    return work.session.scalars(query.order_by(Note.written_at.desc(), Note.id)).all()


def notes_of_set(work: Work, set_id: str) -> Sequence[Note]:
    """Return the notes about a set, the newest first; a client sees those meant for them."""
    get_set(work, set_id)
    query = select(Note).where(Note.set_id == set_id)
    if not work.actor.sees_everybody:
        query = query.where(Note.for_client)
    return work.session.scalars(query.order_by(Note.written_at.desc(), Note.id)).all()


def delete_note(work: Work, note_id: str) -> None:
    """Delete a note.

    Raises
    ------
    NotFoundError
        If there is no such note for the actor.
    """
    note = work.session.get(Note, note_id)
    if note is None or not work.actor.may_see(note.person_id):
        raise NotFoundError("note")
    work.actor.need_clinician("delete notes")
    work.log("note.deleted", subject=note.id, person=note.person_id, details={"set": note.set_id})
    work.session.delete(note)
