"""Everything about a person as one archive, made when somebody asks for it."""

from __future__ import annotations

from typing import Final

from formcheck.records.access import Actor
from formcheck.records.exchange import export_people
from formcheck.records.people import get_person
from formcheck.records.records import Records
from formcheck.web.downloads.made_file import MadeFile, discarded_if_gone, file_name

_SUFFIX: Final = ".formcheck.zip"


def make_export(records: Records, actor: Actor, person_id: str) -> MadeFile:
    """Make an archive of everything about a person; who asked for it goes into the audit log.

    The file lies among what is not kept: whoever asked removes it when it is sent. What is left over is swept.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    NotAllowedError
        If the actor is a client.
    RecordsError
        If it cannot be written.
    """
    with records.reading(actor) as work:
        name = get_person(work, person_id).name
    path = records.files.passing_name(".zip", of=person_id)
    export_people(records, actor, path, [person_id])
    with discarded_if_gone(path), records.reading(actor) as work:
        get_person(work, person_id)  # may have been erased meanwhile
    return MadeFile(path, f"{file_name(name)}-{records.now():%Y-%m-%d}{_SUFFIX}", "application/zip")
