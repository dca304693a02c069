"""Notes about people and sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from formcheck.records.access import ConflictError, NotFoundError, RecordsError
from formcheck.records.people import get_person, need_storable
from formcheck.records.records import Work
from formcheck.records.sets import get_set
from formcheck.records.tables import Note, NoteVersion

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
    said = _checked(text)
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


def _checked(text: str) -> str:
    said = text.strip()
    if not said or len(said) > LONGEST_NOTE:
        raise RecordsError("The note is empty or too long.", f"Write 1 to {LONGEST_NOTE:,} characters.")
    need_storable(said)
    return said


def edit_note(work: Work, note_id: str, text: str, *, for_client: bool, version: int) -> Note:
    """Write a note anew; what it said before is kept with who wrote it and when.

    Parameters
    ----------
    work
        Who writes.
    note_id
        Of the note.
    text, for_client
        As for `write_note`.
    version
        Of the note as the actor saw it.

    Raises
    ------
    NotFoundError
        If there is no such note for the actor.
    ConflictError
        If somebody else edited it meanwhile.
    RecordsError
        As for `write_note`.
    """
    note = _note(work, note_id)
    work.actor.need_clinician("edit notes")
    said = _checked(text)
    if note.version != version:
        raise ConflictError("note")
    if (said, for_client) == (note.text, note.for_client):
        return note
    work.session.add(_as_version(note))
    note.text, note.for_client = said, for_client
    note.version, note.edited_by, note.edited_at = version + 1, work.actor.name, work.now
    work.session.flush()
    details = {"set": note.set_id, "version": note.version, "for_client": for_client}
    work.log("note.edited", subject=note.id, person=note.person_id, details=details)
    return note


def _as_version(note: Note) -> NoteVersion:
    return NoteVersion(
        note_id=note.id,
        number=note.version,
        text=note.text,
        for_client=note.for_client,
        author=note.edited_by or note.author,
        written_at=note.edited_at or note.written_at,
    )


def versions_of_note(work: Work, note_id: str) -> Sequence[NoteVersion]:
    """Return what a note said before, the newest first; for those who see everybody.

    Raises
    ------
    NotFoundError
        If there is no such note for the actor.
    """
    note = _note(work, note_id)
    work.actor.need_clinician("see former versions of notes")
    query = select(NoteVersion).where(NoteVersion.note_id == note.id).order_by(NoteVersion.number.desc())
    return work.session.scalars(query).all()


def _note(work: Work, note_id: str) -> Note:
    note = work.session.get(Note, note_id)
    if note is None or not work.actor.may_see(note.person_id):
        raise NotFoundError("note")
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
    """Delete a note, with what it said before.

    Raises
    ------
    NotFoundError
        If there is no such note for the actor.
    """
    note = _note(work, note_id)
    work.actor.need_clinician("delete notes")
    work.log("note.deleted", subject=note.id, person=note.person_id, details={"set": note.set_id})
    work.session.delete(note)
