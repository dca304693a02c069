"""Everything about a person as a document to be read, made when somebody asks for it."""

from __future__ import annotations

from datetime import tzinfo

from formcheck.records.access import Actor, NotFoundError
from formcheck.records.clinic import letterhead
from formcheck.records.people import get_person
from formcheck.records.readable import person_sheet
from formcheck.records.records import Records
from formcheck.report.letterhead import Letterhead, Paper
from formcheck.report.sheet import Sheet, sheet_html, sheet_pdf
from formcheck.web.downloads.made_file import MadeFile, discarded_if_gone, file_name

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html",
    "fhir.json": "application/fhir+json",
    "csv": "text/csv; charset=utf-8",
}


def make_record(
    records: Records, actor: Actor, person_id: str, form: str, paper: Paper | None, zone: tzinfo
) -> MadeFile:
    """Write everything about a person as a document; who asked for it goes into the audit log.

    Parameters
    ----------
    records
        The records.
    actor
        Who asks.
    person_id
        Whom it is about.
    form
        `pdf` or `html` to be read; `fhir.json` or `csv` for other programs, see `formcheck.records.fhir`.
    paper
        What it is printed on; None for the clinic's.
    zone
        Of the times in it.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor, or no such form.
    OutputError
        If it cannot be made.
    """
    if form in ("fhir.json", "csv"):
        return _for_programs(records, actor, person_id, form)
    with records.reading(actor) as work:
        sheet, head = person_sheet(work, person_id, zone), letterhead(work, paper=paper)
    return made_sheet(records, actor, person_id, sheet, head, form=form, word="record", action="person.printed")


def _for_programs(records: Records, actor: Actor, person_id: str, form: str) -> MadeFile:
    # Its models take a second to load.
    from formcheck.records.fhir import person_bundle, person_table

    with records.reading(actor) as work:
        name = get_person(work, person_id).name
        text = person_bundle(work, person_id) if form == "fhir.json" else person_table(work, person_id)
    content = text.encode("utf-8", errors="replace")
    return _made(records, actor, person_id, content, name=name, form=form, word="record", action="person.exchanged")


def made_sheet(
    records: Records,
    actor: Actor,
    person_id: str,
    sheet: Sheet,
    head: Letterhead,
    *,
    form: str,
    word: str,
    action: str,
) -> MadeFile:
    """Write a document about a person to be sent, and that it was made into the audit log.

    Raises
    ------
    NotFoundError
        If the person was erased meanwhile, or there is no such form.
    OutputError
        If it cannot be made.
    """
    if form not in _MEDIA_TYPES:
        raise NotFoundError("document")
    content = sheet_pdf(sheet, head) if form == "pdf" else sheet_html(sheet, head).encode("utf-8", errors="replace")
    return _made(records, actor, person_id, content, name=sheet.name, form=form, word=word, action=action)


def _made(
    records: Records,
    actor: Actor,
    person_id: str,
    content: bytes,
    *,
    name: str,
    form: str,
    word: str,
    action: str,
) -> MadeFile:
    path = records.files.passing_name(f".{form}", of=person_id)
    with discarded_if_gone(path):
        path.write_bytes(content)
        with records.writing(actor) as work:
            get_person(work, person_id)
            work.log(action, subject=person_id, person=person_id)
    shown = f"{file_name(name)}-{records.now():%Y-%m-%d}.{word}.{form}"
    return MadeFile(path, shown, _MEDIA_TYPES[form])
