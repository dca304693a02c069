"""Documents of a set, made when somebody asks for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from formcheck.history.comparison import DatedSet
from formcheck.history.sessions import sessions_of
from formcheck.history.suggestions import too_much, until_decided, was_known
from formcheck.moments import day_text, time_text
from formcheck.records.access import Actor
from formcheck.records.answers import decided_on, undecided
from formcheck.records.call_recordings import length_in_words, recordings_of
from formcheck.records.clinic import letterhead
from formcheck.records.plans import current_plan, prescribed
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import session_of_set
from formcheck.records.sets import get_set, summary_of_row, video_of
from formcheck.records.soap import soap_of, text_of
from formcheck.records.tables import ExerciseSet, StoredPlan
from formcheck.report.client_details import ClientDetails
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.documents import write_document
from formcheck.report.letterhead import Paper
from formcheck.report.remote_part import MOMENTS, ROLES, RemoteLine, RemotePart, StillDrawing, still_picture
from formcheck.report.soap import SoapSheet, soap_sheet
from formcheck.web.downloads.made_file import MadeFile, discarded_if_gone, file_name
from formcheck.web.shared.opened_set import OpenedSet, drawn, last_time, open_set


def make_document(
    records: Records, actor: Actor, set_id: str, kind: DocumentKind, paper: Paper | None = None
) -> MadeFile:
    """Make a document of a set; who asked for it goes into the audit log.

    The file lies among what is not kept: whoever asked removes it when it is sent. What is left over is swept.

    Parameters
    ----------
    records
        The records.
    actor
        Who asks; a clinician's name stands where the clinical report is signed.
    set_id
        Of the set.
    kind
        What to make.
    paper
        What it is printed on; None for the clinic's.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    OutputError
        If it cannot be made or written.
    """
    opened = open_set(records, actor, set_id)
    with records.reading(actor) as work:
        details = details_of(work, opened)
        video = video_of(work, set_id, for_browser=False)
        remote = _remote_part(work, set_id)
        soap = _soap_sheet(work, opened)
        head = letterhead(work, paper=paper, signed=kind in _SIGNED)
    path = records.files.passing_name(kind.suffix, of=set_id)
    made_on = day_text(_day(records.now()))
    reviewed, row = replace(opened.reviewed, drawings=tuple(drawn(opened.annotations))), opened.row
    now = DatedSet(reviewed.current, row.done_at, date_is_guessed=opened.date_is_guessed)
    write_document(
        kind,
        reviewed,
        details,
        path,
        video_path=video,
        generated_on=made_on,
        remote=remote,
        soap=soap,
        letterhead=head,
        last_time=last_time(records, actor, row.person_id, now) if kind in _FOR_PEOPLE else "",
    )
    with discarded_if_gone(path), records.writing(actor) as work:
        get_set(work, set_id)  # may have been erased meanwhile, and is not to be spoken of then
        work.log("set.document", subject=set_id, person=opened.row.person_id, details={"kind": kind.value})
    return MadeFile(path, _name(opened, kind), kind.media_type)


_SIGNED: Final = (DocumentKind.CLINICAL_PDF, DocumentKind.CLINICAL_HTML)
_FOR_PEOPLE: Final = (*_SIGNED, DocumentKind.CLIENT_PDF, DocumentKind.CLIENT_HTML)
_CHANGED_SINCE: Final = "The set was changed after this was written."


def _soap_sheet(work: Work, opened: OpenedSet) -> SoapSheet | None:
    """Return the clinician's note on a set as documents show it; None where there is none, and for clients."""
    note = soap_of(work, opened.row.id)
    if note is None:
        return None
    written = f"Version {note.number}, by {note.author}, {day_text(_day(note.written_at))}."
    signed = None
    if note.signed_at is not None:
        signed = (note.signed_by, note.signed_title, day_text(_day(note.signed_at)))
    remark = _CHANGED_SINCE if note.set_version != opened.row.version else ""
    return soap_sheet(text_of(note), written, signed=signed, remark=remark)


def details_of(work: Work, opened: OpenedSet) -> ClientDetails:
    """Return what a document says beside the numbers. Notes are those that the client may read."""
    row, person = opened.row, opened.person
    current = opened.reviewed.current
    plan = None if person is None else current_plan(work, person.id, current.exercise, current.leg)
    notes = [note for note in opened.notes if note.for_client]
    waiting, decided = _decisions(work, row, plan)
    authors = {note.author for note in notes}
    signed = len(authors) == 1  # one name for all of them; else each has its own
    return ClientDetails(
        name="" if person is None else person.name,
        number="" if person is None else person.number or "",
        birth_year=None if person is None else person.birth_year,
        birth_date=None if person is None else person.birth_date,
        symptoms="" if person is None else person.symptom_side or "",
        recorded_on=_day(row.done_at),
        clinician=authors.pop() if len(authors) == 1 else "",
        note="\n\n".join(note.text if signed else f"{note.author}: {note.text}" for note in notes),
        pain_before=row.pain_before,
        pain_during=row.pain_during,
        pain_after=row.pain_after,
        pain_after_hour=row.pain_after_hour,
        pain_next_morning=row.pain_next_morning,
        swelling=row.swelling,
        plan=None if plan is None else prescribed(plan).plan,
        sessions_a_day=None if plan is None else plan.sessions_a_day,
        height_cm=None if person is None else person.height_cm,
        undecided=waiting,
        decided=decided,
    )


def _planned_since(row: ExerciseSet, plan: StoredPlan) -> str:
    """Say that a set hurt too much by another plan than the one in force, which was made after it; else empty."""
    (session,) = sessions_of([summary_of_row(row)])
    if not (too_much(session) and was_known(session, plan.from_at)):
        return ""
    return f"Your clinician planned this after that set ({day_text(_day(plan.from_at))})."


def _decisions(work: Work, row: ExerciseSet, plan: StoredPlan | None) -> tuple[str, str]:
    """Say what is still open about the plan in force, and what was decided on the pain of a set; empty for nothing."""
    if row.person_id is None:
        return "", ""
    plan_id = None if plan is None else plan.id
    waiting = next((each for each in undecided(work, row.person_id) if each.plan.id == plan_id), None)
    answer = decided_on(work, row.person_id, row.id)
    decided = "" if plan is None or answer is not None else _planned_since(row, plan)
    if answer is not None:
        what = "changed the plan" if answer.accepted else "left the plan as it is"
        if answer.accepted and answer.plan_id is None:
            what = "has seen this"
        decided = f"Your clinician {what} ({day_text(_day(answer.answered_at))})."
    return "" if waiting is None else until_decided(waiting.suggestion), decided


def _remote_part(work: Work, set_id: str) -> RemotePart | None:
    """Return what a report says of the remote session in which a set was done, as far as who asks may see it."""
    told = session_of_set(work, set_id)
    if told is None:
        return None
    there = ", ".join(f"{seat.name} ({ROLES.get(seat.role, seat.role)})" for seat in told.attended)
    held = told.session.opened_at or told.session.created_at
    lengths = [length_in_words(each.duration_s) for each in recordings_of(work, told.session.id)]
    recorded = f"{', '.join(lengths)}, kept with the session" if lengths else ""
    facts = (("Held on", time_text(held.astimezone())), ("There", there), ("Recording of the call", recorded))
    lines = tuple(
        RemoteLine(
            "" if each.t_s is None else f"{each.t_s:.1f} s",
            MOMENTS[each.kind].format(each.text).rstrip(": "),
            each.made_by,
        )
        for each in told.moments
        if each.kind in MOMENTS and each.kind != "set"
    )
    pictures = (
        still_picture(
            work.file_path(each.sha256).read_bytes(),
            [
                StillDrawing(one["kind"], tuple((x, y) for x, y in one["points_px"]), one["text"])
                for one in each.drawings
            ],
            taken=f"Taken by {each.taken_by} at {each.taken_at.astimezone():%H:%M}",
        )
        for each in told.stills
    )
    stills = tuple(picture for picture in pictures if picture is not None)
    return RemotePart(tuple((name, value) for name, value in facts if value), lines, stills)


def _day(moment: datetime) -> date:
    return moment.astimezone().date()


def _name(opened: OpenedSet, kind: DocumentKind) -> str:
    person = file_name(opened.person.name if opened.person is not None else "set")
    return f"{person}-{_day(opened.row.done_at)}{kind.suffix}"
